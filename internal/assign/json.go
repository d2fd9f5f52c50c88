package assign

import (
	"bytes"
	"encoding/json"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// jsonSyntax makes edits in JSON.
type jsonSyntax struct{ file *diag.File }

func (j *jsonSyntax) data() []byte { return j.file.Data }

func (j *jsonSyntax) edit(start, end int, text string) diag.Edit {
	return diag.Edit{Span: diag.Span{File: j.file, Start: start, End: end}, Text: text}
}

// value is the span of a value with its quotes.
func (j *jsonSyntax) value(v *plist.Value) (start, end int) {
	if v.Kind == plist.String && v.Text != "" {
		return v.Span.Start - 1, v.Span.End + 1
	}
	return v.Span.Start, v.Span.End
}

func (j *jsonSyntax) key(f *plist.Field) (start, end int) {
	if f.Key != "" {
		return f.KeySpan.Start - 1, f.KeySpan.End + 1
	}
	return f.KeySpan.Start, f.KeySpan.End
}

func (j *jsonSyntax) parts(v *plist.Value) (all []part) {
	for i := range v.Fields {
		start, keyEnd := j.key(&v.Fields[i])
		valueStart, end := j.value(v.Fields[i].Value)
		all = append(all, part{start, end, keyEnd, valueStart})
	}
	for _, item := range v.Items {
		start, end := j.value(item)
		all = append(all, part{start, end, start, start})
	}
	return all
}

// render is the text of a value: on lines if the lead has a line break.
func (j *jsonSyntax) render(value *plist.Value, lead, unit string) (string, error) {
	formed, err := plist.WriteJSON(value)
	if err != nil {
		return "", err
	}
	if !strings.ContainsAny(lead, "\r\n") {
		var b bytes.Buffer
		err := json.Compact(&b, formed)
		return b.String(), err
	}
	lines := strings.Split(strings.TrimSuffix(string(formed), "\n"), "\n")
	for i, line := range lines[1:] {
		rest := strings.TrimLeft(line, " ")
		lines[i+1] = lead + strings.Repeat(unit, (len(line)-len(rest))/2) + rest
	}
	return strings.Join(lines, ""), nil
}

// unit is the indentation of one level, by that of the top.
func (j *jsonSyntax) unit() string {
	open := bytes.IndexByte(j.data(), '{')
	rest := j.data()[open+1:]
	lead := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t\r\n"))]
	if i := bytes.LastIndexAny(lead, "\r\n"); i >= 0 && i+1 < len(lead) {
		return string(lead[i+1:])
	}
	return "  "
}

// leadOfLine is the line break and the indentation of a value's line, or "" if neither the value nor its key begins one.
func (j *jsonSyntax) leadOfLine(at place) string {
	if len(at.above) == 0 {
		return breakOf(j.data())
	}
	p := j.parts(at.container().value)[at.index()]
	if lead := leadOf(j.data(), p.start); strings.ContainsAny(lead, "\r\n") {
		return lead
	}
	return ""
}

func (j *jsonSyntax) replace(at place, value *plist.Value) ([]way, error) {
	text, err := j.render(value, j.leadOfLine(at), j.unit())
	if err != nil {
		return nil, err
	}
	start, end := j.value(at.value)
	return one(j.edit(start, end, text))
}

// entry is the text of a key with its value, or of an element.
func (j *jsonSyntax) entry(v *plist.Value, key string, value *plist.Value, lead, colon string) (string, error) {
	text, err := j.render(value, lead, j.unit())
	if err != nil || v.Kind == plist.Array {
		return text, err
	}
	k, err := j.render(plist.NewString(key), "", "")
	return k + colon + text, err
}

func (j *jsonSyntax) insert(container, _ place, i int, key string, value *plist.Value) ([]way, error) {
	v := container.value
	if v.Kind == plist.Dictionary {
		i = sortedPlace(v.Fields, key)
	}
	parts := j.parts(v)
	if len(parts) == 0 {
		outer := j.leadOfLine(container)
		inner := outer
		if outer != "" {
			inner += j.unit()
		}
		text, err := j.entry(v, key, value, inner, ": ")
		if err != nil {
			return nil, err
		}
		return one(j.edit(v.Span.Start+1, v.Span.End-1, inner+text+outer))
	}
	first := parts[0]
	near := parts[max(i-1, 0)]
	lead := leadOf(j.data(), near.start)
	colon := string(j.data()[first.keyEnd:first.valueStart])
	text, err := j.entry(v, key, value, lead, colon)
	if err != nil {
		return nil, err
	}
	if i == 0 {
		at := first.start
		after := lead
		if after == "" && len(parts) > 1 {
			after = leadOf(j.data(), parts[1].start)
		}
		return one(j.edit(at, at, text+","+after))
	}
	if lead == "" && i == 1 && len(parts) > 1 { // the first of a line stands at the bracket
		lead = leadOf(j.data(), parts[1].start)
	}
	return one(j.edit(near.end, near.end, ","+lead+text))
}

func (j *jsonSyntax) remove(container place, i int) ([]way, error) {
	v, parts := container.value, j.parts(container.value)
	switch {
	case i > 0:
		return one(j.edit(parts[i-1].end, parts[i].end, ""))
	case len(parts) > 1:
		return one(j.edit(parts[0].start, parts[1].start, ""))
	}
	return one(j.edit(v.Span.Start+1, v.Span.End-1, ""))
}

func (j *jsonSyntax) move(container place, from, to int) ([]way, error) {
	parts := j.parts(container.value)
	var w way
	for i, p := range permuted(parts, from, to) {
		if p != parts[i] {
			w = append(w, j.edit(parts[i].start, parts[i].end, string(j.data()[p.start:p.end])))
		}
	}
	return []way{w}, nil
}

func (j *jsonSyntax) rename(container place, i int, key string) ([]way, error) {
	text, err := j.render(plist.NewString(key), "", "")
	if err != nil {
		return nil, err
	}
	start, end := j.key(&container.value.Fields[i])
	return one(j.edit(start, end, text))
}
