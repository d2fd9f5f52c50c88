package template

import (
	"maps"
	"slices"
)

// preventionShape is the shape of the intents.
func preventionShape() *shape {
	return &shape{name: "prevention", kind: mapping, also: flag,
		meaning: "The intents to keep iCloud syncing. An absent intent is on. false turns an intent off; prevention: false turns all off.",
		keys:    []*shape{dateTimeShape(), dnsShape(), cellularShape(), storageShape(), updatesShape()}}
}

// intent is a mapping, or true for its defaults, or false for off.
func intent(name, meaning string, keys ...*shape) *shape {
	return &shape{name: name, kind: mapping, also: flag, fallback: "true", meaning: meaning, keys: keys}
}

func dateTimeShape() *shape {
	return intent("date-time", "Keep the clock right, so certificates and sign-ins count as valid.",
		// only these: Apple's key is supported there.
		&shape{name: "automatic", kind: flag, fallback: "true", meaning: "Force Set Automatically on platforms with a key for it: supervised iOS, iPadOS, tvOS and visionOS."},
		&shape{name: "timeServer", kind: plain, format: hostFormat, fallback: "time.apple.com", meaning: "The NTP server of a Mac."},
		&shape{name: "timeZone", kind: plain, format: timeZoneFormat, example: "Europe/Berlin", meaning: "The time zone of a Mac. Removing the profile does not reset it."},
		&shape{name: "timed", kind: flag, fallback: "false", meaning: "Also manage com.apple.timed on a Mac, undocumented by Apple."},
	)
}

func dnsShape() *shape {
	providers := append(names(DNSProviders()), slices.Sorted(maps.Keys(providerAddresses()))...)
	provider := &shape{kind: plain, choices: providers, meaning: "A provider."}
	return intent("dns", "Give the device a trusted DNS resolver, over HTTPS or TLS.",
		&shape{name: "provider", kind: plain, choices: providers, fallback: string(Cloudflare), meaning: "The provider of DNS. 1.1.1.1 is cloudflare, 8.8.8.8 google, 9.9.9.9 quad9."},
		&shape{name: "providers", kind: list, item: provider, nonEmpty: true, unique: true, example: "[cloudflare, google]", meaning: "Several providers, in place of provider."},
		&shape{name: "protocol", kind: plain, choices: []string{string(HTTPS), string(TLS)}, fallback: string(HTTPS), meaning: "DNS over HTTPS (port 443) or over TLS (port 853)."},
		&shape{name: "combine", kind: plain, choices: []string{string(Failover), string(Selectable)}, fallback: string(Selectable),
			meaning: "How to combine several providers. failover: one payload with the first provider, falling back to the network's resolver. selectable: one payload per provider, and a person chooses."},
		&shape{name: "allowFailover", kind: flag, fallback: "true", meaning: "Fall back to the network's resolver when the provider does not answer (AllowFailover, 26.0 and later)."},
		&shape{name: "prohibitDisablement", kind: flag, fallback: "false", meaning: "Keep people from turning it off (ProhibitDisablement, supervised devices)."},
		&shape{name: "serverURL", kind: plain, private: true, format: httpsURL, example: "https://dns.acme.example/dns-query", meaning: "The URL of the server, for the provider custom with the protocol https."},
		&shape{name: "serverName", kind: plain, private: true, format: hostFormat, example: "dns.acme.example", meaning: "The host name of the server, for the provider custom with the protocol tls."},
		listOf("addresses", addressFormat, "[192.0.2.53, \"2001:db8::53\"]", "The IP addresses of the server, for the provider custom. Without them the network's resolver must find the server."),
		&shape{name: "name", kind: plain, nonEmpty: true, example: "Acme DNS", meaning: "The name of the provider custom on the device."},
		listOf("exemptNetworks", ssidFormat, "[Office, Home]", "Use the network's own resolver on these Wi-Fi networks (SSIDs)."),
		listOf("exemptSearchDomains", domainFormat, "[corp.acme.example]", "Use the network's own resolver on networks with these search domains."),
		listOf("exemptServers", serverPattern, "[\"10.*\"]", "Use the network's own resolver on networks with these DNS servers (DNSServerAddressMatch)."),
		listOf("localDomains", domainFormat, "[corp.acme.example, lan]", "Always ask the network's own resolver for these names."),
		listOf("matchDomains", domainFormat, "[\"*.acme.example\"]", "Ask the provider for these names only (SupplementalMatchDomains); without this key, for all."),
	)
}

