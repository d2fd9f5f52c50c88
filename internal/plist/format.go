package plist

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"syncguard/internal/diag"
)

// Form returns an XML property list that ReadTemplate has read, without errors, in the form of Write: comments, processing
// instructions and placeholders stay where they are, and with keepOrder keys do too. Where a document has none of them the
// bytes are those of Write. Reading it again gives an equal value and the same comments.
func (d *Document) Form(keepOrder bool) ([]byte, error) {
	switch {
	case d.Format != XML || d.Root == nil:
		return nil, errors.New("forming the property list: it is not in XML")
	case d.Incomplete:
		return nil, errors.New("forming the property list: a placeholder stands for keys, whose place is not known")
	}
	c := newCommenter(d)
	c.visit(d.Root)
	w := &writer{escaper: newEscaper(), keepOrder: keepOrder, remarks: c.remarks}
	w.out = append(w.out, strings.TrimSuffix(xmlHeader, plistTag)...)
	for _, text := range c.head {
		w.line(0, text)
	}
	w.out = append(w.out, plistTag...)
	w.lines(c.remarks.value(d.Root).before, 0)
	w.value(d.Root, 0)
	w.lines(c.foot, 0)
	w.line(0, "</plist>")
	w.lines(c.tail, 0)
	if w.err == nil && len(w.out) > MaxBytes {
		w.fail("more than %d bytes", MaxBytes)
	}
	if w.err != nil {
		return nil, fmt.Errorf("forming %s: %w", w.place(), w.err)
	}
	return w.out, d.check(w.out)
}

// check reads what was formed back.
func (d *Document) check(formed []byte) error {
	again, findings := ReadTemplate(diag.NewFile(d.File.Name, formed))
	switch {
	case diag.HasErrors(findings):
		return fmt.Errorf("reading the formed property list back: %s", findings[0].Message)
	case !Equal(d.Root, again.Root):
		return errors.New("reading the formed property list back: its content differs")
	case len(d.comments) != len(again.comments):
		return errors.New("reading the formed property list back: a comment is lost")
	}
	return nil
}

// remarks are the comments of a document, by the values that they stand at.
type remarks struct {
	values     map[*Value]*remark
	containers map[*Value]*innerRemark
}

// remark is what stands around a value.
type remark struct {
	before  []string // its key, or it where it has none
	between []string // its key and it
	behind  string   // on its last line
}

// innerRemark is what stands inside an array or a dictionary.
type innerRemark struct {
	opening string   // on the line of the start tag
	inner   []string // behind the last element
}

func (r *remarks) of(container *Value) *innerRemark {
	if r == nil {
		return nil
	}
	return r.containers[container]
}

var noRemark remark

func (r *remarks) value(v *Value) *remark {
	if r != nil && r.values[v] != nil {
		return r.values[v]
	}
	return &noRemark
}

func (w *writer) lines(texts []string, indent int) {
	for _, text := range texts {
		w.line(indent, text)
	}
}

func (w *writer) before(v *Value, indent int)  { w.lines(w.remarks.value(v).before, indent) }
func (w *writer) between(v *Value, indent int) { w.lines(w.remarks.value(v).between, indent) }

func (w *writer) behind(v *Value) { w.sameLine(w.remarks.value(v).behind) }

func (w *writer) opening(r *innerRemark) {
	if r != nil {
		w.sameLine(r.opening)
	}
}

func (w *writer) inner(r *innerRemark, indent int) {
	if r != nil {
		w.lines(r.inner, indent)
	}
}

// sameLine puts a comment at the end of the line that was written last.
func (w *writer) sameLine(text string) {
	if text != "" && w.err == nil {
		w.out = append(append(append(bytes.TrimSuffix(w.out, []byte("\n")), ' '), text...), '\n')
	}
}

// source writes a placeholder as it stands in the text.
func (w *writer) source(v *Value, indent int) {
	if w.remarks == nil || v.Span.IsZero() {
		w.fail("a %s cannot be written", v.Kind)
		return
	}
	at := v.Span
	if element, ok := Element(at); ok {
		at = element
	}
	w.line(indent, string(at.File.Data[at.Start:at.End]))
}

// commenter finds for each comment the value that it stands at, in one walk through the text.
type commenter struct {
	text     []byte
	comments []diag.Span // those that are left
	end      int         // of the element before
	remarks  *remarks

	head, foot, tail []string // before <plist>, before </plist>, and behind it
}

const plistTag = "<plist version=\"1.0\">\n"

func newCommenter(d *Document) *commenter {
	c := &commenter{text: d.File.Data, comments: d.comments, remarks: &remarks{map[*Value]*remark{}, map[*Value]*innerRemark{}}}
	root := start(d.Root)
	begin := bytes.LastIndex(c.text[:root], []byte("<plist"))
	c.head, _ = c.take(begin, false)
	before, _ := c.take(root, false)
	if len(before) > 0 {
		c.remarks.values[d.Root] = &remark{before: before}
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

// start is where the element of a value begins, or a placeholder that has none.
func start(v *Value) int {
	if element, ok := Element(v.Span); ok {
		return element.Start
	}
	return v.Span.Start
}

func (c *commenter) textOf(at diag.Span) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(c.text[at.Start:at.End]))
}

// take returns the comments before an offset. With behind the first one is apart if it ends the line of the element before.
func (c *commenter) take(before int, behind bool) (texts []string, sameLine string) {
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

// endsLine says whether a comment stands behind the element before, and nothing else behind it.
func (c *commenter) endsLine(at diag.Span) bool {
	rest, _, _ := bytes.Cut(c.text[at.End:], []byte("\n"))
	return len(bytes.TrimSpace(rest)) == 0 && !bytes.ContainsAny(c.text[c.end:at.Start], "\r\n")
}

// visit takes the comments inside a value. It recurses, at most MaxDepth deep.
func (c *commenter) visit(v *Value) {
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
			r := c.remark(child)
			r.before, r.between = before, between
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
	inner, same := c.take(v.Span.End, true)
	c.keepSame(v, last, same)
	if len(inner) > 0 {
		c.container(v).inner = inner
	}
}

func end(v *Value) int {
	if element, ok := Element(v.Span); ok {
		return element.End
	}
	return v.Span.End
}

// keepSame keeps a comment that ends a line: that of the element before, or of the start tag.
func (c *commenter) keepSame(container, last *Value, text string) {
	switch {
	case text == "":
	case last == nil:
		c.container(container).opening = text
	default:
		c.remark(last).behind = text
	}
}

func (c *commenter) remark(v *Value) *remark {
	if c.remarks.values[v] == nil {
		c.remarks.values[v] = &remark{}
	}
	return c.remarks.values[v]
}

func (c *commenter) container(v *Value) *innerRemark {
	if c.remarks.containers[v] == nil {
		c.remarks.containers[v] = &innerRemark{}
	}
	return c.remarks.containers[v]
}
