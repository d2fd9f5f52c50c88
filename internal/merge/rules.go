package merge

import (
	"strings"
	"sync"

	"syncguard/internal/fact"
	"syncguard/internal/target"
)

// The rules and where they hold, as data. Later entries of a type are asked only where the earlier ones do not hold.

const (
	payloadGuide     = "https://support.apple.com/en-gw/guide/mdm/mdm8hdx05218/1/web/1.0"
	deploymentGuide  = "https://support.apple.com/guide/deployment/dep9a318a393/web"
	interactionGuide = "https://profilemanager.skydocu.com/en/getting-started-using-profiles/payload-interaction"
	appleSchemas     = "https://github.com/apple/device-management"
	schemaGuide      = appleSchemas + "/blob/release/docs/schema.yaml"
	documentation    = "https://developer.apple.com/documentation/devicemanagement/"
	fleetPrimer      = "https://github.com/fleetdm/fleet/issues/36400"
)

func by(e fact.Evidence, source string) fact.Statement {
	return fact.Statement{Evidence: e, Source: source}
}

const (
	oneProfile = "set it in only one profile"
	onePayload = "keep only one of them, with all keys in it"
	oneWay     = "manage it in only one of the two ways"
)

var rules = []Rule{
	{"combinetype", "declarations of this type become one, each key by the combinetype in Apple's schema", "", "", by(fact.Apple, schemaGuide)},
	{"combinetype-first", "the declaration processed first counts, and Apple does not state which that is", "", "set it in only one declaration", by(fact.Apple, schemaGuide)},
	{"combinetype-absent", "declarations of this type become one, and Apple's schema has no combinetype for this key", "", "set it in only one declaration", by(fact.Apple, schemaGuide)},
	{"declaration-single", "a device applies one declaration of this type", "", onePayload, by(fact.Apple, schemaGuide)},
	{"declarations-coexist", "each declaration of this type applies by itself", "", "", by(fact.Apple, schemaGuide)},
	{"declaration-unstated", "Apple's schema does not state how several of this type apply", "", "keep only one of them", by(fact.Apple, schemaGuide)},
	{"same-identifier", "a later one with the same identifier replaces the earlier one", "", "give each an identifier of its own", by(fact.Apple, documentation+"toplevel")},

	{"restrictions", "of conflicting restrictions the more restrictive one counts",
		"Apple's present page advises against managing a restriction in two payloads", oneProfile, by(fact.Apple, payloadGuide)},
	{"restrictions-mac", "on a Mac it is undefined which of several values counts", "", oneProfile, by(fact.Apple, interactionGuide)},
	{"restrictions-list", "a list can only get shorter where it allows, and only longer where it denies",
		"Apple names these two kinds of lists, not the keys of each", oneProfile, by(fact.Apple, documentation+"restrictionsresponse")},
	{"passcode", "if payloads contradict each other, the more restrictive setting is used",
		"", "", by(fact.Apple, interactionGuide)},
	{"firewall", "the most restrictive union of the settings of all payloads is used", "", "", by(fact.Apple, appleSchemas+"/blob/release/mdm/profiles/com.apple.security.firewall.yaml")},
	{"privacy", "of conflicting specifications the most restrictive one, deny, is used", "", "", by(fact.Apple, documentation+"privacypreferencespolicycontrol")},
	{"system-extensions", "AllowUserOverrides is false if any profile says so; all other values combine together", "", "", by(fact.Apple, documentation+"systemextensions")},
	{"kernel-extensions", "the lists of all payloads combine, as those for system extensions do", "", oneProfile, by(fact.Unverified, documentation+"systempolicykernelextensions")},
	{"associated-domains", "the union of the payloads for device and user counts", "", "", by(fact.Apple, appleSchemas+"/blob/release/mdm/profiles/com.apple.associated-domains.yaml")},
	{"login-items", "the items of all payloads are kept", "", "", by(fact.Apple, interactionGuide)},
	{"time-server", "the value of the payload installed last counts, and stays when it is removed", "", oneProfile, by(fact.Apple, appleSchemas+"/blob/release/mdm/profiles/com.apple.MCX%28TimeServer%29.yaml")},
	{"notifications", "the apps of all payloads are managed; for an app in two of them nothing is stated", "", "set an app in only one profile", by(fact.Apple, documentation+"notifications")},
	{"dns-chosen", "all are installed, and the device uses the one that its user chooses", "", "deliver only one of them to each device", by(fact.Community, "https://github.com/paulmillr/encrypted-dns/issues/29")},
	{"same-account", "two payloads for one network or account exclude each other, and which stays is undefined", "", onePayload, by(fact.Apple, interactionGuide)},
	{"payloads-coexist", "payloads of this type stand beside each other", "", "", by(fact.Apple, deploymentGuide)},
	{"single-payload", "a device takes one payload of this type", "", onePayload, by(fact.Apple, appleSchemas)},
	{"single-error", "it is an error to install more than one payload of this type", "", onePayload, by(fact.Apple, appleSchemas+"/blob/release/mdm/profiles/com.apple.security.FDERecoveryKeyEscrow.yaml")},
	{"payload-unstated", "if profiles contain the same payload with different settings, the behavior is undefined", "", oneProfile, by(fact.Apple, deploymentGuide)},

	{"preferences", "if profiles set a preference to different values, the behavior is undefined", "", oneProfile, by(fact.Apple, deploymentGuide)},
	{"preferences-forced", "a forced value counts before one that is set once", "", "", by(fact.Unverified, documentation+"managedpreferences")},
	{"preferences-user", "for a user, the value for users counts before the one for the computer", "", "", by(fact.Community, "https://savagetaylor.com/TIL/TA21028.html")},
	{"preferences-domains", "a Mac with 26.6 applied one of the domains in a payload, and which one was unpredictable", "", "give each domain a payload of its own", by(fact.Community, "https://github.com/jamf/terraform-provider-jamfplatform/pull/436")},

	{"declared-updates", "for software updates the declaration counts, and not the payload", "", oneWay, by(fact.Vendor, fleetPrimer)},
	{"declared-policies", "a payload and a declaration both hold, and the strictest value counts", "", "", by(fact.Vendor, fleetPrimer)},
	{"declaration-beside-payload", "Apple names the declaration as the payload's replacement, not which of the two counts", "", oneWay, by(fact.Apple, appleSchemas)},
	{"legacy-takeover", "a legacy declaration that takes over an installed profile does not install it again: other settings in its file wait for the next change", "", "give that profile as a file, too", by(fact.Apple, documentation+"legacyprofile")},
	{"removed", "what a profile set goes with the profile, and the profiles of an MDM server go with the enrollment", "", "", by(fact.Apple, "https://support.apple.com/guide/security/secf6fb9f053/web")},
}

