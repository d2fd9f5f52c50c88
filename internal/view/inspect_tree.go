package view

import (
	"fmt"
	"strings"
	"syncguard/internal/inspect"
	"syncguard/internal/text"

	"charm.land/lipgloss/v2"
)

// Bounds on what is shown unless all is.
const (
	maxRows     = 2000 // of a file
	maxElements = 50   // of an array
	minNote     = 28   // columns that are left for notes beside a value
)

// tree writes keys as an indented tree: key, value, notes.
type tree struct {
	p      *Printer
	full   bool
	indent string // of a document inside of another
	left   int    // rows that may still be written
	cut    int    // values that are not
}

// width is that of the screen, or what is good to read where there is none.
func (t *tree) width() int {
	if t.p.Width > 0 {
		return max(t.p.Width, 40)
	}
	return excerptWidth
}

// row is a key at its depth.
type row struct {
	depth  int
	name   string // printable
	say    func(columns int) (value string, style func(...string) string)
	value  string // printable
	style  func(...string) string
	notes  []note
	inside *inspect.Document
}

// keys writes keys below each other, their values in a column behind at least some columns.
func (t *tree) keys(keys []*inspect.Node, indent string, keyWidth int) {
	var rows []row
	t.collect(keys, 0, &rows)
	indent = t.indent + indent
	valueWidth := 0
	for _, r := range rows {
		keyWidth = max(keyWidth, min(lipgloss.Width(r.name)+2*r.depth, t.width()*2/5))
	}
	for i := range rows {
		r := &rows[i]
		left := max(keyWidth, lipgloss.Width(r.name)+2*r.depth)
		r.value, r.style = r.say(t.width() - lipgloss.Width(indent) - left - 2)
		if w := lipgloss.Width(r.value); len(r.notes) > 0 && w <= t.width()/5 {
			valueWidth = max(valueWidth, w)
		}
	}
	for _, r := range rows {
		t.row(r, indent, keyWidth, valueWidth)
	}
}

func (t *tree) collect(keys []*inspect.Node, depth int, rows *[]row) {
	for i, k := range keys {
		if k.Index != nil && *k.Index >= maxElements && !t.full {
			more := len(keys) - i
			*rows = append(*rows, row{depth: min(depth, maxIndent), name: "…", say: fixed(""), notes: []note{{fmt.Sprintf("%s; --full shows them", text.Count(more, "more element")), false}}})
			return
		}
		if t.left <= 0 && !t.full {
			t.cut += countKeys(keys[i:])
			return
		}
		t.left--
		*rows = append(*rows, row{depth: min(depth, maxIndent), name: t.name(k), notes: notesOf(k, !t.full), inside: k.Inside,
			say: func(columns int) (string, func(...string) string) { return t.value(k, columns) }})
		if k.Data != nil {
			for _, c := range k.Data.Certificates {
				*rows = append(*rows, t.certificate(c, depth+1)...)
			}
		}
		if isInline(k) {
			continue
		}
		t.collect(k.Keys, depth+1, rows)
	}
}

func countKeys(keys []*inspect.Node) int {
	n := len(keys)
	for _, k := range keys {
		n += countKeys(k.Keys)
	}
	return n
}

func (t *tree) name(k *inspect.Node) string {
	switch {
	case k.Index != nil:
		return fmt.Sprintf("[%d]", *k.Index)
	case k.Key == "":
		return `""`
	}
	return t.cutTo(k.Key, t.width()/2)
}

// row writes one line, and notes below it where they do not fit beside it.
func (t *tree) row(r row, indent string, keyWidth, valueWidth int) {
	left := indent + strings.Repeat("  ", r.depth)
	name := r.name + strings.Repeat(" ", max(0, keyWidth-2*r.depth-lipgloss.Width(r.name)))
	value := r.value
	if r.style != nil {
		value = r.style(value)
	}
	line := left + name + "  " + value
	at := lipgloss.Width(indent) + keyWidth + 2 // where values begin
	beside := at + valueWidth + 2
	used := lipgloss.Width(line)
	switch notes := joinNotes(r.notes); {
	case notes == "":
		t.p.Line("%s", strings.TrimRight(line, " "))
	case used+2 <= beside && longest(notes) <= t.width()-beside && (beside+lipgloss.Width(notes) <= t.width() || t.width()-beside >= minNote):
		lines := t.fill(r.notes, t.width()-beside)
		t.p.Line("%s%s%s", line, strings.Repeat(" ", beside-used), lines[0])
		for _, more := range lines[1:] {
			t.p.Line("%s%s", strings.Repeat(" ", beside), more)
		}
	case used+2+lipgloss.Width(notes) <= t.width():
		t.p.Line("%s  %s", line, t.fill(r.notes, t.width())[0])
	default:
		t.p.Line("%s", strings.TrimRight(line, " "))
		t.notes(r.notes, strings.Repeat(" ", max(0, min(at, t.width()/2, t.width()-longest(notes)))))
	}
	if r.inside != nil {
		t.inside(r.inside, left+"  ")
	}
}

// inside writes a document that data holds, further to the right.
func (t *tree) inside(d *inspect.Document, indent string) {
	before := t.indent
	t.indent = indent
	t.document(d, nil)
	t.indent = before
}

// unbroken is a blank at which no line is broken.
const unbroken = "\u00a0"

// fixed says a value that is there.
func fixed(text string) func(int) (string, func(...string) string) {
	return func(columns int) (string, func(...string) string) { return text, nil }
}

// longest is the width of the longest word.
func longest(text string) int {
	width := 0
	for word := range strings.SplitSeq(text, " ") {
		width = max(width, lipgloss.Width(word)+1)
	}
	return width
}

func joinNotes(notes []note) string {
	var texts []string
	for _, n := range notes {
		texts = append(texts, Clean(n.text))
	}
	return strings.Join(texts, "; ")
}

// notes writes notes on lines of their own.
func (t *tree) notes(notes []note, indent string) {
	if len(notes) == 0 {
		return
	}
	for _, line := range t.fill(notes, t.width()-lipgloss.Width(indent)) {
		t.p.Line("%s%s", indent, line)
	}
}

// fill breaks notes into lines, each note in its colour.
func (t *tree) fill(notes []note, width int) []string {
	var lines []string
	var line, run strings.Builder // a line, and the words at its end that have one colour
	used, loud := 0, false
	end := func() {
		style := faint
		if loud {
			style = yellow
		}
		if run.Len() > 0 {
			line.WriteString(style.Render(run.String()))
		}
		run.Reset()
	}
	for i, n := range notes {
		text := Clean(n.text)
		if i < len(notes)-1 {
			text += ";"
		}
		for word := range strings.SplitSeq(text, " ") {
			word = strings.ReplaceAll(Clean(word), unbroken, " ") // cleaned again, since it may begin a line
			w := lipgloss.Width(word)
			if used > 0 && used+1+w > width {
				end()
				lines = append(lines, line.String())
				line.Reset()
				used = 0
			}
			if n.loud != loud {
				end()
				loud = n.loud
			}
			if used > 0 {
				run.WriteByte(' ')
				used++
			}
			run.WriteString(word)
			used += w
		}
	}
	end()
	return append(lines, line.String())
}
