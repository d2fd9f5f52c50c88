package coverage

import (
	"slices"

	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// There is the class of a type or key that a device knows, and that sets nothing: an asset, say, or a status item.
const There intent.Class = "there"

// Missing is the class of a cell without an effect because the platform, or its version, has no such thing.
const Missing intent.Class = "missing"

// Effect returns the class, and Missing where the setting is unknown to the device.
func (c *Cell) Effect() intent.Class {
	if c.Missing && c.Class == intent.None {
		return Missing
	}
	return c.Class
}

// History is the effect of one setting on the platforms of one table, on every version and way of install.
type History struct {
	Platforms []target.Platform
	Spans     []Span // the oldest first; on each of them nothing changes
	Ways      []Way
}

// Span is a run of versions.
type Span struct {
	From   target.Version // zero for all before
	Last   target.Version // the last major version of the run, if Before is the next one; zero otherwise
	Before target.Version // the first version after the run; zero for none
}

// String writes the span for the head of a column.
func (s Span) String() string {
	switch {
	case s.From.IsZero() && s.Before.IsZero():
		return "every version"
	case s.From.IsZero():
		return "before " + s.Before.String()
	case s.Before.IsZero():
		return s.From.String() + " and later"
	case s.Last.IsZero():
		return s.From.String() + " to before " + s.Before.String()
	case s.Last == s.From:
		return s.From.String()
	}
	return s.From.String() + " to " + s.Last.String()
}

// Way is the ways of install with the same effect on every version.
type Way struct {
	Platforms   []target.Platform // those of the table that have them
	Enrollments []target.Enrollment
	Cells       []Cell // one for each span
}

// RowFunc returns the effect of a setting on targets, in their order.
type RowFunc func([]target.Target) ([]Cell, error)

// Histories returns the effect on all devices there ever were. changes are the versions of a platform, in Apple's schema files,
// beside the major ones, on which the effect may change.
func Histories(row RowFunc, changes func(target.Platform) []target.Version) (all []History, err error) {
	for _, p := range target.SchemaPlatforms() {
		versions := changes(p)
		for _, major := range p.Majors() {
			versions = append(versions, target.Version{Major: major})
		}
		slices.SortFunc(versions, target.Version.Compare)
		versions = slices.Compact(versions)
		of, err := platformHistories(p, versions, row)
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return all, nil
}

// line is one way of install of one platform, with a cell for each version.
type line struct {
	platform   target.Platform
	enrollment target.Enrollment
	cells      []Cell
}

// platformHistories returns a table for a platform; for iOS and iPadOS one or two.
func platformHistories(p target.Platform, versions []target.Version, row RowFunc) ([]History, error) {
	var lines []line
	for _, of := range target.Platforms() {
		if of.Schema() != p {
			continue
		}
		for _, e := range target.Enrollments() {
			if !hasEnrollment(of, e) {
				continue
			}
			var targets []target.Target
			for _, v := range versions {
				targets = append(targets, target.Target{Platform: of, Version: v, Enrollment: e})
			}
			cells, err := row(targets)
			if err != nil {
				return nil, err
			}
			lines = append(lines, line{of, e, cells})
		}
	}
	spans := joinVersions(lines, versions)
	together := History{Spans: spans, Ways: joinWays(lines)}
	for _, l := range lines {
		if !slices.Contains(together.Platforms, l.platform) {
			together.Platforms = append(together.Platforms, l.platform)
		}
	}
	if len(together.Platforms) == 1 || agree(lines) {
		return []History{together}, nil
	}
	var apart []History
	for _, of := range together.Platforms {
		own := slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return l.platform != of })
		apart = append(apart, History{[]target.Platform{of}, spans, joinWays(own)})
	}
	return apart, nil
}

// hasEnrollment reports whether devices of a platform can be enrolled this way. Shared iPad is of iPads.
func hasEnrollment(p target.Platform, e target.Enrollment) bool {
	newest := target.Target{Platform: p, Version: target.Version{Major: target.Current}, Enrollment: e}
	_, err := target.Parse(newest.String())
	return err == nil && (e != target.SharedIPad || p == target.IPadOS)
}

// joinVersions joins the versions between which no line changes, and takes the cells of the others away.
func joinVersions(lines []line, versions []target.Version) (spans []Span) {
	var kept []int
	for i := range versions {
		if i == 0 || slices.ContainsFunc(lines, func(l line) bool { return !l.cells[i].looksLike(l.cells[i-1]) }) {
			kept = append(kept, i)
		}
	}
	for n, i := range kept {
		s := Span{}
		if n > 0 {
			s.From = versions[i]
		}
		if n+1 < len(kept) {
			s.Before = versions[kept[n+1]]
			if last := versions[kept[n+1]-1]; s.Before == (target.Version{Major: s.Before.Major}) {
				s.Last = target.Version{Major: last.Major}
			}
			if s.Last.Compare(s.From) < 0 { // 26.4 to before 27
				s.Last = target.Version{}
			}
		}
		spans = append(spans, s)
	}
	for n := range lines {
		var cells []Cell
		for _, i := range kept {
			cells = append(cells, lines[n].cells[i])
		}
		lines[n].cells = cells
	}
	return spans
}

// agree reports whether the platforms have the same cells wherever all of them have the way of install.
func agree(lines []line) bool {
	for _, a := range lines {
		for _, b := range lines {
			if a.enrollment == b.enrollment && !slices.EqualFunc(a.cells, b.cells, Cell.looksLike) {
				return false
			}
		}
	}
	return true
}

// joinWays joins the lines with the same cells.
func joinWays(lines []line) (ways []Way) {
	for _, l := range lines {
		i := slices.IndexFunc(ways, func(w Way) bool { return slices.EqualFunc(w.Cells, l.cells, Cell.looksLike) })
		if i < 0 {
			i = len(ways)
			ways = append(ways, Way{Cells: l.cells})
		}
		if w := &ways[i]; !slices.Contains(w.Enrollments, l.enrollment) {
			w.Enrollments = append(w.Enrollments, l.enrollment)
		}
		if w := &ways[i]; !slices.Contains(w.Platforms, l.platform) {
			w.Platforms = append(w.Platforms, l.platform)
		}
	}
	return ways
}

// Availability returns whether devices know a type, or a key of it, without its effect.
func Availability(t *schema.Type, path []string, targets []target.Target) (cells []Cell) {
	for _, to := range targets {
		c := Cell{Target: to, Class: intent.None}
		ev := &evaluator{setting: setting{subject: Subject{Type: t.PayloadType}, isDeclaration: true}, target: to}
		works := ev.noteLimits(&c, t, path...)
		if a := t.AvailabilityAt(to.Platform, path...); len(t.Availability) == 0 && !a.Introduced.IsZero() {
			c.Notes = c.Notes[1:] // the key has platforms, if not the type
		}
		switch {
		case works:
			c.Class = There
		case c.Missing:
			c.Notes = nil
		}
		cells = append(cells, c)
	}
	return cells
}

// Changes lists the versions on which a schema changes the availability of a type, or of a key of it, on a platform.
func Changes(t *schema.Type, p target.Platform, path ...string) (all []target.Version) {
	for n := range len(path) + 1 {
		a := t.AvailabilityAt(p, path[:n]...)
		for _, v := range []target.Version{a.Introduced, a.Deprecated, a.Removed} {
			if !v.IsZero() {
				all = append(all, v)
			}
		}
	}
	return all
}