// entry tells where a rule holds.
type entry struct {
	key       string            // patterns separated by spaces; empty for every key
	platforms []target.Platform // nil for all
	rule      string
	how       How
	evidence  fact.Evidence // for these keys, if weaker than the rule's
	order     []string      // of an enum, its values from first to last

	patterns []string // of key
}

// notMac are the platforms with iOS's kind of restrictions.
var notMac = []target.Platform{target.IOS, target.TvOS, target.VisionOS, target.WatchOS} // only these: a Mac is the exception

// entries are the payload types with a statement beyond the schema's on several payloads.
var entries = []struct {
	types []string
	of    []entry
}{
	{[]string{"com.apple.applicationaccess"}, []entry{
		{key: "allowListedAppBundleIDs whitelistedAppBundleIDs allowedExternalIntelligenceWorkspaceIDs", platforms: notMac, rule: "restrictions-list", how: SetIntersection, evidence: fact.Unverified},
		{key: "blockedAppBundleIDs blacklistedAppBundleIDs deniedICCIDs*", platforms: notMac, rule: "restrictions-list", how: SetUnion, evidence: fact.Unverified},
		{key: "allowedCameraRestrictionBundleIDs autonomousSingleAppModePermittedAppIDs ratingRegion ratingAppsExemptedBundleIDs", platforms: notMac, rule: "payload-unstated", how: Undefined},
		{key: "ratingApps ratingMovies ratingTVShows safariAcceptCookies enforcedFingerprintTimeout", platforms: notMac, rule: "restrictions", how: NumberMin, evidence: fact.Unverified},
		{key: "enforcedSoftwareUpdate*", platforms: notMac, rule: "restrictions", how: NumberMax, evidence: fact.Unverified},
		{key: "allow* safariAllow*", platforms: notMac, rule: "restrictions", how: BooleanAnd},
		{key: "force* safariForce* require*", platforms: notMac, rule: "restrictions", how: BooleanOr},
		{platforms: []target.Platform{target.MacOS}, rule: "restrictions-mac", how: Undefined},
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.applicationaccess.new", "com.apple.loginwindow", "com.apple.systempolicy.control", "com.apple.systempolicy.managed",
		"com.apple.NSExtension", "com.apple.system.logging"}, []entry{
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.MCX"}, []entry{
		{key: "timeServer timeZone", rule: "time-server", how: Last},
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.mobiledevice.passwordpolicy"}, []entry{
		{key: "allowSimple", rule: "passcode", how: BooleanAnd},
		{key: "forcePIN requireAlphanumeric changeAtNextAuth", rule: "passcode", how: BooleanOr},
		{key: "minLength minComplexChars", rule: "passcode", how: NumberMax},
		{key: "maxFailedAttempts maxGracePeriod maxInactivity maxPINAgeInDays", rule: "passcode", how: NumberMin},
		{key: "pinHistory", rule: "passcode", how: NumberMax, evidence: fact.Unverified},
		{key: "minutesUntilFailedLoginReset", rule: "passcode", how: NumberMin, evidence: fact.Unverified},
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.security.firewall"}, []entry{
		{key: "Applications", rule: "firewall", how: BooleanAnd, evidence: fact.Unverified},
		{key: "EnableFirewall BlockAllIncoming EnableStealthMode", rule: "firewall", how: BooleanOr},
		{key: "AllowSigned AllowSignedApp", rule: "firewall", how: BooleanAnd},
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.TCC.configuration-profile-policy"}, []entry{
		{key: "*.Allowed", rule: "privacy", how: BooleanAnd},
		{key: "*.Authorization", rule: "privacy", how: EnumFirst, order: []string{"Deny", "AllowStandardUserToSetSystemService", "Allow"}},
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.system-extension-policy"}, []entry{
		{key: "AllowUserOverrides", rule: "system-extensions", how: BooleanAnd},
		{rule: "system-extensions", how: SetUnion},
	}},
	{[]string{"com.apple.syspolicy.kernel-extension-policy"}, []entry{
		{key: "Allowed*", rule: "kernel-extensions", how: SetUnion},
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.associated-domains"}, []entry{
		{key: "*.AssociatedDomains", rule: "associated-domains", how: SetUnion},
		{rule: "payload-unstated", how: Undefined},
	}},
	{[]string{"com.apple.loginitems.managed"}, []entry{
		{rule: "login-items", how: SetUnion},
	}},
	{[]string{"com.apple.notificationsettings"}, []entry{
		{platforms: []target.Platform{target.MacOS}, rule: "notifications", how: Undefined},
	}},
	{[]string{"com.apple.dnsSettings.managed"}, []entry{
		{rule: "dns-chosen", how: Chosen},
	}},
	{[]string{"com.apple.security.FDERecoveryKeyEscrow", "com.apple.security.FDERecoveryRedirect"}, []entry{
		{rule: "single-error", how: Single},
	}},
}

