package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/coverage"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
)

// hostileName is what a profile can have for a name.
const hostileName = "<script>alert(1)</script>|`\x1b[31m\u202e\n\"'><img src=x onerror=x>"

// matrix is one of keys: a lot of columns, and words that are not to be trusted.
func matrix() *coverage.Matrix {
	m := &coverage.Matrix{Targets: coverage.Grid(), Files: []string{hostileName}}
	for i := range 4 {
		row := coverage.Row{Subject: coverage.Subject{File: hostileName, Type: hostileName, Key: fmt.Sprint(hostileName, i)}}
		for j, t := range m.Targets {
			c := coverage.Cell{Target: t, Class: intent.Classes()[(i+j)%5], Source: hostileName,
				Notes: []intent.Note{{Text: fmt.Sprint("is ", j%7), Evidence: fact.Unverified, Source: "javascript:alert(1)"}}}
			row.Cells = append(row.Cells, c)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// What a profile says is text in every format.
func TestCoverageIsHarmless(t *testing.T) {
	r := &app.CoverageResult{Matrices: []*coverage.Matrix{matrix()}}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":     func(b *bytes.Buffer) error { NewPrinter(b, nil, 0).Blocks(Coverage(r)...); return nil },
		"markdown": func(b *bytes.Buffer) error { return Markdown(b, 3, Coverage(r)...) },
		"html":     func(b *bytes.Buffer) error { return CoveragePage(r).HTML(b) },
		"json":     func(b *bytes.Buffer) error { return WriteJSON(b, r.Cells()) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\u202e") && name != "json" {
			t.Errorf("%s holds characters that a terminal obeys", name)
		}
		if name == "html" && (strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "<img") || strings.Contains(b.String(), `href="javascript`)) {
			t.Errorf("%s holds markup of the profile's", name)
		}
		if b.Len() == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

// The same words from two sources are two notes, each with its own source.
func TestNotesKeepTheirSources(t *testing.T) {
	note := func(source string) intent.Note {
		return intent.Note{Text: "needs supervision", Evidence: fact.Apple, Source: source}
	}
	var notes numbering
	for _, tt := range []struct {
		notes []intent.Note
		want  string
	}{
		{[]intent.Note{note("com.apple.wifi.managed.yaml")}, "[1]"},
		{[]intent.Note{note("com.apple.security.scep.yaml")}, "[2]"},
		{[]intent.Note{note("com.apple.security.scep.yaml"), note("com.apple.wifi.managed.yaml")}, "[1 2]"},
	} {
		if got := fmt.Sprint(notes.numbers(tt.notes)); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.notes, got, tt.want)
		}
	}
	for i, want := range []string{"com.apple.wifi.managed.yaml", "com.apple.security.scep.yaml"} {
		if got := notes.footnotes("").All[i].Source; got != want {
			t.Errorf("note %d cites %s, want %s", i+1, got, want)
		}
	}
}

// Every line fits the screen, as long as that takes a key and a class.
func TestCoverageFits(t *testing.T) {
	m := &coverage.Matrix{Targets: coverage.Grid(), Files: []string{"a"}}
	for i := range 3 {
		row := coverage.Row{Subject: coverage.Subject{File: "a", Type: "com.apple.applicationaccess", Key: fmt.Sprint("allowAppCellularDataModification", i)}}
		for j, to := range m.Targets {
			row.Cells = append(row.Cells, coverage.Cell{Target: to, Class: intent.Classes()[(i+j)%5]})
		}
		m.Rows = append(m.Rows, row)
	}
	for _, width := range []int{0, 50, 80, 100, 160} {
		var b bytes.Buffer
		NewPrinter(&b, nil, width).Blocks(matrixBlocks(m)...)
		limit := width
		if width == 0 {
			limit = textWidth
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if lipgloss.Width(line) > limit {
				t.Errorf("at %d columns a line has %d: %s", width, lipgloss.Width(line), line)
			}
		}
	}
}
