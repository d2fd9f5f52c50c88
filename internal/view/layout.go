package view

import (
	"syncguard/internal/view/plain"

	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
)

// unknownWidth is the screen of a reader whose width nobody knows: behind a pipe, or a terminal that reports no size.
const unknownWidth = 80

// textWidth is the widest line of sentences. A table may be as wide as the screen.
const textWidth = 100

// Columns returns the width of the screen: the terminal's, else COLUMNS, else 80. The width of no terminal is 0.
func Columns(environ []string, terminal int) int {
	if terminal > 0 {
		return terminal
	}
	columns := unknownWidth
	for _, e := range environ {
		if value, is := strings.CutPrefix(e, "COLUMNS="); is {
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				columns = n
			}
		}
	}
	return columns
}

// gap is the space before each column of a table.
const gap = "  "

// layOut returns the lines of a table within a width. Cells are broken between words only; nil means that one of them would
// have to be cut, or to become too narrow to read. A row with one cell takes the whole width.
func layOut(headers []string, rows [][]string, width int) []string {
	widths := fitColumns(headers, rows, width)
	if widths == nil {
		return nil
	}
	lines := rowLines(headers, widths)
	for i := range lines {
		lines[i] = faint.Render(lines[i])
	}
	for _, row := range rows {
		if len(row) == len(headers) {
			lines = append(lines, rowLines(row, widths)...)
		} else {
			lines = append(lines, fold(gap+row[0], width)...)
		}
	}
	return lines
}

