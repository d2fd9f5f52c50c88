package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"syncguard/internal/plist"
)

// Shown is the text shown in place of a secret.
const Shown = "(secret)"

// MaxWords is the most kept of the words of a server or another program, in bytes.
const MaxWords = 500

// Redactor masks known secrets in the words of servers and programs, which may echo a request: as they are, and in
// every encoding of decodings, wrapped at any width. Start with Add, then Quote. It is safe for concurrent use; nil
// knows no secret.
type Redactor struct {
	mu       sync.RWMutex
	known    map[string]bool
	plain    index // the secrets in the character sets of servers
	squeezed index // the same without blanks, quotes and backslashes
}

// minSecret is the shortest secret searched for, in bytes: shorter texts occur in every sentence.
const minSecret = 4

// minSqueezed is the shortest secret searched for across blanks, in bytes: shorter ones are parts of ordinary words.
const minSqueezed = 8

// Add registers a secret.
func (r *Redactor) Add(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(secret) < minSecret || r.known[secret] {
		return
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	r.known[secret] = true
	forms := characterSets(secret)
	// A secret with escapes of its own loses them when the words around it are decoded.
	for v, changed := unescape(newView(secret)); changed && len(forms) < 2*maxEscapes; v, changed = unescape(v) {
		forms = append(forms, string(v.data))
	}
	for _, form := range forms {
		r.plain.add(form)
		if short := squeeze(newView(form)).data; len(short) >= minSqueezed {
			r.squeezed.add(string(short))
		}
	}
	if strings.Contains(secret, " ") {
		r.plain.add(strings.ReplaceAll(secret, " ", "+"))
	}
}

// AddAll registers all secrets of a tree.
func (r *Redactor) AddAll(v *plist.Value) {
	for n := range plist.Walk(v) {
		switch {
		case !n.Secret:
		case n.Kind == plist.String:
			r.Add(n.Text)
		case n.Kind == plist.Integer:
			r.Add(n.Int.String())
		case n.Kind == plist.Data:
			r.Add(string(n.Data))
		}
	}
}

// characterSets returns a text as UTF-8, and as UTF-16 (PowerShell) and Latin-1 if those differ.
func characterSets(secret string) []string {
	all := []string{secret}
	if !utf8.ValidString(secret) {
		return all
	}
	var wide, narrow []byte
	for _, c := range secret {
		for _, unit := range utf16.AppendRune(nil, c) {
			wide = append(wide, byte(unit), byte(unit>>8))
		}
		if c < 256 {
			narrow = append(narrow, byte(c))
		}
	}
	all = append(all, string(wide))
	if len(narrow) == utf8.RuneCountInString(secret) && len(narrow) < len(secret) && len(narrow) >= minSecret {
		all = append(all, string(narrow))
	}
	return all
}

// Has reports whether a text holds a secret, in any encoding.
func (r *Redactor) Has(text string) bool { return len(r.find(text)) > 0 }

// Hide replaces each secret with a mask.
func (r *Redactor) Hide(text string) string {
	var b strings.Builder
	at := 0
	for _, s := range r.find(text) {
		b.WriteString(text[at:s.from])
		b.WriteString(Shown)
		at = s.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// Quote returns the words of a server, a device or a program as one line of at most MaxWords bytes: secrets masked
// before anything is cut, base64 left out, control characters escaped.
func (r *Redactor) Quote(words string) string {
	// Only the beginning is read. The end of a long text is dropped unread: a secret can begin there, and end beyond.
	const window, dropped = 16 << 10, 2 << 10
	if len(words) > window {
		const cut = window - dropped
		masked := r.find(words[:window])
		for i := len(masked) - 1; i >= 0 && masked[i].to > cut; i-- {
			masked[i].to = max(masked[i].from, cut)
		}
		words = replace(words[:cut], masked)
	} else {
		words = r.Hide(words)
	}
	return shorten(oneLine(words), MaxWords)
}

// QuoteEnd is Quote for the last words of a program, of which the very first may be cut off already.
func (r *Redactor) QuoteEnd(words string) string {
	const window = 16 << 10
	const end = "…"
	words = oneLine(r.Hide(words[max(0, len(words)-window):]))
	if len(words) > MaxWords {
		words = end + strings.ToValidUTF8(words[len(words)-MaxWords+len(end):], "")
	}
	return words
}

// oneLine returns words on one line: base64 left out, control characters escaped.
func oneLine(words string) string {
	words = base64Blocks().ReplaceAllString(words, "(data)")
	return escapeControls(strings.Join(strings.Fields(words), " "))
}

// replace masks the parts of a text, cut off at its end.
func replace(text string, masked []part) string {
	var b strings.Builder
	at := 0
	for _, s := range masked {
		if s.from >= len(text) {
			break
		}
		b.WriteString(text[at:s.from] + Shown)
		at = min(s.to, len(text))
	}
	return b.String() + text[at:]
}

// base64Blocks matches base64 on one long line, and on several lines or in several words: an echoed profile.
var base64Blocks = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:[A-Za-z0-9+/_-]{40,}(?:\s|\\[nr])+)+(?:[A-Za-z0-9+/_-]{12,}={0,2}|[A-Za-z0-9+/_-]*={1,2})|[A-Za-z0-9+/_-]{80,}={0,2}`)
})

func escapeControls(text string) string {
	if !strings.ContainsFunc(text, func(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) }) {
		return text
	}
	var b strings.Builder
	for i, c := range text {
		switch _, size := utf8.DecodeRuneInString(text[i:]); {
		case c == utf8.RuneError && size == 1:
			b.WriteString(`\x` + hex.EncodeToString([]byte{text[i]}))
		case unicode.IsPrint(c):
			b.WriteRune(c)
		default:
			quoted := strconv.QuoteRune(c)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

func shorten(text string, most int) string {
	const end = "…"
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most-len(end)], "") + end
	}
	return text
}

// redactedError is an error without secrets in its text.
type redactedError struct {
	error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.error }

// HideError returns an error without secrets in its text; nil for nil.
func (r *Redactor) HideError(err error) error {
	if err == nil {
		return nil
	}
	return &redactedError{err, r.Hide(err.Error())}
}

// QuoteError returns an error with its text like Quote; nil for nil.
func (r *Redactor) QuoteError(err error) error {
	if err == nil {
		return nil
	}
	return &redactedError{err, r.Quote(err.Error())}
}

// part is a range of bytes of a text.
type part struct{ from, to int }

// find returns the parts of a text with secrets, in order and disjoint. The work is linear in the text.
func (r *Redactor) find(text string) []part {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.known) == 0 {
		return nil
	}
	s := search{redactor: r}
	s.inView(newView(text), 0)
	slices.SortFunc(s.found, func(a, b part) int { return a.from - b.from })
	var all []part
	for _, p := range s.found {
		if n := len(all); n > 0 && p.from <= all[n-1].to {
			all[n-1].to = max(all[n-1].to, p.to)
		} else {
			all = append(all, p)
		}
	}
	return all
}

// search is the search of one text.
type search struct {
	redactor *Redactor
	found    []part
}

// Bounds on the encodings around a secret.
const (
	maxEscapes = 3 // escapes in escapes: JSON in JSON in HTML
	maxNested  = 2 // base64 or hex in base64 or hex
)

// inView searches a text and everything encoded in it.
func (s *search) inView(v view, depth int) {
	for escapes := 0; ; escapes++ {
		s.redactor.plain.find(v, s.add)
		compact := without(v, isBlank)
		s.redactor.plain.find(without(v, isLineBreak), s.add)
		s.redactor.squeezed.find(squeeze(v), s.add)
		if depth < maxNested {
			for shift := range 4 {
				if decoded := fromBase64(compact, shift); len(decoded.data) > 0 {
					s.inView(decoded, depth+1)
				}
			}
			for shift := range 2 {
				if decoded := fromHex(compact, shift); len(decoded.data) > 0 {
					s.inView(decoded, depth+1)
				}
			}
		}
		next, changed := unescape(v)
		if !changed || escapes == maxEscapes-depth {
			return
		}
		v = next
	}
}

func (s *search) add(p part) { s.found = append(s.found, p) }

// index finds texts by their first bytes, and parts of long ones.
type index struct {
	starts map[[minSecret]byte][]string
	chunks map[[chunkSize]byte]chunk
}

// chunkSize is the size of the pieces long secrets are found by. A server may echo a part of a key only: any part of
// twice the size is found.
const chunkSize = 16

type chunk struct {
	of string
	at int
}

func (x *index) add(secret string) {
	if len(secret) < minSecret {
		return
	}
	if x.starts == nil {
		x.starts, x.chunks = map[[minSecret]byte][]string{}, map[[chunkSize]byte]chunk{}
	}
	start := [minSecret]byte([]byte(secret[:minSecret]))
	x.starts[start] = append(x.starts[start], secret)
	if len(secret) < 2*chunkSize {
		return
	}
	for at := 0; at+chunkSize <= len(secret); at += chunkSize {
		key := [chunkSize]byte([]byte(secret[at : at+chunkSize]))
		if _, known := x.chunks[key]; !known {
			x.chunks[key] = chunk{secret, at}
		}
	}
}

func (x *index) find(v view, add func(part)) {
	d := v.data
	skip := 0 // before it a part of a long secret is found already
	for i := 0; i+minSecret <= len(d); i++ {
		for _, secret := range x.starts[[minSecret]byte(d[i:])] {
			if len(d)-i >= len(secret) && string(d[i:i+len(secret)]) == secret {
				add(v.part(i, i+len(secret)))
			}
		}
		if i < skip || i+chunkSize > len(d) || len(x.chunks) == 0 {
			continue
		}
		if c, ok := x.chunks[[chunkSize]byte(d[i:])]; ok {
			from, to, end := i, i+chunkSize, c.at+chunkSize
			for at := c.at; from > 0 && at > 0 && d[from-1] == c.of[at-1]; from, at = from-1, at-1 {
			}
			for to < len(d) && end < len(c.of) && d[to] == c.of[end] {
				to, end = to+1, end+1
			}
			add(v.part(from, to))
			skip = to
		}
	}
}

// view is a text made from another, with the place of each byte in the original.
type view struct {
	data  []byte
	place []part // nil for the original itself
}

func newView(text string) view { return view{data: []byte(text)} }

// part returns the range of the original behind a range of the view.
func (v view) part(from, to int) part {
	if v.place == nil {
		return part{from, to}
	}
	return part{v.place[from].from, v.place[to-1].to}
}

func (v *view) append(p part, decoded ...byte) {
	for _, b := range decoded {
		v.data, v.place = append(v.data, b), append(v.place, p)
	}
}

// without drops bytes.
func without(v view, drop func(byte) bool) view {
	if !slices.ContainsFunc(v.data, drop) {
		return v
	}
	out := view{place: []part{}}
	for i, c := range v.data {
		if !drop(c) {
			out.append(v.part(i, i+1), c)
		}
	}
	return out
}

func isBlank(c byte) bool     { return c == ' ' || c == '\t' || c == '\v' || c == '\f' || isLineBreak(c) }
func isLineBreak(c byte) bool { return c == '\n' || c == '\r' }

// squeeze drops what servers and shells add: blanks, also as a plus, quotes and backslashes.
func squeeze(v view) view {
	return without(v, func(c byte) bool { return isBlank(c) || c == '+' || c == '"' || c == '\'' || c == '\\' || c == '`' })
}

// unescape decodes one layer of escapes: percent, HTML and XML entities, and the backslashes of JSON, C and shells.
func unescape(v view) (out view, changed bool) {
	if !bytes.ContainsAny(v.data, `%&\`) {
		return v, false
	}
	out.place = []part{}
	for i := 0; i < len(v.data); {
		decoded, n := []byte(nil), 0
		switch v.data[i] {
		case '%':
			decoded, n = hexEscape(v.data[i:], 1)
		case '&':
			decoded, n = entity(v.data[i:])
		case '\\':
			decoded, n = backslash(v.data[i:])
		}
		if n == 0 {
			decoded, n = v.data[i:i+1], 1
		} else {
			changed = true
		}
		out.append(v.part(i, i+n), decoded...)
		i += n
	}
	return out, changed
}

// hexEscape decodes two hexadecimal digits after a prefix, and returns the bytes read, 0 for none.
func hexEscape(s []byte, prefix int) ([]byte, int) {
	decoded := make([]byte, 1)
	if len(s) < prefix+2 {
		return nil, 0
	}
	if _, err := hex.Decode(decoded, s[prefix:prefix+2]); err != nil {
		return nil, 0
	}
	return decoded, prefix + 2
}

func entity(s []byte) ([]byte, int) {
	const longest = 40
	end := bytes.IndexByte(s[:min(len(s), longest)], ';')
	if end < 0 {
		return nil, 0
	}
	if high := codeUnit(s[:end+1]); utf16.IsSurrogate(high) { // a pair, from JavaScript
		rest := s[end+1:]
		low := bytes.IndexByte(rest[:min(len(rest), longest)], ';') + 1
		if c := utf16.DecodeRune(high, codeUnit(rest[:low])); c != utf8.RuneError {
			return utf8.AppendRune(nil, c), end + 1 + low
		}
	}
	written := string(s[:end+1])
	if decoded := html.UnescapeString(written); decoded != written {
		return []byte(decoded), end + 1
	}
	return nil, 0
}

// codeUnit returns the number of an entity such as &#55348; or &#xD834;, 0 for none.
func codeUnit(entity []byte) rune {
	number, ok := bytes.CutPrefix(bytes.TrimSuffix(entity, []byte(";")), []byte("&#"))
	if !ok || len(number) == 0 {
		return 0
	}
	base := 10
	if number[0]|0x20 == 'x' {
		number, base = number[1:], 16
	}
	code, _ := strconv.ParseUint(string(number), base, 16)
	return rune(code)
}

func backslash(s []byte) ([]byte, int) {
	if len(s) < 2 {
		return nil, 0
	}
	switch c := s[1]; {
	case c == 'x':
		return hexEscape(s, 2)
	case c == 'u':
		return unicodeEscape(s)
	case c == 'U' && len(s) >= 10:
		if code, err := strconv.ParseUint(string(s[2:10]), 16, 31); err == nil {
			return utf8.AppendRune(nil, rune(code)), 10
		}
		return nil, 0
	case c >= '0' && c <= '7' && len(s) >= 4:
		if code, err := strconv.ParseUint(string(s[1:4]), 8, 8); err == nil {
			return []byte{byte(code)}, 4
		}
		return nil, 0
	}
	if i := strings.IndexByte("nrtbfva", s[1]); i >= 0 {
		return []byte{"\n\r\t\b\f\v\a"[i]}, 2
	}
	return s[1:2], 2
}

// unicodeEscape decodes \uXXXX, also in pairs.
func unicodeEscape(s []byte) ([]byte, int) {
	unit := func(s []byte) (rune, bool) {
		if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
			return 0, false
		}
		code, err := strconv.ParseUint(string(s[2:6]), 16, 16)
		return rune(code), err == nil
	}
	c, ok := unit(s)
	if !ok {
		return nil, 0
	}
	if utf16.IsSurrogate(c) {
		if low, ok := unit(s[6:]); ok {
			return utf8.AppendRune(nil, utf16.DecodeRune(c, low)), 12
		}
	}
	return utf8.AppendRune(nil, c), 6
}

// fromBase64 decodes everything possible, of either alphabet, run by run. The runs begin shift characters late, since
// other text can stand right before base64. A zero byte stands between runs.
func fromBase64(v view, shift int) view {
	values := base64Values()
	return decodeRuns(v, shift, 6, func(c byte) int { return int(values[c]) })
}

var base64Values = sync.OnceValue(func() *[256]int8 {
	var values [256]int8
	for i := range values {
		values[i] = -1
	}
	for i := range 64 {
		values[base64.StdEncoding.EncodeToString([]byte{byte(i << 2)})[0]] = int8(i)
	}
	values['-'], values['_'] = values['+'], values['/']
	return &values
})

// fromHex is fromBase64 for hexadecimal digits, also with separators and 0x between them.
func fromHex(v view, shift int) view {
	v = without(v, func(c byte) bool { return c == ':' || c == '-' || c == ',' })
	if bytes.Contains(v.data, []byte("0x")) {
		out := view{place: []part{}}
		for i := 0; i < len(v.data); i++ {
			if bytes.HasPrefix(v.data[i:], []byte("0x")) {
				i++
				continue
			}
			out.append(v.part(i, i+1), v.data[i])
		}
		v = out
	}
	return decodeRuns(v, shift, 4, func(c byte) int {
		switch {
		case c >= '0' && c <= '9':
			return int(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			return int(c|0x20-'a') + 10
		}
		return -1
	})
}

// decodeRuns decodes runs of characters of some bits each, at least long enough for a secret.
func decodeRuns(v view, shift, bits int, value func(byte) int) view {
	out := view{place: []part{}}
	for i := 0; i < len(v.data); {
		start := i
		for i < len(v.data) && value(v.data[i]) >= 0 {
			i++
		}
		if (i-start)*bits < minSecret*8 {
			i = max(i, start+1)
			continue
		}
		word, have, from := 0, 0, -1
		for at := start + shift; at < i; at++ {
			if from < 0 {
				from = at
			}
			word, have = word<<bits|value(v.data[at]), have+bits
			if have >= 8 {
				have -= 8
				out.append(v.part(from, at+1), byte(word>>have))
				if word &= 1<<have - 1; have == 0 {
					from = -1
				} else {
					from = at
				}
			}
		}
		out.append(v.part(i-1, i), 0)
	}
	return out
}
