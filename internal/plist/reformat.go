package plist

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"syncguard/internal/diag"
)

// Reformat returns an XML property list in the form of Write, but with its comments, processing instructions and placeholders in
// place, and with keepOrder also its keys. The document must come from ReadTemplate without errors. Without any of these the
// bytes are those of Write. Reformat reads its result back: the value is equal and the comments are the same, or it fails.
func (d *Document) Reformat(keepOrder bool) ([]byte, error) {
	switch {
	case d.Format != XML || d.Root == nil:
		return nil, errors.New("formatting the property list: it is not XML")
	case len(d.comments) > maxComments:
		return nil, fmt.Errorf("formatting the property list: more than %d comments", maxComments)
	case d.Incomplete:
		return nil, errors.New("formatting the property list: a placeholder stands for keys, and their order is unknown")
	}
	c := newCommentPlacer(d)
	c.visit(d.Root)
	w := &writer{escaper: newEscaper(), keepOrder: keepOrder, comments: c.placed}
	w.out = append(w.out, strings.TrimSuffix(xmlHeader, plistTag)...)
	for _, text := range c.head {
		w.line(0, text)
	}
	w.out = append(w.out, plistTag...)
	w.lines(c.placed.at(d.Root).before, 0)
	w.value(d.Root, 0)
	w.lines(c.foot, 0)
	w.line(0, "</plist>")
	w.lines(c.tail, 0)
	if w.err == nil && len(w.out) > MaxBytes {
		w.fail("more than %d bytes", MaxBytes)
	}
	if w.err != nil {
		return nil, fmt.Errorf("formatting %s: %w", w.place(), w.err)
	}
	return w.out, d.checkFormed(w.out)
}

// checkFormed reads the result of Reformat back.
func (d *Document) checkFormed(formed []byte) error {
	again, findings := ReadTemplate(diag.NewFile(d.File.Name, formed))
	switch {
	case diag.HasErrors(findings):
		return fmt.Errorf("reading the formatted property list back: %s", findings[0].Message)
	case !Equal(d.Root, again.Root):
		return errors.New("reading the formatted property list back: its content differs")
	case len(d.comments) != len(again.comments):
		return errors.New("reading the formatted property list back: a comment is lost")
	}
	return nil
}

// placedComments are the comments of a document, each with the value next to it.
type placedComments struct {
	values     map[*Value]*outerComments
	containers map[*Value]*innerComments
}

// outerComments are the comments around a value.
type outerComments struct {
	before  []string // above its key, or above the value without one
	between []string // between its key and the value
	sameEnd string   // at the end of its last line
}

// innerComments are the comments inside an array or a dictionary.
type innerComments struct {
	sameStart string   // on the line of the start tag
	last      []string // after the last element
}

func (p *placedComments) inside(container *Value) *innerComments {
	if p == nil {
		return nil
	}
	return p.containers[container]
}

var noComments outerComments

func (p *placedComments) at(v *Value) *outerComments {
	if p != nil && p.values[v] != nil {
		return p.values[v]
	}
	return &noComments
}

func (w *writer) lines(texts []string, indent int) {
	for _, text := range texts {
		w.line(indent, text)
	}
}

func (w *writer) commentsBefore(v *Value, indent int)  { w.lines(w.comments.at(v).before, indent) }
func (w *writer) commentsBetween(v *Value, indent int) { w.lines(w.comments.at(v).between, indent) }

func (w *writer) commentAtEnd(v *Value) { w.sameLine(w.comments.at(v).sameEnd) }

func (w *writer) commentAtStart(c *innerComments) {
	if c != nil {
		w.sameLine(c.sameStart)
	}
}

func (w *writer) commentsLast(c *innerComments, indent int) {
	if c != nil {
		w.lines(c.last, indent)
	}
}

// sameLine puts a comment at the end of the last line.
func (w *writer) sameLine(text string) {
	if text != "" && w.err == nil {
		w.out = append(append(append(bytes.TrimSuffix(w.out, []byte("\n")), ' '), text...), '\n')
	}
}

// placeholder copies a placeholder from the source text.
func (w *writer) placeholder(v *Value, indent int) {
	if w.comments == nil || v.Span.IsZero() {
		w.fail("a %s cannot be written", v.Kind)
		return
	}
	at := v.Span
	if element, ok := Element(at); ok {
		at = element
	}
	w.line(indent, string(at.File.Data[at.Start:at.End]))
}

// commentPlacer finds the value next to each comment, in one walk through the text.
type commentPlacer struct {
	text     []byte
	comments []diag.Span // not yet placed
	end      int         // of the previous element
	placed   *placedComments

	head, foot, tail []string // before <plist>, before </plist>, and after it
}

