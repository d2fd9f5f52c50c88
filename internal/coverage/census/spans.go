package census

import (
	"slices"

	"syncguard/internal/coverage"
	"syncguard/internal/intent"
	"syncguard/internal/target"
	"syncguard/internal/work"
)

// spans maps targets to kinds: the targets of a kind have one effect. A kind has the first version of its span, which is zero for
// the versions before the first change.
type spans struct {
	changes func(target.Platform) ([]target.Version, error)
	known   map[target.Platform][]target.Version
}

// versions returns the versions of a platform on which something changes, in order.
func (s *spans) versions(p target.Platform) ([]target.Version, error) {
	all, known := s.known[p]
	if known {
		return all, nil
	}
	all, err := s.changes(p)
	if err != nil {
		return nil, err
	}
	if s.known == nil {
		s.known = map[target.Platform][]target.Version{}
	}
	s.known[p] = all
	return all, nil
}

// of returns the kind of a target.
func (s *spans) of(t target.Target) (target.Target, error) {
	all, err := s.versions(t.Platform)
	if err != nil {
		return t, err
	}
	i, found := slices.BinarySearchFunc(all, t.Version, target.Version.Compare)
	switch {
	case found:
	case i == 0:
		t.Version = target.Version{}
	default:
		t.Version = all[i-1]
	}
	return t, nil
}

// after returns the versions after a kind's span, in order.
func (s *spans) after(kind target.Target) ([]target.Version, error) {
	all, err := s.versions(kind.Platform)
	i, found := slices.BinarySearchFunc(all, kind.Version, target.Version.Compare)
	if found {
		i++
	}
	return all[i:], err
}

// effect is what a cell says, without its target.
type effect struct {
	class     intent.Class
	condition string
	verified  bool
	again     bool // after an upgrade the profile has to be delivered again
	notes     []intent.Note
	source    string
}

// rows evaluates the rows of a source, each kind of device once.
type rows struct {
	source   coverage.Source
	subjects []coverage.Subject
	spans    []spans // of each row
	effects  []map[target.Target]*effect
	seen     []map[string]*effect // those of a row that differ
	better   []map[target.Target][]Raise
}

func newRows(s coverage.Source) *rows {
	r := &rows{source: s, subjects: s.Subjects()}
	for row := range r.subjects {
		r.spans = append(r.spans, spans{changes: func(p target.Platform) ([]target.Version, error) { return s.Changes(row, p) }})
		r.effects, r.seen = append(r.effects, map[target.Target]*effect{}), append(r.seen, map[string]*effect{})
		r.better = append(r.better, map[target.Target][]Raise{})
	}
	return r
}

func (r *rows) count() int { return len(r.subjects) }

// allChanges returns the versions on which any row changes.
func (r *rows) allChanges(p target.Platform) (all []target.Version, err error) {
	for row := range r.subjects {
		versions, err := r.spans[row].versions(p)
		if err != nil {
			return nil, err
		}
		all = append(all, versions...)
	}
	slices.SortFunc(all, target.Version.Compare)
	return slices.Compact(all), nil
}

// kind returns the kind of a target, for one row.
func (r *rows) kind(row int, t target.Target) (target.Target, error) { return r.spans[row].of(t) }

// effect evaluates a row on a kind, or on any target of it.
func (r *rows) effect(row int, t target.Target) (*effect, error) {
	kind, err := r.kind(row, t)
	if err != nil {
		return nil, err
	}
	if e := r.effects[row][kind]; e != nil {
		return e, nil
	}
	work.Add(1)
	c, err := r.source.Cell(row, kind)
	if err != nil {
		return nil, err
	}
	e := &effect{class: c.Effect(), condition: c.Condition(), verified: c.Verified(), source: c.Source, notes: []intent.Note{}}
	key := string(e.class) + "\x00" + e.condition + "\x00" + e.source
	for _, n := range c.Notes {
		key += "\x00" + n.Label()
		e.again = e.again || n.Source == intent.ReadAgain().Source
		if !n.Detail {
			e.notes = append(e.notes, n)
		}
	}
	if same := r.seen[row][key]; same != nil {
		e = same
	}
	r.seen[row][key], r.effects[row][kind] = e, e
	return e, nil
}
