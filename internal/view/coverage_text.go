package view

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"syncguard/internal/baseline"
	"syncguard/internal/coverage"
	"syncguard/internal/target"
)

// textWidth is the width that tables are made for where nobody says how wide the screen is.
const textWidth = 100

// Coverage writes a matrix: tables, what the classes in them mean, and footnotes.
func (p *Printer) Coverage(m *coverage.Matrix) {
	s := sheetsOf(m)
	for _, t := range s.all {
		p.sheet(t)
		p.Line("")
	}
	p.coverageLegend(s)
	for _, m := range s.means {
		for i, t := range m.types {
			title := m.title
			if i > 0 {
				title = ""
			}
			p.wrapped(fmt.Sprintf("  %-11s  ", title), t.String(), p.columns())
		}
	}
	if len(s.means) > 0 && len(s.notes) > 0 {
		p.Line("")
	}
	for i, n := range s.notes {
		p.wrapped(fmt.Sprintf("  %s ", superscript(i+1)), n.Label(), p.columns())
	}
	if s.byHand {
		p.wrapped("  ", removable, p.columns())
	}
}

// columns is how wide text may be; a table may be as wide as the screen.
func (p *Printer) columns() int { return min(p.tableColumns(), textWidth) }

func (p *Printer) tableColumns() int { return cmp.Or(p.Width, textWidth) }

// sheet writes one table: in parts where it is wider than the screen, as a list on a narrow one.
func (p *Printer) sheet(t sheet) {
	if t.title != "" {
		p.Line("%s", bold.Render(Clean(t.title)))
	}
	if len(t.rows) > 0 {
		if parts := p.parts(t); parts != nil {
			p.Line("%s", strings.Join(parts, "\n\n"))
		} else {
			p.sheetList(t)
		}
	}
	if t.nowhere != "" {
		p.wrapped("  ", t.nowhere, p.columns())
	}
}

// parts returns a table as few tables of about as many columns each as the screen takes, or nil where one column is too wide.
func (p *Printer) parts(t sheet) []string {
	for n := 1; n <= len(t.headers); n++ {
		var parts []string
		fits := true
		for i := range n {
			text := sheetTable(t, i*len(t.headers)/n, (i+1)*len(t.headers)/n)
			fits = fits && lipgloss.Width(text) <= p.tableColumns()
			parts = append(parts, text)
		}
		if fits {
			return parts
		}
	}
	return nil
}

