package view

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"syncguard/internal/intent"
)

// textWidth is the width of tables without a terminal, and the limit of sentences on one.
const textWidth = 100

// columns returns the width of sentences. A table may be as wide as the screen.
func (p *Printer) columns() int { return min(p.tableColumns(), textWidth) }

func (p *Printer) tableColumns() int { return cmp.Or(p.Width, textWidth) }

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
			p.Line("%s", bold.Render(b.Title.terminal()))
		} else if b.Title != nil {
			p.Line("%s", b.Title.terminal())
		}
		p.Blocks(b.Blocks...)
	case Paragraph:
		p.labeled("", b.Text)
	case Table:
		p.table(b)
	case List:
		p.list("  ", b)
	case Terms:
		p.terms(b)
	case Footnotes:
		for i, n := range b.All {
			p.labeled(faint.Render(fmt.Sprintf("  %s ", superscript(i+1))), Text{styled(Faint, n.Text.plain())})
		}
		p.below(b.Below)
	}
}

func (p *Printer) below(text string) {
	if text != "" {
		p.labeled("  ", Text{styled(Faint, text)})
	}
}

func (p *Printer) list(indent string, l List) {
	for i, item := range l.Items {
		label := indent
		if l.Steps {
			label += fmt.Sprintf("%d. ", i+1)
		}
		p.labeled(label, item.Text)
		for _, b := range item.Blocks {
			if inner, ok := b.(List); ok {
				p.list(indent+"  ", inner)
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
func (p *Printer) labeled(label string, text Text) {
	indent := lipgloss.Width(label)
	style := lipgloss.NewStyle()
	line := text.terminal()
	if len(text) == 1 {
		style, line = textStyle(text[0]), text.plain() // one style for all: it must not reach into the margin
	}
	for i, line := range wrap(line, max(p.columns()-indent, 20)) {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		p.Line("%s%s", label, style.Render(strings.TrimRight(line, " ")))
	}
}

// table writes a table: whole if the screen is wide enough, else split by columns, else as a list.
func (p *Printer) table(t Table) {
	if len(t.Rows) > 0 {
		if parts := p.splitTable(t); parts != nil {
			p.Line("%s", strings.Join(parts, "\n\n"))
		} else {
			p.tableList(t)
		}
	}
	p.below(t.Below)
}

// splitTable returns a table as the fewest tables of about equal numbers of columns that fit the screen, or nil if one
// column is too wide.
func (p *Printer) splitTable(t Table) []string {
	values := len(t.Headers) - t.Labels
	most, width := max(values, 1), p.tableColumns()
	if t.Whole {
		most, width = 1, cmp.Or(p.Width, 1<<10)
	}
	for n := 1; n <= most; n++ {
		var parts []string
		fits := true
		for i := range n {
			text := t.render(t.Labels+i*values/n, t.Labels+(i+1)*values/n)
			fits = fits && lipgloss.Width(text) <= width
			parts = append(parts, text)
		}
		if fits {
			return parts
		}
	}
	return nil
}

// plainTable returns a table without lines, its column of numbers aligned right.
func plainTable(numbers int, headers ...string) *table.Table {
	return table.New().
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderColumn(false).BorderHeader(false).BorderRow(false).
		Headers(headers...).
		StyleFunc(func(row, column int) lipgloss.Style {
			style := lipgloss.NewStyle().PaddingLeft(2).Faint(row == table.HeaderRow)
			if column == numbers {
				style = style.Align(lipgloss.Right)
			}
			return style
		})
}

// render returns the table with some of its value columns. A section or a repeated first label is shown once.
func (t *Table) render(from, to int) string {
	pick := func(cells []string) []string {
		return append(append([]string{}, cells[:t.Labels]...), cells[from:to]...)
	}
	upper, lower := t.headerLines()
	tab := plainTable(t.Labels+t.Numbers-1-from, pick(upper)...)
	if lower != nil {
		tab.Row(pick(lower)...)
	}
	begins := t.sectionStarts()
	for i, r := range t.Rows {
		cells := r.terminal()
		switch {
		case t.Sections != "":
			if begins[i] {
				tab.Row(append([]string{bold.Render(Clean(r.Section))}, make([]string, t.Labels-1+to-from)...)...)
			}
			cells[0] = "  " + cells[0]
		case t.Labels > 1 && begins[i]:
			cells[0] = bold.Render(cells[0])
		case t.Labels > 1:
			cells[0] = ""
		}
		tab.Row(pick(cells)...)
	}
	lines := strings.Split(tab.Render(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// headerLines splits the headings into two rows; lower is nil without second lines.
func (t *Table) headerLines() (upper, lower []string) {
	found := false
	for _, h := range t.Headers {
		first, second, two := strings.Cut(h, "\n")
		upper, lower, found = append(upper, Clean(first)), append(lower, faint.Render(Clean(second))), found || two
	}
	if !found {
		lower = nil
	}
	return upper, lower
}

// tableList writes a table as paragraphs, for a narrow screen.
func (p *Printer) tableList(t Table) {
	width := 0
	for _, h := range t.Headers[t.Labels:] {
		width = max(width, lipgloss.Width(Clean(oneLine(h))))
	}
	begins := t.sectionStarts()
	for i, r := range t.Rows {
		cells := r.terminal()
		indent := "    "
		if t.Sections != "" {
			if begins[i] {
				p.Line("  %s", bold.Render(Clean(r.Section)))
			}
			p.Line("    %s", strings.Join(cells[:t.Labels], " · "))
			indent = "      "
		} else {
			p.Line("  %s", bold.Render(strings.Join(cells[:t.Labels], " · ")))
		}
		for j, cell := range cells[t.Labels:] {
			if cell == "" {
				continue
			}
			p.Line("%s%-*s  %s", indent, width, Clean(oneLine(t.Headers[t.Labels+j])), cell)
		}
	}
}

func oneLine(header string) string { return strings.ReplaceAll(header, "\n", " · ") }

func (r *Row) terminal() []string {
	var cells []string
	for _, c := range r.Cells {
		cells = append(cells, c.terminal())
	}
	return cells
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
	if r.Style == Class {
		return intent.Class(r.Text).Label()
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
