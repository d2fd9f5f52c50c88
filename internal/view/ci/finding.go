package ci

import (
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/view"
)

// lintFinding is a finding as the formats of lint show it.
type lintFinding struct {
	diag.Diagnostic
	at     lintPlace
	others []lintPlace // of what is related, in its order
}

// lintPlace is where a finding, or something related to it, is.
type lintPlace struct {
	file       string        // its path, as reports have it
	start, end diag.Position // zero for no place in a text
	signed     bool          // start and end are in the signed content: the file itself has no such place
}

// inFile says whether the place can be pointed at in the file as it lies on the disk.
func (p lintPlace) inFile() bool { return p.start.Line > 0 && !p.signed }

// String says the place as people read it, harmless: file:line:column.
func (p lintPlace) String() string {
	if p.start.Line == 0 {
		return view.Clean(p.file)
	}
	return fmt.Sprintf("%s:%d:%d", view.Clean(p.file), p.start.Line, p.start.Column)
}

// note says what a reader of the place has to know; it is empty for most.
func (p lintPlace) note() string {
	if p.start.Line > 0 && p.signed {
		return fmt.Sprintf("in the signed content, line %d, column %d", p.start.Line, p.start.Column)
	}
	return ""
}

// findings returns every finding of the run in its order.
func (r *Report) findings() []lintFinding {
	signed := map[string]bool{}
	for _, f := range r.Files {
		if f.Signed {
			signed[f.Name] = true
		}
	}
	var all []lintFinding
	for i := range r.Files {
		f := r.Files[i]
		for _, d := range f.Findings {
			one := lintFinding{Diagnostic: d, at: r.placeOf(d.Span, f.Name, signed)}
			for _, related := range d.Related {
				one.others = append(one.others, r.placeOf(related.Span, f.Name, signed))
			}
			all = append(all, one)
		}
	}
	return all
}

func (r *Report) placeOf(s diag.Span, name string, signed map[string]bool) lintPlace {
	if s.IsZero() {
		return lintPlace{file: r.Path(name)}
	}
	return lintPlace{r.Path(s.File.Name), s.File.Position(s.Start), s.File.Position(s.End), signed[s.File.Name]}
}

// title says rule and, where there is one, key path.
func (f lintFinding) title() string {
	if len(f.Path) == 0 {
		return f.Rule
	}
	return f.Rule + " (" + view.Clean(f.Path.String()) + ")"
}

// text says the finding in full, harmless: its message, and a line each for what is worth knowing.
func (f lintFinding) text() string {
	lines := []string{view.Clean(f.Message)}
	if note := f.at.note(); note != "" {
		lines = append(lines, note)
	}
	for i, related := range f.Related {
		lines = append(lines, fmt.Sprintf("%s: %s", f.others[i], view.Clean(related.Message)))
	}
	if f.Help != "" {
		lines = append(lines, "help: "+view.Clean(f.Help))
	}
	return strings.Join(lines, "\n")
}
