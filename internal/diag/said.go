package diag

import "path/filepath"

// Said is what was found of some places, to join what several checks find in the same text: one template makes a profile for
// each of its targets, and several templates extend one.
type Said map[saying]bool

// saying is a finding at its place, whichever payload it was found in. Several of one check are told apart by their number.
type saying struct {
	file, rule, path, on string
	start, end, number   int
	severity             Severity
}

// New returns those findings of one check that no check before found, and remembers them.
func (s Said) New(found []Diagnostic) (unsaid []Diagnostic) {
	times := map[saying]int{}
	for _, d := range found {
		one := saying{filepath.Clean(d.fileName()), d.Rule, Identity(d.Path.Steps()), d.On, d.Span.Start, d.Span.End, 0, d.Severity}
		times[one]++
		one.number = times[one]
		if _, ok := d.Path.Payload(); ok {
			one.path = Identity(d.Path[2:].Steps())
		}
		if !s[one] {
			s[one] = true
			unsaid = append(unsaid, d)
		}
	}
	return unsaid
}
