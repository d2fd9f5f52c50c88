package view

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/diag"
	"syncguard/internal/view/plain"
)

// excerptWidth limits the columns shown of a source line.
const excerptWidth = 110

// Findings writes findings for a person: place, severity, message, the source line with carets, related places, help.
//
//	wifi.mobileconfig:41:11: error: "EncryptionType" is "wpa2", want one of … [value-not-in-rangelist]
//	   41 |   <string>wpa2</string>
//	      |           ^^^^
//	  help: did you mean "WPA2"?
func (p *Printer) Findings(ds []diag.Diagnostic) {
	for i, d := range ds {
		if i > 0 {
			p.Line("")
		}
		p.finding(d)
	}
}

func (p *Printer) finding(d diag.Diagnostic) {
	p.wrapped(4, "%s", p.headline(d))
	if !d.HideSource {
		p.excerpt(d.Span)
	}
	for _, r := range d.Related {
		p.wrapped(4, "  %s %s", p.styled(faint, position(r.At())+":"), Clean(r.Message))
	}
	if d.Help != "" {
		p.wrapped(len("  help: "), "  %s %s", p.styled(cyan, "help:"), Clean(d.Help))
	}
}

// headline returns the place, the severity, the message and the rule of a finding.
func (p *Printer) headline(d diag.Diagnostic) string {
	place := position(d.Span.At())
	if place == "" {
		place = Clean(d.File)
	}
	switch {
	case place == "":
		place = Clean(d.Path.String())
	case len(d.Path) > 0 && d.Span.Start == d.Span.End:
		place += " (" + Clean(d.Path.String()) + ")"
	}
	if place != "" {
		place = p.styled(bold, place+":") + " "
	}
	return fmt.Sprintf("%s%s %s  %s", place, p.severity(d.Severity), Clean(d.Message), p.ruleName(d.Rule))
}

func (p *Printer) severity(s diag.Severity) string {
	switch s {
	case diag.Error:
		return p.styled(red, "error:")
	case diag.Warning:
		return p.styled(yellow, "warning:")
	}
	return p.styled(blue, "note:")
}

// position returns file:line:column, or nothing for no place.
func position(at diag.Place) string {
	if at.File == "" {
		return ""
	}
	return Clean(at.File) + ":" + strconv.Itoa(at.Start.Line) + ":" + strconv.Itoa(at.Start.Column)
}

// excerpt writes the first line of a span with carets under it. A long line is cut around the span.
func (p *Printer) excerpt(s diag.Span) {
	gutter := fmt.Sprintf("%5d", s.At().Start.Line)
	width := excerptWidth
	if p.Width > 0 {
		width = max(min(width, p.Width-len(gutter)-len(" | ")), 20)
	}
	e, ok := s.Excerpt(width)
	if !ok {
		return
	}
	before, rest, marked := e.Before, e.Marked+e.After, e.Marked
	if p.Width > 0 { // a tab or an escape is wider than a character
		room := width - widthOf(visible(before))
		rest, marked = cutColumns(rest, room), cutColumns(marked, room)
	}
	p.write(p.styled(faint, gutter+" |") + " " + visible(before+rest) + "\n")
	indent, carets := widthOf(visible(before)), max(1, widthOf(visible(marked)))
	p.write(p.styled(faint, strings.Repeat(" ", len(gutter))+" |") + strings.Repeat(" ", 1+indent) + p.styled(red, strings.Repeat("^", carets)) + "\n")
}

// cutColumns returns the beginning of a source text that fits a width where it is shown.
func cutColumns(s string, width int) string {
	for i, r := range s {
		if width -= widthOf(visible(string(r))); width < 0 {
			return s[:i]
		}
	}
	return s
}

// visible returns source text as shown: tabs as two spaces, the rest like Clean.
func visible(line string) string {
	return Clean(strings.ReplaceAll(line, "\t", "  "))
}

// Tally returns the counts of findings in words: 2 errors, 1 warning.
func Tally(ds []diag.Diagnostic) string {
	counts := map[diag.Severity]int{}
	for _, d := range ds {
		counts[d.Severity]++
	}
	return cmp.Or(plain.SeverityCounts(counts[diag.Error], counts[diag.Warning], counts[diag.Note]), "no findings")
}

// AtLeast returns the findings of a severity and above.
func AtLeast(ds []diag.Diagnostic, s diag.Severity) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, d := range ds {
		if d.Severity >= s {
			out = append(out, d)
		}
	}
	return out
}

// wrapped writes a styled line. On a terminal it breaks a wider line between words, further lines indented; elsewhere the line
// stays whole, for programs to read.
func (p *Printer) wrapped(indent int, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if p.Width == 0 || lipgloss.Width(line) <= p.Width {
		p.write(line + "\n")
		return
	}
	first := marginOf(line)
	for i, part := range wrap(line[first:], max(p.Width-max(first, indent), 20)) {
		before := first
		if i > 0 {
			before = indent
		}
		p.write(strings.Repeat(" ", before) + part + "\n")
	}
}

// wrappedAfter writes a label and text. On a terminal it breaks wider text between words, further lines under the first.
func (p *Printer) wrappedAfter(label, text string) { p.hang(label, text, cmp.Or(p.Width, 1<<20)) }
