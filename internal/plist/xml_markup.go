package plist

import (
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// tag is a start tag.
type tag struct {
	start, nameEnd, end int  // from "<" to after ">"; all the same for an implied <plist>
	empty               bool // <name/>
}

func (r *xmlReader) name(t tag) string {
	if t.start == t.end {
		return "plist"
	}
	return r.text[t.start+1 : t.nameEnd]
}

// report adds an error about a range of the text, with the key path to it.
func (r *xmlReader) report(rule, message, help string, start, end int) {
	if r.full { // saves working out the path
		return
	}
	r.add(diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Help: help, Span: r.span(start, end), Path: r.path()})
}

// warn adds a warning about a range of the text, for markup read by devices all the same.
func (r *xmlReader) warn(rule, message, help string, start, end int) {
	if r.full {
		return
	}
	r.add(diag.Diagnostic{Rule: rule, Severity: diag.Warning, Message: message, Help: help, Span: r.span(start, end), Path: r.path()})
}

func (r *xmlReader) reportRelated(rule, message string, span diag.Span, related string, place diag.Span) {
	if r.full {
		return
	}
	r.add(diag.Diagnostic{
		Rule: rule, Severity: diag.Error, Message: message, Span: span, Path: r.path(),
		Related: []diag.Related{{Message: related, Span: place}},
	})
}

// path is the key path at the current position.
func (r *xmlReader) path() (p diag.Path) {
	for i, f := range r.open {
		last := i == len(r.open)-1
		switch {
		case f.element == dictElement && (f.keyWaiting || !last):
			p = append(p, diag.Step{Key: r.keyText(f.key)})
		case f.element == arrayElement:
			n := r.itemsOf(i)
			if !last {
				n-- // the inner element was added at its start
			}
			p = append(p, diag.Step{IsItem: true, Index: max(n, 0)})
		}
	}
	return p
}

// itemsOf counts the items of an open array so far.
func (r *xmlReader) itemsOf(i int) int {
	for _, inner := range r.open[i+1:] {
		if inner.element == arrayElement {
			return inner.base - r.open[i].base
		}
	}
	return len(r.items) - r.open[i].base
}

func (r *xmlReader) truncated(start int) {
	r.report(rule.TruncatedFile, "the file ends inside markup", "", start, len(r.text))
	r.pos = len(r.text)
	r.stopped = true
}

// skipPast goes past the next delimiter, or to the end.
func (r *xmlReader) skipPast(delimiter string) (found bool) {
	n := strings.Index(r.text[r.pos:], delimiter)
	if n < 0 {
		r.pos = len(r.text)
		return false
	}
	r.pos += n + len(delimiter)
	return true
}

// comment reads <!-- ... -->. Apple's reader allows "--" inside, but XML does not, so other readers refuse it.
func (r *xmlReader) comment() {
	start := r.pos
	r.pos += len("<!--")
	if !r.skipPast("--") {
		r.truncated(start)
		return
	}
	if strings.HasPrefix(r.text[r.pos:], ">") {
		r.pos++
		return
	}
	r.report(rule.MalformedMarkup, `the comment contains "--", forbidden in XML`, "use single hyphens", r.pos-2, r.pos)
	r.pos -= len("--") // "--->" is an end too
	if !r.skipPast("-->") {
		r.truncated(start)
	}
}

// instruction reads <?target ... ?>. It means nothing in a property list.
func (r *xmlReader) instruction() {
	start := r.pos
	r.pos += len("<?")
	nameEnd := skipName(r.text, r.pos)
	target := r.text[r.pos:nameEnd]
	if !r.skipPast("?>") {
		r.truncated(start)
		return
	}
	content := r.text[nameEnd : r.pos-len("?>")]
	switch {
	case strings.EqualFold(target, "xml"):
		r.warn(rule.BadXMLDeclaration, "another XML declaration, want one at most and at the very start", "delete it", start, r.pos)
	case target == "" || !isNameStart(target[0]) || content != "" && !isBlank(content[0]):
		r.report(rule.MalformedMarkup, "the processing instruction has no valid name", "", start, r.pos)
	}
}