const plistTag = "<plist version=\"1.0\">\n"

func newCommentPlacer(d *Document) *commentPlacer {
	c := &commentPlacer{text: d.File.Data, comments: d.comments, placed: &placedComments{map[*Value]*outerComments{}, map[*Value]*innerComments{}}}
	root := start(d.Root)
	begin := bytes.LastIndex(c.text[:root], []byte("<plist"))
	c.head, _ = c.take(begin, false)
	before, _ := c.take(root, false)
	if len(before) > 0 {
		c.placed.values[d.Root] = &outerComments{before: before}
	}
	after := c.comments
	for i, at := range after {
		if at.Start < d.Root.Span.End {
			continue
		}
		from := d.Root.Span.End
		if i > 0 {
			from = max(from, after[i-1].End)
		}
		if len(c.tail) > 0 || bytes.Contains(c.text[from:at.Start], []byte("</plist")) {
			c.tail = append(c.tail, c.textOf(at))
		} else {
			c.foot = append(c.foot, c.textOf(at))
		}
	}
	return c
}

// start returns the offset of a value's element, or of a placeholder without one.
func start(v *Value) int {
	if element, ok := Element(v.Span); ok {
		return element.Start
	}
	return v.Span.Start
}

var lineFeeds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (c *commentPlacer) textOf(at diag.Span) string {
	return lineFeeds.Replace(string(c.text[at.Start:at.End]))
}

// take returns the comments before an offset. With behind, a first one at the end of the previous element's line is apart.
func (c *commentPlacer) take(before int, behind bool) (texts []string, sameLine string) {
	for len(c.comments) > 0 && c.comments[0].Start < before {
		at := c.comments[0]
		c.comments = c.comments[1:]
		if behind && sameLine == "" && len(texts) == 0 && c.endsLine(at) {
			sameLine = c.textOf(at)
		} else {
			texts = append(texts, c.textOf(at))
		}
	}
	return texts, sameLine
}

// endsLine is true if a comment is the last text on the previous element's line.
func (c *commentPlacer) endsLine(at diag.Span) bool {
	rest := c.text[at.End:]
	i := bytes.IndexFunc(rest, func(r rune) bool { return r == '\n' || !unicode.IsSpace(r) }) // not all of a long line
	return (i < 0 || rest[i] == '\n') && !bytes.ContainsAny(c.text[c.end:at.Start], "\r\n")
}

// visit places the comments inside a value. It recurses at most MaxDepth deep.
func (c *commentPlacer) visit(v *Value) {
	if v.Kind != Dictionary && v.Kind != Array {
		return
	}
	if len(c.comments) == 0 || c.comments[0].Start >= v.Span.End {
		return
	}
	c.end = v.Span.Start + bytes.IndexByte(c.text[v.Span.Start:], '>') + 1
	var last *Value
	step := func(key diag.Span, child *Value) {
		at := start(child)
		if !key.IsZero() {
			element, _ := Element(key)
			at = element.Start
		}
		before, same := c.take(at, true)
		c.keepSame(v, last, same)
		var between []string
		if !key.IsZero() {
			between, _ = c.take(start(child), false)
		}
		if len(before)+len(between) > 0 {
			around := c.around(child)
			around.before, around.between = before, between
		}
		c.visit(child)
		c.end = end(child)
		last = child
	}
	for _, f := range v.Fields {
		step(f.KeySpan, f.Value)
	}
	for _, item := range v.Items {
		step(diag.Span{}, item)
	}
	rest, same := c.take(v.Span.End, true)
	c.keepSame(v, last, same)
	if len(rest) > 0 {
		c.inside(v).last = rest
	}
}

func end(v *Value) int {
	if element, ok := Element(v.Span); ok {
		return element.End
	}
	return v.Span.End
}

// keepSame keeps a comment at the end of a line: the line of the previous element, or of the start tag.
func (c *commentPlacer) keepSame(container, last *Value, text string) {
	switch {
	case text == "":
	case last == nil:
		c.inside(container).sameStart = text
	default:
		c.around(last).sameEnd = text
	}
}

func (c *commentPlacer) around(v *Value) *outerComments {
	if c.placed.values[v] == nil {
		c.placed.values[v] = &outerComments{}
	}
	return c.placed.values[v]
}

func (c *commentPlacer) inside(v *Value) *innerComments {
	if c.placed.containers[v] == nil {
		c.placed.containers[v] = &innerComments{}
	}
	return c.placed.containers[v]
}
