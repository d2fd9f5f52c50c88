package diag

import (
	"bytes"
	"encoding/json"
)

// jsonPlace is a Span in JSON. Columns count Unicode code points.
type jsonPlace struct {
	File  string    `json:"file,omitempty"`
	Start *Position `json:"start,omitempty"` // absent for inputs without text positions
	End   *Position `json:"end,omitempty"`   // just behind the last character
}

func (p Place) json() jsonPlace {
	if p.File == "" {
		return jsonPlace{}
	}
	return jsonPlace{p.File, &p.Start, &p.End}
}

type jsonDiagnostic struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Help     string   `json:"help,omitempty"`
	jsonPlace
	Path        string    `json:"path,omitempty"`
	Related     []Related `json:"related,omitempty"`
	Fix         *Fix      `json:"fix,omitempty"`         // a correction; absent if only a person can make it
	Fingerprint string    `json:"fingerprint,omitempty"` // stable when lines are added above, and unique in the run
}

// MarshalJSON writes the finding as described in docs/json.md; later versions only add fields. It leaves out a fix with
// HideSource, because the fix may hold the secret.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	out := jsonDiagnostic{d.Rule, d.Severity, d.Message, d.Help, d.Span.At().json(), d.Path.String(), d.Related, d.Fix, d.Fingerprint}
	if d.Span.IsZero() {
		out.File = d.File
	}
	if d.HideSource {
		out.Fix = nil
	}
	return marshal(out)
}

// MarshalJSON writes the place and its message.
func (r Related) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		Message string `json:"message"`
		jsonPlace
	}{r.Message, r.At().json()})
}

// MarshalJSON writes the place and its new text.
func (e Edit) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		jsonPlace
		Text string `json:"text"`
	}{e.Span.At().json(), e.Text})
}

// marshal does not escape <, > and &. An outer encoder escapes them if it is set to.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
