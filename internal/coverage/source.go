package coverage

import (
	"cmp"
	"slices"

	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// Source evaluates fixed subjects, one of them on one target at a time: for callers with more targets than a matrix holds.
type Source interface {
	Subjects() []Subject

	// Changes lists the versions of a platform on which a subject may change, in order: between two of them it does not.
	Changes(row int, p target.Platform) ([]target.Version, error)

	// Cell returns the effect of the subject of a row on a target. The result is shared; do not modify.
	Cell(row int, t target.Target) (Cell, error)
}

// KeySource returns the keys of profiles and declarations, as the rows of Keys.
func KeySource(files []File, c *schema.Catalog) (Source, error) {
	s := &keySource{facts: facts.Embedded()}
	seen := map[Subject]bool{}
	for _, f := range files {
		w := &walker{file: f.Name, catalog: c, seen: seen, limit: MaxKeys - len(s.settings)}
		settings, err := w.settings(f.Root)
		if err != nil {
			return nil, err
		}
		for _, of := range settings {
			s.files, s.settings = append(s.files, f), append(s.settings, of)
		}
	}
	return s, nil
}

// keySource is the settings of files, each with its file.
type keySource struct {
	files    []File
	settings []setting
	facts    *facts.Facts
}

func (s *keySource) Subjects() (all []Subject) {
	for _, of := range s.settings {
		all = append(all, of.subject)
	}
	return all
}

func (s *keySource) Cell(row int, t target.Target) (Cell, error) {
	return cellOf(s.files[row], &evaluator{s.settings[row], t, s.facts}), nil
}

func (s *keySource) Changes(row int, p target.Platform) ([]target.Version, error) {
	of := &s.settings[row]
	var all []target.Version
	if since := p.SupervisesSince(); !since.IsZero() {
		all = append(all, since)
	}
	for _, t := range of.types {
		all = append(all, Changes(t.Type, p, of.path...)...)
		for _, key := range s.facts.Companions(of.subject.Type) {
			all = append(all, Changes(t.Type, p, key)...)
		}
	}
	if of.domain != nil {
		all = append(all, Changes(of.domain.payload, p)...)
	}
	return inOrder(all), nil
}

// inOrder sorts versions, and drops repeats.
func inOrder(versions []target.Version) []target.Version {
	slices.SortFunc(versions, target.Version.Compare)
	return slices.Compact(versions)
}

// IntentSource returns the intents of a template, as the rows of Intents.
func IntentSource(p template.Prevention, c *schema.Catalog) (Source, error) {
	s := &intentSource{prevention: p, catalog: &recorder{Catalog: c, types: map[string]*schema.Type{}}, plans: map[target.Target][]Cell{}, changes: map[target.Platform][]target.Version{}}
	m, err := s.plan(target.Target{Platform: target.IOS, Version: target.DefaultVersion(), Enrollment: target.Supervised})
	for _, r := range m.Rows {
		s.subjects = append(s.subjects, r.Subject)
	}
	return s, err
}

// intentSource plans all intents of a target at once, and keeps the plans.
type intentSource struct {
	prevention template.Prevention
	catalog    *recorder
	subjects   []Subject
	plans      map[target.Target][]Cell
	changes    map[target.Platform][]target.Version
}

// recorder notes the types that intents look up.
type recorder struct {
	intent.Catalog
	types map[string]*schema.Type // by ID
}

func (r *recorder) Payloads(name string) ([]*schema.Type, error) {
	all, err := r.Catalog.Payloads(name)
	for _, t := range all {
		r.types[t.ID] = t
	}
	return all, err
}

func (r *recorder) Declaration(name string) (*schema.Type, error) {
	t, err := r.Catalog.Declaration(name)
	if t != nil {
		r.types[t.ID] = t
	}
	return t, err
}

func (s *intentSource) plan(t target.Target) (*Matrix, error) {
	plan, err := intent.New(s.prevention, t, s.catalog)
	if err != nil {
		return &Matrix{}, err
	}
	m := Outcomes([]target.Target{t}, [][]intent.Outcome{plan.Outcomes})
	for _, r := range m.Rows {
		s.plans[t] = append(s.plans[t], r.Cells[0])
	}
	return m, nil
}

func (s *intentSource) Subjects() []Subject { return s.subjects }

func (s *intentSource) Cell(row int, t target.Target) (Cell, error) {
	if s.plans[t] == nil {
		if _, err := s.plan(t); err != nil {
			return Cell{}, err
		}
	}
	return s.plans[t][row], nil
}

// Changes returns the major versions, and all those on which a type changes that is looked up for a device of the platform.
func (s *intentSource) Changes(_ int, p target.Platform) ([]target.Version, error) {
	if all, known := s.changes[p]; known {
		return all, nil
	}
	var all []target.Version
	for _, major := range p.Majors() {
		v := target.Version{Major: major}
		all = append(all, v)
		for _, e := range target.Enrollments() {
			if _, err := s.plan(target.Target{Platform: p, Version: v, Enrollment: e}); err != nil {
				return nil, err
			}
		}
	}
	for _, t := range s.catalog.types {
		all = append(append(all, Changes(t, p)...), changesBelow(t.Tree(), p)...)
	}
	s.changes[p] = inOrder(all)
	return s.changes[p], nil
}

// changesBelow lists the versions on which keys change, wherever they stand.
func changesBelow(nodes []*schema.Node, p target.Platform) (all []target.Version) {
	for _, n := range nodes {
		a := n.Availability[p.Schema()]
		for _, v := range []target.Version{a.Introduced, a.Deprecated, a.Removed} {
			if !v.IsZero() {
				all = append(all, v)
			}
		}
		all = append(all, changesBelow(n.Nodes, p)...)
	}
	return all
}

// Named returns a source whose subjects without a file have this one.
func Named(s Source, file string) Source {
	n := &named{Source: s, subjects: slices.Clone(s.Subjects())}
	for i := range n.subjects {
		n.subjects[i].File = cmp.Or(n.subjects[i].File, file)
	}
	return n
}

type named struct {
	Source
	subjects []Subject
}

func (n *named) Subjects() []Subject { return n.subjects }

// Join returns the subjects of several sources, one after the other.
func Join(all ...Source) Source {
	if len(all) == 1 {
		return all[0]
	}
	j := &joined{}
	for _, s := range all {
		for i := range s.Subjects() {
			j.rows = append(j.rows, joinedRow{s, i})
		}
		j.subjects = append(j.subjects, s.Subjects()...)
	}
	return j
}

type joined struct {
	subjects []Subject
	rows     []joinedRow
}

type joinedRow struct {
	source Source
	row    int
}

func (j *joined) Subjects() []Subject { return j.subjects }

func (j *joined) Changes(row int, p target.Platform) ([]target.Version, error) {
	return j.rows[row].source.Changes(j.rows[row].row, p)
}

func (j *joined) Cell(row int, t target.Target) (Cell, error) {
	return j.rows[row].source.Cell(j.rows[row].row, t)
}