// entriesByType has the entries of each type.
var entriesByType = sync.OnceValue(func() map[string][]*entry {
	all := map[string][]*entry{}
	for i := range entries {
		for _, t := range entries[i].types {
			for j := range entries[i].of {
				entries[i].of[j].patterns = strings.Fields(entries[i].of[j].key)
				all[t] = append(all[t], &entries[i].of[j])
			}
		}
	}
	return all
})

func entriesOf(payloadType string) []*entry { return entriesByType()[payloadType] }

// Entries are arrays of a payload type whose dictionaries are settings of their own, told apart by some of their keys.
type Entries struct {
	Type  string
	Below string   // the first key of the path to the array
	By    []string // the keys that tell the dictionaries apart
}

var listed = []Entries{
	{"com.apple.TCC.configuration-profile-policy", "Services", []string{"Identifier", "AEReceiverIdentifier"}},
	{"com.apple.notificationsettings", "NotificationSettings", []string{"BundleIdentifier"}},
	{"com.apple.security.firewall", "Applications", []string{"BundleID"}},
	{"com.apple.associated-domains", "Configuration", []string{"ApplicationIdentifier"}},
}

// EntriesAt returns the entries in an array at a path, or nil if the array is one setting.
func EntriesAt(payloadType string, path []string) *Entries {
	for i := range listed {
		if listed[i].Type == payloadType && len(path) > 0 && path[0] == listed[i].Below {
			return &listed[i]
		}
	}
	return nil
}

// names are the keys that tell payloads of one kind apart: two with the same value are for one network or account.
var names = map[string]string{
	"com.apple.wifi.managed":               "SSID_STR",
	"com.apple.vpn.managed":                "UserDefinedName",
	"com.apple.mail.managed":               "EmailAccountDescription",
	"com.apple.caldav.account":             "CalDAVAccountDescription",
	"com.apple.carddav.account":            "CardDAVAccountDescription",
	"com.apple.ldap.account":               "LDAPAccountDescription",
	"com.apple.subscribedcalendar.account": "SubCalAccountDescription",
}

// NameKey returns the key that names the network or account of a payload type, or "".
func NameKey(payloadType string) string { return names[payloadType] }

// SameName is the way of two payloads for one network or account.
func SameName() Way { return wayOf("same-account", Undefined) }

// Preference is the way of a key in managed preferences, whatever its domain.
func Preference() Way { return wayOf("preferences", Undefined) }

// SharedDomains is the way of domains that share a payload of managed preferences.
func SharedDomains() Way { return wayOf("preferences-domains", Undefined) }

// ForUser is the way of a preference with a value for users and one for the computer.
func ForUser() Way { return wayOf("preferences-user", Last) }

// ForcedFirst is the way of a preference that one profile forces and another sets once.
func ForcedFirst() Way { return wayOf("preferences-forced", Last) }

// Legacy is the way of a declaration that brings a profile.
func Legacy() Way { return wayOf("legacy-takeover", Coexist) }

// SameIdentifier is the way of two files with one identifier.
func SameIdentifier() Way { return wayOf("same-identifier", Last) }
