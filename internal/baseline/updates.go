package baseline

import (
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

var softwareUpdate = payload{"software-update", "com.apple.SoftwareUpdate", "Software Update"}

// planUpdates keeps the operating system current. Only a Mac ever had profile keys for it, and macOS 27 removes them.
func planUpdates(p *planner, o *Outcome, s template.Updates) {
	const declarations = "https://developer.apple.com/documentation/devicemanagement/softwareupdatesettings"
	if p.target.Platform == target.MacOS && s.Automatic.Value {
		macUpdates(p, o, s)
	}
	if p.target.Platform == target.WatchOS {
		o.note("neither a profile nor a declaration updates watchOS", declarations)
		return
	}
	o.note("the declaration com.apple.configuration.softwareupdate.settings enforces updates, on supervised devices and by MDM only (iOS 18, macOS 15, tvOS 18.4, visionOS 26)", declarations)
}

func macUpdates(p *planner, o *Outcome, s template.Updates) {
	if !p.pull(o, lever{softwareUpdate, nil, Enforced}) {
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
	o.add("Apple documents only that false is enforced; security baselines rely on true as well", Community, "https://github.com/usnistgov/macos_security")
}
