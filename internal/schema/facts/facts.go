// Package facts holds facts beyond Apple's schema files: conditions between keys, the meaning of strings and data,
// references between payloads, effects on devices, and demands on the profile around a payload.
//
// Start with facts.json, written by hand, each entry with its source; a test reads it and makes table.go of it. Embedded gives the
// facts, and Facts.Of those of a payload type. The rules of lint make findings of them; this package makes none.
package facts

import (
	"regexp"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// The names of the dictionaries around payloads and declarations, in place of a payload type.
const (
	Profile     = "Configuration" // the top level of a profile, by its PayloadType
	Declaration = "Declaration"   // the top level of a declaration
)

// Embedded returns the built-in facts, each put at its place on first use.
var Embedded = sync.OnceValue(func() *Facts {
	table.index()
	return table
})

// Facts is the content of facts.json. It is shared; do not modify it.
type Facts struct {
	Secrets      Secrets
	Preferences  Preferences
	Counterparts []Extension         // payload types replaced by a declaration, though no schema states it
	Groups       map[string][]string // payload types under one name, for References
	Conditions   []Condition
	Meanings     []Meaning
	References   []Reference
	Envelope     []EnvelopeNeed
	Tolerances   []Tolerance
	Extensions   []Extension
	Effects      []Effect
	Renames      []Rename
	Units        []Quantity

	places map[string]*Place
}

// Secrets are the keys for passwords, passcodes and the like in Apple's payloads, and the forms of tokens.
type Secrets struct {
	Keys   []string // sorted
	Source string
	Forms  []Form
}

// Form is the form of a service's token, in any text.
type Form struct {
	What   string // the kind of token, with an article
	Begins string // literally
	Then   string // regular expression of the rest
	Source string

	matcher func() *regexp.Regexp
}

// Matcher matches a token at the beginning of a text.
func (f *Form) Matcher() *regexp.Regexp { return f.matcher() }

// Preferences are the payload types a Mac has no code for. It sets their keys as preferences of a program, and Apple's
// schema of the payload does not know every key the program reads.
type Preferences struct {
	Types  []string
	Source string
}

// Site is the place of a fact. Path leads from the payload through keys separated by dots; "*" is any key, and arrays
// are passed through.
type Site struct {
	Types  []string // payload types, Profile or Declaration
	Path   string
	Source string // of the fact
}

// Kind is the demand of a condition.
type Kind string

// The kinds of conditions. All hold in the dictionary at the condition's path, when all of its tests do.
const (
	Requires    Kind = "requires"    // every key is there
	OneOf       Kind = "one-of"      // at least one of the keys is there, even if the schema requires one of them
	AtMostOne   Kind = "at-most-one" // no two of the keys are there
	Forbids     Kind = "forbids"     // none of the keys may be there
	Ignores     Kind = "ignores"     // the keys do nothing
	Contradicts Kind = "contradicts" // the tests must not all hold; there are no keys
)

// Condition is a demand between keys of a dictionary.
type Condition struct {
	Site
	When     []Test
	Kind     Kind
	Keys     []string
	Severity diag.Severity
	Rule     string // the rule reporting it, if not the kind's own
	Help     string
}

// Test holds for a dictionary if its key has a value of Is, has a value not in Not, or is missing (Absent); with none of
// the three, if the key is there.
type Test struct {
	Key     string
	Is, Not []*plist.Value
	Absent  bool
}

// Sense is the meaning of a string or data.
type Sense string

// All senses.
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
	OSVersion        Sense = "os-version"       // of an existing system: 26.2, 16.5.1 (a)
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

// IsOfData is true for a sense of data, false for one of strings.
func (s Sense) IsOfData() bool {
	switch s {
	case Certificate, PEMCertificate, Identity, Image, Font, SHA256, Fingerprint, Script:
		return true
	}
	return false
}

// Meaning is the sense required of the string or data at a path, or of each in an array there.
type Meaning struct {
	Site
	Sense    Sense
	Schemes  []string // of a URL
	Password string   // the key beside it with the passphrase of an identity
	Octets   int      // longest length in UTF-8, 0 for any
	Severity diag.Severity
	Rule     string
}

// Unit is what a number counts.
type Unit string

// All units.
const (
	Milliseconds Unit = "milliseconds"
	Seconds      Unit = "seconds"
	Minutes      Unit = "minutes"
	Days         Unit = "days"
	Bytes        Unit = "bytes"
	Megabytes    Unit = "megabytes"
)

// Quantity is a number with a unit, by the words of its schema.
type Quantity struct {
	Site
	Unit Unit
}

// Reference is a key with the PayloadUUID of another payload of the profile, or an array of these.
type Reference struct {
	Site
	To []string // allowed payload types of the other payload
}

// EnvelopeNeed is a demand of a payload on the profile around it, on a platform from a version on.
type EnvelopeNeed struct {
	Site     // Path is empty
	Key      string
	Is       string
	Platform target.Platform
	Since    target.Version
	Severity diag.Severity
	Rule     string
}

// Tolerance is a key with forbidden values known to work in real use. Findings of Rules there have a Severity
// of its own.
type Tolerance struct {
	Site
	Rules    []string
	Severity diag.Severity
}

// Extension is a payload type with all keys of another one, not repeated in its own schema. Path is empty.
type Extension struct {
	Site
	Of string
}
