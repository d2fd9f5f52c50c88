package view

import (
	"fmt"
	"path/filepath"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/aymanbagabas/go-udiff"
)

// Diff writes the changes of a file as a unified diff for git apply. Secrets must be masked in both texts already. A hunk
// with a mask or an escaped character can be read, but not applied.
func (p *Printer) Diff(name string, before, after []byte) {
	from, to := string(before), string(after)
	d, err := udiff.ToUnifiedDiff("a", "b", from, udiff.Lines(from, to), udiff.DefaultContextLines)
	if err != nil || len(d.Hunks) == 0 {
		return // cannot fail: the edits come from these texts
	}
	name, end := diffName(name)
	p.raw(bold.Render("--- a/"+name) + end)
	p.raw(bold.Render("+++ b/"+name) + end)
	longer := 0
	for _, h := range d.Hunks {
		longer += p.hunk(h, h.FromLine+longer)
	}
}

// hunk writes a hunk at line toLine of the new text, and returns the number of lines it adds. The library's own number of
// that line counts some lines twice.
func (p *Printer) hunk(h *udiff.Hunk, toLine int) (longer int) {
	from, to := 0, 0
	for _, l := range h.Lines {
		from, to = from+oneIf(l.Kind != udiff.Insert), to+oneIf(l.Kind != udiff.Delete)
	}
	longer = to - from
	p.raw(cyan.Render(fmt.Sprintf("@@ -%s +%s @@", lineRange(h.FromLine, from), lineRange(toLine, to))))
	from, to = h.FromLine, toLine
	for _, l := range h.Lines {
		switch l.Kind {
		case udiff.Delete:
			p.diffLine("-", l.Content, from == 1, red.Bold(false))
		case udiff.Insert:
			p.diffLine("+", l.Content, to == 1, green)
		default:
			p.diffLine(" ", l.Content, from == 1, lipgloss.NewStyle())
		}
		from, to = from+oneIf(l.Kind != udiff.Insert), to+oneIf(l.Kind != udiff.Delete)
	}
	return longer
}

func oneIf(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

// lineRange returns a range of lines in the notation of a unified diff.
func lineRange(start, n int) string {
	if n == 0 {
		start--
	}
	return fmt.Sprintf("%d,%d", start, n)
}

// diffLine writes one line. Tabs, the CR of a line ending and the byte order mark of the first line stay: git apply needs
// them.
func (p *Printer) diffLine(sign, text string, first bool, style lipgloss.Style) {
	const byteOrderMark = "\ufeff"
	if first && strings.HasPrefix(text, byteOrderMark) {
		sign, text = sign+byteOrderMark, strings.TrimPrefix(text, byteOrderMark)
	}
	text, complete := strings.CutSuffix(text, "\n")
	text, crlf := strings.CutSuffix(text, "\r")
	parts := strings.Split(text, "\t")
	for i := range parts {
		parts[i] = Clean(parts[i])
	}
	end := ""
	if crlf {
		end = "\r"
	}
	p.raw(style.TabWidth(lipgloss.NoTabConversion).Render(sign+strings.Join(parts, "\t")) + end)
	if !complete {
		p.Line(`\ No newline at end of file`)
	}
}

// diffName returns a file name as git reads it in a diff, and the end of its line: a tab after a name with spaces.
func diffName(name string) (string, string) {
	name = strings.TrimPrefix(Clean(filepath.ToSlash(name)), "/")
	if strings.Contains(name, " ") {
		return name, "\t"
	}
	return name, ""
}
