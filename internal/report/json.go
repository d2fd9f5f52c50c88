package report

import (
	"encoding/json"
	"io"

	"syncguard/internal/diag"
)

// Finding is a finding in JSON. Fields are only ever added.
type Finding struct {
	Rule     string    `json:"rule"`
	Severity string    `json:"severity"` // error, warning or note
	Message  string    `json:"message"`
	Help     string    `json:"help,omitempty"`
	File     string    `json:"file,omitempty"`
	Start    *Place    `json:"start,omitempty"` // absent where the input has no text positions
	End      *Place    `json:"end,omitempty"`   // just behind the last character
	Path     string    `json:"path,omitempty"`
	Related  []Related `json:"related,omitempty"`
}

// Place is a line and a column, both from 1; columns count Unicode code points.
type Place struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Related is another place that explains a finding.
type Related struct {
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Start   *Place `json:"start,omitempty"`
	End     *Place `json:"end,omitempty"`
}

// JSONFindings turns findings into their JSON form; it is never nil.
func JSONFindings(ds []diag.Diagnostic) []Finding {
	out := make([]Finding, 0, len(ds))
	for _, d := range ds {
		f := Finding{Rule: d.Rule, Severity: d.Severity.String(), Message: d.Message, Help: d.Help, Path: d.Path}
		f.File, f.Start, f.End = jsonSpan(d.Span)
		for _, r := range d.Related {
			related := Related{Message: r.Message}
			related.File, related.Start, related.End = jsonSpan(r.Span)
			f.Related = append(f.Related, related)
		}
		out = append(out, f)
	}
	return out
}

func jsonSpan(s diag.Span) (file string, start, end *Place) {
	if s.IsZero() {
		return "", nil, nil
	}
	a, b := s.File.Position(s.Start), s.File.Position(s.End)
	return s.File.Name, &Place{a.Line, a.Column}, &Place{b.Line, b.Column}
}

// WriteJSON writes v, indented, with characters that matter to HTML left as they are.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
