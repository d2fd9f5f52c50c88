// Package intent holds the prevention intents, the measures against iCloud's "Sync Paused": date & time, DNS, cellular data,
// storage and software updates, one file each.
//
// Start with the table in intents.go. For a target, Choice.Plan (plan.go) calls every intent's plan function. Each adds keys to
// payloads or declarations and records their real effect on the target as an Outcome (outcome.go). Effects are computed from
// the schema facts; the few facts missing there stand next to their sources. settings.go holds the steps left for a person.
//
// The package builds no profile; package compose does.
package intent

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
)

// Class is the strength of a profile's effect on an intent.
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

// Label returns the class in words for people.
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

// Brief explains the class in the fewest words, for a legend.
func (c Class) Brief() string {
	switch c {
	case Enforced:
		return "nobody can change it"
	case Locked:
		return "the switch stays as it is"
	case Preset:
		return "can be changed"
	case Manual:
		return "a person has to do it"
	}
	return "no such thing"
}

// Stronger reports whether a does more than b.
func Stronger(a, b Class) bool { return slices.Index(Classes(), a) < slices.Index(Classes(), b) }

// Outcome is the effect of a profile on one intent, on one target.
type Outcome struct {
	Intent     ID          `json:"intent"`     // key of the intent in a template, such as `date-time`
	Class      Class       `json:"class"`      // `enforced`, `locked`, `preset`, `manual`, `none`
	Mechanisms []string    `json:"mechanisms"` // payload type and key of each mechanism set; may be empty
	Tried      []Mechanism `json:"-"`          // every mechanism tried, in order
	Notes      []Note      `json:"notes"`      // conditions and consequences
	Settings   []Setting   `json:"settings"`   // steps a person can take by hand
	Source     string      `json:"source"`     // source of the class
}

// Mechanism is a payload type or key tried for an intent on a target.
type Mechanism struct {
	Type  string
	Path  []string // path of the key; empty for the whole type
	Works bool
}

// String returns the payload type and key, such as com.apple.MCX.timeServer.
func (l Mechanism) String() string { return strings.Join(append([]string{l.Type}, l.Path...), ".") }

// Note is a fact to know about an outcome.
type Note struct {
	Text     string        `json:"text"`     // one clause, no full stop
	Evidence fact.Evidence `json:"evidence"` // `apple`, `community`, `unverified`
	Source   string        `json:"source"`   // page or issue stating it
	Detail   bool          `json:"-"`        // follows from the class, so a table leaves it out
	Chosen   bool          `json:"-"`        // follows from a Choice of the user, not from the devices
}

// ReadAgain returns the note for a profile key newer than a target's oldest devices.
func ReadAgain() Note {
	return Note{Text: "is not read after an upgrade until the profile is delivered again", Evidence: fact.Community, Source: "https://github.com/fleetdm/fleet/issues/25578"}
}

// Label returns the note, with its evidence unless Apple states it.
func (n Note) Label() string {
	if n.Evidence == fact.Apple {
		return n.Text
	}
	return n.Text + " (" + string(n.Evidence) + ")"
}

// Setting is a step for a person to take by hand, beyond the reach of a profile.
type Setting struct {
	Path     []string      `json:"path"`     // from the Settings app down to the switch
	Value    string        `json:"value"`    // value to choose
	Evidence fact.Evidence `json:"evidence"` // for the labels, on the current version
}

func (s Setting) String() string { return strings.Join(s.Path, " > ") + ": " + s.Value }

// note adds a fact stated by Apple's schemas or documentation.
func (o *Outcome) note(text, source string) { o.add(text, fact.Apple, source) }

func (o *Outcome) add(text string, e fact.Evidence, source string) {
	o.Notes = append(o.Notes, Note{Text: text, Evidence: e, Source: source})
}

// detail adds a fact too obvious for a table.
func (o *Outcome) detail(text string, e fact.Evidence, source string) {
	o.Notes = append(o.Notes, Note{Text: text, Evidence: e, Source: source, Detail: true})
}

// raise raises the class to c, unless it is stronger already, and adds the mechanism.
func (o *Outcome) raise(c Class, mechanism string) {
	if Stronger(c, o.Class) {
		o.Class = c
	}
	o.Mechanisms = append(o.Mechanisms, mechanism)
}
