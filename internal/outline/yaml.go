package outline

import (
	"bytes"
	"strings"
)

// readYAML reads the block style line by line, by its indents, and the flow style in a line.
func readYAML(data []byte) *Node {
	r := &yamlReader{data: data, root: &Node{Kind: Dictionary, End: len(data), Close: len(data)}}
	r.levels = []level{{-1, r.root}}
	for start := 0; start < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
			end = start + i
		}
		r.line(start, end)
		start = end + 1
	}
	r.root.Walk(func(n *Node) { // a collection ends with the last value in it
		for p := n.Parent; p != nil && p.End < n.End; p = p.Parent {
			p.End, p.Close = n.End, n.End
		}
	})
	return r.root
}

type yamlReader struct {
	data   []byte
	root   *Node
	levels []level // the open collections, by their indents
	block  int     // the indent above a text of several lines; -1 outside of one
	isText bool
}

// level is an open collection, or a key that waits for one.
type level struct {
	indent int
	node   *Node
}

// line reads one line.
func (r *yamlReader) line(start, end int) {
	text := string(r.data[start:end])
	content := strings.TrimRight(text, " \t\r")
	at := start + len(content) - len(strings.TrimLeft(content, " "))
	indent := at - start
	content = strings.TrimLeft(content, " ")
	if content == "" || content[0] == '#' && !(r.isText && indent > r.block) || strings.HasPrefix(content, "---") {
		return
	}
	if r.isText {
		if indent > r.block {
			return
		}
		r.isText = false
	}
	for content == "-" || strings.HasPrefix(content, "- ") {
		r.item(indent, at, start+len(strings.TrimRight(text, " \t\r")))
		rest := strings.TrimLeft(content[1:], " ")
		skipped := len(content) - len(rest)
		content, at, indent = rest, at+skipped, indent+skipped
		if content == "" {
			return
		}
	}
	r.entry(indent, at, content)
}

// open returns the collection that a line of an indent is in. Deeper ones are closed; a key above without a value becomes one.
func (r *yamlReader) open(indent int, kind Kind, at int) *Node {
	for len(r.levels) > 1 {
		top := r.levels[len(r.levels)-1]
		if top.indent < indent || top.indent == indent && top.node.Kind == kind || kind == Array && top.indent == indent && top.node.Kind == Missing {
			break
		}
		r.levels = r.levels[:len(r.levels)-1]
	}
	top := r.levels[len(r.levels)-1]
	n := top.node
	if n.Kind == Missing {
		n.Kind, n.Start, n.End, n.Open, n.Close = kind, at, at, at, at
		r.levels[len(r.levels)-1].indent = indent
	}
	return n
}

// item begins an element of an array.
func (r *yamlReader) item(indent, at, end int) {
	if n := r.open(indent, Array, at); n.Kind == Array && len(r.levels) < maxDepth {
		r.levels = append(r.levels, level{indent + 1, n.add(&Node{Start: at, End: end, Open: end, Close: end})})
	}
}

// entry reads a key with its value, or a value alone.
func (r *yamlReader) entry(indent, at int, content string) {
	key, rest, hasKey := cutKey(content)
	if !hasKey {
		if top := r.levels[len(r.levels)-1]; top.node.Kind == Missing && top.indent < indent && (top.node.KeyEnd == 0 || strings.ContainsAny(content, " ${[\"'")) {
			r.value(top.node, at, content)
			return
		}
		word := trimComment(content)
		if in := r.open(indent, Dictionary, at); in.Kind == Dictionary && word != "" { // a key being typed
			end := at + len(word)
			in.add(&Node{Key: word, KeyStart: at, KeyEnd: end, Start: end, End: end, Open: end, Close: end})
		}
		return
	}
	in := r.open(indent, Dictionary, at)
	if in.Kind != Dictionary || len(r.levels) >= maxDepth {
		return
	}
	name := strings.Trim(key, `"'`)
	keyAt := at + strings.Index(content, name)
	valueAt := at + len(content) - len(rest)
	n := in.add(&Node{Key: name, KeyStart: keyAt, KeyEnd: keyAt + len(name), Start: at + len(key) + 1, End: valueAt, Open: valueAt, Close: valueAt})
	r.levels = append(r.levels, level{indent, n})
	if rest != "" {
		r.value(n, valueAt, rest)
	}
}

// value reads the rest of a line as the value of a node.
func (r *yamlReader) value(n *Node, at int, content string) {
	content = trimComment(content)
	switch {
	case content == "":
		return
	case content[0] == '|' || content[0] == '>':
		r.isText, r.block = true, r.levels[len(r.levels)-1].indent
		n.Kind, n.Start, n.End, n.Open, n.Close = Scalar, at, at+len(content), at+len(content), at+len(content)
		return
	}
	flow := readFlow(r.data, at, at+len(content), true)
	if flow.Kind == Scalar && content[0] != '"' && content[0] != '\'' {
		flow = &Node{Kind: Scalar, Text: content, Start: at, End: at + len(content), Open: at, Close: at + len(content)}
	}
	n.Kind, n.Text, n.Nodes, n.Start, n.End, n.Open, n.Close = flow.Kind, flow.Text, flow.Nodes, flow.Start, flow.End, flow.Open, flow.Close
	if len(flow.Nodes) == 0 && flow.Parent == nil && flow.Kind == Array && content[0] != '[' {
		n.Kind = Scalar
	}
	for _, child := range n.Nodes {
		child.Parent = n
	}
}

// cutKey splits KEY: VALUE.
func cutKey(content string) (key, rest string, ok bool) {
	if content[0] == '{' || content[0] == '[' {
		return "", "", false
	}
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case i == 0 && (c == '"' || c == '\''):
			if end := strings.IndexByte(content[1:], c); end >= 0 {
				i = end + 1
			}
		case c == '#' && content[max(i-1, 0)] == ' ':
			return "", "", false
		case c == ':' && (i+1 == len(content) || content[i+1] == ' '):
			return content[:i], strings.TrimLeft(content[i+1:], " "), true
		}
	}
	return "", "", false
}

func trimComment(text string) string {
	if strings.HasPrefix(text, "#") {
		return ""
	}
	if i := strings.Index(text, " #"); i >= 0 && !strings.ContainsAny(text[:i], `"'`) {
		text = text[:i]
	}
	return strings.TrimRight(text, " \t\r")
}
