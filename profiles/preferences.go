package profiles

// ManagedPreferences is the type of the payload for preference domains of any Mac app. It has the shape
// PayloadContent.DOMAIN.STATE[].mcx_preference_settings; Preferences builds it.
//
// See https://developer.apple.com/documentation/devicemanagement/managedpreferences.
const ManagedPreferences = "com.apple.ManagedClient.preferences"

// PreferenceSettings is the key of the settings, below a state.
const PreferenceSettings = "mcx_preference_settings"

// The states of a managed domain.
const (
	Forced  = "Forced"   // the user cannot change it
	SetOnce = "Set-Once" // set at installation, the user can change it
)

// Preferences returns the PayloadContent for one preference domain, such as com.apple.dock. state is Forced or SetOnce,
// settings a dictionary of the domain's keys.
func Preferences(domain, state string, settings *Value) *Value {
	return Dictionary().Set(domain, Dictionary().Set(state, Array(Dictionary().Set(PreferenceSettings, settings))))
}
