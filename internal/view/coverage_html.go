package view

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"syncguard/internal/baseline"
	"syncguard/internal/coverage"
)

//go:embed coverage.html
var coverageSource string

var coverageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("coverage").Parse(coverageSource))
})

// CoverageHTML writes a page of its own, matrices and stories, with nothing to load from elsewhere.
func CoverageHTML(w io.Writer, parts []*coverage.Matrix, stories []StoryHTML) error {
	page := htmlPage{Stories: stories}
	for i, m := range parts {
		page.Parts = append(page.Parts, newHTMLPart(m, fmt.Sprintf("coverage-%d", i+1)))
	}
	return coverageTemplate().ExecuteTemplate(w, "page", page)
}

// CoverageFragment writes a matrix for a page that has CoverageStyle. The names of its classes begin with "coverage", its
// anchors with id.
func CoverageFragment(w io.Writer, m *coverage.Matrix, id string) error {
	return coverageTemplate().ExecuteTemplate(w, "fragment", newHTMLPart(m, id))
}

// CoverageStyle is the style sheet that goes with CoverageFragment.
func CoverageStyle() string {
	var b strings.Builder
	_ = coverageTemplate().ExecuteTemplate(&b, "style", nil) // writes to memory only
	return b.String()
}

// StoryHTML is a story with the place that it is about.
type StoryHTML struct {
	Title, Where, Class string
	Lines, Sources      []string
}

// NewStoryHTML words a story for a part.
func NewStoryHTML(s *coverage.Story, where string) StoryHTML {
	return StoryHTML{Clean(storyTitle(s.Subject)), where, string(s.Cell.Class), cleaned(storyLines(s)), cleaned(s.Sources)}
}

func cleaned(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = Clean(s)
	}
	return out
}

// What the template shows.
type (
	htmlPage struct {
		Parts   []htmlPart
		Stories []StoryHTML
	}
	htmlPart struct {
		ID      string // that the names of its anchors begin with
		Sheets  []htmlSheet
		Classes []htmlClass
		Means   []htmlMeans
		Notes   []htmlNote
		ByHand  string
	}
	htmlSheet struct {
		Title, Nothing string
		Labels         []string
		Headers        [][]string // lines of each
		Rows           []htmlRow
		Columns        int
	}
	htmlRow struct {
		Section string // a heading above the row; only in a table of keys
		First   bool   // of its section
		Labels  []string
		Marks   []int
		Cells   []htmlCell
	}
	htmlCell struct {
		Class string
		Marks []int
	}
	htmlClass struct{ Name, Meaning string }
	htmlMeans struct {
		Title      string
		Mechanisms []string
	}
	htmlNote struct {
		Number         int
		Text, Evidence string // evidence is empty where it is Apple's
		Source, URL    string
	}
)

func newHTMLPart(m *coverage.Matrix, id string) htmlPart {
	part := htmlPart{ID: id}
	s := sheetsOf(m)
	for _, t := range s.all {
		part.Sheets = append(part.Sheets, newHTMLSheet(t))
	}
	for _, c := range s.classes {
		part.Classes = append(part.Classes, htmlClass{string(c), s.meaning(c)})
	}
	for _, m := range s.means {
		means := htmlMeans{Title: m.title}
		for _, t := range m.types {
			means.Mechanisms = append(means.Mechanisms, Clean(t.String()))
		}
		part.Means = append(part.Means, means)
	}
	for i, n := range s.notes {
		note := htmlNote{Number: i + 1, Text: Clean(n.Text), Source: Clean(n.Source)}
		if n.Evidence != baseline.Apple {
			note.Evidence = string(n.Evidence)
		}
		if strings.HasPrefix(n.Source, "https://") {
			note.URL = n.Source
		}
		part.Notes = append(part.Notes, note)
	}
	if s.byHand {
		part.ByHand = capital(removable) + "."
	}
	return part
}

func newHTMLSheet(t sheet) htmlSheet {
	h := htmlSheet{Title: Clean(t.title), Nothing: Clean(t.nowhere), Labels: t.labels, Columns: len(t.labels) + len(t.headers)}
	for _, header := range t.headers {
		h.Headers = append(h.Headers, strings.Split(Clean(strings.ReplaceAll(header, "\n", "\x00")), `\u{0}`))
	}
	for i, r := range t.rows {
		row := htmlRow{Labels: cleaned(r.labels), Marks: r.marks, First: i > 0 && r.section != ""}
		if len(t.labels) == 1 {
			row.Section, row.First = Clean(r.section), false
		}
		for _, c := range r.cells {
			row.Cells = append(row.Cells, htmlCell{string(c.class), c.marks})
		}
		h.Rows = append(h.Rows, row)
	}
	return h
}
