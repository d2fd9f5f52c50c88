package upgrade

import (
	"maps"
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// Catalog makes the checklist of everything a catalog knows. It fails if the schema facts cannot be read.
func Catalog(moves []Move, c *schema.Catalog) (*Checklist, error) {
	b := newBuilder(moves, c)
	entries, err := c.Entries()
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		t, err := c.Type(e.ID, e.Family)
		if err != nil {
			return nil, err
		}
		if t == nil {
			continue
		}
		if err := b.wholeType(t); err != nil {
			return nil, err
		}
	}
	return b.checklist(), nil
}

// builder collects the subjects of a checklist.
type builder struct {
	moves    []Move
	catalog  *schema.Catalog
	facts    *facts.Facts
	subjects map[place]*found
	order    []place
	unknown  map[place]bool
	extra    []Task // tasks of no single key
}

// place names a subject across files: its type's ID, and its path.
type place struct{ id, path string }

// found is one subject on all platforms of the moves.
type found struct {
	of          *schema.Type
	on          map[target.Platform]*subject
	files       []string
	isMissing   bool // not in the files: only its arrival counts
	arrival     Verdict
	replacement *Replacement
	effects     map[int]Effect
	moves       map[int]bool // whose devices have a file with it; nil for all
	isUnmet     bool         // a file with it lacks what a changed meaning needs

	isDeclaration bool
	isEnvelope    bool
	isPreference  bool // a payload's keys, set as managed preferences
}

func newBuilder(moves []Move, c *schema.Catalog) *builder {
	return &builder{moves: moves, catalog: c, facts: facts.Embedded(), subjects: map[place]*found{}, unknown: map[place]bool{}}
}

