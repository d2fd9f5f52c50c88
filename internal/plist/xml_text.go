package plist

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

const (
	cdataStart = "<![CDATA["
	cdataEnd   = "]]>"
)

// content is the text between the tags of a value or a key.
type content struct {
	text       string // with references and CDATA resolved if allowed
	start, end int    // of the text as written
	inPlace    bool   // not empty, and with nothing to resolve
	ok         bool
	unclosed   bool // the end tag is missing
}

// content reads to the end tag of t. Like Apple's reader it resolves references and CDATA in strings, keys and reals only;
// in other values they are an error, so no two readers can see different content.
func (r *xmlReader) content(t tag, e element) content {
	c := content{start: t.end, end: t.end, ok: true}
	if t.empty {
		return c
	}
	mixed := e == stringElement || e == keyElement || e == realElement
	end := indexFrom(r.text, "<", t.end)
	if next := r.behindEndTag(end, r.name(t)); next > 0 && (!mixed || r.isPlain(t.end, end)) {
		c.text, c.end, c.inPlace = r.text[t.end:end], end, end > t.end
		r.pos = next
		return c
	}
	return r.mixedContent(t, mixed)
}

// isPlain reports whether the text from start to end needs no decoding. It remembers the places it has searched for: texts
// are short, and most files have few references.
func (r *xmlReader) isPlain(start, end int) bool {
	for i, mark := range [...]string{"&", "\r", cdataEnd} {
		if r.next[i] < start {
			r.next[i] = indexFrom(r.text, mark, start)
		}
		if r.next[i] < end {
			return false
		}
	}
	return true
}

// behindEndTag returns the offset after </name> at i, or 0 without one.
func (r *xmlReader) behindEndTag(i int, name string) int {
	rest := r.text[i:]
	n := len("</") + len(name)
	if len(rest) <= n || rest[1] != '/' || rest[len("</"):n] != name {
		return 0
	}
	if n = skipBlank(rest, n); n == len(rest) || rest[n] != '>' {
		return 0
	}
	return i + n + 1
}

func (r *xmlReader) mixedContent(t tag, mixed bool) content {
	c := content{start: t.end}
	text := r.decode[:0]
	defer func() { r.decode = text[:0] }()
	i := t.end
	for {
		end := indexFrom(r.text, "<", i)
		text = r.appendText(text, i, end)
		i, c.end = end, end
		if next := r.behindEndTag(i, r.name(t)); next > 0 {
			c.text, c.ok = string(text), true
			r.pos = next
			return c
		}
		rest := r.text[i:]
		if !mixed || !strings.HasPrefix(rest, cdataStart) {
			break
		}
		n := strings.Index(rest, cdataEnd)
		if n < 0 {
			break
		}
		text = appendLines(text, rest[len(cdataStart):n])
		i += n + len(cdataEnd)
	}
	r.pos = i
	c.unclosed = !r.endTagForgotten(t, i)
	if c.unclosed {
		r.markupInValue(t, i, mixed)
	}
	return c
}

// endTagForgotten reports a key at i inside a value of a dictionary. The value then ends there, so the rest of the file can
// be checked.
func (r *xmlReader) endTagForgotten(t tag, i int) bool {
	name := ""
	if i+1 < len(r.text) {
		name = r.text[i+1 : skipName(r.text, i+1)]
	}
	if elementOf(name) != keyElement || r.name(t) == name || r.open[len(r.open)-1].element != dictElement {
		return false
	}
	r.reportRelated(rule.MarkupInValue, `element "key" inside `+quote(r.name(t))+", want </"+r.name(t)+"> before it",
		r.span(i, skipName(r.text, i+1)), "opened here", r.span(t.start, t.end))
	return true
}

// markupInValue reports the markup at i inside a value. It leaves to the main loop an end tag of another element, a bare "<"
// and the end of the file.
func (r *xmlReader) markupInValue(t tag, i int, mixed bool) {
	rest := r.text[i:]
	what := ""
	switch {
	case strings.HasPrefix(rest, "<!--"):
		what = "a comment"
	case strings.HasPrefix(rest, cdataStart) && !mixed:
		what = "a CDATA section"
	case strings.HasPrefix(rest, "<?"):
		what = "a processing instruction"
	case len(rest) > 1 && isNameStart(rest[1]):
		what = "element " + quote(rest[1:skipName(rest, 1)])
	default:
		return
	}
	end := i + 1 + strings.IndexByte(rest, '>')
	r.report(rule.MarkupInValue, what+" inside "+quote(r.name(t))+", want text only", "", i, max(end, i+1))
}

