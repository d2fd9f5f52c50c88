package intent

import (
	"syncguard/internal/fact"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

var networkUsage = payload{"network-usage", "com.apple.networkusagerules", "Network Usage Rules"}

// planCellular mostly explains: Apple has no key, declaration or command to turn on cellular data for iCloud.
func planCellular(p *planner, o *Outcome, s template.Cellular) {
	if p.target.Platform.Schema() != target.IOS {
		o.add("no cellular data switches for apps are known on this platform", fact.Unverified, restrictionsSource)
		return
	}
	o.note("no key in Apple's schemas turns cellular data on for iCloud", everySchema)
	o.detail("in Low Data Mode, on cellular and on each Wi-Fi network, iCloud pauses updates and backups", fact.Apple, "https://support.apple.com/102433")
	if s.FreezeToggles.Value && s.ConfirmTogglesAreOn.Value &&
		p.apply(o, mechanism{restrictions, []string{"allowAppCellularDataModification"}, Locked}) {
		p.set(restrictions, "allowAppCellularDataModification", at(profiles.Boolean(false), s.FreezeToggles.Span))
		o.note("the switches stay as they are: turn them on before installing the profile", restrictionsSource)
	}
	// Roaming and Wi-Fi Assist are for MDM only: by hand the person can set them without a profile.
	if !p.target.Enrollment.IsMDM() {
		return
	}
	if s.AllowRoaming.IsSet && p.apply(o, mechanism{restrictions, []string{"allowGlobalBackgroundFetchWhenRoaming"}, Locked}) {
		p.set(restrictions, "allowGlobalBackgroundFetchWhenRoaming", at(profiles.Boolean(s.AllowRoaming.Value), s.AllowRoaming.Span))
	}
	if w := s.WiFiAssist; w != nil && p.apply(o, mechanism{networkUsage, []string{"SIMRules"}, Locked}) {
		rule := profiles.Dictionary().
			Set("ICCIDs", texts(w.ICCIDs)).
			Set("WiFiAssistPolicy", at(profiles.Integer(w.PolicyNumber()), w.Policy.Span))
		p.set(networkUsage, "SIMRules", at(profiles.Array(rule), w.Policy.Span))
	}
}

// everySchema is the source for a key missing from every schema.
const everySchema = "apple/device-management: every file of mdm and declarative"

const restrictionsSource = "https://developer.apple.com/documentation/devicemanagement/restrictions"
