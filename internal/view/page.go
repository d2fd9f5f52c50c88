package view

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
)

// Page is a document for people, independent of its format: Printer.Blocks, Page.Markdown and Page.HTML write it. Its text
// may come from anywhere: the writers escape it.
type Page struct {
	Title  string
	Above  string // a line over the title
	Lead   Text
	Blocks []Block
	Foot   string
}

// Block is a part of a page.
type Block interface{ isBlock() }

// Section is blocks under a heading. Without a title it is only an anchor.
type Section struct {
	Title  Text
	ID     string // its anchor, and the prefix of its footnotes' anchors
	Nav    string // its link at the top of a page; may be empty
	Lang   string // BCP 47; empty for the page's language
	Cards  bool   // its sections are alike and may stand side by side
	Folded bool   // details for few readers: closed at first
	Blocks []Block
}

// Paragraph is some sentences.
type Paragraph struct {
	Text Text
	Look Look
}

// Look tells how much a paragraph catches the eye.
type Look string

// Looks of a paragraph, besides the usual one.
const (
	Small     Look = "small"
	Important Look = "note"
)

// Table has columns of labels, naming each row, and columns of values.
type Table struct {
	Headers  []string // a line feed begins a second line
	Labels   int      // number of label columns, the first ones; a repeated first label may be left out
	Sections string   // heading of the rows' sections; empty without sections
	Grouped  bool     // the sections are words, not types
	Rows     []Row
	Below    string // a sentence under it
	Whole    bool   // never split into several tables
	Stacks   bool   // on a phone each row becomes a paragraph
}

// Row is a row of a table.
type Row struct {
	Section string // the heading over it and the following rows
	Cells   []Text
	Under   []Text // a line below it on a terminal; may be nil
}

// List is items, each a line with blocks below it.
type List struct {
	Steps bool // in this order
	Tasks bool // each with a box to check
	Items []Item
}

// Item is an item of a list.
type Item struct {
	Text   Text
	Blocks []Block
}

// Terms explains words, each in one text or more.
type Terms []Term

// Term is one of the Terms.
type Term struct {
	Name Text
	Is   []Text
}

// Footnotes are numbered texts, referred to by Run.Footnotes.
type Footnotes struct {
	All   []Footnote
	Below string // a sentence under them
}

// Footnote is a text with its source, which may be an address.
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

// Text is a sequence of runs.
type Text []Run

// Run is words of one style.
type Run struct {
	Text      string
	Style     Style
	URL       string       // the target of a link
	Footnotes []int        // numbers, from 1
	Of        intent.Class // of a Bar
}

// Style is the meaning of a run, not its look.
type Style int

// The styles of runs.
const (
	Plain    Style = iota
	Strong         // the important word
	Code           // of a file or a command
	Faint          // less important
	Class          // a intent.Class
	Evidence       // the evidence of a statement; a remark in brackets after it
	Bar            // part of a bar on a terminal
)

func words(text string) Text              { return Text{{Text: text}} }
func styled(style Style, text string) Run { return Run{Text: text, Style: style} }

// withEvidence adds the evidence of a statement, unless it is Apple's.
func withEvidence(text Text, e fact.Evidence) Text {
	if e == fact.Apple {
		return text
	}
	return append(text, styled(Evidence, string(e)))
}

// joined joins texts in one style.
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

// sectionStarts reports for each row whether its section, or its first label in a table without sections, differs from
// the row above.
func (t *Table) sectionStarts() []bool {
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

// String returns the words without styles.
func (t Text) String() string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(r.Text)
	}
	return b.String()
}

// numbering numbers notes in the order of their first appearance: the same words from another source are another note.
// Details have no number.
type numbering []intent.Note

func (f *numbering) numbers(notes []intent.Note) []int {
	var numbers []int
	for _, n := range notes {
		if n.Detail {
			continue
		}
		at := slices.IndexFunc(*f, func(m intent.Note) bool { return m.Label() == n.Label() && m.Source == n.Source })
		if at < 0 {
			at = len(*f)
			*f = append(*f, n)
		}
		if !slices.Contains(numbers, at+1) {
			numbers = append(numbers, at+1)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// footnotes returns the numbered notes.
func (f numbering) footnotes(below string) Footnotes {
	out := Footnotes{Below: below}
	for _, n := range f {
		out.All = append(out.All, Footnote{withEvidence(words(n.Text), n.Evidence), n.Source})
	}
	return out
}
