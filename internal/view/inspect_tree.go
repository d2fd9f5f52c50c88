package view

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/inspect"
	"syncguard/internal/text"
)

// Limits on the output without --full.
const (
	maxRows     = 2000 // of a file
	maxElements = 50   // of an array
	minNote     = 28   // columns required for notes beside a value
)

// tree writes keys as an indented tree: key, value, notes.
type tree struct {
	p      *Printer
	full   bool
	indent string // of a nested document
	left   int    // rows still allowed
	cut    int    // values left out
}

// width returns the width of the screen, or a readable one without a screen.
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
	render func(columns int) (value string, style func(...string) string)
	value  string // printable
	style  func(...string) string
	notes  []note
	inside *inspect.Document
}

// keys writes keys below each other, their values in one column, at least keyWidth columns to the right.
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
		r.value, r.style = r.render(t.width() - lipgloss.Width(indent) - left - 2)
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
			*rows = append(*rows, row{depth: min(depth, maxIndent), name: "…", render: constant(""), notes: []note{{fmt.Sprintf("%s; --full shows them", text.Count(more, "more element")), false}}})
			return
		}
		if t.left <= 0 && !t.full {
			t.cut += countKeys(keys[i:])
			return
		}
		t.left--
		*rows = append(*rows, row{depth: min(depth, maxIndent), name: t.name(k), notes: notesOf(k, !t.full), inside: k.Inside,
			render: func(columns int) (string, func(...string) string) { return t.value(k, columns) }})
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
	return t.shorten(k.Key, t.width()/2)
}

// row writes one line, with its notes beside it if they fit, or else below.
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

// inside writes a document nested in data, indented.
func (t *tree) inside(d *inspect.Document, indent string) {
	before := t.indent
	t.indent = indent
	t.document(d, nil)
	t.indent = before
}

// unbroken is a space without a line break.
const unbroken = "\u00a0"

// constant renders the same text for any number of columns.
func constant(text string) func(int) (string, func(...string) string) {
	return func(columns int) (string, func(...string) string) { return text, nil }
}

// longest returns the width of the longest word, and a space.
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

// fill breaks notes into lines, each note in its color.
func (t *tree) fill(notes []note, width int) []string {
	var lines []string
	var line, run strings.Builder // a line, and the words of one color at its end
	used, important := 0, false
	end := func() {
		style := faint
		if important {
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
			if n.important != important {
				end()
				important = n.important
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
