package template

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// source finds byte offsets in YAML text. The YAML parser gives only the start of a node, as a line and a column of code
// points. Unlike a text editor and diag.File, it also ends lines at U+0085, U+2028 and U+2029.
type source struct {
	data  []byte
	lines []int // byte offset of the start of each YAML line
	runes []int // code points before each block of blockSize bytes, so a long line costs no more than a short one
}

const blockSize = 256

func newSource(data []byte) source {
	s := source{data: data, lines: []int{len(bom(data))}}
	for i := 0; i < len(data); {
		size := breakSize(data[i:])
		if size > 0 {
			s.lines = append(s.lines, i+size)
		}
		i += max(size, 1)
	}
	count := 0
	for i, b := range data {
		if i%blockSize == 0 {
			s.runes = append(s.runes, count)
		}
		if utf8.RuneStart(b) {
			count++
		}
	}
	return s
}

// runesBefore counts the code points beginning before an offset.
func (s source) runesBefore(offset int) int {
	if offset/blockSize >= len(s.runes) {
		offset = len(s.data)
	}
	block := min(offset/blockSize, len(s.runes)-1)
	if block < 0 {
		return 0
	}
	return s.runes[block] + countStarts(s.data[block*blockSize:offset])
}

func countStarts(data []byte) int {
	n := 0
	for _, b := range data {
		if utf8.RuneStart(b) {
			n++
		}
	}
	return n
}

func bom(data []byte) []byte {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return data[:3]
	}
	return nil
}

// breakSize returns the length of the line break at the start of data, or 0.
func breakSize[T string | []byte](data T) int {
	for _, b := range []string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if len(data) >= len(b) && string(data[:len(b)]) == b {
			return len(b)
		}
	}
	return 0
}

// offset returns the byte offset of one of the parser's places, kept inside the text.
func (s source) offset(line, column int) int {
	if line < 1 {
		return s.lines[0]
	}
	if line > len(s.lines) {
		return len(s.data)
	}
	start := s.lines[line-1]
	want := s.runesBefore(start) + column - 1
	block := max(0, sort.Search(len(s.runes), func(i int) bool { return s.runes[i] > want })-1)
	offset := max(start, block*blockSize)
	for left := want - s.runesBefore(offset); offset < len(s.data); offset++ {
		if utf8.RuneStart(s.data[offset]) {
			if left == 0 {
				break
			}
			left--
		}
	}
	return offset
}

// unreadable returns the first place that is no YAML text at all, with a message, or "".
func unreadable(data []byte) (int, string) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return 0, "the file is UTF-16 text, want UTF-8"
	}
	for i := len(bom(data)); i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return i, "the file is not UTF-8 text"
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r', c == 0x7F, c >= 0x80 && c < 0xA0 && c != 0x85, c == 0xFFFE, c == 0xFFFF:
			return i, fmt.Sprintf("control character U+%04X is not allowed", c)
		}
		i += size
	}
	return 0, ""
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// wordEnd returns the end of the run of non-blanks at offset.
func (s source) wordEnd(offset int) int {
	for offset < len(s.data) && !isSpace(s.data[offset]) {
		offset++
	}
	return offset
}

// skipFiller steps over blanks, line ends and comments, and over the given marks.
func (s source) skipFiller(offset int, marks string) int {
	for offset < len(s.data) {
		switch b := s.data[offset]; {
		case isSpace(b), bytes.IndexByte([]byte(marks), b) >= 0:
			offset++
		case b == '#':
			for offset < len(s.data) && s.data[offset] != '\n' && s.data[offset] != '\r' {
				offset++
			}
		default:
			return offset
		}
	}
	return offset
}

// skipProperties steps over the tag and the anchor before a node.
func (s source) skipProperties(offset int, tag, anchor string) int {
	for range 2 {
		if offset >= len(s.data) || s.data[offset] != '!' && (s.data[offset] != '&' || anchor == "") {
			break
		}
		offset = s.skipFiller(s.wordEnd(offset), "")
	}
	return offset
}

// flowEnd returns the end of a mapping or list: after its bracket in the flow style, otherwise after its last value.
func (s source) flowEnd(n *yaml.Node, start, lastEnd int, open, closing byte) int {
	if n.Style&yaml.FlowStyle == 0 || start >= len(s.data) || s.data[start] != open {
		return max(start, lastEnd)
	}
	end := s.skipFiller(max(start+1, lastEnd), ",:?")
	if end < len(s.data) && s.data[end] == closing {
		return end + 1
	}
	return max(start+1, lastEnd)
}

// scalarEnd returns the end of the scalar text at offset.
func (s source) scalarEnd(n *yaml.Node, offset int) int {
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		return s.quotedEnd(offset, '\'')
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return s.quotedEnd(offset, '"')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return s.blockEnd(n.Value, offset)
	}
	return s.foldedEnd(n.Value, offset)
}

func (s source) quotedEnd(offset int, quote byte) int {
	for i := offset + 1; i < len(s.data); i++ {
		switch {
		case s.data[i] == '\\' && quote == '"':
			i++
		case s.data[i] == quote && quote == '\'' && i+1 < len(s.data) && s.data[i+1] == quote:
			i++
		case s.data[i] == quote:
			return i + 1
		}
	}
	return len(s.data)
}

// blockEnd returns the end of a block scalar's last text; trailing empty lines do not count.
func (s source) blockEnd(value string, offset int) int {
	header := offset
	for header < len(s.data) && breakSize(s.data[header:]) == 0 {
		header++
	}
	if len(bytes.TrimSpace([]byte(value))) == 0 {
		return header
	}
	return s.foldedEnd(value, header)
}

// foldedEnd compares value with its text and returns the end of the text. Any run of blanks equals any other.
func (s source) foldedEnd(value string, offset int) int {
	end := offset
	for i := 0; i < len(value); {
		if skip := blankRun(value[i:]); skip > 0 {
			i += skip
			continue
		}
		offset += blankRun(s.data[min(offset, len(s.data)):])
		if offset >= len(s.data) || s.data[offset] != value[i] {
			return end
		}
		i, offset = i+1, offset+1
		end = offset
	}
	return end
}

// blankRun returns the length of the blanks and line breaks at the start of data.
func blankRun[T string | []byte](data T) int {
	n := 0
	for n < len(data) {
		size := breakSize(data[n:])
		if size == 0 && data[n] != ' ' && data[n] != '\t' {
			break
		}
		n += max(size, 1)
	}
	return n
}
