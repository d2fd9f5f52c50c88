package view

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
)

// Page is a document for people, in no format yet: Printer.Blocks, Markdown and Page.HTML write what is in it. Text in it may
// come from anywhere; what writes it makes it harmless.
type Page struct {
	Title  string
	Above  string // a line over the title
	Lead   Text
	Blocks []Block
	Foot   string
}

// Block is a part of a page.
type Block interface{ isBlock() }

// Section is blocks under a heading, or without one a place that marks lead to.
type Section struct {
	Title  Text
	ID     string // of its anchor, and what those of its notes begin with
	Nav    string // what leads to it from the top of a page; may be empty
	Lang   string // BCP 47, where it is another one than the page's
	Cards  bool   // the sections in it are alike and may stand side by side
	Folded bool   // it holds details that few people read
	Blocks []Block
}

// Paragraph is some sentences.
type Paragraph struct {
	Text Text
	Look Look
}

// Look says how much a paragraph should catch the eye.
type Look string

// Looks of a paragraph, beside the usual one.
const (
	Small     Look = "small"
	Important Look = "note"
)

// Table has columns that say what a row is about, and columns of values.
type Table struct {
	Headers  []string // a second line may follow on a line feed
	Labels   int      // how many of the columns, the first ones, say what a row is; a label that repeats need be shown once
	Sections string   // what the sections of rows are; empty where there are none
	Rows     []Row
	Below    string // a sentence under it
	Whole    bool   // it is not to be taken apart where it is wide
	Numbers  int    // the column, counted from 1, of numbers, which end at the same place; 0 for none
	Stacks   bool   // on a phone a row becomes a paragraph
}

// Row is a row of a table.
type Row struct {
	Section string // the heading over it and the rows that follow
	Cells   []Text
}

// List is items, each a line with blocks below it.
type List struct {
	Steps bool // in this order
	Items []Item
}

// Item is an item of a list.
type Item struct {
	Text   Text
	Blocks []Block
}

// Terms says what words stand for, each in one text or more.
type Terms []Term

// Term is one of the Terms.
type Term struct {
	Name Text
	Is   []Text
}

// Footnotes are numbered texts that marks lead to.
type Footnotes struct {
	All   []Footnote
	Below string // a sentence under them
}

// Footnote is a text with the source that it rests on, which may be an address.
type Footnote struct {
	Text   Text
	Source string
}

func (Section) isBlock()   {}
func (Paragraph) isBlock() {}
func (Table) isBlock()     {}
func (List) isBlock()      {}
func (Terms) isBlock()     {}
func (Footnotes) isBlock() {}

// Text is runs of words that follow each other.
type Text []Run

// Run is words of one style.
type Run struct {
	Text  string
	Style Style
	URL   string // where it leads to
	Marks []int  // numbers of notes
}

// Style says what a run is.
type Style int

// The styles of runs.
const (
	Plain    Style = iota
	Strong         // the word that counts
	Code           // of a file or a command
	Faint          // beside the point
	Class          // a intent.Class
	Evidence       // what a statement rests on; a remark in brackets behind it
)

func words(text string) Text              { return Text{{Text: text}} }
func styled(style Style, text string) Run { return Run{Text: text, Style: style} }

// withEvidence adds what a statement rests on, where that is not Apple's word.
func withEvidence(text Text, e fact.Evidence) Text {
	if e == fact.Apple {
		return text
	}
	return append(text, styled(Evidence, string(e)))
}

// joined puts runs of one style behind each other.
func joined(style Style, texts []string, separator string) Text {
	var out Text
	for i, s := range texts {
		if i > 0 {
			out = append(out, Run{Text: separator})
		}
		out = append(out, styled(style, s))
	}
	return out
}

// sectioned reports for each row whether its section, or its first label where rows have no sections, differs from that of
// the row above.
func (t *Table) sectioned() []bool {
	begins, last := make([]bool, len(t.Rows)), ""
	for i, r := range t.Rows {
		name := r.Section
		if t.Sections == "" && t.Labels > 1 {
			name = r.Cells[0].String()
		}
		begins[i], last = name != "" && (i == 0 || name != last), name
	}
	return begins
}

// String is the words alone.
func (t Text) String() string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(r.Text)
	}
	return b.String()
}

// numbering numbers notes in the order in which they first appear. What goes without saying has no number.
type numbering []intent.Note

func (f *numbering) marks(notes []intent.Note) []int {
	var marks []int
	for _, n := range notes {
		if n.Detail {
			continue
		}
		at := slices.IndexFunc(*f, func(m intent.Note) bool { return m.Label() == n.Label() })
		if at < 0 {
			at = len(*f)
			*f = append(*f, n)
		}
		if !slices.Contains(marks, at+1) {
			marks = append(marks, at+1)
		}
	}
	slices.Sort(marks)
	return marks
}

// footnotes are what the marks lead to.
func (f numbering) footnotes(below string) Footnotes {
	out := Footnotes{Below: below}
	for _, n := range f {
		out.All = append(out.All, Footnote{withEvidence(words(n.Text), n.Evidence), n.Source})
	}
	return out
}