// fitColumns returns a width for each column; nil if their least widths are too wide together. Headings wider than their cells
// give first, then the widest column.
func fitColumns(headers []string, rows [][]string, width int) []int {
	n := len(headers)
	widths, cells, least := make([]int, n), make([]int, n), make([]int, n)
	total := n * len(gap)
	for i, header := range headers {
		least[i] = leastHeading(header)
		for _, row := range rows {
			if len(row) < n {
				continue // it takes the whole width
			}
			whole := lipgloss.Width(row[i])
			cells[i], least[i] = max(cells[i], whole), max(least[i], longestWord(row[i]), readableCell(whole))
		}
		cells[i] = max(least[i], min(cells[i], width))
		widths[i] = max(cells[i], lipgloss.Width(header))
		total += widths[i]
	}
	for _, floors := range [][]int{cells, least} {
		for ; total > width; total-- {
			widest := -1
			for i := range widths {
				if widths[i] > floors[i] && (widest < 0 || widths[i] > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
		}
	}
	if total > width {
		return nil
	}
	return widths
}

// readableCell is the least width of a cell of so many columns: words stay whole, sentences do not become columns of words.
func readableCell(whole int) int { return min(whole, max(12, min(whole/3, 24))) }

// leastHeading is the least width of a heading: short lines of it stay whole.
func leastHeading(header string) (least int) {
	for line := range strings.SplitSeq(header, "\n") {
		if whole := lipgloss.Width(line); whole <= len("by hand") {
			least = max(least, whole)
		}
		least = max(least, longestWord(line))
	}
	return least
}

func longestWord(text string) (longest int) {
	for word := range strings.FieldsSeq(text) {
		longest = max(longest, widthOf(word))
	}
	return longest
}

// rowLines lays out a row of cells, each in a column of its width.
func rowLines(cells []string, widths []int) []string {
	var columns [][]string
	height := 0
	for i, cell := range cells {
		var lines []string
		for line := range strings.SplitSeq(cell, "\n") {
			lines = append(lines, fold(line, widths[i])...)
		}
		columns, height = append(columns, lines), max(height, len(lines))
	}
	lines := make([]string, height)
	for y := range lines {
		var b strings.Builder
		end := 0 // of the text so far, in columns
		at := 0
		for i, column := range columns {
			at += len(gap)
			if y < len(column) && column[y] != "" {
				b.WriteString(strings.Repeat(" ", at-end) + column[y])
				end = at + widthOf(column[y])
			}
			at += widths[i]
		}
		lines[y] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// marginOf returns the number of spaces before a text.
func marginOf(text string) int { return len(text) - len(strings.TrimLeft(text, " ")) }

// unstyled returns text without colours.
func unstyled(text string) string {
	var b strings.Builder
	for before, rest := text, ""; before != ""; before = rest {
		before, rest, _ = strings.Cut(before, "\x1b[")
		b.WriteString(before)
		_, rest, _ = strings.Cut(rest, "m")
	}
	return b.String()
}

// fold returns text as it is if it fits a width, else as wrap breaks it.
func fold(text string, width int) []string {
	if lipgloss.Width(text) <= width {
		return []string{text}
	}
	return wrap(text, width)
}

// hanging breaks text into lines of a width, further lines further in.
func hanging(text string, width int) []string {
	if lipgloss.Width(text) <= width {
		return []string{text}
	}
	lines := wrapHanging(text, width, len(gap))
	for i := range lines[1:] {
		lines[i+1] = gap + lines[i+1]
	}
	return lines
}

// Hang lays out a label and text, both printable already, in lines of a width. Further lines stand under the first; text with a word
// too long to stand beside the label stands below it.
func Hang(label, text string, width int) []string {
	indent := lipgloss.Width(label)
	below := min(marginOf(label), width/4) + len(gap)
	if indent+lipgloss.Width(text) > width && below < indent && (longestWord(text) > width-indent && indent-below > len(gap) || indent > width/2) {
		lines := Hang(strings.Repeat(" ", below), text, width)
		if strings.TrimSpace(unstyled(label)) != "" {
			lines = slices.Insert(lines, 0, strings.Repeat(" ", min(marginOf(label), below-len(gap)))+strings.Trim(label, " "))
		}
		return lines
	}
	lines := fold(text, width-indent)
	for i := range lines {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		lines[i] = label + lines[i]
	}
	return lines
}

// wrap breaks text into lines of at most width columns, only between words: keys, flags and file names stay whole, even where
// one is longer than a line. All lines have the indent of the text, and none begins with a command to the log of a CI.
func wrap(text string, width int) []string { return wrapHanging(text, width, 0) }

// wrapHanging is wrap with some columns less in the lines after the first.
func wrapHanging(text string, width, hang int) []string {
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	width -= len(indent)
	lines := []string{""}
	used := 0
	for word := range strings.FieldsSeq(text) {
		size := widthOf(word)
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			lines = lines[:len(lines)-1]
		case used+1+size <= width:
			*last += " " + word
			used += 1 + size
			continue
		}
		if len(lines) == 1 {
			width -= hang
		}
		lines = append(lines, ideographs(word, size, width)...)
		used = widthOf(lines[len(lines)-1])
	}
	if strings.Contains(text, "\x1b") {
		lines = styledLines(lines)
	}
	for i, line := range lines {
		if before, after, found := strings.Cut(line, "::"); found && i > 0 && lipgloss.Width(before) == 0 {
			line = before + plain.EscapeRune(':') + ":" + after
		}
		lines[i] = indent + line
	}
	return lines
}

// ideographs breaks a word wider than a line, if it is of a script without spaces: its characters are two columns wide.
func ideographs(word string, size, width int) []string {
	if size <= width || !strings.ContainsFunc(word, func(r rune) bool { return r >= 0x2e80 && widthOf(string(r)) == 2 }) {
		return []string{word}
	}
	return strings.Split(lipgloss.Wrap(word, max(width, 2), ""), "\n")
}

// styledLines ends styles at the end of each line, and begins them again on the next.
func styledLines(lines []string) []string {
	var b bytes.Buffer
	w := lipgloss.NewWrapWriter(&b)
	_, _ = io.WriteString(w, strings.Join(lines, "\n"))
	_ = w.Close()
	return slices.Collect(strings.SplitSeq(b.String(), "\n"))
}
