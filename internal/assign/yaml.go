package assign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// yamlSyntax makes edits in a template, in its block style and its flow style. What it cannot do is found when the result is read
// back: an anchor, whose aliases would change as well, or an explicit key.
type yamlSyntax struct {
	file      *diag.File
	lineBreak string
}

func newYAML(t *Text) *yamlSyntax { return &yamlSyntax{t.File, breakOf(t.File.Data)} }

var errYAML = diag.WithHint(errors.New("this part of the template can only be changed in its text"), "change it in the text")

func (y *yamlSyntax) data() []byte { return y.file.Data }

func (y *yamlSyntax) edit(start, end int, text string) diag.Edit {
	return diag.Edit{Span: diag.Span{File: y.file, Start: start, End: end}, Text: text}
}

// isFlow reports whether a mapping or a list is in brackets.
func (y *yamlSyntax) isFlow(v *plist.Value) bool {
	at := v.Span.Start
	return (v.Kind == plist.Dictionary || v.Kind == plist.Array) && at < len(y.data()) && strings.IndexByte("[{", y.data()[at]) >= 0
}

// column is the indentation of a mapping or a list.
func (y *yamlSyntax) column(at int) string {
	return strings.Repeat(" ", at-lineStart(y.data(), at))
}

// dump is the text of a value in lines.
func dump(v *plist.Value) ([]string, error) {
	text, err := template.Write(v)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), err
}

// joined puts lines together. All but the first are indented.
func (y *yamlSyntax) joined(lines []string, indent string) string {
	for i := range lines {
		if i > 0 && lines[i] != "" {
			lines[i] = indent + lines[i]
		}
	}
	return strings.Join(lines, y.lineBreak)
}

// entryAt is the place of a key with its value, or of an element.
type entryAt struct {
	start, mark int // mark is behind the colon or the dash
	end         int // of the value; at least mark
	flow        bool
}

// entries finds the entries of a mapping or a list.
func (y *yamlSyntax) entries(v *plist.Value) (all []entryAt, err error) {
	flow := y.isFlow(v)
	for i := range v.Fields {
		f := &v.Fields[i]
		if f.KeySpan.Start < v.Span.Start || f.KeySpan.End > max(v.Span.End, v.Span.Start) { // merged
			return nil, errYAML
		}
		mark := f.KeySpan.End + len(y.data()[f.KeySpan.End:]) - len(bytes.TrimLeft(y.data()[f.KeySpan.End:], " \t"))
		if mark >= len(y.data()) || y.data()[mark] != ':' {
			return nil, errYAML
		}
		all = append(all, entryAt{f.KeySpan.Start, mark + 1, max(y.behindTag(f.Value.Span.End), mark+1), flow})
	}
	at := v.Span.Start
	for i, item := range v.Items {
		if flow {
			all = append(all, entryAt{item.Span.Start, item.Span.Start, y.behindTag(item.Span.End), true})
			continue
		}
		if i > 0 {
			if at = y.dash(all[i-1].end, at); at < 0 {
				return nil, errYAML
			}
		}
		all = append(all, entryAt{at, at + 1, max(y.behindTag(item.Span.End), at+1), false})
	}
	for i, e := range all {
		if e.end < e.mark || i > 0 && e.start < all[i-1].end { // an alias
			return nil, errYAML
		}
	}
	for i := range v.Fields {
		if value := v.Fields[i].Value; value.Span.End < all[i].mark && value.Kind != plist.Null || i+1 < len(all) && all[i].end > all[i+1].start {
			return nil, errYAML
		}
	}
	return all, nil
}

// behindTag is the end of a value whose text ends at an offset: an empty one has a tag there, such as !!binary.
func (y *yamlSyntax) behindTag(at int) int {
	if at >= len(y.data()) || y.data()[at] != '!' {
		return at
	}
	if i := bytes.IndexAny(y.data()[at:], " \t\r\n,]}"); i >= 0 {
		return at + i
	}
	return len(y.data())
}

