package assign

import (
	"bytes"
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// xmlSyntax makes edits in an XML property list.
type xmlSyntax struct {
	file *diag.File
	root *plist.Value
}

func (x *xmlSyntax) data() []byte { return x.file.Data }

func (x *xmlSyntax) edit(start, end int, text string) diag.Edit {
	return diag.Edit{Span: diag.Span{File: x.file, Start: start, End: end}, Text: text}
}

// element is the span of a value with its tags, or of a placeholder.
func (x *xmlSyntax) element(v *plist.Value) (start, end int) {
	at := v.Span
	if e, ok := plist.Element(at); ok {
		at = e
	}
	return at.Start, at.End
}

// part is the text of an element of an array, or of a key with its value.
type part struct {
	start, end         int
	keyEnd, valueStart int // of a key
}

func (x *xmlSyntax) parts(v *plist.Value) (all []part, err error) {
	for i := range v.Fields {
		key, ok := plist.Element(v.Fields[i].KeySpan)
		if !ok {
			return nil, fmt.Errorf("the key %s is not in the text", v.Fields[i].Key)
		}
		start, end := x.element(v.Fields[i].Value)
		all = append(all, part{key.Start, end, key.End, start})
	}
	for _, item := range v.Items {
		start, end := x.element(item)
		all = append(all, part{start: start, end: end, keyEnd: start, valueStart: start})
	}
	return all, nil
}

// unit is the indentation of one level.
func (x *xmlSyntax) unit() string {
	for todo := []*plist.Value{x.root}; len(todo) > 0; {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		parts, err := x.parts(v)
		if err != nil {
			break
		}
		for _, p := range parts[:min(len(parts), 1)] {
			lead := leadOf(x.data(), p.start)
			if _, inner := splitLead(lead); strings.ContainsAny(lead, "\r\n") {
				if u := unitBetween(indentOf(x.data(), v.Span.Start), inner); u != "" {
					return u
				}
			}
		}
		for _, f := range v.Fields {
			todo = append(todo, f.Value)
		}
		todo = append(todo, v.Items...)
	}
	return "\t"
}

func (x *xmlSyntax) render(value *plist.Value, lead string, depth int) (string, error) {
	l := plist.Layout{Depth: depth}
	if l.Break, l.Indent = splitLead(lead); l.Break == "" {
		l.Indent = ""
	} else {
		l.Unit = x.unit()
	}
	text, err := plist.Fragment(value, l)
	if b := breakOf(x.data()); b != "\n" { // in texts, too
		text = strings.ReplaceAll(strings.ReplaceAll(text, b, "\n"), "\n", b)
	}
	return text, err
}

// leadOfLine is the line break and the indentation of an element's line, or "" if the element or its key does not begin one.
func (x *xmlSyntax) leadOfLine(at place) string {
	start, _ := x.element(at.value)
	if lead := leadOf(x.data(), start); strings.ContainsAny(lead, "\r\n") {
		return lead
	}
	if len(at.above) == 0 {
		return breakOf(x.data())
	}
	if in := at.container().value; in.Kind == plist.Dictionary {
		if key, ok := plist.Element(in.Fields[at.index()].KeySpan); ok {
			if lead := leadOf(x.data(), key.Start); strings.ContainsAny(lead, "\r\n") {
				return lead
			}
		}
	}
	return ""
}

func (x *xmlSyntax) replace(at place, value *plist.Value) ([]way, error) {
	text, err := x.render(value, x.leadOfLine(at), len(at.above))
	if err != nil {
		return nil, err
	}
	start, end := x.element(at.value)
	return one(x.edit(start, end, text))
}

func keyElement(key string) (string, error) {
	text, err := plist.Fragment(plist.NewString(key), plist.Layout{})
	return "<key>" + strings.TrimSuffix(strings.TrimPrefix(text, "<string>"), "</string>") + "</key>", err
}

func (x *xmlSyntax) insert(container, _ place, i int, key string, value *plist.Value) ([]way, error) {
	v := container.value
	if v.Kind == plist.Dictionary {
		i = sortedPlace(v.Fields, key)
	}
	parts, err := x.parts(v)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return x.fill(container, key, value)
	}
	lead := leadOf(x.data(), parts[max(i-1, 0)].start)
	for _, p := range parts {
		if !strings.ContainsAny(lead, "\r\n") {
			lead = leadOf(x.data(), p.start)
		}
	}
	text, err := x.entry(key, v.Kind == plist.Dictionary, value, lead, len(container.above)+1)
	if err != nil {
		return nil, err
	}
	at := x.tagEnd(v)
	if i > 0 {
		at = parts[i-1].end
	}
	if strings.ContainsAny(lead, "\r\n") {
		at = x.behindComments(at)
	}
	return one(x.edit(at, at, lead+text))
}

