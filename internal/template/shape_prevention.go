package template

import (
	"maps"
	"slices"
)

// preventionShape is the shape of the five intents.
func preventionShape() *shape {
	return &shape{name: "prevention", kind: mapping, also: flag,
		meaning: "What keeps iCloud syncing. An intent that is absent is on; false turns one off, and turns all off here.",
		keys:    []*shape{dateTimeShape(), dnsShape(), cellularShape(), storageShape(), updatesShape()}}
}

// intent is a mapping, or true for its defaults, or false for off.
func intent(name, meaning string, keys ...*shape) *shape {
	return &shape{name: name, kind: mapping, also: flag, fallback: "true", meaning: meaning, keys: keys}
}

func dateTimeShape() *shape {
	return intent("date-time", "Keep the clock right, so that certificates and sign-ins count as valid.",
		// only these: Apple's key is supported there.
		&shape{name: "automatic", kind: flag, fallback: "true", meaning: "Force Set Automatically where Apple has a key for it: supervised iOS, iPadOS, tvOS and visionOS."},
		&shape{name: "timeServer", kind: plain, format: hostFormat, fallback: "time.apple.com", meaning: "The NTP server of a Mac."},
		&shape{name: "timeZone", kind: plain, format: timeZoneFormat, example: "Europe/Berlin", meaning: "The time zone of a Mac, if it is to be set; removing the profile does not set it back."},
		&shape{name: "timed", kind: flag, fallback: "false", meaning: "Also manage com.apple.timed on a Mac, which Apple does not document."},
	)
}

func dnsShape() *shape {
	providers := append(names(DNSProviders()), slices.Sorted(maps.Keys(providerAddresses()))...)
	provider := &shape{kind: plain, choices: providers, meaning: "A provider."}
	return intent("dns", "Give the device a resolver to trust, over HTTPS or TLS.",
		&shape{name: "provider", kind: plain, choices: providers, fallback: string(Cloudflare), meaning: "Who resolves names. 1.1.1.1 is cloudflare, 8.8.8.8 google, 9.9.9.9 quad9."},
		&shape{name: "providers", kind: list, item: provider, nonEmpty: true, unique: true, example: "[cloudflare, google]", meaning: "Several providers, in place of provider."},
		&shape{name: "protocol", kind: plain, choices: []string{string(HTTPS), string(TLS)}, fallback: string(HTTPS), meaning: "DNS over HTTPS (port 443) or over TLS (port 853)."},
		&shape{name: "combine", kind: plain, choices: []string{string(Failover), string(Selectable)}, fallback: string(Selectable),
			meaning: "How several providers are given: failover makes one payload of the first that may fall back to the network's resolver, selectable one payload each, of which a person chooses one."},
		&shape{name: "allowFailover", kind: flag, fallback: "true", meaning: "Fall back to the network's resolver when the provider does not answer (AllowFailover, 26.0 and later)."},
		&shape{name: "prohibitDisablement", kind: flag, fallback: "false", meaning: "Keep people from turning it off (ProhibitDisablement, supervised devices)."},
		&shape{name: "serverURL", kind: plain, format: httpsURL, example: "https://dns.acme.example/dns-query", meaning: "The server of the provider custom, with the protocol https."},
		&shape{name: "serverName", kind: plain, format: hostFormat, example: "dns.acme.example", meaning: "The server of the provider custom, with the protocol tls."},
		listOf("addresses", addressFormat, "[192.0.2.53, \"2001:db8::53\"]", "The server's addresses, for the provider custom; without them the network's resolver must find it."),
		&shape{name: "name", kind: plain, nonEmpty: true, example: "Acme DNS", meaning: "What the device calls the provider custom."},
		listOf("exemptNetworks", ssidFormat, "[Office, Home]", "Wi-Fi networks (SSIDs) on which the network's resolver is used."),
		listOf("exemptSearchDomains", domainFormat, "[corp.acme.example]", "Search domains of networks on which the network's resolver is used."),
		listOf("exemptServers", serverPattern, "[\"10.*\"]", "Resolvers of networks on which the network's resolver is used (DNSServerAddressMatch)."),
		listOf("localDomains", domainFormat, "[corp.acme.example, lan]", "Names that the network's resolver answers everywhere."),
		listOf("matchDomains", domainFormat, "[\"*.acme.example\"]", "The only names that the provider answers (SupplementalMatchDomains); all where the key is absent."),
	)
}

