package inventory

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds on untrusted JSON.
const (
	maxDepth = 100
	maxKept  = 1 << 10 // bytes of a text that is kept; the rest is dropped
	maxArena = 1 << 18 // bytes kept of one device
	maxKey   = 128     // bytes of a key; no known path has a longer one
)

// scanner reads JSON as a stream: it keeps the values at the places of a tree of paths and skips all others, in constant memory.
// encoding/json would hold whole values, however large.
type scanner struct {
	in    io.Reader
	buf   []byte
	at    int // next byte in buf
	end   int
	base  int64 // offset of buf
	line  int
	start int64 // offset of the line
	err   error // of in

	key   []byte // in lower case
	found []span // by place
	arena []byte
	extra []extra // further values of places with many
	cut   bool    // something was too long to keep
	tmp   []byte
}

type span struct{ from, to int32 }

type extra struct {
	place int
	span
}

func newScanner(in io.Reader, places int) *scanner {
	return &scanner{in: in, buf: make([]byte, 1<<16), line: 1, found: make([]span, places)}
}

// clear forgets the values kept.
func (s *scanner) clear() {
	clear(s.found)
	s.arena, s.extra, s.cut = append(s.arena[:0], 0), s.extra[:0], false // 0 is no value's begin
}

// value returns the value at a place, nil for none.
func (s *scanner) value(place int) []byte {
	at := s.found[place]
	if at.from == 0 {
		return nil
	}
	return s.arena[at.from:at.to]
}

// peek returns the next byte, or false at the end.
func (s *scanner) peek() (byte, bool) {
	if s.at == s.end && !s.fill() {
		return 0, false
	}
	return s.buf[s.at], true
}

