package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"syncguard/internal/plist"
)

// maxDepth bounds how deep the values of a catalog may be nested.
const maxDepth = 1000

// reader reads the JSON of a catalog field by field, several times faster than encoding/json: a program that checks one profile
// spends most of its time on this. After a mistake it reads nothing more and err says why. Null is a mistake.
type reader struct {
	text  string
	at    int
	depth int
	err   error
}

func (r *reader) fail(format string, arguments ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("offset %d: %s", r.at, fmt.Sprintf(format, arguments...))
	}
	r.at = len(r.text)
}

// peek returns the next byte that is not white space, or 0 at the end.
func (r *reader) peek() byte {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\n', '\t', '\r':
			r.at++
		default:
			return c
		}
	}
	return 0
}

func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

// object shows each field's name; the function reads the value.
func (r *reader) object(field func(name string)) {
	r.list('{', '}', func() {
		name := r.string()
		if !r.take(':') {
			r.fail("a field has no value")
			return
		}
		field(name)
	})
}

// array calls for each item; the function reads it.
func (r *reader) array(item func()) { r.list('[', ']', item) }

func (r *reader) list(open, end byte, item func()) {
	if !r.take(open) {
		r.fail("want %q", open)
		return
	}
	if r.depth++; r.depth > maxDepth {
		r.fail("nested too deeply")
		return
	}
	defer func() { r.depth-- }()
	if r.take(end) {
		return
	}
	for r.err == nil {
		item()
		if r.take(end) {
			return
		}
		if !r.take(',') {
			r.fail("want %q", end)
		}
	}
}

func (r *reader) string() string {
	if !r.take('"') {
		r.fail("want a string")
		return ""
	}
	start := r.at
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return r.text[start : r.at-1]
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			r.fail("a control character")
		}
	}
	r.fail("a string does not end")
	return ""
}

// escaped reads a string that begins at start and has escapes.
func (r *reader) escaped(start int) (s string) {
	for r.at < len(r.text) && r.text[r.at] != '"' {
		if r.text[r.at] == '\\' {
			r.at++
		}
		r.at++
	}
	if r.at >= len(r.text) {
		r.fail("a string does not end")
		return ""
	}
	r.at++
	if err := json.Unmarshal([]byte(r.text[start-1:r.at]), &s); err != nil {
		r.fail("%v", err)
	}
	return s
}

// word reads a number or a name such as true.
func (r *reader) word() string {
	r.peek()
	start := r.at
	if i := strings.IndexAny(r.text[start:], ",]} \n\t\r"); i >= 0 {
		r.at += i
	} else {
		r.at = len(r.text)
	}
	return r.text[start:r.at]
}

func (r *reader) boolean() *bool {
	b := false
	switch word := r.word(); word {
	case "true":
		b = true
	case "false":
	default:
		r.fail("%q is not a boolean", word)
	}
	return &b
}

func (r *reader) number() *float64 {
	word := r.word()
	f, err := strconv.ParseFloat(word, 64)
	if err != nil {
		r.fail("%q is not a number", word)
	}
	return &f
}

func (r *reader) integer() *int {
	word := r.word()
	n, err := strconv.Atoi(word)
	if err != nil {
		r.fail("%q is not an integer", word)
	}
	return &n
}

func (r *reader) strings() []string {
	list := []string{}
	r.array(func() { list = append(list, r.string()) })
	return list
}

// value reads any value. Data and dates are strings here.
func (r *reader) value() *plist.Value {
	switch r.peek() {
	case '"':
		return plist.NewString(r.string())
	case '[':
		array := plist.NewArray()
		r.array(func() { array.Items = append(array.Items, r.value()) })
		return array
	case '{':
		dictionary := plist.NewDictionary()
		r.object(func(name string) {
			dictionary.Fields = append(dictionary.Fields, plist.Field{Key: name, Value: r.value()})
		})
		return dictionary
	case 't', 'f':
		return plist.NewBoolean(*r.boolean())
	}
	word := r.word()
	v, err := numberOf(word)
	if err != nil || strings.Trim(word, "+-.0123456789eE") != "" {
		r.fail("%q is not a value", word)
		return plist.NewString("")
	}
	return v
}

// finish reports the first mistake, which may be that the text goes on.
func (r *reader) finish() error {
	if r.err == nil && r.peek() != 0 {
		r.fail("the text goes on")
	}
	return r.err
}
