// Package facts holds what Apple's schema files do not state as data: what keys need of each other, what a string
// means, which payload a key points at, and what a payload asks of the profile around it. All of it stands in
// facts.json, written by hand, each entry with its source. It makes no findings.
package facts

import (
	"regexp"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// The names under which the dictionaries around payloads and declarations stand, where others have a payload type.
const (
	Profile     = "Configuration" // the top level of a profile, by its PayloadType
	Declaration = "Declaration"   // the top level of a declaration
)

// Facts is everything that the file states. It belongs to all callers: do not change it.
type Facts struct {
	Secrets      Secrets
	Preferences  Preferences
	Combined     Combined
	Counterparts []Extension         // payload types that a declaration can take the place of, where no schema says so
	Groups       map[string][]string // payload types under one name, for References
	Conditions   []Condition
	Meanings     []Meaning
	References   []Reference
	Envelope     []EnvelopeNeed
	Tolerances   []Tolerance
	Extensions   []Extension
	Effects      []Effect
	Renames      []Rename

	places map[string]*Place
}

// Secrets are the keys of Apple's payloads whose values are passwords, passcodes and the like, and the forms of tokens.
type Secrets struct {
	Keys   []string // sorted
	Source string
	Forms  []Form
}

// Form is how a token of a service looks, wherever it stands.
type Form struct {
	What   string // it is, with an article
	Begins string // literally
	Then   string // regular expression of what follows
	Source string

	matcher func() *regexp.Regexp
}

// Matcher matches a token at the beginning of a text.
func (f *Form) Matcher() *regexp.Regexp { return f.matcher() }

// Combined are the payload types of which several may be installed, and whose settings then come together. Such of one key
// can contradict each other; payloads of other types stand beside each other.
type Combined struct {
	Types  []string
	Source string
}

// Preferences are the payload types whose keys a Mac sets as preferences of a program, as it does with any type that
// it has no code for: which keys the program reads is not for Apple's schema of the payload to say.
type Preferences struct {
	Types  []string
	Source string
}

// Site is where a fact holds. Path leads from the payload through keys separated by dots; "*" is any key, and arrays
// are passed through.
type Site struct {
	Types  []string // payload types, Profile or Declaration
	Path   string
	Source string // where the fact can be read
}

// Kind is what a condition asks. The vocabulary is closed.
type Kind string

// The kinds of conditions. All hold in the dictionary at the condition's path, when all of its tests do.
const (
	Requires    Kind = "requires"    // every key is there
	OneOf       Kind = "one-of"      // at least one of the keys is there; a schema that requires one of them does not count
	AtMostOne   Kind = "at-most-one" // no two of the keys are there
	Forbids     Kind = "forbids"     // none of the keys may be there
	Ignores     Kind = "ignores"     // the keys do nothing
	Contradicts Kind = "contradicts" // the tests must not all hold; there are no keys
)

// Condition is what the keys of a dictionary need of each other.
type Condition struct {
	Site
	When     []Test
	Kind     Kind
	Keys     []string
	Severity diag.Severity
	Rule     string // the rule that reports it, where it is not the kind's own
	Help     string
}

// Test holds for a dictionary whose key has one of the values Is, has a value that is none of Not, is not there at all
// (Absent), or, when nothing of that is stated, is there.
type Test struct {
	Key     string
	Is, Not []*plist.Value
	Absent  bool
}

// Sense is what a string or data means. The vocabulary is closed.
type Sense string

// The senses that a value can have.
const (
	IPAddress        Sense = "ip-address"
	Host             Sense = "host"       // a host name, without an address
	IPOrHost         Sense = "ip-or-host" // and no port
	URL              Sense = "url"        // with one of the schemes, and a host
	DomainPattern    Sense = "domain-pattern"
	UUID             Sense = "uuid"
	ReverseDNS       Sense = "reverse-dns"
	BundleIdentifier Sense = "bundle-identifier"
	Base64           Sense = "base64"
	TimeZone         Sense = "timezone"
	CodeRequirement  Sense = "code-requirement" // in Apple's code signing requirement language
	TeamIdentifier   Sense = "team-identifier"  // of a developer at Apple, or apple itself
	OSVersion        Sense = "os-version"       // of a system that exists: 26.2, 16.5.1 (a)
	LocalDateTime    Sense = "local-date-time"  // 2026-12-01T18:00:00: no zone, no fraction
	Text             Sense = "text"             // only its length counts

	// Senses of data.
	Certificate    Sense = "certificate" // in DER
	PEMCertificate Sense = "pem-certificate"
	Image          Sense = "image"
	Font           Sense = "font"
	Identity       Sense = "identity" // a PKCS#12 file, with the passphrase in another key
	SHA256         Sense = "sha256"
	Fingerprint    Sense = "fingerprint" // of a certificate, by any digest
	Script         Sense = "script"      // in UTF-8
)

// IsOfData reports whether it is data, and not a string, that has a sense.
func (s Sense) IsOfData() bool {
	switch s {
	case Certificate, PEMCertificate, Identity, Image, Font, SHA256, Fingerprint, Script:
		return true
	}
	return false
}

// Meaning is what the string or data at a path, or each in an array there, has to be.
type Meaning struct {
	Site
	Sense    Sense
	Schemes  []string // of a URL
	Password string   // the key beside it that has the passphrase of an identity
	Octets   int      // longest length in UTF-8, 0 for any
	Severity diag.Severity
	Rule     string
}

// Reference is a key whose string, or each of whose strings, is the PayloadUUID of another payload of the profile.
type Reference struct {
	Site
	To []string // payload types that it may point at
}

// EnvelopeNeed is what a payload needs of the profile around it on a platform, from a version on.
type EnvelopeNeed struct {
	Site     // Path is empty
	Key      string
	Is       string
	Platform target.Platform
	Since    target.Version
	Severity diag.Severity
	Rule     string
}

// Tolerance is a key where what a schema forbids is known to be in working use. What Rules find there has a Severity
// of its own.
type Tolerance struct {
	Site
	Rules    []string
	Severity diag.Severity
}

// Extension is a payload type that has all keys of another one, which its own schema does not repeat. Path is empty.
type Extension struct {
	Site
	Of string
}
