package profiles

// ManagedPreferences is the type of a payload that sets preference domains of a Mac, of any app:
// PayloadContent.DOMAIN.STATE[].mcx_preference_settings.
const ManagedPreferences = "com.apple.ManagedClient.preferences"

// PreferenceSettings is the key below a state with the settings themselves.
const PreferenceSettings = "mcx_preference_settings"

// The states, in which a domain is managed.
const (
	Forced  = "Forced"   // the user cannot change it
	SetOnce = "Set-Once" // set at installation, the user can change it
)

// Preferences returns the PayloadContent that sets a preference domain.
func Preferences(domain, state string, settings *Value) *Value {
	return Dictionary().Set(domain, Dictionary().Set(state, Array(Dictionary().Set(PreferenceSettings, settings))))
}