// listOf is a list of different texts in one format.
func listOf(name string, f *format, example, meaning string) *shape {
	return &shape{name: name, kind: list, unique: true, nonEmpty: true, example: example, meaning: meaning,
		item: &shape{kind: plain, private: true, format: f, meaning: "One of them."}}
}

func cellularShape() *shape {
	return intent("cellular", "Let iCloud use cellular data. No profile can turn that on; a person must.",
		&shape{name: "freezeToggles", kind: flag, fallback: "false", meaning: "Freeze the cellular data settings of apps as they are, on or off (supervised iOS and iPadOS); needs confirmTogglesAreOn."},
		&shape{name: "confirmTogglesAreOn", kind: flag, fallback: "false", meaning: "Confirm that cellular data for iCloud is already on, on every device, before installation."},
		&shape{name: "allowRoaming", kind: flag, meaning: "Allow or forbid data use of managed apps while roaming. Without this key the profile does not set it."},
		&shape{name: "wifiAssist", kind: mapping, meaning: "When a SIM card's data takes over from weak Wi-Fi (WiFiAssistPolicy, by MDM only).", keys: []*shape{
			{name: "policy", kind: plain, required: true, choices: []string{"default", "aggressive"}, meaning: "default (Apple's 2), or aggressive (3): sooner, with more cellular data and battery used."},
			{name: "iccids", kind: list, required: true, nonEmpty: true, unique: true, example: "[\"89310410106543789301\"]", meaning: "The SIM cards, by ICCID.",
				item: &shape{kind: plain, private: true, format: iccidFormat, meaning: "One SIM card."}},
		}},
	)
}

func storageShape() *shape {
	return intent("storage", "Keep the device and iCloud from running full.",
		&shape{name: "steps", kind: flag, fallback: "true", meaning: "Tell people what to turn on by hand, in the profile's description and in the report."},
		&shape{name: "optimizeMac", kind: flag, meaning: "Set Optimize Mac Storage with com.apple.bird, undocumented by Apple; it moves local copies to iCloud. Needs experimental."},
		&shape{name: "experimental", kind: flag, fallback: "false", meaning: "Allow unproven settings."},
		&shape{name: "allowCloudBackup", kind: flag, meaning: "false stops iCloud backups of the device to free iCloud storage. A lost device is then lost data."},
		&shape{name: "emptyTrash", kind: flag, meaning: "Let the Finder of a Mac remove items from the Trash after 30 days (FXRemoveOldTrashItems)."},
	)
}

func updatesShape() *shape {
	return intent("updates", "Keep the operating system current.",
		&shape{name: "automatic", kind: flag, fallback: "true", meaning: "Download and install updates automatically, on platforms with a key for it."},
		&shape{name: "installAppUpdates", kind: flag, fallback: "true", meaning: "The same for apps, on a Mac."},
		&shape{name: "enforce", kind: mapping, meaning: "A version to install by a deadline (a declaration, by MDM only).", keys: []*shape{
			{name: "version", kind: plain, required: true, format: versionFormat, example: "26.2", meaning: "The version, in quotes; Apple's servers must offer it for the model (TargetOSVersion)."},
			{name: "deadline", kind: plain, required: true, format: localTime, example: "2027-01-31T18:00:00", meaning: "The time of forced installation, in each device's local time, without a zone (TargetLocalDateTime)."},
			{name: "detailsURL", kind: plain, private: true, format: httpsURL, example: "https://it.acme.example/update", meaning: "A page with more information for people (DetailsURL)."},
		}},
	)
}
