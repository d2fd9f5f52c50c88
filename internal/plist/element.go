package plist

import (
	"bytes"

	"syncguard/internal/diag"
)

// Element returns the span of the whole element around a value or a key, from "<" to after the ">" of its end tag. at is a
// Value's Span or a Field's KeySpan from Read. The result is false without such an element, as in text other than XML.
func Element(at diag.Span) (diag.Span, bool) {
	if at.IsZero() || at.Start < 0 || at.End < at.Start || at.End > len(at.File.Data) {
		return diag.Span{}, false
	}
	text := at.File.Data
	if opensElement(text[at.Start:at.End]) {
		return at, text[at.End-1] == '>'
	}
	start := len(bytes.TrimRight(text[:at.Start], " \t\r\n")) // blanks stand around data
	if start == 0 || text[start-1] != '>' {
		return diag.Span{}, false
	}
	start = bytes.LastIndexByte(text[:start], '<')
	end := skipBlankBytes(text, at.End)
	if start < 0 || !opensElement(text[start:]) || !bytes.HasPrefix(text[end:], []byte("</")) {
		return diag.Span{}, false
	}
	n := bytes.IndexByte(text[end:], '>')
	return diag.Span{File: at.File, Start: start, End: end + n + 1}, n >= 0
}

// opensElement is true if text begins with a start tag, and not with a CDATA section, a comment or plain text.
func opensElement(text []byte) bool {
	return len(text) > 1 && text[0] == '<' && isNameStart(text[1])
}

func skipBlankBytes(text []byte, i int) int {
	for i < len(text) && isBlank(text[i]) {
		i++
	}
	return i
}