// appendText appends the text from start to end with references resolved, and line ends as in XML: LF.
func (r *xmlReader) appendText(to []byte, start, end int) []byte {
	raw := r.text[start:end]
	if n := strings.Index(raw, cdataEnd); n >= 0 {
		r.report(rule.MalformedMarkup, `text contains "]]>", forbidden in XML`, "write ]]&gt; instead", start+n, start+n+len(cdataEnd))
	}
	for {
		n := strings.IndexByte(raw, '&')
		if n < 0 || r.full {
			return appendLines(to, raw)
		}
		to = appendLines(to, raw[:n])
		char, size := r.reference(raw[n:], end-len(raw)+n)
		to = append(to, char...)
		raw = raw[n+size:]
	}
}

// appendLines appends text with CRLF and CR turned into LF.
func appendLines(to []byte, s string) []byte {
	for {
		n := strings.IndexByte(s, '\r')
		if n < 0 {
			return append(to, s...)
		}
		to = append(append(to, s[:n]...), '\n')
		s = strings.TrimPrefix(s[n+1:], "\n")
	}
}

// maxReference is the length of the longest reference; Apple's reader accepts eight digits at most.
const maxReference = len("&#x12345678;")

// reference resolves the reference at the start of s. at is its offset in the text.
func (r *xmlReader) reference(s string, at int) (char string, size int) {
	n := strings.IndexByte(s[:min(len(s), maxReference)], ';')
	if n < 0 {
		r.report(rule.UnknownEntity, `"&" begins no reference`, "write &amp; for the character itself", at, at+1)
		return "&", 1
	}
	name, size := s[1:n], n+1
	switch name {
	case "lt":
		return "<", size
	case "gt":
		return ">", size
	case "amp":
		return "&", size
	case "apos":
		return "'", size
	case "quot":
		return `"`, size
	}
	if number, ok := strings.CutPrefix(name, "#"); ok {
		return r.characterReference(number, at, size), size
	}
	r.report(rule.UnknownEntity, "entity "+quote(s[:size])+` is unknown, want one of "&lt;", "&gt;", "&amp;", "&apos;", "&quot;"`,
		"write &amp; for the character itself", at, at+size)
	return "", size
}

func (r *xmlReader) characterReference(number string, at, size int) string {
	base := 10
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 32)
	char := rune(min(n, utf8.MaxRune+1))
	switch {
	case err != nil:
		r.report(rule.IllegalCharacterReference, "the character reference is not a number", "", at, at+size)
		return ""
	case !isXMLChar(char):
		r.report(rule.IllegalCharacterReference, fmt.Sprintf("character reference to U+%04X, forbidden in XML", n), "", at, at+size)
		return ""
	}
	return string(char)
}

// key reads a <key> of a dictionary.
func (r *xmlReader) key(t tag) {
	c := r.content(t, keyElement)
	top := &r.open[len(r.open)-1]
	if top.element == dictElement {
		r.checkKeyWaiting(top)
		top.key, top.keyWaiting = r.newKey(t, c), true
	} else {
		r.report(rule.KeyOutsideDictionary, `a "key" outside a dictionary`, "", t.start, r.pos)
	}
	if c.unclosed {
		r.skip(t)
	}
}

func (r *xmlReader) newKey(t tag, c content) key {
	at := r.contentSpan(t, c)
	k := key{start: at.Start, end: at.End}
	if !c.inPlace {
		r.decoded = append(r.decoded, c.text)
		k.text = len(r.decoded)
	}
	return k
}

// contentSpan is the span of an element's text, or of the whole element if it is empty.
func (r *xmlReader) contentSpan(t tag, c content) diag.Span {
	if c.start == c.end {
		return r.span(t.start, r.pos)
	}
	return r.span(c.start, c.end)
}

func (r *xmlReader) checkKeyWaiting(top *frame) {
	if top.keyWaiting {
		r.report(rule.KeyWithoutValue, "key "+quote(r.keyText(top.key))+" has no value", "put a value after it, or delete it", top.key.start, top.key.end)
	}
}

// checkDuplicates reports duplicate keys. It compares small dictionaries pairwise, because that needs no memory.
func (r *xmlReader) checkDuplicates(fields []Field) {
	if len(fields) <= 16 {
		for i := range fields {
			for j := range i {
				if fields[i].Key == fields[j].Key {
					r.duplicate(fields, j, i)
					break
				}
			}
		}
		return
	}
	first := make(map[string]int, len(fields))
	for i := range fields {
		if j, ok := first[fields[i].Key]; ok {
			r.duplicate(fields, j, i)
		} else {
			first[fields[i].Key] = i
		}
	}
}

func (r *xmlReader) duplicate(fields []Field, first, again int) {
	f := fields[again]
	r.reportRelated(rule.DuplicateKey, "key "+quote(f.Key)+" repeats in one dictionary, want it once", f.KeySpan,
		"first here", fields[first].KeySpan)
	if d := &r.list[len(r.list)-1]; d.Rule == rule.DuplicateKey {
		d.Path = d.Path.Key(f.Key)
	}
}
