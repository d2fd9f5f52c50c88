package intent

import (
	"syncguard/internal/fact"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// settingsSource is about QuotaSize and ResidentUsers, which came with iOS 13.4.
const settingsSource = "https://developer.apple.com/documentation/devicemanagement/settingscommand"

// planStorage mostly explains too: Apple has no key for Optimize Storage on any platform.
func planStorage(p *planner, o *Outcome, s template.Storage) {
	if !s.Steps.Value {
		o.Settings = nil
	}
	switch p.target.Platform { // only these: keep no iCloud files
	case target.TvOS, target.WatchOS:
		o.add("this platform keeps no iCloud files that could be optimized", fact.Unverified, "")
		return
	}
	o.note("no key in Apple's schemas turns Optimize Storage on", everySchema)
	if p.target.Platform.Schema() == target.IOS {
		o.detail("in Low Power Mode iCloud Photos pauses", fact.Apple, "https://support.apple.com/101604")
	}
	if p.target.Platform == target.MacOS {
		o.detail("Low Power Mode pauses background work, and so probably iCloud", fact.Unverified, "https://developer.apple.com/documentation/foundation/processinfo/islowpowermodeenabled")
		planMacStorage(p, o, s)
		return
	}
	if p.target.Enrollment == target.SharedIPad {
		o.note("the MDM command Settings bounds what each user can store on Shared iPad (SharedDeviceConfiguration: QuotaSize or ResidentUsers); a profile cannot", settingsSource)
	}
	if s.AllowCloudBackup.IsSet && !s.AllowCloudBackup.Value && p.apply(o, mechanism{restrictions, []string{"allowCloudBackup"}, Locked}) {
		p.set(restrictions, "allowCloudBackup", at(profiles.Boolean(false), s.AllowCloudBackup.Span))
		o.note("iCloud Backup is off to free the quota: a lost device loses what only its backup held", restrictionsSource)
	}
}

func planMacStorage(p *planner, o *Outcome, s template.Storage) {
	if s.OptimizeMac.IsSet && s.Experimental.Value {
		bird := preferences("com.apple.bird", "iCloud Drive Storage")
		if p.apply(o, mechanism{bird, nil, Preset}) {
			managePreference(p, bird, "com.apple.bird", profiles.SetOnce, "optimize-storage", at(profiles.Boolean(s.OptimizeMac.Value), s.OptimizeMac.Span))
			o.add("nobody is known to manage the preference com.apple.bird optimize-storage by profile", fact.Unverified, "")
		}
	}
	if s.EmptyTrash.IsSet {
		finder := preferences("com.apple.finder", "Empty Trash")
		if p.apply(o, mechanism{finder, nil, Preset}) {
			managePreference(p, finder, "com.apple.finder", profiles.SetOnce, "FXRemoveOldTrashItems", at(profiles.Boolean(s.EmptyTrash.Value), s.EmptyTrash.Span))
			o.add("Finder removes items from the Trash after 30 days", fact.Community, "https://github.com/ProfileManifests/ProfileManifests")
		}
	}
}