// dash finds the next dash in the column of another.
func (y *yamlSyntax) dash(after, other int) int {
	column := other - lineStart(y.data(), other)
	for start := nextLine(y.data(), after); start < len(y.data()); start = nextLine(y.data(), start) {
		end := lineEnd(y.data(), start)
		line := y.data()[start:end]
		if len(line) > column && line[column] == '-' && len(bytes.TrimLeft(line[:column], " ")) == 0 {
			return start + column
		}
	}
	return -1
}

// tail is the text of a value behind its colon or dash.
func (y *yamlSyntax) tail(isItem bool, value *plist.Value, indent string, flow bool) ([]string, error) {
	if flow {
		text, err := flowText(value)
		return []string{" " + text}, err
	}
	if isItem {
		lines, err := dump(plist.NewArray(value))
		if err == nil {
			lines[0] = strings.TrimPrefix(lines[0], "-")
		}
		return strings.Split(y.joined(lines, indent), y.lineBreak), err
	}
	lines, err := dump(plist.NewDictionary(plist.Field{Key: "k", Value: value}))
	if err == nil {
		lines[0] = strings.TrimPrefix(lines[0], "k:")
	}
	return strings.Split(y.joined(lines, indent), y.lineBreak), err
}

func (y *yamlSyntax) replace(at place, value *plist.Value) ([]way, error) {
	if len(at.above) == 0 { // an empty template
		lines, err := dump(value)
		text := y.joined(lines, "") + y.lineBreak
		if n := len(y.data()); n > 0 && y.data()[n-1] != '\n' {
			text = y.lineBreak + text
		}
		return []way{{y.edit(len(y.data()), len(y.data()), text)}}, err
	}
	in := at.container().value
	all, err := y.entries(in)
	if err != nil {
		return nil, err
	}
	e := all[at.index()]
	if e.flow && in.Kind == plist.Array {
		text, err := flowText(value)
		return []way{{y.edit(e.start, e.end, text)}}, err
	}
	lines, err := y.tail(in.Kind == plist.Array, value, y.indentOf(in, e), e.flow)
	if err != nil {
		return nil, err
	}
	// The comments between the mark and the value, and behind it, stay behind the first line.
	kept := ""
	if start := at.value.Span.Start; start > e.mark {
		kept = y.comments(e.mark, start)
	}
	end := e.end
	if !e.flow {
		if rest := y.data()[end:lineEnd(y.data(), end)]; len(lines) > 1 && len(bytes.TrimSpace(rest)) > 0 {
			kept += string(bytes.TrimRight(rest, " \t"))
			end = lineEnd(y.data(), end)
		}
	}
	lines[0] += kept
	return one(y.edit(e.mark, end, strings.Join(lines, y.lineBreak)))
}

// indentOf is the indentation of the lines below an entry.
func (y *yamlSyntax) indentOf(in *plist.Value, e entryAt) string {
	if e.flow {
		return ""
	}
	if in.Kind == plist.Dictionary {
		return y.column(in.Span.Start)
	}
	return y.column(e.start)
}

// comments are those in a range, with the blanks before them.
func (y *yamlSyntax) comments(start, end int) string {
	var all strings.Builder
	for at := start; at < end; at = nextLine(y.data(), at) {
		line := string(y.data()[at:min(lineEnd(y.data(), at), end)])
		if i := strings.IndexByte(line, '#'); i == 0 || i > 0 && strings.IndexByte(" \t", line[i-1]) >= 0 {
			if at > start {
				all.WriteString(y.lineBreak + strings.TrimRight(line, " \t"))
			} else {
				all.WriteString(strings.TrimRight(line[len(strings.TrimRight(line[:i], " \t")):], " \t"))
			}
		}
	}
	return all.String()
}

