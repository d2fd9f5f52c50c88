package diag

import "path/filepath"

// Reported remembers findings across several checks of the same text: a template makes a profile for each of its targets,
// and several templates may extend one.
type Reported map[reportedKey]bool

// reportedKey identifies a finding at its place, in any payload. number distinguishes equal findings of one check.
type reportedKey struct {
	file, rule, path, on string
	start, end, number   int
	severity             Severity
}

// New returns the findings of one check not yet reported by an earlier check, and remembers them.
func (r Reported) New(found []Diagnostic) (fresh []Diagnostic) {
	times := map[reportedKey]int{}
	for _, d := range found {
		key := reportedKey{filepath.Clean(d.fileName()), d.Rule, d.Path.Identity(), d.On, d.Span.Start, d.Span.End, 0, d.Severity}
		times[key]++
		key.number = times[key]
		if _, ok := d.Path.Payload(); ok {
			key.path = d.Path[2:].Identity()
		}
		if !r[key] {
			r[key] = true
			fresh = append(fresh, d)
		}
	}
	return fresh
}
