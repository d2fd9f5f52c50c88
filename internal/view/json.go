package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"

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
	Fix      *Fix      `json:"fix,omitempty"` // how to correct it; absent where a person has to
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

// Fix is a correction of the text.
type Fix struct {
	Title  string `json:"title"`
	Unsafe bool   `json:"unsafe"` // it may change what the profile does
	Edits  []Edit `json:"edits"`
}

// Edit puts Text in the place of what is between Start and End.
type Edit struct {
	File  string `json:"file,omitempty"`
	Start *Place `json:"start,omitempty"`
	End   *Place `json:"end,omitempty"`
	Text  string `json:"text"`
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
		f.Fix = jsonFix(d)
		out = append(out, f)
	}
	return out
}

// jsonFix is nil where there is no fix, and where its text may hold a secret.
func jsonFix(d diag.Diagnostic) *Fix {
	if d.Fix == nil || d.HideSource {
		return nil
	}
	fix := &Fix{Title: d.Fix.Title, Unsafe: d.Fix.Unsafe, Edits: []Edit{}}
	for _, e := range d.Fix.Edits {
		edit := Edit{Text: e.Text}
		edit.File, edit.Start, edit.End = jsonSpan(e.Span)
		fix.Edits = append(fix.Edits, edit)
	}
	return fix
}

func jsonSpan(s diag.Span) (file string, start, end *Place) {
	if s.IsZero() {
		return "", nil, nil
	}
	a, b := s.File.Position(s.Start), s.File.Position(s.End)
	return s.File.Name, &Place{a.Line, a.Column}, &Place{b.Line, b.Column}
}

// WriteJSON writes v, indented, with characters that matter to HTML left as they are. What a terminal or the log of a CI
// would obey is escaped as JSON has it: the text is the same to a program, and harmless to look at.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(harmlessJSON(b.Bytes()))
	return err
}

// harmlessJSON escapes unprintable characters, and commands to the log of a CI. Outside strings JSON has none of either.
func harmlessJSON(data []byte) []byte {
	if !bytes.ContainsFunc(data, shy) && !logCommand().Match(data) {
		return data
	}
	var b bytes.Buffer
	for _, r := range string(logCommand().ReplaceAll(data, []byte(`#\u0023$1`))) {
		switch {
		case !shy(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// shy is true of what is unprintable; the line feeds of the layout are not.
func shy(r rune) bool { return r != '\n' && unprintable(r) }
