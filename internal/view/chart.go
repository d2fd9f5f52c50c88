package view

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/coverage"
	"syncguard/internal/intent"
	"syncguard/internal/text"
)

// Chart is numbers by class for each row: a table, with a bar where there is room.
type Chart struct {
	Header  string // of the rows' labels
	Classes []intent.Class
	Rows    []ChartRow
	Below   string // a sentence under it
}

// ChartRow is the numbers of one row, in the order of Chart.Classes.
type ChartRow struct {
	Label   Text
	Numbers []int
	Marks   []bool // the numbers with the footnote 1; nil for none
}

func (r *ChartRow) isMarked(i int) bool { return r.Marks != nil && r.Marks[i] }

// hasMarks reports whether any number of a class has the footnote.
func (c *Chart) hasMarks(i int) bool {
	return slices.ContainsFunc(c.Rows, func(r ChartRow) bool { return r.isMarked(i) })
}

func (Chart) isBlock() {}

// The width of a bar on a terminal.
const (
	leastBar = 8
	widest   = 24
)

// blockOf returns the character of a class in a bar.
func blockOf(c intent.Class) string {
	switch c {
	case intent.Enforced, intent.Locked:
		return "█"
	case intent.Preset:
		return "▓"
	case intent.Manual:
		return "░"
	}
	return "·"
}

// headingOf names a class over its numbers.
func headingOf(c intent.Class) string {
	switch c {
	case coverage.Missing:
		return "not there"
	case intent.None:
		return "no effect"
	}
	return c.Label()
}

// table returns the numbers as a table: aligned to the right, with bars of a width if it is not 0.
func (c *Chart) table(bar int) Table {
	t := Table{Headers: []string{c.Header}, Labels: 1, Below: c.Below}
	for _, r := range c.Rows {
		t.Rows = append(t.Rows, Row{Cells: []Text{r.Label}})
	}
	for i, class := range c.Classes {
		width := lipgloss.Width(headingOf(class))
		for _, r := range c.Rows {
			width = max(width, len(text.Number(r.Numbers[i])))
		}
		after := textIf(c.hasMarks(i), " ") // below the footnotes
		t.Headers = append(t.Headers, padLeft(headingOf(class), width))
		for n, r := range c.Rows {
			cell := numberCell(r.Numbers[i], width)
			if r.isMarked(i) {
				cell[0].Footnotes = []int{1}
			} else {
				cell[0].Text += after
			}
			t.Rows[n].Cells = append(t.Rows[n].Cells, cell)
		}
	}
	if bar > 0 {
		t.Headers = append(t.Headers, "")
		for n, r := range c.Rows {
			t.Rows[n].Cells = append(t.Rows[n].Cells, c.bar(r.Numbers, bar))
		}
	}
	return t
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-lipgloss.Width(s))) + s
}

// numberCell writes a number; none stands out less.
func numberCell(n, width int) Text {
	if n == 0 {
		return Text{styled(Faint, padLeft("0", width))}
	}
	return words(padLeft(text.Number(n), width))
}

// bar draws numbers as parts of a width; every one that is not 0 can be seen.
func (c *Chart) bar(numbers []int, width int) (bar Text) {
	for i, n := range parts(numbers, width) {
		if n > 0 {
			bar = append(bar, Run{Text: strings.Repeat(blockOf(c.Classes[i]), n), Style: Bar, Of: c.Classes[i]})
		}
	}
	return bar
}

// parts divides a width as numbers do, with the largest remainders, and at least 1 for each that is not 0.
func parts(numbers []int, width int) []int {
	total, some := 0, 0
	for _, n := range numbers {
		total += n
		if n > 0 {
			some++
		}
	}
	out := make([]int, len(numbers))
	if total == 0 || width < some {
		return out
	}
	left := width
	order := make([]int, len(numbers))
	for i, n := range numbers {
		order[i] = i
		out[i] = n * width / total
		if n > 0 {
			out[i] = max(out[i], 1)
		}
		left -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return numbers[b]*width%total - numbers[a]*width%total })
	for i := 0; left > 0; i = (i + 1) % len(order) {
		if numbers[order[i]] > 0 {
			out[order[i]]++
			left--
		}
	}
	for ; left < 0; left++ {
		out[slices.Index(out, slices.Max(out))]--
	}
	return out
}

// chart writes a chart with the widest bars that fit, or without.
func (p *Printer) chart(c Chart) {
	t := c.table(0)
	room := p.screen() - len(gap)
	for i, h := range t.Headers {
		width := lipgloss.Width(h)
		for _, r := range t.Rows {
			width = max(width, lipgloss.Width(r.Cells[i].terminal()))
		}
		room -= len(gap) + width
	}
	if room >= leastBar {
		t = c.table(min(room, widest))
	}
	p.table(t)
}

// chart writes a chart with bars; the numbers stand beside them, so a screen reader passes over the bars.
func (w *htmlWriter) chart(c Chart) {
	name := " aria-label=\"Chart\""
	if w.title != "" {
		name = attribute("aria-labelledby", w.title)
	}
	w.printf("<table class=\"stack chart\"%s>\n<thead><tr><th scope=\"col\">%s</th>", name, escapeHTML(c.Header))
	for _, class := range c.Classes {
		w.printf("<th scope=\"col\">%s</th>", escapeHTML(headingOf(class)))
	}
	w.printf("<td></td></tr></thead>\n<tbody>\n")
	for _, r := range c.Rows {
		w.printf("<tr><th scope=\"row\">%s</th>", w.text(r.Label))
		for i, n := range r.Numbers {
			cell := Text{{Text: text.Number(n)}}
			if r.isMarked(i) {
				cell[0].Footnotes = []int{1}
			}
			w.printf("<td data-label=\"%s\"%s>%s</td>", escapeHTML(headingOf(c.Classes[i])), textIf(n == 0, " class=\"faint\""), w.text(cell))
		}
		w.printf("<td><div class=\"bar\" aria-hidden=\"true\">")
		for i, n := range r.Numbers {
			if n > 0 {
				w.printf("<span class=\"%s\" style=\"flex:%s\"></span>", escapeHTML(string(c.Classes[i])), fmt.Sprint(n))
			}
		}
		w.printf("</div></td></tr>\n")
	}
	w.printf("</tbody></table>")
	if c.Below != "" {
		w.printf("<p>%s</p>", escapeHTML(c.Below))
	}
}
