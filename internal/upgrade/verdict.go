package upgrade

import (
	"slices"

	"syncguard/internal/target"
)

// Verdict is what an update does to a type or key.
type Verdict string

// The verdicts, the most harmful first.
const (
	Passes     Verdict = "passes"     // comes and goes between the versions: never of use to these devices
	Stops      Verdict = "stops"      // stops working
	Changes    Verdict = "changes"    // works, and means something else
	Redeliver  Verdict = "redeliver"  // works only after the profile is delivered again
	Replaced   Verdict = "replaced"   // works, and a declaration takes its place
	TakenOver  Verdict = "taken-over" // the profile can be handed to a declaration without being installed again
	Deprecated Verdict = "deprecated" // works, and ends with a later version
	New        Verdict = "new"        // did not exist before
	Unchanged  Verdict = "unchanged"  // as before
)

// Verdicts lists every verdict, the most harmful first.
func Verdicts() []Verdict {
	return []Verdict{Passes, Stops, Changes, Redeliver, Replaced, TakenOver, Deprecated, New, Unchanged}
}

func (v Verdict) rank() int { return slices.Index(Verdicts(), v) }

// Title returns the verdict as a heading.
func (v Verdict) Title() string {
	switch v {
	case Passes:
		return "Comes and goes in between"
	case Stops:
		return "Stops working"
	case Changes:
		return "Means something else"
	case Redeliver:
		return "Works only after it is delivered again"
	case Replaced:
		return "Works, and a declaration takes its place"
	case TakenOver:
		return "Can be handed to a declaration without a new installation"
	case Deprecated:
		return "Works, and ends with a later version"
	case New:
		return "Is new, and may help"
	}
	return "Stays as it is"
}

// Phrase returns the verdict on n settings as a predicate.
func (v Verdict) Phrase(n int) string {
	one := map[Verdict]string{Passes: "comes and goes in between", Stops: "stops working", Changes: "means something else",
		Redeliver: "works only after it is delivered again", Replaced: "can become a declaration"}
	many := map[Verdict]string{Passes: "come and go in between", Stops: "stop working", Changes: "mean something else",
		Redeliver: "work only after they are delivered again", Replaced: "can become declarations"}
	if n == 1 {
		return one[v]
	}
	return many[v]
}

// HasDeadline reports whether something stops, changes or has to be done when the devices are updated.
func (v Verdict) HasDeadline() bool {
	return slices.Contains([]Verdict{Passes, Stops, Changes, Redeliver}, v)
}

// deciding returns the kinds of events that make the verdict.
func (v Verdict) deciding() []Kind {
	switch v {
	case Passes, Stops:
		return []Kind{Removed}
	case Changes:
		return []Kind{Changed}
	case Redeliver, New:
		return []Kind{Introduced}
	}
	return []Kind{Ends, Replaceable}
}

// judge returns the verdict of the events of one subject within one move. isReplaceable tells that a declaration stands
// ready after the move. arrival is the verdict on what the move brings: Redeliver for what devices have, New for what exists.
func judge(events []Event, isReplaceable bool, arrival Verdict) Verdict {
	has := func(k Kind) bool { return slices.ContainsFunc(events, func(e Event) bool { return e.Kind == k }) }
	switch {
	case has(Introduced) && has(Removed):
		return Passes
	case has(Removed):
		return Stops
	case has(Introduced):
		return arrival
	case has(Changed):
		return Changes
	case isReplaceable && (has(Ends) || has(Replaceable)):
		return Replaced
	case has(Ends):
		return Deprecated
	}
	return Unchanged
}

// Combine returns the verdict on a subject over two moves in a row, of the verdicts on each. docs/plan.md has its table.
func Combine(first, then Verdict) Verdict {
	arrives := func(v Verdict) bool { return v == Redeliver || v == New }
	switch {
	case first == Passes || then == Passes, arrives(first) && then == Stops:
		return Passes
	case first == Stops || then == Stops:
		return Stops
	case arrives(first):
		return first
	case arrives(then):
		return then
	}
	if first.rank() < then.rank() {
		return first
	}
	return then
}

// isWithin reports whether a version lies after from, and not after to.
func isWithin(v, from, to target.Version) bool {
	return !v.IsZero() && v.Compare(from) > 0 && v.Compare(to) <= 0
}
