package ci

import (
	"fmt"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view/plain"
)

// finding is a diagnostic with its locations in the files on disk.
type finding struct {
	diag.Diagnostic
	at      location
	related []location // of Diagnostic.Related, in its order
}

// location is the place of a finding, or of something related to it.
type location struct {
	file       string        // path, as in reports
	start, end diag.Position // zero for the file as a whole
	signed     bool          // start and end are positions in the signed content, not in the file
}

// inFile reports whether start and end are positions in the file on disk.
func (l location) inFile() bool { return l.start.Line > 0 && !l.signed }

// String returns file:line:column, printable.
func (l location) String() string {
	if l.start.Line == 0 {
		return plain.Clean(l.file)
	}
	return fmt.Sprintf("%s:%d:%d", plain.Clean(l.file), l.start.Line, l.start.Column)
}

// note tells of a position in signed content; it is empty for any other.
func (l location) note() string {
	if l.start.Line > 0 && l.signed {
		return fmt.Sprintf("in the signed content, line %d, column %d", l.start.Line, l.start.Column)
	}
	return ""
}

// findings returns the findings of a file, in order.
func (r *Run) findings(f *app.LintedFile) []finding {
	all := make([]finding, 0, len(f.Findings))
	for _, d := range f.Findings {
		one := finding{Diagnostic: d, at: r.locate(d.Span.At(), f)}
		for _, related := range d.Related {
			one.related = append(one.related, r.locate(related.At(), f))
		}
		all = append(all, one)
	}
	return all
}

// locate returns a place told of by a finding in a file.
func (r *Run) locate(p diag.Place, f *app.LintedFile) location {
	if p.File == "" {
		return location{file: r.Header.Path(f.Name)}
	}
	return location{r.Header.Path(p.File), p.Start, p.End, p.Signed || f.Signed && p.File == f.Name}
}

// title returns the rule and, if known, the key path.
func (f finding) title() string {
	if len(f.Path) == 0 {
		return f.Rule
	}
	return f.Rule + " (" + plain.Clean(f.Path.String()) + ")"
}

// text returns the whole finding, printable: its message, then a line each for the note, related places and the help.
func (f finding) text() string {
	lines := []string{plain.Clean(f.Message)}
	if note := f.at.note(); note != "" {
		lines = append(lines, note)
	}
	for i, related := range f.Related {
		lines = append(lines, fmt.Sprintf("%s: %s", f.related[i], plain.Clean(related.Message)))
	}
	if f.Help != "" {
		lines = append(lines, "help: "+plain.Clean(f.Help))
	}
	return strings.Join(lines, "\n")
}
