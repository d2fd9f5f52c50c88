package diag

import (
	"bytes"
	"encoding/json"
	"testing"
)

// jsonFinding has the JSON of a finding in its tags.
type jsonFinding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Help     string   `json:"help,omitempty"`
	jsonPlace
	Path        string        `json:"path,omitempty"`
	Related     []jsonRelated `json:"related,omitempty"`
	Fix         *jsonFix      `json:"fix,omitempty"`
	Fingerprint string        `json:"fingerprint,omitempty"`
}

type jsonPlace struct {
	File  string    `json:"file,omitempty"`
	Start *Position `json:"start,omitempty"`
	End   *Position `json:"end,omitempty"`
}

type jsonRelated struct {
	Message string `json:"message"`
	jsonPlace
}

type jsonFix struct {
	Title  string     `json:"title"`
	Unsafe bool       `json:"unsafe"`
	Edits  []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	jsonPlace
	Text string `json:"text"`
}

// A finding writes its JSON itself, as package encoding/json would by tags.
func TestJSONIsThatOfTheTags(t *testing.T) {
	f := NewFile("a <b>.mobileconfig", []byte("ä\nb \"c\"\n"))
	place := func(start, end int) jsonPlace {
		from, to := f.Position(start), f.Position(end)
		return jsonPlace{f.Name, &from, &to}
	}
	whole := Diagnostic{Rule: "r", Severity: Error, Message: `a "b" <c> & ` + "\x01\u2028", Help: "do it", Span: Span{f, 3, 5}, Path: Keys("A").Item(1), Fingerprint: "12",
		Related: []Related{{Message: "there", Span: Span{f, 0, 1}}, {Message: "elsewhere", Place: Place{File: "g", Start: Position{1, 2}, End: Position{1, 3}}}, {Message: "nowhere"}},
		Fix:     &Fix{Title: "write", Unsafe: true, Edits: []Edit{{Span: Span{f, 3, 4}, Text: "\n"}, {Span: Span{f, 5, 6}}}}}
	hidden := whole
	hidden.HideSource = true
	for _, test := range []struct {
		finding Diagnostic
		want    jsonFinding
	}{
		{whole, jsonFinding{"r", Error, whole.Message, "do it", place(3, 5), "A[1]",
			[]jsonRelated{{"there", place(0, 1)}, {"elsewhere", jsonPlace{"g", &Position{1, 2}, &Position{1, 3}}}, {Message: "nowhere"}},
			&jsonFix{"write", true, []jsonEdit{{place(3, 4), "\n"}, {place(5, 6), ""}}}, "12"}},
		{hidden, jsonFinding{"r", Error, whole.Message, "do it", place(3, 5), "A[1]",
			[]jsonRelated{{"there", place(0, 1)}, {"elsewhere", jsonPlace{"g", &Position{1, 2}, &Position{1, 3}}}, {Message: "nowhere"}}, nil, "12"}},
		{Diagnostic{Rule: "r", Severity: Note, Message: "m", File: "f"}, jsonFinding{Rule: "r", Severity: Note, Message: "m", jsonPlace: jsonPlace{File: "f"}}},
	} {
		if got, want := encoded(t, test.finding), encoded(t, test.want); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
