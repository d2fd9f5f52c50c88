package view

// delivery is how a management server takes what was built. Vendors change this more often than Apple does; each entry
// rests on the vendor's documentation or source.
type delivery struct {
	Server       string
	Profiles     string
	Declarations string
	Source       string
	Commands     []string // of syncguard, that carry it there
}

// deliveries lists the servers by name.
func deliveries() []delivery {
	return []delivery{
		{"Apple Business", "API: POST /v1/configurations with the type CUSTOM_SETTING and the unsigned XML as text. Apple checks it against its schema.",
			"No way to send single declarations is known.", "https://github.com/microsoft/mdatp-xplat/issues/257",
			[]string{"push apple-business", "export apple-business"}},
		{"Fleet", "Unsigned XML of at most 1 MB, in GitOps under controls.apple_settings.configuration_profiles. Name and identifier must be unique in the team.",
			"The configurations go the same way, as .json files.", "https://github.com/fleetdm/fleet",
			[]string{"push fleet", "export fleet"}},
		{"Intune", "A custom profile, unsigned and at most 1,000,000 bytes. Choose the device channel: it cannot be changed later.",
			"No way to send single declarations is known.", "https://learn.microsoft.com/intune/intune-service/configuration/custom-settings-macos",
			[]string{"push intune", "export intune"}},
		{"Iru (Kandji)", "A custom profile in the library, with the platforms that it is for; by API at /api/v1/library/custom-profiles.",
			"No way to send single declarations is known.", "https://github.com/kandji-inc",
			[]string{"export iru"}},
		{"Jamf Pro", "Upload under Configuration Profiles in the web interface. A signed file stays as it is and is read-only; an unsigned one is read into Jamf's own model, and the API strips signatures.",
			"Through Blueprints (unverified).", "https://github.com/grahampugh/jamf-upload",
			[]string{"push jamf", "export jamf"}},
		{"NanoMDM", "The command InstallProfile with the bytes of the file, signed or not.",
			"A server for declarations beside it, such as KMFDDM, takes configurations and activations.", "https://github.com/micromdm/kmfddm",
			[]string{"push nanomdm", "push kmfddm", "export nanomdm"}},
	}
}
