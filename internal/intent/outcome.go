// Package baseline holds the prevention intents: what can be done against iCloud's "Sync Paused" on a device, and what
// cannot. One file an intent. Each says what to put into the profile for a target and what that will really do there;
// the answer is computed from the schema facts, and the few facts that no schema states stand beside their source.
package intent

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
)

// ID names one thing that keeps iCloud syncing.
type ID string

// The intents, in the order in which they are reported.
const (
	DateTime ID = "date-time"
	DNS      ID = "dns"
	Cellular ID = "cellular"
	Storage  ID = "storage"
	Updates  ID = "updates"
)

// Intents lists every intent.
func All() []ID { return []ID{DateTime, DNS, Cellular, Storage, Updates} }

// Title is the intent as a heading.
func (i ID) Title() string {
	switch i {
	case DateTime:
		return "date & time"
	case DNS:
		return "DNS"
	}
	return string(i)
}

// Class is what a profile does about an intent on a target.
type Class string

// The classes, strongest first.
const (
	Enforced Class = "enforced" // set, and nobody can change it
	Locked   Class = "locked"   // nobody can change the switch, and it stays as it was
	Preset   Class = "preset"   // set, and the person can change it
	Manual   Class = "manual"   // a person has to do it
	None     Class = "none"     // the platform has no such thing
)

// Classes lists every class, strongest first.
func Classes() []Class { return []Class{Enforced, Locked, Preset, Manual, None} }

// Label returns the class as a person reads it.
func (c Class) Label() string {
	switch c {
	case Manual:
		return "by hand"
	case None:
		return "–"
	}
	return string(c)
}

// Meaning explains the class in a few words.
func (c Class) Meaning() string {
	switch c {
	case Enforced:
		return "set, and nobody can change it"
	case Locked:
		return "nobody can change the switch, and it stays as it was"
	case Preset:
		return "set, and the person can change it"
	case Manual:
		return "a person has to do it"
	}
	return "the platform has no such thing"
}

// Stronger reports whether a does more than b.
func Stronger(a, b Class) bool { return slices.Index(Classes(), a) < slices.Index(Classes(), b) }

// Outcome is what a profile does about one intent on one target.
type Outcome struct {
	Intent     ID          `json:"intent"`     // `date-time`, `dns`, `cellular`, `storage`, `updates`
	Class      Class       `json:"class"`      // `enforced`, `locked`, `preset`, `manual`, `none`
	Mechanisms []string    `json:"mechanisms"` // payload type and key of each mechanism that is set; empty where nothing is
	Tried      []Mechanism `json:"-"`          // every mechanism that was tried, in order
	Notes      []Note      `json:"notes"`      // conditions and consequences
	Settings   []Setting   `json:"settings"`   // what a person can do by hand
	Source     string      `json:"source"`     // where the class comes from
}

// Mechanism is a payload type or key that may serve an intent, and whether it does on the target.
type Mechanism struct {
	Type  string
	Path  []string // to the key; empty: the type as a whole
	Works bool
}

// Mechanism is the mechanism as one reads it: com.apple.MCX.timeServer.
func (l Mechanism) String() string { return strings.Join(append([]string{l.Type}, l.Path...), ".") }

// Note is one fact that a person should know about an outcome.
type Note struct {
	Text     string        `json:"text"`     // one clause, no full stop
	Evidence fact.Evidence `json:"evidence"` // `apple`, `community`, `unverified`
	Source   string        `json:"source"`   // where it can be read
	Detail   bool          `json:"-"`        // true of the class wherever it is reached, so a table need not say it
}

// ReadAgain is said of a key of a profile that is newer than the oldest devices of a target.
func ReadAgain() Note {
	return Note{Text: "is not read after an upgrade until the profile is delivered again", Evidence: fact.Community, Source: "https://github.com/fleetdm/fleet/issues/25578"}
}

// Label says the note with its evidence, where that is not Apple's word.
func (n Note) Label() string {
	if n.Evidence == fact.Apple {
		return n.Text
	}
	return n.Text + " (" + string(n.Evidence) + ")"
}

// Setting is what a person does by hand where a profile cannot.
type Setting struct {
	Path     []string      `json:"path"`     // from the Settings app down
	Value    string        `json:"value"`    // what to choose at the end
	Evidence fact.Evidence `json:"evidence"` // of the labels on the current version
}

func (s Setting) String() string { return strings.Join(s.Path, " > ") + ": " + s.Value }

// note adds a fact that Apple's schema or documentation states.
func (o *Outcome) note(text, source string) { o.add(text, fact.Apple, source) }

func (o *Outcome) add(text string, e fact.Evidence, source string) {
	o.Notes = append(o.Notes, Note{Text: text, Evidence: e, Source: source})
}

// detail adds a fact that goes without saying in a table.
func (o *Outcome) detail(text string, e fact.Evidence, source string) {
	o.Notes = append(o.Notes, Note{text, e, source, true})
}

// raise raises the class to c, through a payload type and key.
func (o *Outcome) raise(c Class, mechanism string) {
	if Stronger(c, o.Class) {
		o.Class = c
	}
	o.Mechanisms = append(o.Mechanisms, mechanism)
}
