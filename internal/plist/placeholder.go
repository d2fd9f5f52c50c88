package plist

import (
	"iter"
	"strings"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
)

// Placeholders returns the placeholders in a text, as written and in order; of very many the first ones.
func Placeholders(text string) []string {
	var found []string
	for start, end := range placeholdersIn(text) {
		if found = append(found, text[start:end]); len(found) == maxPlaceholders {
			break
		}
	}
	return found
}

// HasPlaceholder is true for a text with a placeholder.
func HasPlaceholder(text string) bool {
	for range placeholdersIn(text) {
		return true
	}
	return false
}

// IsPlaceholder is true for a text of placeholders and white space only.
func IsPlaceholder(text string) bool {
	last := 0
	for start, end := range placeholdersIn(text) {
		if strings.TrimSpace(text[last:start]) != "" {
			return false
		}
		last = end
	}
	return last > 0 && strings.TrimSpace(text[last:]) == ""
}

// placeholdersIn yields start and end of the placeholders of later steps in a text: {{NAME}}, ${NAME}, $NAME, %NAME% and
// @NAME@. It walks the text once.
func placeholdersIn(text string) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		s := placeholderScan{text: text}
		walked := 0
		for i := 0; ; {
			next := strings.IndexAny(text[i:], "$%{@")
			if next < 0 {
				work.Add(len(text) - walked)
				return
			}
			start := i + next
			end := s.at(start)
			switch {
			case end < 0:
				i = start + 1
				continue
			case isEncodedByte(text[start:end]):
				i = end - 1 // its last percent sign may begin a placeholder
				continue
			}
			work.Add(end - walked)
			walked = end
			if !yield(start, end) {
				return
			}
			i = end
		}
	}
}

// placeholderScan looks for the ends of placeholders. It remembers what it has searched for, so that many beginnings without
// an end cost one search.
type placeholderScan struct {
	text            string
	braces, newline int // the first "}}" and line feed after all places asked for; the length of the text without one
}

// at returns the end of the placeholder beginning at an offset, or -1.
func (s *placeholderScan) at(start int) int {
	rest := s.text[start:]
	switch {
	case strings.HasPrefix(rest, "{{"):
		return s.closed(start + 2)
	case strings.HasPrefix(rest, "${") && len(rest) > 2 && isWordStart(rest[2]):
		if n := strings.IndexAny(rest[2:], "{}"); n >= 0 && rest[2+n] == '}' {
			return start + 2 + n + 1
		}
		return -1
	case len(rest) < 2:
		return -1
	}
	n := 1
	for n < len(rest) && isWordByte(rest[n]) && (rest[0] != '@' || rest[n] < 'a' || rest[n] > 'z') {
		n++
	}
	switch {
	case rest[0] == '{' || !isWordStart(rest[1]) || rest[0] == '@' && rest[1] == '_':
		return -1
	case rest[0] == '$' && n > 2:
		return start + n
	case rest[0] != '$' && n > 1 && n < len(rest) && rest[n] == rest[0]:
		return start + n + 1
	}
	return -1
}

// closed returns the offset after the next "}}", at least one character from an offset on and on the same line, or -1.
func (s *placeholderScan) closed(offset int) int {
	if offset >= len(s.text) {
		return -1
	}
	_, size := utf8.DecodeRuneInString(s.text[offset:])
	if s.braces < offset+size {
		s.braces = indexFrom(s.text, "}}", offset+size)
	}
	if s.newline < offset {
		s.newline = indexFrom(s.text, "\n", offset)
	}
	if s.braces == len(s.text) || s.newline < s.braces {
		return -1
	}
	return s.braces + len("}}")
}

// indexFrom returns the first offset of a part from an offset on, or the length of the text.
func indexFrom(text, part string, from int) int {
	if n := strings.Index(text[from:], part); n >= 0 {
		return from + n
	}
	return len(text)
}

func isWordStart(b byte) bool { return b == '_' || b|0x20 >= 'a' && b|0x20 <= 'z' }

func isWordByte(b byte) bool { return isWordStart(b) || b >= '0' && b <= '9' }

// isEncodedByte is true for a percent-encoded byte easily taken for %NAME%, as in %C3%A9.
func isEncodedByte(s string) bool {
	return len(s) == 4 && s[0] == '%' && isHex(s[1]) && isHex(s[2])
}

func isHex(b byte) bool { return b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'f' }

// maxPlaceholders bounds the memory taken by the placeholders of a hostile file, or of one text.
const maxPlaceholders = 1000

// placeholder makes v the Null value of a placeholder, and adds a note.
func (r *xmlReader) placeholder(v *Value, text string) {
	v.Kind, v.Text = Null, strings.TrimSpace(text)
	r.notePlaceholder(v.Span)
}

func (r *xmlReader) notePlaceholder(at diag.Span) {
	if len(r.placeholders) < maxPlaceholders {
		r.placeholders = append(r.placeholders, diag.Diagnostic{
			Rule: rule.Placeholder, Severity: diag.Note, Span: at, Path: r.path(),
			Message: quote(strings.Join(Placeholders(r.text[at.Start:at.End]), " ")) + " is still to be filled in",
		})
	}
}

// isPlaceholder is true for a text with a placeholder, in a file for a later step.
func (r *xmlReader) isPlaceholder(text string) bool {
	return r.allowsPlaceholders && HasPlaceholder(text)
}

// placeholderText accepts placeholders outside of elements: for a value if one is due, and for keys with their values in a
// dictionary.
func (r *xmlReader) placeholderText(start, end int) (taken bool) {
	if !r.allowsPlaceholders || len(r.open) == 0 || !IsPlaceholder(r.text[start:end]) {
		return false
	}
	top := &r.open[len(r.open)-1]
	top.used = true
	if top.element == dictElement && !top.keyWaiting || top.element == plistElement && r.root != nil {
		r.incomplete = true
		r.notePlaceholder(r.span(start, end))
		return true
	}
	v := r.newValue(start, end)
	r.placeholder(v, r.text[start:end])
	r.addValue(v)
	return true
}

// placeholderTag accepts an element named by a placeholder, such as <{{FLAG}}/>, for a value.
func (r *xmlReader) placeholderTag() (taken bool) {
	if !r.allowsPlaceholders || len(r.open) == 0 {
		return false
	}
	n := strings.IndexAny(r.text[r.pos+1:], "<>")
	if n < 0 || r.text[r.pos+1+n] != '>' || !IsPlaceholder(strings.TrimSuffix(r.text[r.pos+1:r.pos+1+n], "/")) {
		return false
	}
	start := r.pos
	r.pos += n + 2
	top := &r.open[len(r.open)-1]
	top.used = true
	v := r.newValue(start, r.pos)
	r.placeholder(v, r.text[start:r.pos])
	r.addValue(v)
	return true
}