func (y *yamlSyntax) insert(container, _ place, i int, key string, value *plist.Value) ([]way, error) {
	v := container.value
	all, err := y.entries(v)
	if err != nil {
		return nil, err
	}
	isItem := v.Kind == plist.Array
	if len(all) == 0 {
		one := plist.NewArray(value)
		if !isItem {
			one = plist.NewDictionary(plist.Field{Key: key, Value: value})
		}
		if len(container.above) == 0 { // {} as a whole
			lines, err := dump(one)
			return []way{{y.edit(v.Span.Start, v.Span.End, y.joined(lines, ""))}}, err
		}
		return y.replace(container, one)
	}
	if y.isFlow(v) {
		return y.insertFlow(all, i, key, isItem, value)
	}
	indent := y.column(v.Span.Start)
	head := "-"
	if !isItem {
		if head, err = keyText(key); err != nil {
			return nil, err
		}
		head += ":"
	}
	lines, err := y.tail(isItem, value, indent, false)
	if err != nil {
		return nil, err
	}
	text := head + strings.Join(lines, y.lineBreak)
	if i == 0 {
		return one(y.edit(v.Span.Start, v.Span.Start, text+y.lineBreak+indent))
	}
	end := lineEnd(y.data(), all[i-1].end)
	if rest := bytes.TrimSpace(y.data()[all[i-1].end:end]); len(rest) > 0 && rest[0] != '#' {
		return nil, errYAML
	}
	near := way{y.edit(end, end, y.lineBreak+indent+text)}
	far := end // behind the empty lines, which belong to a text in lines
	for nextLine(y.data(), far) < len(y.data()) {
		line := nextLine(y.data(), far)
		if len(bytes.TrimSpace(y.data()[line:lineEnd(y.data(), line)])) > 0 {
			break
		}
		far = lineEnd(y.data(), line)
	}
	return []way{near, {y.edit(far, far, y.lineBreak+indent+text)}}, nil
}

func (y *yamlSyntax) insertFlow(all []entryAt, i int, key string, isItem bool, value *plist.Value) ([]way, error) {
	text, err := flowText(value)
	if err == nil && !isItem {
		var k string
		k, err = flowText(plist.NewString(key))
		text = k + ": " + text
	}
	if err != nil {
		return nil, err
	}
	if i == 0 {
		return one(y.edit(all[0].start, all[0].start, text+", "))
	}
	lead := leadOf(y.data(), all[i-1].start)
	if !strings.ContainsAny(lead, "\r\n") {
		lead = " "
	}
	return one(y.edit(all[i-1].end, all[i-1].end, ","+lead+text))
}

func (y *yamlSyntax) remove(container place, i int) ([]way, error) {
	v := container.value
	all, err := y.entries(v)
	if err != nil {
		return nil, err
	}
	e := all[i]
	switch {
	case len(all) == 1 && len(container.above) == 0:
		kept := ""
		if start := v.Fields[0].Value.Span.Start; start > e.mark {
			kept = y.comments(e.mark, start)
		}
		return one(y.edit(v.Span.Start, max(e.end, v.Span.End), "{}"+kept))
	case len(all) == 1 && y.isFlow(v):
		return one(y.edit(v.Span.Start+1, v.Span.End-1, ""))
	case len(all) == 1:
		return y.replace(container, &plist.Value{Kind: v.Kind})
	case e.flow && i > 0:
		return one(y.edit(all[i-1].end, e.end, ""))
	case e.flow:
		return one(y.edit(e.start, all[1].start, ""))
	}
	line := lineEnd(y.data(), e.end)
	comment := bytes.TrimSpace(y.data()[e.end:line])
	begins := len(bytes.TrimSpace(y.data()[lineStart(y.data(), e.start):e.start])) == 0
	switch {
	case len(comment) > 0 && comment[0] != '#':
		return nil, errYAML
	case len(comment) > 0: // it stays, in the place of the entry
		return one(y.edit(e.start, line-len(bytes.TrimLeft(y.data()[e.end:line], " \t")), ""))
	case !begins && i+1 < len(all):
		ways := []way{{y.edit(e.start, e.end, "")}}
		if bytes.IndexByte(y.data()[e.end:all[i+1].start], '#') < 0 {
			ways = []way{{y.edit(e.start, all[i+1].start, "")}}
		}
		return ways, nil
	}
	start, end := lineStart(y.data(), e.start), nextLine(y.data(), e.end)
	if end == len(y.data()) && !bytes.HasSuffix(y.data(), []byte("\n")) && start > 0 { // the last line has no break
		start = lineEnd(y.data(), max(start-len(y.lineBreak), 0))
	}
	return one(y.edit(start, end, ""))
}