// listOf is a list of different texts in one format.
func listOf(name string, f *format, example, meaning string) *shape {
	return &shape{name: name, kind: list, unique: true, nonEmpty: true, example: example, meaning: meaning,
		item: &shape{kind: plain, format: f, meaning: "One of them."}}
}

func cellularShape() *shape {
	return intent("cellular", "Let iCloud use cellular data. No profile can turn that on; a person must.",
		&shape{name: "freezeToggles", kind: flag, fallback: "false", meaning: "Freeze the cellular data settings of apps as they are, on or off (supervised iOS and iPadOS); needs confirmTogglesAreOn."},
		&shape{name: "confirmTogglesAreOn", kind: flag, fallback: "false", meaning: "You have seen to it that cellular data for iCloud is on before this profile is installed."},
		&shape{name: "allowRoaming", kind: flag, meaning: "Say whether managed apps may use data while roaming; nothing is said where the key is absent."},
		&shape{name: "wifiAssist", kind: mapping, meaning: "When a SIM card's data takes over from weak Wi-Fi (WiFiAssistPolicy, by MDM only).", keys: []*shape{
			{name: "policy", kind: plain, required: true, choices: []string{"default", "aggressive"}, meaning: "default (Apple's 2), or aggressive (3): sooner, with more cellular data and battery used."},
			{name: "iccids", kind: list, required: true, nonEmpty: true, unique: true, example: "[\"89310410106543789301\"]", meaning: "The SIM cards, by ICCID.",
				item: &shape{kind: plain, format: iccidFormat, meaning: "One SIM card."}},
		}},
	)
}

func storageShape() *shape {
	return intent("storage", "Keep the device and iCloud from running full.",
		&shape{name: "hints", kind: flag, fallback: "true", meaning: "Tell people what to turn on by hand."},
		&shape{name: "optimizeMac", kind: flag, meaning: "Optimize Mac Storage by com.apple.bird, which Apple does not document; it moves local copies to iCloud. Needs experimental."},
		&shape{name: "experimental", kind: flag, fallback: "false", meaning: "Allow what is not proved to work."},
		&shape{name: "allowCloudBackup", kind: flag, meaning: "false frees iCloud storage by stopping iCloud backups of the device, so that a lost device is lost data."},
		&shape{name: "emptyTrash", kind: flag, meaning: "Let the Finder of a Mac remove items from the Trash after 30 days (FXRemoveOldTrashItems)."},
	)
}

func updatesShape() *shape {
	return intent("updates", "Keep the operating system current.",
		&shape{name: "automatic", kind: flag, fallback: "true", meaning: "Download and install updates by themselves, where Apple has a key for it."},
		&shape{name: "installAppUpdates", kind: flag, fallback: "true", meaning: "The same for apps, on a Mac."},
		&shape{name: "enforce", kind: mapping, meaning: "A version that devices install by a deadline (a declaration, by MDM only).", keys: []*shape{
			{name: "version", kind: plain, required: true, format: versionFormat, example: "26.2", meaning: "The version, in quotes; Apple's servers must offer it for the model (TargetOSVersion)."},
			{name: "deadline", kind: plain, required: true, format: localTime, example: "2027-01-31T18:00:00", meaning: "When the device installs it by force, in its own time, without a zone (TargetLocalDateTime)."},
			{name: "detailsURL", kind: plain, format: httpsURL, example: "https://it.acme.example/update", meaning: "A page that tells people more (DetailsURL)."},
		}},
	)
}
