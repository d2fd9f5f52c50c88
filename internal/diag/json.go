package diag

import (
	"bytes"
	"encoding/json"
)

// jsonPlace is a Span in JSON. Columns count Unicode code points.
type jsonPlace struct {
	File  string    `json:"file,omitempty"`
	Start *Position `json:"start,omitempty"` // absent where the input has no text positions
	End   *Position `json:"end,omitempty"`   // just behind the last character
}

func (s Span) json() jsonPlace {
	if s.IsZero() {
		return jsonPlace{}
	}
	start, end := s.File.Position(s.Start), s.File.Position(s.End)
	return jsonPlace{s.File.Name, &start, &end}
}

type jsonDiagnostic struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Help     string   `json:"help,omitempty"`
	jsonPlace
	Path        string    `json:"path,omitempty"`
	Related     []Related `json:"related,omitempty"`
	Fix         *Fix      `json:"fix,omitempty"`         // how to correct it; absent where a person has to
	Fingerprint string    `json:"fingerprint,omitempty"` // the same after lines were added above, and unique in the run
}

// MarshalJSON writes the finding as docs/json.md has it; fields are only ever added. A fix whose text may hold a secret is left out.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	out := jsonDiagnostic{d.Rule, d.Severity, d.Message, d.Help, d.Span.json(), d.Path.String(), d.Related, d.Fix, d.Fingerprint}
	if d.Span.IsZero() {
		out.File = d.File
	}
	if d.HideSource {
		out.Fix = nil
	}
	return marshal(out)
}

// MarshalJSON writes the place and what is to be known about it.
func (r Related) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		Message string `json:"message"`
		jsonPlace
	}{r.Message, r.Span.json()})
}

// MarshalJSON writes the place, and the text that comes there.
func (e Edit) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		jsonPlace
		Text string `json:"text"`
	}{e.Span.json(), e.Text})
}

// marshal leaves characters that matter to HTML as they are: an encoder that escapes them does so to what it is given.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
