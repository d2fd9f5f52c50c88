package view

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/coverage"
	"syncguard/internal/intent"
)

// Blocks writes blocks as text, with an empty line between them.
func (p *Printer) Blocks(all ...Block) {
	for i, b := range all {
		if i > 0 {
			p.Line("")
		}
		p.block(b)
	}
}

func (p *Printer) block(b Block) {
	switch b := b.(type) {
	case Section:
		if len(b.Title) == 1 {
			p.wrappedAfter("", bold.Render(b.Title.terminal()))
		} else if b.Title != nil {
			p.wrappedAfter("", b.Title.terminal())
		}
		p.Blocks(b.Blocks...)
	case Paragraph:
		p.labeled("", b.Text)
	case Table:
		p.table(b)
	case Chart:
		p.chart(b)
	case List:
		p.list("  ", b)
	case Terms:
		p.terms(b)
	case Footnotes:
		for i, n := range b.All {
			p.labeled(gap+faint.Render(superscript(i+1))+" ", Text{styled(Faint, n.Text.plain())})
		}
		p.below(b.Below)
	}
}

func (p *Printer) below(text string) {
	if text != "" {
		p.faintly(gap, text)
	}
}

func (p *Printer) list(indent string, l List) {
	for i, item := range l.Items {
		label := indent
		switch {
		case l.Steps:
			label += fmt.Sprintf("%d. ", i+1)
		case l.Tasks:
			label += "[ ] "
		}
		if l.Steps || l.Tasks {
			p.labeled(label, item.Text)
		} else {
			for _, line := range hanging(item.Text.terminal(), p.columns()-len(label)) {
				p.Line("%s%s", label, line)
			}
		}
		for _, b := range item.Blocks {
			if inner, ok := b.(List); ok {
				within := indent + "  "
				if l.Tasks {
					within += "    "
				}
				p.list(within, inner)
			} else {
				p.block(b)
			}
		}
	}
}

func (p *Printer) terms(all Terms) {
	width := len("enforced")
	for _, t := range all {
		width = max(width, lipgloss.Width(t.Name.terminal()))
	}
	for _, t := range all {
		name := t.Name.terminal()
		for _, is := range t.Is {
			p.labeled("  "+name+strings.Repeat(" ", width-lipgloss.Width(name))+"  ", Text{styled(Faint, is.plain())})
			name = ""
		}
	}
}

// labeled writes text behind a label within the columns, further lines indented under the first.
func (p *Printer) labeled(label string, text Text) { p.hang(label, text.terminal(), p.columns()) }

// hang writes a label and text within a width, as Hang lays them out.
func (p *Printer) hang(label, text string, width int) {
	for _, line := range Hang(label, text, width) {
		p.Line("%s", line)
	}
}

// table writes a table: whole if the screen is wide enough, else split by columns, else as a list.
func (p *Printer) table(t Table) {
	if len(t.Rows) > 0 {
		if parts := t.fitted(p.screen()); parts != nil {
			p.Line("%s", strings.Join(parts, "\n\n"))
		} else {
			p.tableList(t)
		}
	}
	p.below(t.Below)
}

// fitted returns a table as the fewest tables of about equal numbers of columns that fit a width, or nil if one column is
// too wide. Before it is split, the first of several labels becomes a heading over its rows.
func (t *Table) fitted(width int) []string {
	values := len(t.Headers) - t.Labels
	most := max(values, 1)
	if t.Whole {
		most = 1
	}
	tables := []*Table{t}
	if t.Labels > 1 && t.Sections == "" {
		tables = append(tables, t.headed())
	}
	for n := 1; n <= most; n++ {
		for _, t := range tables {
			var parts []string
			for i := range n {
				if lines := t.render(t.Labels+i*values/n, t.Labels+(i+1)*values/n, width); lines != nil {
					parts = append(parts, strings.Join(lines, "\n"))
				}
			}
			if len(parts) == n {
				return parts
			}
		}
	}
	return nil
}

// headed returns the table with the first label as the heading of a section.
func (t *Table) headed() *Table {
	h := &Table{Headers: slices.Clone(t.Headers[1:]), Labels: t.Labels - 1, Sections: t.Headers[0]}
	h.Headers[0] = gap + h.Headers[0]
	for _, r := range t.Rows {
		h.Rows = append(h.Rows, Row{Section: r.Cells[0].String(), Cells: r.Cells[1:], Under: r.Under})
	}
	return h
}

