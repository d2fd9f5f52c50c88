package diag

import (
	"bytes"
	"unicode/utf8"
)

// Excerpt is the line of a text at a place, as it is: a view makes it printable.
type Excerpt struct {
	Line   int    `json:"line"`
	Before string `json:"before"` // on the line, before the place
	Marked string `json:"marked"` // the place, to the end of the line at most
	After  string `json:"after"`
}

// Excerpt returns the first line of a span; no more than width columns around the span of a long one. It is false where there is
// no readable text.
func (s Span) Excerpt(width int) (e Excerpt, ok bool) {
	if s.IsZero() {
		return e, false
	}
	start, end := s.File.Position(s.Start), s.File.Position(s.End)
	length := s.File.LineLength(start.Line)
	from := min(start.Column-1, length)
	to := length
	if end.Line == start.Line {
		to = min(end.Column-1, length)
	}
	left := max(0, min(from-width/4, length-width))
	right := min(length, left+width)
	to = min(to, right)
	// The line may be the whole file: no more of it is read than is shown.
	textAt := func(column int) int { return s.File.Offset(Position{Line: start.Line, Column: column + 1}) }
	text := s.File.Data[textAt(left):textAt(right)]
	if len(text) == 0 || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return e, false
	}
	e.Line = start.Line
	e.Before, e.After = cutRunes(string(text), from-left)
	e.Marked, e.After = cutRunes(e.After, max(from, to)-from)
	return e, true
}

// cutRunes cuts a text after n code points.
func cutRunes(s string, n int) (before, after string) {
	for i := range s {
		if n--; n < 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