func (s *scanner) fill() bool {
	if s.err != nil {
		return false
	}
	s.base += int64(s.end)
	s.at, s.end = 0, 0
	for range 100 {
		n, err := s.in.Read(s.buf)
		s.end, s.err = n, err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// space skips white space and returns the next byte, or false at the end.
func (s *scanner) space() (byte, bool) {
	for {
		c, ok := s.peek()
		switch {
		case !ok:
			return 0, false
		case c == '\n':
			s.line++
			s.start = s.base + int64(s.at) + 1
		case c != ' ' && c != '\t' && c != '\r':
			return c, true
		}
		s.at++
	}
}

// fail returns an error at the current place.
func (s *scanner) fail(format string, args ...any) error {
	if s.err != nil && s.err != io.EOF {
		return s.err
	}
	problem := fmt.Sprintf(format, args...)
	if c, ok := s.peek(); !ok {
		problem = "it ends in the middle of a value"
	} else if format == "" {
		problem = fmt.Sprintf("unexpected %q", rune(c))
	}
	return fmt.Errorf("invalid JSON at line %d, column %d: %s", s.line, s.base+int64(s.at)-s.start+1, problem)
}

// any reads a value. It keeps what n says, and nothing if n is nil.
func (s *scanner) any(n *node, depth int) error {
	c, ok := s.space()
	switch {
	case !ok:
		return s.fail("")
	case c == '{':
		s.at++
		return s.object(n, depth)
	case c == '[':
		s.at++
		return s.array(n, depth)
	case c == '"':
		s.at++
		if n != nil && n.place >= 0 {
			return s.keepText(n)
		}
		return s.skipText()
	case c == '-' || c >= '0' && c <= '9':
		return s.number(n)
	case c == 't':
		return s.literal(n, "true")
	case c == 'f':
		return s.literal(n, "false")
	case c == 'n':
		return s.literal(nil, "null")
	}
	return s.fail("")
}

// object reads the rest of an object.
func (s *scanner) object(n *node, depth int) error {
	if depth >= maxDepth {
		return s.fail("more than %d levels", maxDepth)
	}
	for first := true; ; first = false {
		more, err := s.nextKey(first)
		if err != nil || !more {
			return err
		}
		if err := s.any(n.child(s.key), depth+1); err != nil {
			return err
		}
	}
}

func (n *node) child(key []byte) *node {
	if n == nil {
		return nil
	}
	return n.keys[string(key)]
}

// nextKey reads the next key of an object, and its colon, or the end of the object.
func (s *scanner) nextKey(first bool) (more bool, err error) {
	c, ok := s.space()
	if ok && c == '}' {
		s.at++
		return false, nil
	}
	if !first {
		if !ok || c != ',' {
			return false, s.fail("")
		}
		s.at++
		c, ok = s.space()
	}
	if !ok || c != '"' {
		return false, s.fail("")
	}
	s.at++
	s.key, err = s.text(s.key[:0], maxKey)
	if err != nil {
		return false, err
	}
	for i, c := range s.key {
		if c >= 'A' && c <= 'Z' {
			s.key[i] = c | 0x20
		}
	}
	if c, ok := s.space(); !ok || c != ':' {
		return false, s.fail("")
	}
	s.at++
	return true, nil
}

// array reads the rest of an array.
func (s *scanner) array(n *node, depth int) error {
	if depth >= maxDepth {
		return s.fail("more than %d levels", maxDepth)
	}
	var items *node
	if n != nil {
		items = n.items
	}
	for first := true; ; first = false {
		more, err := s.nextItem(first)
		if err != nil || !more {
			return err
		}
		if err := s.any(items, depth+1); err != nil {
			return err
		}
	}
}

// nextItem moves to the next item of an array, or behind the array.
func (s *scanner) nextItem(first bool) (more bool, err error) {
	c, ok := s.space()
	switch {
	case !ok:
		return false, s.fail("")
	case c == ']':
		s.at++
		return false, nil
	case first:
		return true, nil
	case c != ',':
		return false, s.fail("")
	}
	s.at++
	if c, ok := s.space(); !ok || c == ']' {
		return false, s.fail("")
	}
	return true, nil
}

func (s *scanner) literal(n *node, word string) error {
	for i := range len(word) {
		if c, ok := s.peek(); !ok || c != word[i] {
			return s.fail("")
		}
		s.at++
	}
	if err := s.delimited(); err != nil {
		return err
	}
	s.keep(n, word)
	return nil
}

// delimited refuses a letter or digit behind a literal or a number.
func (s *scanner) delimited() error {
	if c, ok := s.peek(); ok && (c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '+' || c == '"' || c >= 0x80) {
		return s.fail("")
	}
	return nil
}

// number reads a number, as https://www.rfc-editor.org/rfc/rfc8259#section-6 has it.
func (s *scanner) number(n *node) error {
	s.tmp = s.tmp[:0]
	take := func(from, to byte) bool {
		c, ok := s.peek()
		if !ok || c < from || c > to {
			return false
		}
		if len(s.tmp) < maxKept {
			s.tmp = append(s.tmp, c)
		}
		s.at++
		return true
	}
	digits := func() bool {
		some := false
		for take('0', '9') {
			some = true
		}
		return some
	}
	take('-', '-')
	if !take('0', '0') && !digits() {
		return s.fail("")
	}
	if take('.', '.') && !digits() {
		return s.fail("")
	}
	if take('e', 'e') || take('E', 'E') {
		_ = take('+', '+') || take('-', '-')
		if !digits() {
			return s.fail("")
		}
	}
	if err := s.delimited(); err != nil {
		return err
	}
	s.keep(n, string(s.tmp))
	return nil
}

// keep records a value, if there is room.
func (s *scanner) keep(n *node, value string) {
	if n == nil || n.place < 0 {
		return
	}
	from := len(s.arena)
	s.arena = append(s.arena, value...)
	s.record(n, from)
}

// record records the end of the arena as a value. The first value of a place counts, or all of a place with many.
func (s *scanner) record(n *node, from int) {
	at := span{int32(from), int32(len(s.arena))}
	switch {
	case len(s.arena) > maxArena:
		s.arena, s.cut = s.arena[:from], true
	case s.found[n.place].from == 0:
		s.found[n.place] = at
	case n.many:
		s.extra = append(s.extra, extra{n.place, at})
	default:
		s.arena = s.arena[:from]
	}
}

func (s *scanner) keepText(n *node) (err error) {
	from := len(s.arena)
	s.arena, err = s.text(s.arena, maxKept)
	if err == nil {
		s.record(n, from)
	}
	return err
}

func (s *scanner) skipText() error {
	_, err := s.text(nil, 0)
	return err
}

// text reads the rest of a text and appends at most most bytes of it.
func (s *scanner) text(to []byte, most int) ([]byte, error) {
	k := keeper{to: to, left: most}
	for {
		if _, ok := s.peek(); !ok {
			return k.to, s.fail("")
		}
		data := s.buf[s.at:s.end]
		n := 0
		for n < len(data) && data[n] != '"' && data[n] != '\\' && data[n] >= ' ' {
			n++
		}
		if n > 0 {
			k.put(data[:n])
			s.at += n
		}
		switch {
		case n == len(data):
		case data[n] == '"':
			s.at++
			k.put(nil)
			s.cut = s.cut || k.cut && most > maxKey
			return k.to, nil
		case data[n] == '\\':
			s.at++
			r, err := s.escape()
			if err != nil {
				return k.to, err
			}
			k.putRune(r)
		default:
			return k.to, s.fail("a control character in a text")
		}
	}
}

// keeper keeps the beginning of a text.
type keeper struct {
	to   []byte
	left int
	cut  bool
	high rune // the first half of a character, waiting for the second; 0 for none
}

// put appends text, after what is left of a half character.
func (k *keeper) put(data []byte) {
	if k.high != 0 {
		k.high = 0
		k.put(utf8.AppendRune(nil, utf8.RuneError))
	}
	if len(data) > k.left {
		k.cut = true
		data = data[:k.left]
	}
	k.left -= len(data)
	k.to = append(k.to, data...)
}

// putRune appends an escaped character, or a half of one.
func (k *keeper) putRune(r rune) {
	var room [utf8.UTFMax]byte
	switch whole := utf16.DecodeRune(k.high, r); {
	case whole != utf8.RuneError:
		k.high = 0
		k.put(utf8.AppendRune(room[:0], whole))
	case utf16.IsSurrogate(r):
		k.put(nil)
		k.high = r
	default:
		k.put(utf8.AppendRune(room[:0], r))
	}
}

// escapes are the characters behind a backslash.
const escapes, escaped = `"\/bfnrt`, "\"\\/\b\f\n\r\t"

// escape reads the rest of an escape and returns what it stands for.
func (s *scanner) escape() (r rune, err error) {
	c, ok := s.peek()
	i := strings.IndexByte(escapes, c)
	switch {
	case !ok || c != 'u' && i < 0:
		return 0, s.fail("invalid escape")
	case i >= 0:
		s.at++
		return rune(escaped[i]), nil
	}
	s.at++
	for range 4 {
		c, _ := s.peek()
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, s.fail("invalid escape")
		}
		r = r<<4 | rune(digit)
		s.at++
	}
	return r, nil
}
