package lsp

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"syncguard/internal/lsp/protocol"
)

// text is a text in UTF-8 with its lines. It never changes.
type text struct {
	data  []byte
	lines []int // where each line begins
}

// newText finds the lines of a text. Of a file it has a byte order mark as its first three bytes, which no position counts.
func newText(data []byte) *text {
	t := &text{data: data, lines: []int{0}}
	if bytes.HasPrefix(data, utf8Mark) {
		t.lines[0] = len(utf8Mark)
	}
	t.lines = appendLines(t.lines, data, 0, len(data))
	return t
}

// appendLines adds where lines begin behind the line endings from start to end.
func appendLines(lines []int, data []byte, start, end int) []int {
	for i := start; i < end; i++ {
		if data[i] == '\n' || data[i] == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// units is how many units of an encoding a code point takes. A byte that is no UTF-8 is one code point.
func units(encoding protocol.PositionEncodingKind, r rune, size int) int {
	switch {
	case encoding == protocol.PositionEncodingKindUTF8:
		return size
	case encoding == protocol.PositionEncodingKindUTF16 && r > 0xFFFF:
		return 2
	}
	return 1
}

// offset converts a position to a byte offset: one behind the end of its line is the end, and one inside of a code point its start.
func (t *text) offset(at protocol.Position, encoding protocol.PositionEncodingKind) int {
	line := int(at.Line)
	if line >= len(t.lines) {
		return len(t.data)
	}
	offset, end := t.lines[line], t.lineEnd(line)
	for left := int(at.Character); offset < end; {
		r, size := utf8.DecodeRune(t.data[offset:end])
		if left -= units(encoding, r, size); left < 0 {
			break
		}
		offset += size
	}
	return offset
}

// lineEnd is where the ending of a line begins.
func (t *text) lineEnd(line int) int {
	end := len(t.data)
	if line+1 < len(t.lines) {
		end = t.lines[line+1]
	}
	start := t.lines[line]
	return start + len(bytes.TrimRight(t.data[start:end], "\r\n"))
}

// position converts a byte offset, clamped to the text.
func (t *text) position(offset int, encoding protocol.PositionEncodingKind) protocol.Position {
	offset = min(max(offset, 0), len(t.data))
	line := max(sort.SearchInts(t.lines, offset+1)-1, 0)
	column := 0
	for i := t.lines[line]; i < offset; {
		r, size := utf8.DecodeRune(t.data[i:])
		column += units(encoding, r, size)
		i += size
	}
	return protocol.Position{Line: uint32(line), Character: uint32(column)}
}

func (t *text) span(start, end int, encoding protocol.PositionEncodingKind) protocol.Range {
	return protocol.Range{Start: t.position(start, encoding), End: t.position(max(start, end), encoding)}
}

// edit returns the text after a change of an editor: of a range, or of the whole.
func (t *text) edit(change protocol.TextDocumentContentChangeEvent, encoding protocol.PositionEncodingKind) *text {
	if change.Range == nil {
		return newText([]byte(change.Text))
	}
	start, end := t.offset(change.Range.Start, encoding), t.offset(change.Range.End, encoding)
	end = max(start, end)
	data := make([]byte, 0, len(t.data)-(end-start)+len(change.Text))
	data = append(append(append(data, t.data[:start]...), change.Text...), t.data[end:]...)
	// The lines stay as they are but around the change: with the line before and behind it, where a CR and an LF may come together.
	first, last := max(sort.SearchInts(t.lines, start+1)-2, 0), sort.SearchInts(t.lines, end+1)+1
	if first == 0 || last >= len(t.lines) {
		return newText(data)
	}
	grown := len(data) - len(t.data)
	lines := append(make([]int, 0, len(t.lines)+16), t.lines[:first+1]...)
	lines = appendLines(lines, data, t.lines[first], t.lines[last]+grown-1)
	for _, line := range t.lines[last:] {
		lines = append(lines, line+grown)
	}
	return &text{data, lines}
}