// sheetTable is the table of some columns: a section's name stands once, in the first column or above.
func sheetTable(t sheet, from, to int) string {
	ofKeys := len(t.labels) == 1
	upper, lower := headerLines(t, from, to)
	tab := table.New().
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderColumn(false).BorderHeader(false).BorderRow(false).
		Headers(upper...)
	if lower != nil {
		for i := range lower {
			lower[i] = faint.Render(lower[i])
		}
		tab.Row(lower...)
	}
	for _, r := range t.rows {
		labels := textLabels(r)
		switch {
		case ofKeys && r.section != "":
			tab.Row(append([]string{bold.Render(Clean(r.section))}, make([]string, to-from)...)...)
		case !ofKeys && r.section != "":
			labels[0] = bold.Render(labels[0])
		case !ofKeys:
			labels[0] = ""
		}
		if ofKeys {
			labels[0] = "  " + labels[0]
		}
		tab.Row(append(labels, textCells(r)[from:to]...)...)
	}
	tab.StyleFunc(func(row, _ int) lipgloss.Style {
		return lipgloss.NewStyle().PaddingLeft(2).Faint(row == table.HeaderRow)
	})
	lines := strings.Split(tab.Render(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// headerLines splits the headings of some columns into two rows; the lower one is nil where no heading has a second line.
func headerLines(t sheet, from, to int) (upper, lower []string) {
	upper = append(upper, t.labels...)
	below := make([]string, len(t.labels), len(t.labels)+to-from)
	for _, h := range t.headers[from:to] {
		first, second, found := strings.Cut(h, "\n")
		upper, below = append(upper, first), append(below, second)
		if found {
			lower = below
		}
	}
	if lower != nil {
		lower = below
	}
	return upper, lower
}

func textLabels(r sheetRow) []string {
	labels := make([]string, len(r.labels))
	for i, l := range r.labels {
		labels[i] = Clean(l)
	}
	labels[len(labels)-1] += superscripts(r.marks)
	return labels
}

// sheetList is the same as paragraphs, for a narrow screen.
func (p *Printer) sheetList(t sheet) {
	width := 0
	for _, h := range t.headers {
		width = max(width, lipgloss.Width(oneLine(h)))
	}
	for _, r := range t.rows {
		labels := textLabels(r)
		indent := "    "
		if len(t.labels) == 1 {
			if r.section != "" {
				p.Line("  %s", bold.Render(Clean(r.section)))
			}
			p.Line("    %s", labels[0])
			indent = "      "
		} else {
			p.Line("  %s", bold.Render(strings.Join(labels, " · ")))
		}
		for i, cell := range textCells(r) {
			p.Line("%s%-*s  %s", indent, width, oneLine(t.headers[i]), cell)
		}
	}
}

// classText is a class in a table, in which what does nothing should not catch the eye.
func classText(c baseline.Class) string {
	if c == baseline.Impossible {
		return "–"
	}
	return string(c)
}

func oneLine(header string) string { return strings.ReplaceAll(header, "\n", " · ") }

func textCells(r sheetRow) []string {
	var cells []string
	for _, c := range r.cells {
		cells = append(cells, classStyle(string(c.class)).Render(classText(c.class))+superscripts(c.marks))
	}
	return cells
}

func superscripts(marks []int) string {
	var texts []string
	for _, n := range marks {
		texts = append(texts, superscript(n))
	}
	if len(texts) == 0 {
		return ""
	}
	return faint.Render(strings.Join(texts, " "))
}

func (p *Printer) coverageLegend(s *sheets) {
	for _, c := range s.classes {
		p.Line("  %s  %s", classStyle(string(c)).Render(fmt.Sprintf("%-10s", classText(c))), faint.Render(s.meaning(c)))
	}
	if len(s.notes) > 0 || s.byHand {
		p.Line("")
	}
}

// Story writes why a subject comes to its class on a target.
func (p *Printer) Story(s *coverage.Story, where string) {
	class := classStyle(string(s.Cell.Class)).Render(string(s.Cell.Class))
	p.Line("%s on %s: %s", bold.Render(Clean(storyTitle(s.Subject))), Clean(where), class)
	for _, l := range storyLines(s) {
		p.paragraph("  ", l)
	}
	for _, source := range s.Sources {
		p.Line("  %s", faint.Render("source: "+Clean(source)))
	}
}

func storyTitle(s coverage.Subject) string {
	if s.Value != "" {
		return s.Title() + " " + s.Value
	}
	return s.Title()
}

// storyLines words a story as sentences.
func storyLines(s *coverage.Story) []string {
	var lines []string
	for _, l := range s.Lines {
		lines = append(lines, sentence(baseline.Note{Text: l.Text, Evidence: l.Evidence}.Label()))
	}
	for _, x := range s.Settings {
		text := "What a person can do: " + x.String()
		if x.Evidence != baseline.Apple {
			text += " (" + string(x.Evidence) + ")"
		}
		lines = append(lines, text)
	}
	for _, b := range s.Better {
		lines = append(lines, betterLine(s.Cell.Target, b))
	}
	return lines
}

// betterLine says how to come to a stronger class.
func betterLine(from target.Target, b coverage.Better) string {
	var ways []string
	for _, e := range b.Ways {
		ways = append(ways, coverage.Way(target.Target{Platform: from.Platform, Version: b.Version, Enrollment: e}))
	}
	text := fmt.Sprintf("To have it %s: %s", b.Class, strings.Join(ways, ", "))
	if b.Version != from.Version {
		text += fmt.Sprintf(", from version %s on", b.Version)
	}
	if b.Supervised && !(target.Target{Platform: from.Platform, Version: b.Version}).SupervisesAll() {
		text += " (Apple Configurator or Automated Device Enrollment supervise a device)"
	}
	return text + "."
}

// sentence begins with a capital where it begins with a word, and ends with a full stop.
func sentence(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if !strings.ContainsAny(first, ".&/") && first != "" && !strings.HasPrefix(first, "iOS") && first != "macOS" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text + "."
}

// paragraph writes text within the columns, further lines indented as the first.
func (p *Printer) paragraph(indent, text string) {
	for _, line := range Fill(Clean(text), max(p.columns()-len(indent), 20)) {
		p.Line("%s%s", indent, strings.TrimRight(line, " "))
	}
}

// StoryCell is the cell of a story with its sentences, for JSON.
func StoryCell(s *coverage.Story) CoverageCell {
	c := coverageCell(s.Subject, s.Cell)
	c.Story = storyLines(s)
	return c
}
