package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"syncguard/internal/baseline"
	"syncguard/internal/coverage"
	"syncguard/internal/target"
)

// hostileName is what a profile can have for a name.
const hostileName = "<script>alert(1)</script>|`\x1b[31m\u202e\n\"'><img src=x onerror=x>"

// matrix is one of keys: a lot of columns, and words that are not to be trusted.
func matrix() *coverage.Matrix {
	m := &coverage.Matrix{Targets: coverage.Grid(), Files: []string{hostileName}}
	for i := range 4 {
		row := coverage.Row{Subject: coverage.Subject{File: hostileName, Type: hostileName, Key: fmt.Sprint(hostileName, i)}}
		for j, t := range m.Targets {
			c := coverage.Cell{Target: t, Class: baseline.Classes()[(i+j)%5], Source: hostileName,
				Notes: []baseline.Note{{Text: fmt.Sprint("is ", j%7), Evidence: baseline.Unverified, Source: "javascript:alert(1)"}}}
			row.Cells = append(row.Cells, c)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// What a profile says is text in every format.
func TestCoverageIsHarmless(t *testing.T) {
	m := matrix()
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":     func(b *bytes.Buffer) error { NewPrinter(b, nil, 0).Coverage(m); return nil },
		"markdown": func(b *bytes.Buffer) error { return CoverageMarkdown(b, m) },
		"html":     func(b *bytes.Buffer) error { return CoverageHTML(b, []*coverage.Matrix{m}, nil) },
		"fragment": func(b *bytes.Buffer) error { return CoverageFragment(b, m, "a") },
		"json":     func(b *bytes.Buffer) error { return WriteJSON(b, CoverageCells(m)) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\u202e") && name != "json" {
			t.Errorf("%s holds characters that a terminal obeys", name)
		}
		isHTML := name == "html" || name == "fragment"
		if isHTML && (strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "<img") || strings.Contains(b.String(), `href="javascript`)) {
			t.Errorf("%s holds markup of the profile's", name)
		}
		if b.Len() == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

// Every line fits the screen, as long as that takes a key and a class.
func TestCoverageFits(t *testing.T) {
	m := &coverage.Matrix{Targets: coverage.Grid(), Files: []string{"a"}}
	for i := range 3 {
		row := coverage.Row{Subject: coverage.Subject{File: "a", Type: "com.apple.applicationaccess", Key: fmt.Sprint("allowAppCellularDataModification", i)}}
		for j, to := range m.Targets {
			row.Cells = append(row.Cells, coverage.Cell{Target: to, Class: baseline.Classes()[(i+j)%5]})
		}
		m.Rows = append(m.Rows, row)
	}
	for _, width := range []int{0, 50, 80, 100, 160} {
		var b bytes.Buffer
		NewPrinter(&b, nil, width).Coverage(m)
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

func TestStoryLines(t *testing.T) {
	s := &coverage.Story{
		Subject: coverage.Subject{Intent: baseline.DateTime},
		Cell:    coverage.Cell{Class: baseline.Hint, Target: target.Target{Platform: target.IOS, Version: target.Version{Major: 18}, Enrollment: target.Manual}},
		Lines:   []coverage.Line{{Text: "it needs a supervised device", Evidence: baseline.Apple}, {Text: "com.apple.x is odd", Evidence: baseline.Community}},
		Better:  []coverage.Better{{Class: baseline.Enforced, Version: target.Version{Major: 27}, Ways: []target.Enrollment{target.Supervised}, Supervised: true}},
	}
	want := []string{
		"It needs a supervised device.",
		"com.apple.x is odd (community).",
		"To have it enforced: supervised MDM, from version 27 on (Apple Configurator or Automated Device Enrollment supervise a device).",
	}
	got := storyLines(s)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}
