package upgrade

import (
	"cmp"
	"slices"

	"syncguard/internal/fact"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Kind is the kind of an Event.
type Kind string

// The kinds of events.
const (
	Introduced  Kind = "introduced"
	Ends        Kind = "deprecated"
	Removed     Kind = "removed"
	Replaceable Kind = "replaceable" // the declaration in its place is introduced
	Changed     Kind = "changed"     // its meaning
)

// Event is a change at one version of a platform.
type Event struct {
	Kind     Kind
	Platform target.Platform
	Version  target.Version
	Date     string        // the day the version came out, such as 2026-09-14; empty if no source of it is known
	Text     string        // of a changed meaning: what it is now; empty for other kinds
	Evidence fact.Evidence // who states it
	Source   string

	isNeed bool // of a demand on the profile around a payload
}

// subject is a type or key on one platform, and all that ever happens to it.
type subject struct {
	own, above  schema.Availability // of the key, and of what holds it; the zero Availability above a type
	replacement schema.Availability // of the declaration in its place
	replaced    bool                // there is one
	meanings    []*Meaning
	evidence    fact.Evidence
	source      string
}

// events lists what happens to a subject itself within a move, oldest first; what happens to all that holds it happens there.
func (s *subject) events(m Move) []Event {
	if s.own.NotAvailable {
		return nil
	}
	var all []Event
	add := func(k Kind, v target.Version) *Event {
		if !isWithin(v, m.From, m.To) {
			return &Event{}
		}
		all = append(all, Event{Kind: k, Platform: m.Platform, Version: v, Date: m.Platform.ReleaseDate(v), Evidence: s.evidence, Source: s.source})
		return &all[len(all)-1]
	}
	for _, stated := range []struct {
		kind      Kind
		own, held target.Version
	}{{Introduced, s.own.Introduced, s.above.Introduced}, {Ends, s.own.Deprecated, s.above.Deprecated}, {Removed, s.own.Removed, s.above.Removed}} {
		if stated.own != stated.held || s.above.NotAvailable {
			add(stated.kind, stated.own)
		}
	}
	if s.replaced && !s.replacement.NotAvailable && s.isThere(s.replacement.Introduced) {
		add(Replaceable, s.replacement.Introduced)
	}
	for _, meaning := range s.meanings {
		if v := meaning.Since[m.Platform.Schema()]; meaning.concerns(m) && s.isThere(v) {
			e := add(Changed, v)
			e.Text, e.Evidence, e.Source, e.isNeed = meaning.Text, meaning.Evidence, meaning.Source, meaning.need.Key != ""
		}
	}
	if m.Enrollment != "" && (len(all) > 0 || m.Enrollment == target.Device) && s.isKeptOff(m.Before()) && s.isKeptOff(m.After()) {
		return nil
	}
	if since := s.supervisedSince(m); !since.IsZero() {
		all = slices.DeleteFunc(all, func(e Event) bool { return e.Version.Compare(since) < 0 })
		if s.isThere(since) {
			e := add(Changed, since)
			e.Text, e.Evidence = "works: it needs a supervised device, and MDM supervises every device of "+string(m.Platform)+" since this version", fact.Apple
			e.Source = "https://support.apple.com/guide/deployment/dep1d89f0bff/web"
		}
	}
	if len(all) < 2 {
		return all
	}
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Or(a.Version.Compare(b.Version), cmp.Compare(a.Kind, b.Kind)) })
	return all
}

// isThere reports whether devices have the subject before a version, and still have it then.
func (s *subject) isThere(v target.Version) bool {
	return s.own.Introduced.Compare(v) < 0 && (s.own.Removed.IsZero() || s.own.Removed.Compare(v) > 0)
}

// isKeptOff reports whether a way of install keeps the subject off a device, whatever its version.
func (s *subject) isKeptOff(t target.Target) bool { return keptOff(s.own, t) }

func keptOff(a schema.Availability, t target.Target) bool {
	a.Introduced, a.Deprecated, a.Removed = target.Version{}, target.Version{}, target.Version{}
	return slices.ContainsFunc(a.Limits(t), func(l schema.Limit) bool { return l.Obstacle.Blocks() })
}

// supervisedSince returns the version that makes the devices of a move supervised, if the subject works on no others.
func (s *subject) supervisedSince(m Move) target.Version {
	if m.Enrollment != target.Device {
		return target.Version{}
	}
	since := m.Platform.SupervisesSince()
	old := m.at(target.Version{Major: max(since.Major-1, 1)})
	if since.IsZero() || !s.isKeptOff(old) {
		return target.Version{}
	}
	return since
}

// isReplaceable reports whether the devices of a move take the declaration in the subject's place after it.
func (s *subject) isReplaceable(m Move) bool {
	if !s.replaced {
		return false
	}
	return !slices.ContainsFunc(s.replacement.Limits(m.After()), func(l schema.Limit) bool { return l.Obstacle.Blocks() })
}