func (y *yamlSyntax) move(container place, from, to int) ([]way, error) {
	v := container.value
	all, err := y.entries(v)
	if err != nil {
		return nil, err
	}
	var w way
	if y.isFlow(v) {
		for i, e := range permuted(all, from, to) {
			if e != all[i] {
				w = append(w, y.edit(all[i].start, all[i].end, string(y.data()[e.start:e.end])))
			}
		}
		return []way{w}, nil
	}
	start, indent := lineStart(y.data(), all[0].start), ""
	if len(bytes.TrimSpace(y.data()[start:all[0].start])) > 0 { // behind another dash
		start, indent = all[0].start, y.column(all[0].start)
	}
	at := start
	var blocks []string
	for _, e := range all {
		end := nextLine(y.data(), e.end)
		block := string(y.data()[at:end])
		if at == start {
			block = indent + block
		}
		if !strings.HasSuffix(block, "\n") && !strings.HasSuffix(block, "\r") {
			block += y.lineBreak
		}
		blocks = append(blocks, block)
		at = end
	}
	text, ok := strings.CutPrefix(strings.Join(permuted(blocks, from, to), ""), indent)
	if !ok || indent != "" && !strings.HasPrefix(text, "-") {
		return nil, errYAML
	}
	if at == len(y.data()) && !bytes.HasSuffix(y.data(), []byte("\n")) {
		text = strings.TrimSuffix(text, y.lineBreak)
	}
	return one(y.edit(start, at, text))
}

func (y *yamlSyntax) rename(container place, i int, key string) ([]way, error) {
	f := container.value.Fields[i]
	text, err := keyText(key)
	if y.isFlow(container.value) {
		text, err = flowText(plist.NewString(key))
	}
	if err != nil {
		return nil, err
	}
	return one(y.edit(f.KeySpan.Start, f.KeySpan.End, text))
}

// keyText is the text of a key.
func keyText(key string) (string, error) {
	lines, err := dump(plist.NewDictionary(plist.Field{Key: key, Value: plist.NewBoolean(true)}))
	if err != nil {
		return "", err
	}
	text, ok := strings.CutSuffix(strings.Join(lines, "\n"), ": true")
	if !ok || strings.HasPrefix(text, "?") || strings.Contains(text, "\n") {
		return "", fmt.Errorf("the key %q cannot be written", key)
	}
	return text, nil
}

var flowWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/-]*$`) })

// flowText is the text of a value in the flow style, in one line.
func flowText(v *plist.Value) (string, error) {
	var parts []string
	switch v.Kind {
	case plist.Dictionary:
		for _, f := range v.Fields {
			key, err := flowText(plist.NewString(f.Key))
			if err != nil {
				return "", err
			}
			value, err := flowText(f.Value)
			if err != nil {
				return "", err
			}
			parts = append(parts, key+": "+value)
		}
		return "{" + strings.Join(parts, ", ") + "}", nil
	case plist.Array:
		for _, item := range v.Items {
			text, err := flowText(item)
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	}
	lines, err := dump(v)
	if err != nil {
		return "", err
	}
	if v.Kind == plist.String && (len(lines) > 1 || lines[0] != v.Text || !flowWord().MatchString(v.Text)) {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v.Text); err != nil {
			return "", err
		}
		return strings.TrimSuffix(b.String(), "\n"), nil
	}
	if v.Kind == plist.Data && len(lines) > 1 { // base64 in one line
		for i := range lines[1:] {
			lines[i+1] = strings.TrimSpace(lines[i+1])
		}
		return `!!binary "` + strings.Join(lines[1:], "") + `"`, nil
	}
	return lines[0], nil
}
