package plist

import (
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// xmlReader reads the small grammar of XML property lists. It never recurses: open elements are on a stack.
type xmlReader struct {
	*findings
	text string
	pos  int

	*scratch
	slab    slab
	next    [3]int   // see isPlain
	decoded []string // keys with references or CDATA, and empty ones

	root       *Value
	rootSpan   diag.Span
	nodes      int
	hasDoctype bool
	hasPlist   bool
	closed     bool // after </plist>
	stopped    bool // at a limit

	allowsPlaceholders bool
	placeholders       []diag.Diagnostic
	incomplete         bool // a placeholder stands for keys

	comments []diag.Span
}

// frame is an open element. It holds no pointers, like all of the scratch, so the collector has no work with it.
type frame struct {
	tag      tag
	element  element // skipped for elements unknown to property lists
	value    int     // of an array or a dictionary, see slab.at
	base     int
	used     bool // plist: not empty
	hasValue bool // plist inside another: its value was read

	key        key  // dictionary: the last one
	keyWaiting bool // for its value
}

// key is a key as read. Its text is that of its span, or decoded[text-1].
type key struct{ start, end, text int }

// field is a key with the value of that number.
type field struct {
	key   key
	value int
}

type element uint8

const (
	skipped element = iota // unknown, or inside an element reported already
	plistElement
	dictElement
	arrayElement
	keyElement
	stringElement
	dataElement
	dateElement
	integerElement
	realElement
	trueElement
	falseElement
)

func elementNames() []string {
	return []string{"plist", "dict", "array", "key", "string", "data", "date", "integer", "real", "true", "false"}
}

func elementOf(name string) element {
	switch name {
	case "plist":
		return plistElement
	case "dict":
		return dictElement
	case "array":
		return arrayElement
	case "key":
		return keyElement
	case "string":
		return stringElement
	case "data":
		return dataElement
	case "date":
		return dateElement
	case "integer":
		return integerElement
	case "real":
		return realElement
	case "true":
		return trueElement
	case "false":
		return falseElement
	}
	return skipped
}

func readXML(r *xmlReader) *Value {
	r.scratch = scratches.Get().(*scratch)
	defer r.scratch.release()
	r.declaration()
	for !r.stopped && !r.full && r.nextMarkup() {
		r.markup()
	}
	if r.stopped || r.full {
		return nil
	}
	r.finish()
	return r.root
}

// nextMarkup goes to the next "<" and reports text before it. It is false at the end.
func (r *xmlReader) nextMarkup() bool {
	start := skipBlank(r.text, r.pos)
	r.pos = start
	if start == len(r.text) {
		return false
	}
	if r.text[start] == '<' {
		return true
	}
	if n := strings.IndexByte(r.text[start:], '<'); n >= 0 {
		r.pos = start + n
	} else {
		r.pos = len(r.text)
	}
	end := start + len(strings.TrimRight(r.text[start:r.pos], " \t\r\n"))
	switch {
	case r.closed:
		r.contentAfterPlist(start)
	case !r.skipping() && !r.placeholderText(start, end):
		r.report(rule.TextBetweenElements, "text outside a value, want elements only", "put it into a <string>, or delete it", start, end)
	}
	return r.pos < len(r.text) && !r.stopped
}

func (r *xmlReader) contentAfterPlist(start int) {
	end := len(strings.TrimRight(r.text, " \t\r\n"))
	r.warn(rule.ContentAfterPlist, "content follows </plist>, want the end of the file", "delete everything after </plist>", start, end)
	r.pos = len(r.text)
}

// markup reads one construct with "<" at its start.
func (r *xmlReader) markup() {
	next := byte(0)
	if r.pos+1 < len(r.text) {
		next = r.text[r.pos+1]
	}
	switch {
	case next == '?' || next == '!' && strings.HasPrefix(r.text[r.pos:], "<!--"):
		start := r.pos
		if next == '?' {
			r.instruction()
		} else {
			r.comment()
		}
		if len(r.comments) <= maxComments {
			r.comments = append(r.comments, r.span(start, r.pos))
		}
	case r.closed:
		r.contentAfterPlist(r.pos)
	case next == '/':
		r.endTag()
	case next == '!':
		r.markupDeclaration()
	case isNameStart(next):
		r.startElement()
	case next == 0:
		r.truncated(r.pos)
	case r.placeholderTag():
	default:
		r.report(rule.MalformedMarkup, `"<" begins no element`, "write &lt; for the character itself", r.pos, r.pos+1)
		r.pos++
	}
}

func (r *xmlReader) startElement() {
	t, ok := r.startTag()
	if !ok {
		return
	}
	if r.skipping() {
		r.skip(t)
		return
	}
	if len(r.open) == 0 && !r.openPlist(t) {
		return
	}
	top := &r.open[len(r.open)-1]
	top.used = true
	switch e := elementOf(r.name(t)); e {
	case skipped:
		r.unknownElement(t)
	case plistElement:
		r.nestedPlist(t)
	case keyElement:
		r.key(t)
	case dictElement, arrayElement:
		r.container(t, e)
	default:
		r.scalar(t, e)
	}
}

// openPlist opens the outermost element, or an implied one if it is missing.
func (r *xmlReader) openPlist(t tag) (proceed bool) {
	r.hasPlist = true
	e := elementOf(r.name(t))
	if e == plistElement {
		r.open = append(r.open, frame{tag: t, element: plistElement})
		if t.empty {
			r.closeTop(t.end)
		}
		return false
	}
	message := "the outermost element is " + quote(r.name(t)) + `, want "plist"`
	if e != skipped {
		r.warn(rule.MissingPlistElement, message, `put the value into <plist version="1.0">`, t.start, t.end)
	} else {
		r.report(rule.MissingPlistElement, message, text.DidYouMean(r.name(t), []string{"plist"}), t.start, t.end)
		r.skip(t)
		return false
	}
	r.open = append(r.open, frame{tag: tag{start: t.start, nameEnd: t.start, end: t.start}, element: plistElement})
	return true
}

// nestedPlist opens a <plist> inside another. Its value takes its place, as in CoreFoundation.
func (r *xmlReader) nestedPlist(t tag) {
	r.warn(rule.NestedPlist, `a "plist" inside another "plist", want one`, "delete the inner tags, and keep the value between them", t.start, t.end)
	if !r.mayNest(t) {
		return
	}
	r.open = append(r.open, frame{tag: t, element: plistElement})
	if t.empty {
		r.closeTop(t.end)
	}
}

func (r *xmlReader) unknownElement(t tag) {
	broken, message, help := rule.UnknownElement, "element "+quote(r.name(t))+" is not part of a property list", ""
	if strings.Contains(r.name(t), ":") {
		broken, message = rule.NamespacedElement, "element "+quote(r.name(t))+" has a namespace prefix, want none"
	} else {
		help = text.DidYouMean(r.name(t), elementNames())
	}
	r.report(broken, message, help, t.start, t.end)
	r.open[len(r.open)-1].keyWaiting = false // it has a value, though a wrong one
	r.skip(t)
}

// skip opens an element to ignore with its content.
func (r *xmlReader) skip(t tag) {
	if !t.empty && r.mayNest(t) {
		r.open = append(r.open, frame{tag: t})
	}
}

func (r *xmlReader) skipping() bool {
	return len(r.open) > 0 && r.open[len(r.open)-1].element == skipped
}

func (r *xmlReader) container(t tag, e element) {
	if !r.mayNest(t) {
		return
	}
	v := r.newValue(t.start, t.end)
	v.Kind = Dictionary
	r.addValue(v)
	base := len(r.fields)
	if e == arrayElement {
		v.Kind = Array
		base = len(r.items)
	}
	r.open = append(r.open, frame{tag: t, element: e, value: r.slab.last(), base: base})
	if t.empty {
		r.closeTop(t.end)
	}
}

// mayNest is true if one more element may be opened. Otherwise it reports the limit.
func (r *xmlReader) mayNest(t tag) bool {
	if len(r.open) <= MaxDepth { // the outermost is <plist>
		return true
	}
	r.report(rule.NestingTooDeep, "arrays and dictionaries are nested deeper than "+strconv.Itoa(MaxDepth)+" levels, the most that a device reads",
		"", t.start, t.end)
	r.stopped = true
	return false
}

func (r *xmlReader) newValue(start, end int) *Value {
	if r.nodes++; r.nodes > MaxNodes && !r.stopped {
		r.report(rule.TooManyValues, "the property list holds more than "+strconv.Itoa(MaxNodes)+" values", "", start, end)
		r.stopped = true
	}
	v := r.slab.newValue()
	v.Span = r.span(start, end)
	return v
}

// addValue adds the last value to its parent: the root, the dictionary of its key, or its array.
func (r *xmlReader) addValue(v *Value) { r.addValueTo(len(r.open)-1, v) }

// addValueTo adds a value to an open element.
func (r *xmlReader) addValueTo(i int, v *Value) {
	top := &r.open[i]
	switch {
	case top.element == plistElement && i > 0 && !top.hasValue:
		top.hasValue = true
		r.addValueTo(i-1, v)
	case top.element == plistElement && i > 0:
		r.report(rule.MultipleRoots, "the inner <plist> holds a second value, want one", "", v.Span.Start, v.Span.End)
	case top.element == arrayElement:
		r.items = append(r.items, r.slab.last())
	case top.element == dictElement && top.keyWaiting:
		r.fields = append(r.fields, field{top.key, r.slab.last()})
		top.keyWaiting = false
	case top.element == dictElement:
		r.report(rule.ValueWithoutKey, "a value in a dictionary has no key", "put a <key> before it", v.Span.Start, v.Span.End)
	case r.root == nil:
		r.root, r.rootSpan = v, v.Span
	default:
		r.reportRelated(rule.MultipleRoots, "<plist> holds a second value, want one", v.Span, "the first value", r.rootSpan)
	}
}

// closeTop closes the innermost element. end is its end.
func (r *xmlReader) closeTop(end int) {
	top := &r.open[len(r.open)-1]
	switch top.element {
	case plistElement:
		if !top.used {
			r.report(rule.MissingRoot, "<plist> is empty, want one value", "", top.tag.start, end)
		}
		r.closed = len(r.open) == 1
	case dictElement:
		r.checkKeyWaiting(top)
		v := r.slab.at(top.value)
		v.Fields, v.Span.End = r.takeFields(top.base), end
		r.checkDuplicates(v.Fields)
	case arrayElement:
		v := r.slab.at(top.value)
		v.Items, v.Span.End = r.takeItems(top.base), end
	}
	r.open = r.open[:len(r.open)-1]
}

// takeFields returns the fields of the innermost dictionary, those from base on.
func (r *xmlReader) takeFields(base int) []Field {
	made := r.slab.newFields(len(r.fields) - base)
	for i, f := range r.fields[base:] {
		made[i] = Field{Key: r.keyText(f.key), KeySpan: r.span(f.key.start, f.key.end), Value: r.slab.at(f.value)}
	}
	r.fields = r.fields[:base]
	return made
}

// takeItems returns the items of the innermost array, those from base on.
func (r *xmlReader) takeItems(base int) []*Value {
	made := r.slab.newItems(len(r.items) - base)
	for i, value := range r.items[base:] {
		made[i] = r.slab.at(value)
	}
	r.items = r.items[:base]
	return made
}

func (r *xmlReader) keyText(k key) string {
	if k.text > 0 {
		return r.decoded[k.text-1]
	}
	return r.text[k.start:k.end]
}

// finish closes the elements left open at the end of the file.
func (r *xmlReader) finish() {
	end := len(r.text)
	if !r.hasPlist && !diag.HasErrors(r.list) {
		r.report(rule.MissingPlistElement, `the file holds no element, want "plist"`, "", end, end)
	}
	if n := len(r.open); n > 0 && r.open[n-1].tag.end > r.open[n-1].tag.start {
		t := r.open[n-1].tag
		r.reportRelated(rule.TruncatedFile, "the file ends inside "+quote(r.name(t)), r.span(end, end), "opened here", r.span(t.start, t.end))
	}
	for len(r.open) > 0 {
		r.open[len(r.open)-1].used, r.open[len(r.open)-1].keyWaiting = true, false
		r.closeTop(end)
	}
}
