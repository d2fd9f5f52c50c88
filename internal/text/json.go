package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// JSON appends a value as package encoding/json writes it, without escapes for HTML: for the results with very many values, since
// it needs no reflection and no second pass for the layout.
type JSON struct {
	Data []byte

	lineBreak string // with the prefix, and the indentation of many levels; empty for JSON on one line
	prefix    int    // length of the line break with the prefix alone
	depth     int
	begun     bool // the innermost object or array has an element
}

// NewJSON returns a writer of JSON on one line.
func NewJSON() *JSON { return &JSON{} }

// NewIndentedJSON returns a writer of lines, each but the first with prefix before it, and indented by two blanks a level.
func NewIndentedJSON(prefix string) *JSON {
	return &JSON{lineBreak: "\n" + prefix + strings.Repeat("  ", maxDepth), prefix: 1 + len(prefix)}
}

// maxDepth bounds the depth of indented JSON.
const maxDepth = 32

// Reset empties the writer, and keeps its memory.
func (j *JSON) Reset() { j.Data, j.depth, j.begun = j.Data[:0], 0, false }

// Open begins an object or an array: the bracket is { or [.
func (j *JSON) Open(bracket byte) {
	j.Data = append(j.Data, bracket)
	j.depth++
	j.begun = false
}

// Close ends it: the bracket is } or ].
func (j *JSON) Close(bracket byte) {
	j.depth--
	if j.begun {
		j.newLine()
	}
	j.Data = append(j.Data, bracket)
	j.begun = true
}

// Next begins an element of an array; its value follows.
func (j *JSON) Next() {
	if j.begun {
		j.Data = append(j.Data, ',')
	}
	j.begun = true
	j.newLine()
}

// Key begins a field of an object; its value follows. The name needs no escapes.
func (j *JSON) Key(name string) {
	j.Next()
	j.Data = append(append(append(j.Data, '"'), name...), '"', ':')
	if j.lineBreak != "" {
		j.Data = append(j.Data, ' ')
	}
}

func (j *JSON) newLine() {
	if j.lineBreak != "" {
		j.Data = append(j.Data, j.lineBreak[:j.prefix+2*j.depth]...)
	}
}

// Raw appends JSON that is on one line.
func (j *JSON) Raw(data string) { j.Data = append(j.Data, data...) }

// Int appends a number.
func (j *JSON) Int(n int) { j.Data = strconv.AppendInt(j.Data, int64(n), 10) }

// Bool appends true or false.
func (j *JSON) Bool(b bool) { j.Data = strconv.AppendBool(j.Data, b) }

// IntField appends a field with a number. BoolField and TextField are alike.
func (j *JSON) IntField(name string, n int) {
	j.Key(name)
	j.Int(n)
}

func (j *JSON) BoolField(name string, b bool) {
	j.Key(name)
	j.Bool(b)
}

func (j *JSON) TextField(name, text string) {
	j.Key(name)
	j.Text(text)
}

// Text appends a string. Bytes that are not UTF-8 become U+FFFD.
func (j *JSON) Text(s string) {
	const hex = "0123456789abcdef"
	j.Data = append(j.Data, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if !(r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029') {
				i += size
				continue
			}
		}
		j.Data = append(append(j.Data, s[start:i]...), '\\')
		if at := strings.IndexByte("\"\\\b\f\n\r\t", c); at >= 0 {
			j.Data = append(j.Data, `"\bfnrt`[at])
		} else {
			j.Data = append(j.Data, 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		}
		i += size
		start = i
	}
	j.Data = append(append(j.Data, s[start:]...), '"')
}
