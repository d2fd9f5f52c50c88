// Package upgrade works out what an OS update does to the payloads, declarations and keys that devices have: what stops
// working, what must be delivered again, what a declaration replaces, what changes its meaning, and what is new.
//
// Start with Move, devices that go from one version to another, then with Files and Catalog, which make a Checklist for some
// moves. lifecycle.go turns the availability of a type or key into events, each at one version; verdict.go makes one verdict
// of the events between two versions, and tells how the verdicts of two moves in a row combine. meanings.json holds what no
// schema states as data: the versions on which a setting changed its meaning, in Apple's words.
//
// The package looks at no value but to find keys, and writes none. It knows no clock: a date is the day a version came out.
package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Move is devices that go from one OS version to a later one.
type Move struct {
	Platform   target.Platform   // iOS stands for iPadOS, too, unless another move has it
	From, To   target.Version    // the installed version, and the one after the update
	Enrollment target.Enrollment // empty for any way of install
	Devices    int               // how many there are; 0 if nobody counted
}

// Before returns the devices as they are; without an enrollment, those that honor the most.
func (m Move) Before() target.Target { return m.at(m.From) }

// After returns the devices with the later version.
func (m Move) After() target.Target { return m.at(m.To) }

func (m Move) at(v target.Version) target.Target {
	return target.Target{Platform: m.Platform, Version: v, Enrollment: cmp.Or(m.Enrollment, target.Supervised)}
}

// String writes the move as its devices are named before it: iOS@26/supervised, or iOS@26 for any way of install.
func (m Move) String() string {
	s := string(m.Platform) + "@" + m.From.String()
	if m.Enrollment != "" {
		s += "/" + string(m.Enrollment)
	}
	return s
}

// Task is one line of the checklist: a verdict on some keys of one type that share everything else.
type Task struct {
	Verdict     Verdict
	Files       []string      // the files with the keys; none in a checklist of the catalog
	Intent      intent.ID     // of a template's intent, in place of a type
	Type        string        // ID of the type in the catalog: a payload type, with a part in brackets if several share it, a declaration type or a preference domain
	Family      schema.Family // of the type
	Keys        []string      // with dots between the keys of a path; none for the type as a whole
	Events      []Event       // in the order of platforms, then of versions
	Moves       []int         // the moves of the checklist that it holds for
	Effects     []Effect      // the strength before and after, one for each move with a known one; of several keys the strongest
	Replacement *Replacement  // nil without one
	Notes       []intent.Note // what else to know
}

// Effect is the strength of a setting on the devices of a move.
type Effect struct {
	Move          int // index in the checklist
	Before, After intent.Class
}

// Replacement is a declaration that takes a payload's or key's place.
type Replacement struct {
	Type     string // of the declaration
	Way      Way
	Verified bool // Apple names it
}

// Way is how a replacement is made.
type Way string

// The ways.
const (
	ByMigrate Way = "migrate" // syncguard migrate converts it
	ByHand    Way = "hand"    // arranged differently: a person writes it
	ByBuild   Way = "build"   // building the template for the new version makes it
)

// Days returns the days on which the verdict comes true, each once and in order; a version without a known day has none.
func (t *Task) Days() (days []string) {
	deciding := t.Verdict.deciding()
	if t.Intent != "" {
		deciding = []Kind{Changed}
	}
	for _, e := range t.Events {
		if e.Date != "" && slices.Contains(deciding, e.Kind) {
			days = append(days, e.Date)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// date returns the first of the days, "" without any.
func (t *Task) date() string {
	if days := t.Days(); len(days) > 0 {
		return days[0]
	}
	return ""
}

// Checklist is what some moves mean.
type Checklist struct {
	Moves     []Move
	Concerns  []bool // for each move: its devices take something of the files
	Tasks     []Task
	Unchanged int // types and keys without a task
	Unknown   int // keys in no schema: nothing is known of them
}

// merge puts tasks that share everything but keys and effects into one, and sorts all by harm, then by date. keys of one path in
// several files or on several moves must have been joined before.
func merge(all []Task) []Task {
	at := map[string]int{}
	var merged []Task
	for _, t := range all {
		id := t.identity()
		i, known := at[id]
		if !known || len(t.Keys) == 0 {
			at[id] = len(merged)
			merged = append(merged, t)
			continue
		}
		merged[i].Keys = append(merged[i].Keys, t.Keys...)
		merged[i].strengthen(t.Effects)
	}
	for i := range merged {
		slices.Sort(merged[i].Keys)
	}
	slices.SortStableFunc(merged, func(a, b Task) int {
		return cmp.Or(a.Verdict.rank()-b.Verdict.rank(), compareDates(a.date(), b.date()), cmp.Compare(a.Intent, b.Intent),
			cmp.Compare(a.Type, b.Type), slices.Compare(a.Keys, b.Keys))
	})
	return merged
}

// strengthen raises effects to those of another task, if stronger.
func (t *Task) strengthen(others []Effect) {
	for _, o := range others {
		i := slices.IndexFunc(t.Effects, func(e Effect) bool { return e.Move == o.Move })
		if i < 0 {
			t.Effects = append(t.Effects, o)
			continue
		}
		e := &t.Effects[i]
		if intent.Stronger(o.Before, e.Before) {
			e.Before = o.Before
		}
		if intent.Stronger(o.After, e.After) {
			e.After = o.After
		}
	}
}

// compareDates orders dates, an unknown one last.
func compareDates(a, b string) int {
	if (a == "") != (b == "") {
		return len(b) - len(a)
	}
	return cmp.Compare(a, b)
}

// identity writes everything of a task but its keys.
func (t *Task) identity() string {
	var b strings.Builder
	part := func(s string) { b.WriteString(s); b.WriteByte(0) }
	part(string(t.Verdict))
	part(string(t.Intent))
	part(t.Type)
	part(string(t.Family))
	if len(t.Keys) == 0 {
		part("whole")
	}
	for _, f := range t.Files {
		part(f)
	}
	for _, e := range t.Events {
		part(string(e.Kind) + string(e.Platform) + e.Version.String() + e.Text)
	}
	for _, m := range t.Moves {
		part(string(rune(m)))
	}
	if t.Replacement != nil {
		part(t.Replacement.Type + string(t.Replacement.Way))
	}
	for _, n := range t.Notes {
		part(n.Text)
	}
	return b.String()
}

// redelivered is the note on a key that an older system passed over. Apple states nothing.
func redelivered() intent.Note {
	return intent.Note{Text: "a device reads a profile only when it is installed: a key that its OS did not know then stays without effect until the profile is delivered again",
		Evidence: fact.Community, Source: intent.ReadAgain().Source}
}

// unread is the note on a declaration that an older system did not know.
func unread() intent.Note {
	return intent.Note{Text: "nobody reported what a device does after the update with a declaration that it did not know before: look at its status report, and change the ServerToken to send it again",
		Evidence: fact.Unverified}
}