// markupDeclaration reads a construct other than a comment with <! at its start.
func (r *xmlReader) markupDeclaration() {
	rest := r.text[r.pos:]
	switch {
	case strings.HasPrefix(rest, "<!DOCTYPE") && !r.hasPlist && !r.hasDoctype:
		r.hasDoctype = true
		r.doctype()
	case strings.HasPrefix(rest, cdataStart):
		start := r.pos
		if !r.skipPast(cdataEnd) {
			r.truncated(start)
		} else if !r.skipping() {
			r.report(rule.TextBetweenElements, "text outside a value, want elements only", "", start, r.pos)
		}
	default:
		r.report(rule.MalformedMarkup, `"<!" begins neither a comment nor the one document type`, "", r.pos, r.pos+2)
		if !r.skipPast(">") {
			r.truncated(len(r.text))
		}
	}
}

// doctype reads <!DOCTYPE ...>. Nothing is ever fetched or declared: Apple's reader skips to the first ">" and refuses an
// internal subset, so this reader accepts neither that nor a bracket inside quotes.
func (r *xmlReader) doctype() {
	start, i := r.pos, r.pos
	for i < len(r.text) && r.text[i] != '>' && r.text[i] != '[' {
		i++
	}
	r.pos = i
	switch {
	case i == len(r.text):
		r.truncated(start)
		return
	case r.text[i] == '[':
		r.internalDTD(start)
		return
	}
	r.pos++
	if text := r.text[start:r.pos]; text != appleDoctype && !doctypePattern().MatchString(text) {
		r.report(rule.MalformedMarkup, "the document type is malformed", "write "+appleDoctype, start, r.pos)
	}
}

// doctypePattern is the production doctypedecl of XML 1.0 without an internal subset.
var doctypePattern = sync.OnceValue(func() *regexp.Regexp {
	const blank, system = `[ \t\r\n]`, `("[^"]*"|'[^']*')`
	const public = `("[- \r\na-zA-Z0-9'()+,./:=?;!*#@$_%]*"|'[- \r\na-zA-Z0-9()+,./:=?;!*#@$_%]*')`
	return regexp.MustCompile(`^<!DOCTYPE` + blank + `+[\pL_:][-\pL\pN._:]*(` + blank + `+(SYSTEM` + blank + `+` + system +
		`|PUBLIC` + blank + `+` + public + blank + `+` + system + `))?` + blank + `*>$`)
})

func (r *xmlReader) internalDTD(start int) {
	subset := r.pos
	for r.skipPast("]") {
		if end := skipBlank(r.text, r.pos); end < len(r.text) && r.text[end] == '>' {
			r.pos = end + 1
			r.report(rule.InternalDTD, "the document type contains declarations, want none", "delete everything from [ to ]", subset, end)
			return
		}
	}
	r.truncated(start)
}

// startTag reads <name ...>. ok is false if the file ends in it.
func (r *xmlReader) startTag() (t tag, ok bool) {
	nameEnd := skipName(r.text, r.pos+1)
	t = tag{start: r.pos, nameEnd: nameEnd, end: nameEnd}
	switch rest := r.text[nameEnd:]; {
	case len(rest) > 0 && rest[0] == '>':
		t.end = nameEnd + 1
	case len(rest) > 1 && rest[0] == '/' && rest[1] == '>':
		t.end, t.empty = nameEnd+2, true
	default:
		r.pos = nameEnd
		ok = r.attributes(&t)
		if t.end = r.pos; !ok {
			r.truncated(t.start)
		}
		return t, ok
	}
	r.pos = t.end
	return t, true
}

// attributes reads the rest of a start tag.
func (r *xmlReader) attributes(t *tag) (ok bool) {
	seen := false
	for !r.full {
		before := r.pos
		r.pos = skipBlank(r.text, r.pos)
		rest := r.text[r.pos:]
		switch {
		case rest == "", rest == "/":
			return false
		case rest[0] == '>':
			r.pos++
			return true
		case strings.HasPrefix(rest, "/>"):
			r.pos += len("/>")
			t.empty = true
			return true
		case r.pos == before || !isNameStart(rest[0]):
			return r.malformedTag(t)
		}
		start := r.pos
		name, ok := r.attribute()
		if !ok {
			return r.malformedTag(t)
		}
		if r.name(*t) != "plist" || name != "version" || seen {
			r.warn(rule.UnexpectedAttribute, "unknown attribute "+quote(name)+" in "+quote(r.name(*t))+`, want none except "version" in "plist"`, "delete it", start, r.pos)
		}
		seen = true
	}
	return false
}

