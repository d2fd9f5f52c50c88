package template

import (
	"encoding/json"
	"fmt"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Entry is the value of one key of a template, or its default; IsSet tells them apart. Printing a secret Entry never shows
// its value.
type Entry[T any] struct {
	Value  T
	IsSet  bool
	Secret bool
	Span   diag.Span // of the value; zero for a default
	Path   diag.Path // key path, such as prevention.dns.protocol
}

// String shows the value, unless it is secret.
func (e Entry[T]) String() string {
	if e.Secret {
		return "(secret)"
	}
	return fmt.Sprint(e.Value)
}

// GoString is String, so no way of printing shows a secret.
func (e Entry[T]) GoString() string { return e.String() }

// MarshalJSON writes the bare value, or "(secret)".
func (e Entry[T]) MarshalJSON() ([]byte, error) {
	if e.Secret {
		return json.Marshal(e.String())
	}
	return json.Marshal(e.Value)
}

// Spec is a template after overlays and variables: checked, with every default filled in.
type Spec struct {
	Name         string   // of the template, as findings show it
	Files        []string // every template read, the base first
	Organization Organization
	Profile      Profile
	Targets      []Entry[target.Target] // never empty; DefaultTargets if the template has none
	Prevention   Prevention
	Payloads     []Payload
	Variables    []Variable // declared ones, in the order of the template

	hasSecret bool // anywhere in the template
}

// HasSecrets is true if any part of the Spec came from a secret, so output needs more care.
func (s *Spec) HasSecrets() bool {
	if s.hasSecret || s.Profile.Removal.Passcode.IsSet {
		return true
	}
	for _, v := range s.Variables {
		if v.Secret && v.Used {
			return true
		}
	}
	for _, p := range s.Payloads {
		if p.Keys.HasSecret() {
			return true
		}
	}
	return s.Profile.Keys.HasSecret()
}

// Organization is who issues the profiles.
type Organization struct {
	Name       Entry[string] // PayloadOrganization
	Identifier Entry[string] // reverse-DNS; every identifier and UUID is derived from it
}

// Profile is the envelope of every built profile.
type Profile struct {
	Identifier  Entry[string]   // suffix after the organization's identifier
	DisplayName Entry[string]   // empty: let the composer choose
	Description Entry[string]   // empty: let the composer choose
	Scope       Entry[string]   // PayloadScope: System or User
	Languages   []Entry[string] // of the steps by hand and of ConsentText; empty: English steps and no ConsentText
	Removal     Removal
	Expires     Entry[time.Time] // PayloadExpirationDate, if set
	Consent     []Consent        // ConsentText, in the order of the template
	Keys        *plist.Value     // Dictionary: a verbatim top level, in place of the rest; nil for none
	Raw         Entry[bool]      // build Keys unchanged, even with findings
}

// Removal is how and when a profile leaves a device.
type Removal struct {
	Disallowed Entry[bool]          // PayloadRemovalDisallowed
	Date       Entry[time.Time]     // RemovalDate, if set
	After      Entry[time.Duration] // DurationUntilRemoval, if set; whole seconds, more than none
	Passcode   Entry[string]        // RemovalPassword, if set; always secret
}

// Consent is the text to be accepted before installation, in one language.
type Consent struct {
	Language string // BCP 47, or "default"
	Text     Entry[string]
}

// Prevention is the intents to keep iCloud syncing. An intent missing in the template is on with its defaults.
type Prevention struct {
	DateTime DateTime
	DNS      DNS
	Cellular Cellular
	Storage  Storage
	Updates  Updates
}

// IsOff reports whether every intent is off: the profile has nothing to do with iCloud sync.
func (p *Prevention) IsOff() bool {
	return !p.DateTime.Enabled.Value && !p.DNS.Enabled.Value && !p.Cellular.Enabled.Value && !p.Storage.Enabled.Value && !p.Updates.Enabled.Value
}

// DateTime is the date-time intent: the clock is right, so certificates and tokens count as valid.
type DateTime struct {
	Enabled    Entry[bool]   // false: the intent is off
	Automatic  Entry[bool]   // force Set Automatically on platforms with a key for it
	TimeServer Entry[string] // NTP host for macOS
	TimeZone   Entry[string] // IANA name for macOS; empty: leave the zone alone. It stays set after removal
	Timed      Entry[bool]   // also manage com.apple.timed, undocumented by Apple
}

// DNSProvider is the name of a resolver.
type DNSProvider string

// The providers. Custom takes its addresses from the template.
const (
	Cloudflare DNSProvider = "cloudflare"
	Google     DNSProvider = "google"
	Quad9      DNSProvider = "quad9"
	Custom     DNSProvider = "custom"
)

// DNSProviders lists every provider.
func DNSProviders() []DNSProvider { return []DNSProvider{Cloudflare, Google, Quad9, Custom} }

// providerAddresses are the well-known addresses of the providers.
func providerAddresses() map[string]DNSProvider {
	return map[string]DNSProvider{"1.1.1.1": Cloudflare, "8.8.8.8": Google, "9.9.9.9": Quad9}
}

// DNSProtocol is the protocol of the resolver.
type DNSProtocol string

// The protocols. Apple's DNSProtocol values for them are HTTPS and TLS.
const (
	HTTPS DNSProtocol = "https"
	TLS   DNSProtocol = "tls"
)

// DNSCombine is the way several providers reach a device.
type DNSCombine string

const (
	Failover   DNSCombine = "failover"   // one payload, of the first provider, with a fallback to the network's resolver
	Selectable DNSCombine = "selectable" // one payload a provider; the person chooses, and only one is active
)

// DNS is the dns intent: a trusted encrypted resolver.
type DNS struct {
	Enabled             Entry[bool] // false: the intent is off
	Providers           []Entry[DNSProvider]
	Protocol            Entry[DNSProtocol]
	Combine             Entry[DNSCombine]
	AllowFailover       Entry[bool]     // AllowFailover: to the network's resolver when the provider does not answer
	ProhibitDisablement Entry[bool]     // ProhibitDisablement, on supervised devices
	Custom              CustomDNS       // only if Providers holds Custom
	ExemptNetworks      []Entry[string] // SSIDs of networks with their own resolver in use
	ExemptSearchDomains []Entry[string] // the same, by the network's search domain
	ExemptServers       []Entry[string] // the same, by the network's resolver: patterns such as 10.*
	LocalDomains        []Entry[string] // names for every network's own resolver
	MatchDomains        []Entry[string] // SupplementalMatchDomains: only these names use the provider; empty is all
}

// CustomDNS is the resolver of the provider "custom".
type CustomDNS struct {
	Name       Entry[string]   // display name; may be empty
	ServerURL  Entry[string]   // https URL; set with the protocol https only
	ServerName Entry[string]   // host name; set with the protocol tls only
	Addresses  []Entry[string] // IPv4 and IPv6; may be empty
}

// Cellular is the cellular intent: iCloud may use cellular data. No profile can turn that on.
type Cellular struct {
	Enabled             Entry[bool] // false: the intent is off
	FreezeToggles       Entry[bool] // allowAppCellularDataModification false: freezes the toggles as they are, on or off
	ConfirmTogglesAreOn Entry[bool] // true if FreezeToggles is
	AllowRoaming        Entry[bool] // emit only if IsSet
	WiFiAssist          *WiFiAssist // nil: emit nothing
}

// WiFiAssist is a Wi-Fi Assist policy for given SIM cards.
type WiFiAssist struct {
	Policy Entry[string]   // default (WiFiAssistPolicy 2) or aggressive (3)
	ICCIDs []Entry[string] // never empty
}

// PolicyNumber is Apple's WiFiAssistPolicy.
func (w *WiFiAssist) PolicyNumber() int64 {
	if w.Policy.Value == "aggressive" {
		return 3
	}
	return 2
}

// Storage is the storage intent: neither the device nor iCloud runs full.
type Storage struct {
	Enabled          Entry[bool] // false: the intent is off
	Steps            Entry[bool] // list the steps left to do by hand
	OptimizeMac      Entry[bool] // com.apple.bird optimize-storage; emit only if IsSet; true only with Experimental
	Experimental     Entry[bool]
	AllowCloudBackup Entry[bool] // emit only if IsSet and false: it stops iCloud backups
	EmptyTrash       Entry[bool] // Finder's FXRemoveOldTrashItems; emit only if IsSet
}

// Updates is the updates intent: the operating system stays current.
type Updates struct {
	Enabled           Entry[bool] // false: the intent is off
	Automatic         Entry[bool]
	InstallAppUpdates Entry[bool]
	Enforce           Enforcement
}

// Enforcement is a version required on devices by a deadline.
type Enforcement struct {
	Version    Entry[string] // such as 26.2
	Deadline   Entry[string] // yyyy-mm-ddThh:mm:ss, in each device's own time
	DetailsURL Entry[string] // may be unset
}

// IsSet is true if the template requires a version.
func (e Enforcement) IsSet() bool { return e.Version.IsSet && e.Deadline.IsSet }

// Payload is a payload written out in Apple's keys.
type Payload struct {
	ID          Entry[string]   // unique in the template
	Type        Entry[string]   // PayloadType
	DisplayName Entry[string]   // may be empty
	Description Entry[string]   // may be empty
	Identifier  Entry[string]   // PayloadIdentifier, if set; otherwise derived
	UUID        Entry[string]   // PayloadUUID, if set, in upper case; otherwise derived
	Targets     []Filter        // empty: every target
	Keys        *plist.Value    // Dictionary, never nil, no nulls; {$file} and {$text} are already replaced
	References  []Entry[string] // ids of other payloads, which {$uuid: ID} in Keys name; never its own
	Raw         Entry[bool]     // build it unchanged, even with findings
	Span        diag.Span       // of the id, or of the entry without one
	Path        diag.Path       // such as payloads[0]
}

// AppliesTo is true if the payload belongs in the profile for a target.
func (p Payload) AppliesTo(t target.Target) bool {
	for _, f := range p.Targets {
		if f.Matches(t) {
			return true
		}
	}
	return len(p.Targets) == 0
}

// Filter is a group of targets: PLATFORM, ENROLLMENT or PLATFORM/ENROLLMENT. An empty half is any.
type Filter struct {
	Platform   target.Platform
	Enrollment target.Enrollment
	Span       diag.Span
}

// Matches is true for a target in the group. iOS includes iPadOS, as in Apple's schema files.
func (f Filter) Matches(t target.Target) bool {
	platform := f.Platform == "" || f.Platform == t.Platform || f.Platform == t.Platform.Schema()
	return platform && (f.Enrollment == "" || f.Enrollment == t.Enrollment)
}

// Variable is a declared variable, without its value.
type Variable struct {
	Name        string
	Kind        plist.Kind // String, Integer, Real, Boolean, Date or Data
	Description string
	Secret      bool
	HasDefault  bool
	Used        bool
	Span        diag.Span // of the name
}

// DefaultTargets are the targets of a template without any.
func DefaultTargets() []target.Target {
	v := target.DefaultVersion()
	return []target.Target{ // a person can install a profile by hand there, or a server is common
		{Platform: target.IOS, Version: v, Enrollment: target.Manual},
		{Platform: target.IOS, Version: v, Enrollment: target.Supervised},
		{Platform: target.MacOS, Version: v, Enrollment: target.Manual},
		{Platform: target.MacOS, Version: v, Enrollment: target.Supervised},
		{Platform: target.VisionOS, Version: v, Enrollment: target.Manual},
	}
}
