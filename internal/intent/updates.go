package intent

import (
	"syncguard/internal/fact"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

var (
	softwareUpdate    = payload{"software-update", "com.apple.SoftwareUpdate", "Software Update"}
	updateSettings    = payload{"updates", "com.apple.configuration.softwareupdate.settings", "Software Update"}
	updateEnforcement = payload{"update-deadline", "com.apple.configuration.softwareupdate.enforcement.specific", "Software Update Deadline"}
)

const (
	updatesSource     = "https://developer.apple.com/documentation/devicemanagement/softwareupdatesettings"
	enforcementSource = "https://developer.apple.com/documentation/devicemanagement/softwareupdateenforcementspecific"
)

// planUpdates keeps the operating system current: by declaration if every device of the target knows it. Only macOS ever had
// profile keys for it, and version 27 removes them.
func planUpdates(p *planner, o *Outcome, s template.Updates) {
	declared := s.Automatic.Value && declareUpdates(p, o, s)
	if p.target.Platform == target.MacOS && s.Automatic.Value && !declared {
		macUpdates(p, o, s)
	}
	if s.Enforce.IsSet() {
		enforceUpdate(p, o, s.Enforce)
	}
	if p.target.Platform == target.WatchOS {
		o.note("no key in Apple's schemas updates watchOS", everySchema)
	}
}

// declareUpdates sets com.apple.configuration.softwareupdate.settings, and reports whether it works on the target.
func declareUpdates(p *planner, o *Outcome, s template.Updates) bool {
	on := profiles.Dictionary()
	for _, key := range updateActions(p.target) {
		l := mechanism{updateSettings, []string{"AutomaticActions", key}, Enforced}
		if s, ok := p.availability(l); ok && s.works {
			p.apply(o, l)
			on.Set(key, profiles.String("AlwaysOn"))
		}
	}
	if len(on.Fields) == 0 {
		p.apply(o, mechanism{updateSettings, []string{"AutomaticActions", "InstallOSUpdates"}, Enforced}) // records the obstacle
		return false
	}
	p.set(updateSettings, "AutomaticActions", at(on, s.Automatic.Span))
	o.detail("AlwaysOff in another declaration on the device wins over AlwaysOn", fact.Apple, updatesSource)
	return true
}

// updateActions returns the keys of AutomaticActions to set. A device refuses the whole declaration for one unknown key, and the
// first version with InstallSecurityUpdate is unknown outside macOS.
func updateActions(t target.Target) []string {
	keys := []string{"Download", "InstallOSUpdates"}
	if t.Platform == target.MacOS || t.Version.Major >= 27 {
		keys = append(keys, "InstallSecurityUpdate")
	}
	return keys
}

// enforceUpdate makes devices install a version by a deadline.
func enforceUpdate(p *planner, o *Outcome, s template.Enforcement) {
	if !p.apply(o, mechanism{updateEnforcement, nil, Enforced}) {
		return
	}
	p.set(updateEnforcement, "TargetOSVersion", text(s.Version))
	p.set(updateEnforcement, "TargetLocalDateTime", text(s.Deadline))
	if s.DetailsURL.IsSet {
		p.set(updateEnforcement, "DetailsURL", text(s.DetailsURL))
	}
	o.note("version "+s.Version.String()+" is installed by "+s.Deadline.String()+" of the device's own time, if Apple offers it for the model", enforcementSource)
}

func macUpdates(p *planner, o *Outcome, s template.Updates) {
	if !p.apply(o, mechanism{softwareUpdate, nil, Enforced}) {
		return
	}
	keys := []string{"AutomaticCheckEnabled", "AutomaticDownload", "AutomaticallyInstallMacOSUpdates", "CriticalUpdateInstall", "ConfigDataInstall"}
	if s.InstallAppUpdates.Value {
		keys = append(keys, "AutomaticallyInstallAppUpdates")
	}
	for _, key := range keys {
		if p.has(softwareUpdate.payloadType, key) {
			p.set(softwareUpdate, key, at(profiles.Boolean(true), s.Automatic.Span))
		}
	}
	o.add("Apple documents only that false is enforced; security baselines rely on true as well", fact.Community, "https://github.com/usnistgov/macos_security")
}