// entry is the text of a key with its value, or of an element.
func (x *xmlSyntax) entry(key string, hasKey bool, value *plist.Value, lead string, depth int) (string, error) {
	text, err := x.render(value, lead, depth)
	if err != nil || !hasKey {
		return text, err
	}
	if !strings.ContainsAny(lead, "\r\n") {
		lead = ""
	}
	k, err := keyElement(key)
	return k + lead + text, err
}

// fill puts the first value into a container.
func (x *xmlSyntax) fill(container place, key string, value *plist.Value) ([]way, error) {
	v := container.value
	outer := x.leadOfLine(container)
	inner := outer
	if outer != "" {
		inner += x.unit()
	}
	text, err := x.entry(key, v.Kind == plist.Dictionary, value, inner, len(container.above)+1)
	if err != nil {
		return nil, err
	}
	tagEnd, end := x.tagEnd(v), v.Span.End
	if x.data()[tagEnd-2] == '/' {
		start := v.Span.Start + len(bytes.TrimRight(x.data()[v.Span.Start:tagEnd-2], " \t\r\n"))
		name := strings.Fields(string(x.data()[v.Span.Start+1 : tagEnd-2]))[0]
		return one(x.edit(start, tagEnd, ">"+inner+text+outer+"</"+name+">"))
	}
	closing := v.Span.Start + bytes.LastIndex(x.data()[v.Span.Start:end], []byte("</"))
	content := x.data()[tagEnd:max(closing, tagEnd)]
	at := tagEnd + len(bytes.TrimRight(content, " \t\r\n"))
	return one(x.edit(at, max(closing, tagEnd), inner+text+outer))
}

// tagEnd is where the content of a container begins.
func (x *xmlSyntax) tagEnd(v *plist.Value) int {
	return v.Span.Start + bytes.IndexByte(x.data()[v.Span.Start:], '>') + 1
}

func (x *xmlSyntax) remove(container place, i int) ([]way, error) {
	parts, err := x.parts(container.value)
	if err != nil {
		return nil, err
	}
	p := parts[i]
	if len(bytes.TrimSpace(x.data()[p.keyEnd:p.valueStart])) == 0 {
		return one(x.cut(p.start, p.end))
	}
	return one(x.cut(p.start, p.keyEnd), x.cut(p.valueStart, p.end)) // a comment is between them
}

// cut deletes a range, with its line if nothing else is on it.
func (x *xmlSyntax) cut(start, end int) diag.Edit {
	rest := bytes.TrimLeft(x.data()[end:], " \t")
	if len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n' {
		start -= len(leadOf(x.data(), start))
	}
	return x.edit(start, end, "")
}

// move moves an element with the comments above it, and the one at the end of its line.
func (x *xmlSyntax) move(container place, from, to int) ([]way, error) {
	parts, err := x.parts(container.value)
	if err != nil {
		return nil, err
	}
	start := x.behindComments(x.tagEnd(container.value))
	var blocks []string
	at := start
	for _, p := range parts {
		end := x.behindComments(p.end)
		blocks = append(blocks, string(x.data()[at:end]))
		at = end
	}
	return one(x.edit(start, at, strings.Join(permuted(blocks, from, to), "")))
}

func (x *xmlSyntax) rename(container place, i int, key string) ([]way, error) {
	at, ok := plist.Element(container.value.Fields[i].KeySpan)
	if !ok {
		return nil, fmt.Errorf("the key %s is not in the text", container.value.Fields[i].Key)
	}
	text, err := keyElement(key)
	if err != nil {
		return nil, err
	}
	return one(x.edit(at.Start, at.End, text))
}

// behindComments returns the offset after the comments on the rest of a line, or at if anything else is there.
func (x *xmlSyntax) behindComments(at int) int {
	data := x.data()
	for end := at; ; {
		rest := bytes.TrimLeft(data[end:], " \t")
		if len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n' {
			return end
		}
		n := bytes.Index(rest, []byte("-->"))
		if !bytes.HasPrefix(rest, []byte("<!--")) || n < 0 || bytes.ContainsAny(rest[:n], "\r\n") {
			return at
		}
		end = len(data) - len(rest) + n + len("-->")
	}
}