// render lays out the table with some of its value columns. A section or a repeated first label is shown once.
func (t *Table) render(from, to, width int) []string {
	pick := func(cells []string) []string { return slices.Concat(cells[:t.Labels], cells[from:to]) }
	var headers []string
	for _, h := range t.Headers {
		headers = append(headers, cleanHeader(h))
	}
	var rows [][]string
	begins := t.sectionStarts()
	for i, r := range t.Rows {
		cells := terminals(r.Cells)
		switch {
		case t.Sections != "":
			if begins[i] {
				rows = append(rows, []string{bold.Render(Clean(r.Section))})
			}
			cells[0] = gap + cells[0]
		case t.Labels > 1 && begins[i]:
			cells[0] = bold.Render(cells[0])
		case t.Labels > 1:
			cells[0] = ""
		}
		rows = append(rows, pick(cells))
		for _, line := range packed(terminals(r.Under), under, width-len(gap+gap)) {
			rows = append(rows, []string{gap + line})
		}
	}
	return layOut(pick(headers), rows, width)
}

// cleanHeader returns a heading of one or two lines, printable.
func cleanHeader(header string) string {
	first, second, two := strings.Cut(header, "\n")
	if !two {
		return Clean(first)
	}
	return Clean(first) + "\n" + Clean(second)
}

// tableList writes a table as paragraphs, for a narrow screen: the labels, then the values beside each other.
func (p *Printer) tableList(t Table) {
	begins := t.sectionStarts()
	for i, r := range t.Rows {
		cells := terminals(r.Cells)
		indent := gap
		if t.Sections != "" {
			if begins[i] {
				p.lines(gap, bold.Render(Clean(r.Section)))
			}
			indent += gap
			p.lines(indent, strings.Join(cells[:t.Labels], " · "))
		} else {
			p.lines(indent, bold.Render(strings.Join(cells[:t.Labels], " · ")))
		}
		indent += gap
		if r.Under != nil {
			p.packed(indent, under, terminals(r.Under))
		}
		var values []string
		for j, cell := range cells[t.Labels:] {
			if cell != "" {
				values = append(values, faint.Render(Clean(strings.ReplaceAll(t.Headers[t.Labels+j], "\n", " "))+":")+" "+cell)
			}
		}
		p.packed(indent, " · ", values)
	}
}

// lines writes text under an indent, within the screen.
func (p *Printer) lines(indent, text string) { p.hang(indent, text, p.screen()) }

// packed writes texts behind a label, as many on a line as fit the screen.
func (p *Printer) packed(label, separator string, texts []string) {
	indent := lipgloss.Width(label)
	for _, line := range packed(texts, separator, p.screen()-indent) {
		for _, part := range hanging(line, p.screen()-indent) {
			p.Line("%s%s", label, part)
			label = strings.Repeat(" ", indent)
		}
	}
}

// packed joins texts to lines of a width, and breaks none of them.
func packed(texts []string, separator string, width int) (lines []string) {
	for _, text := range texts {
		if last := len(lines) - 1; last >= 0 && lipgloss.Width(lines[last]+separator+text) <= width {
			lines[last] += separator + text
		} else {
			lines = append(lines, text)
		}
	}
	return lines
}

// under separates the texts of Row.Under.
const under = "  "

// isWhole reports whether a table fits a width with a line for each row, or nearly.
func (t *Table) isWhole(width int) bool {
	lines, most := t.render(t.Labels, len(t.Headers), width), t.render(t.Labels, len(t.Headers), 1<<20)
	return lines != nil && len(lines) <= len(most)+1
}

func oneLine(header string) string { return strings.ReplaceAll(header, "\n", " · ") }

func terminals(texts []Text) (all []string) {
	for _, t := range texts {
		all = append(all, t.terminal())
	}
	return all
}

// terminal returns text with styles.
func (t Text) terminal() string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(textStyle(r).Render(r.plain()))
		b.WriteString(superscripts(r.Footnotes))
	}
	return b.String()
}

// plain returns text as shown, without styles.
func (t Text) plain() string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(r.plain())
	}
	return b.String()
}

func (r Run) plain() string {
	text := Clean(r.label())
	if r.Style == Evidence {
		return " (" + text + ")"
	}
	return text
}

// label returns the words shown for a run: a class has a name for people.
func (r Run) label() string {
	switch class := intent.Class(r.Text); {
	case r.Style == Class && class == coverage.Missing:
		return headingOf(class)
	case r.Style == Class:
		return class.Label()
	}
	return r.Text
}

func textStyle(r Run) lipgloss.Style {
	switch r.Style {
	case Strong:
		return bold
	case Faint:
		return faint
	case Class:
		return classStyle(r.Text)
	case Bar:
		return classStyle(string(r.Of))
	}
	return lipgloss.NewStyle()
}

func superscripts(numbers []int) string {
	var texts []string
	for _, n := range numbers {
		texts = append(texts, superscript(n))
	}
	if len(texts) == 0 {
		return ""
	}
	return faint.Render(strings.Join(texts, " "))
}

// paragraph writes text within the columns, every line indented.
func (p *Printer) paragraph(indent, text string) { p.labeled(indent, words(text)) }