// platforms lists the platforms of the moves, as schemas name them.
func (b *builder) platforms() []target.Platform {
	seen := map[target.Platform]bool{}
	for _, m := range b.moves {
		seen[m.Platform.Schema()] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// wholeType adds a type with all of its keys.
func (b *builder) wholeType(t *schema.Type) error {
	above, err := b.addType(t, New)
	if err != nil {
		return err
	}
	return b.nodes(t, t.Tree(), above)
}

func (b *builder) nodes(t *schema.Type, nodes []*schema.Node, above availabilities) error {
	for _, n := range nodes {
		own := above.below(n.Key)
		if _, err := b.addKey(t, n.Key, n.Path, own, above, New); err != nil {
			return err
		}
		if err := b.nodes(t, n.Nodes, own); err != nil {
			return err
		}
	}
	return nil
}

// availabilities is the availability of one subject, by platform.
type availabilities map[target.Platform]schema.Availability

// below returns the availabilities of a key.
func (as availabilities) below(k *schema.Key) availabilities {
	own := make(availabilities, len(as))
	for p, a := range as {
		if !a.NotAvailable { // nothing below an unavailable key is available
			a = a.Override(k.Availability[p])
		}
		own[p] = a
	}
	return own
}

func (b *builder) availabilitiesOf(t *schema.Type) availabilities {
	as := availabilities{}
	for _, p := range b.platforms() {
		as[p] = t.AvailabilityAt(p)
	}
	return as
}

func (b *builder) addType(t *schema.Type, arrival Verdict) (availabilities, error) {
	own := b.availabilitiesOf(t)
	above := availabilities{}
	name := t.Replacement
	isVerified := true
	if name == "" && t.Family == schema.Payload && slices.ContainsFunc(slices.Collect(maps.Values(own)), func(a schema.Availability) bool { return !a.Deprecated.IsZero() }) {
		name, isVerified = b.facts.RenamedTo(t.PayloadType), false
	}
	_, err := b.add(t, "", own, above, arrival, name, isVerified)
	return own, err
}

func (b *builder) addKey(t *schema.Type, k *schema.Key, path string, own, above availabilities, arrival Verdict) (*found, error) {
	f, err := b.add(t, path, own, above, arrival, k.Replacement, true)
	if f != nil && k.Community {
		for _, s := range f.on {
			s.evidence = fact.Community
		}
	}
	return f, err
}

// add adds a subject, unless it is known.
func (b *builder) add(t *schema.Type, path string, own, above availabilities, arrival Verdict, replacement string, isVerified bool) (*found, error) {
	work.Add(1)
	at := place{string(t.Family) + "/" + t.ID, path}
	if f := b.subjects[at]; f != nil {
		return f, nil
	}
	f := &found{of: t, on: map[target.Platform]*subject{}, arrival: arrival, isDeclaration: profiles.IsDeclarationType(t.PayloadType), isEnvelope: t.Family == schema.Envelope}
	var declaration *schema.Type
	if replacement != "" {
		d, err := b.catalog.Declaration(replacement)
		if err != nil {
			return nil, err
		}
		declaration = d
		f.replacement = &Replacement{Type: replacement, Way: ByHand, Verified: isVerified}
	}
	evidence := fact.Apple
	if t.Family == schema.Preferences {
		evidence = fact.Community
	}
	var steps []string
	if path != "" {
		steps = strings.Split(strings.ReplaceAll(path, "[]", ""), ".")
	}
	for p, a := range own {
		s := &subject{own: a, above: above[p], meanings: meaningsOf(nameForMeanings(t), steps), evidence: evidence, source: t.Source()}
		if declaration != nil {
			s.replacement, s.replaced = declaration.AvailabilityAt(p), true
		}
		f.on[p] = s
	}
	b.subjects[at] = f
	b.order = append(b.order, at)
	return f, nil
}

// nameForMeanings names a type as meanings.json does: the envelope by its PayloadType.
func nameForMeanings(t *schema.Type) string {
	if t.Family == schema.Envelope && t.ID == "TopLevel" {
		return facts.Profile
	}
	return t.PayloadType
}

// outcome is the verdict on one subject on some moves.
type outcome struct {
	verdict Verdict
	way     string // of the replacement, or why there is none
}

// checklist judges every subject on every move.
func (b *builder) checklist() *Checklist {
	list := &Checklist{Moves: b.moves, Concerns: make([]bool, len(b.moves)), Unknown: len(b.unknown)}
	var tasks []Task
	for _, at := range b.order {
		f := b.subjects[at]
		own := b.tasksOf(at, f)
		for i, m := range b.moves {
			s := f.on[m.Platform.Schema()]
			list.Concerns[i] = list.Concerns[i] || s != nil && !s.own.NotAvailable && !f.isEnvelope && (f.moves == nil || f.moves[i])
		}
		if len(own) == 0 && !f.isMissing {
			list.Unchanged++
		}
		tasks = append(tasks, own...)
	}
	list.Tasks = merge(append(tasks, b.extra...))
	return list
}

// tasksOf returns a task for each verdict on a subject, with the moves that have it.
func (b *builder) tasksOf(at place, f *found) (tasks []Task) {
	index := map[outcome]int{}
	for i, m := range b.moves {
		s := f.on[m.Platform.Schema()]
		if s == nil || f.moves != nil && !f.moves[i] {
			continue
		}
		work.Add(1)
		events := s.events(m)
		if len(events) == 0 {
			continue
		}
		if f.files != nil && !f.isUnmet {
			events = slices.DeleteFunc(events, func(e Event) bool { return e.Kind == Changed && e.isNeed })
		}
		isReplaceable := s.isReplaceable(m)
		verdict := judge(events, isReplaceable, f.arrival)
		if verdict == Unchanged || f.isMissing && (verdict != New || slices.ContainsFunc(events, func(e Event) bool { return e.Kind == Ends })) {
			continue
		}
		o := outcome{verdict: verdict}
		var replacement *Replacement
		switch {
		case f.replacement == nil:
		case isReplaceable:
			replacement, o.way = f.replacement, string(f.replacement.Way)
		case verdict == Stops || verdict == Deprecated:
			o.way = f.whyNoReplacement(m)
		}
		n, known := index[o]
		if !known {
			n = len(tasks)
			index[o] = n
			t := Task{Verdict: verdict, Files: f.files, Type: f.of.ID, Family: f.of.Family, Replacement: replacement}
			if at.path != "" {
				t.Keys = []string{at.path}
			}
			tasks = append(tasks, t)
		}
		t := &tasks[n]
		t.Moves = append(t.Moves, i)
		for _, e := range events {
			if !slices.Contains(t.Events, e) {
				t.Events = append(t.Events, e)
			}
		}
		if e, known := f.effects[i]; known {
			t.Effects = append(t.Effects, e)
		}
	}
	for i := range tasks {
		b.annotate(&tasks[i], f)
	}
	return tasks
}