// attribute reads name="value".
func (r *xmlReader) attribute() (name string, ok bool) {
	nameEnd := skipName(r.text, r.pos)
	name = r.text[r.pos:nameEnd]
	i := skipBlank(r.text, nameEnd)
	if i >= len(r.text) || r.text[i] != '=' {
		return name, false
	}
	i = skipBlank(r.text, i+1)
	if i >= len(r.text) || r.text[i] != '"' && r.text[i] != '\'' {
		return name, false
	}
	// Apple's reader ends the tag at the first ">", quoted or not; decoding "&" would be useless.
	n := strings.IndexAny(r.text[i+1:], r.text[i:i+1]+"<>&")
	if n < 0 || r.text[i+1+n] != r.text[i] {
		return name, false
	}
	r.pos = i + 2 + n
	return name, true
}

// malformedTag reports a tag and continues after it, or before the next one.
func (r *xmlReader) malformedTag(t *tag) (ok bool) {
	n := strings.IndexAny(r.text[r.pos:], "<>")
	if n < 0 {
		return false
	}
	r.pos += n
	if r.text[r.pos] == '>' {
		t.empty = r.text[r.pos-1] == '/'
		r.pos++
	}
	r.report(rule.MalformedMarkup, "the start tag of "+quote(r.name(*t))+" is malformed", "", t.start, r.pos)
	return true
}

// endTag reads </name>.
func (r *xmlReader) endTag() {
	start := r.pos
	if n := len(r.open); n > 0 {
		if next := r.behindEndTag(start, r.name(r.open[n-1].tag)); next > 0 { // nearly every one
			r.pos = next
			r.closeTop(next)
			return
		}
	}
	nameEnd := skipName(r.text, start+2)
	name := r.text[start+2 : nameEnd]
	end := skipBlank(r.text, nameEnd)
	if end >= len(r.text) {
		r.truncated(start)
		return
	}
	if r.text[end] != '>' {
		n := strings.IndexAny(r.text[end:], "<>")
		if n < 0 {
			r.truncated(start)
			return
		}
		end += n
		r.report(rule.MalformedMarkup, "the end tag of "+quote(name)+" is malformed", "", start, end)
	}
	r.pos = end
	if r.text[end] == '>' {
		r.pos++
	}
	r.closeNamed(name, start)
}

// closeNamed closes the element named by an end tag, and those still open inside it.
func (r *xmlReader) closeNamed(name string, start int) {
	n := len(r.open) - 1
	for n >= 0 && r.name(r.open[n].tag) != name {
		n--
	}
	if n < 0 {
		r.unknownEndTag(name, start)
		return
	}
	if n < len(r.open)-1 {
		inner := r.open[len(r.open)-1].tag
		r.reportRelated(rule.MismatchedEndTag, "end tag "+quote(name)+" comes before the end of "+quote(r.name(inner)),
			r.span(start, r.pos), "not closed", r.span(inner.start, inner.end))
	}
	for len(r.open) > n+1 {
		r.open[len(r.open)-1].keyWaiting = false
		r.closeTop(start)
	}
	r.closeTop(r.pos)
}

// unknownEndTag reports an end tag without an open element. A misspelled one closes the element it was meant for.
func (r *xmlReader) unknownEndTag(name string, start int) {
	message, meant, help := "end tag "+quote(name)+" has no start tag", "", ""
	if len(r.open) > 0 {
		open := r.name(r.open[len(r.open)-1].tag)
		message += ", want " + quote(open)
		meant, help = text.Nearest(name, []string{open})
	}
	r.report(rule.MismatchedEndTag, message, help, start, r.pos)
	if meant != "" {
		r.closeTop(r.pos)
	}
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= 0x80
}

// skipName returns the offset after the name at i.
func skipName(text string, i int) int {
	for i < len(text) && isNameByte[text[i]] {
		i++
	}
	return i
}

// isNameByte is true for the bytes of a name.
var isNameByte = func() (is [256]bool) {
	for c := range is {
		is[c] = isNameStart(byte(c)) || c >= '0' && c <= '9' || c == '-' || c == '.'
	}
	return is
}()
