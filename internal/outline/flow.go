package outline

import (
	"bytes"
	"encoding/json"
	"strings"
)

// readFlow reads JSON, or the flow style of YAML, from one offset to another.
func readFlow(data []byte, from, to int, isYAML bool) *Node {
	r := &flowReader{data: data[:to], at: from, isYAML: isYAML}
	root := &Node{Kind: Array, Start: from, End: to, Open: from, Close: to}
	r.fill(root)
	if len(root.Nodes) == 0 {
		return root
	}
	top := root.Nodes[0]
	top.Parent = nil
	return top
}

type flowReader struct {
	data   []byte
	at     int
	isYAML bool
}

// fill reads values into a node, and those within them, until the end. It has its own stack.
func (r *flowReader) fill(root *Node) {
	in, depth := root, 0
	var key *Node // waits for its value
	value := func(n *Node) {
		if in.Kind == Dictionary && key == nil {
			key = n
			return
		}
		if key != nil {
			n.Key, n.KeyStart, n.KeyEnd = key.Text, key.Open, key.Close
		}
		key = nil
		in.add(n)
	}
	drop := func() {
		if key != nil {
			value(&Node{Start: r.at, End: r.at, Open: r.at, Close: r.at})
		}
	}
	for r.at < len(r.data) {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\r', '\n', ':':
			r.at++
		case ',':
			drop()
			r.at++
		case '{', '[':
			n := &Node{Kind: Dictionary, Start: r.at, End: len(r.data), Open: r.at + 1, Close: len(r.data)}
			if c == '[' {
				n.Kind = Array
			}
			if in.Kind == Dictionary && key == nil {
				key = &Node{Open: r.at, Close: r.at}
			}
			value(n)
			if r.at++; depth < maxDepth {
				in = n
				depth++
			}
		case '}', ']':
			drop()
			r.at++
			if in != root && (c == '}') == (in.Kind == Dictionary) {
				in.Close, in.End = r.at-1, r.at
				in = in.Parent
				depth--
			}
		default:
			value(r.scalar())
		}
	}
	drop()
}

// scalar reads a string, or any other word.
func (r *flowReader) scalar() *Node {
	n := &Node{Kind: Scalar, Start: r.at, Open: r.at}
	quote := r.data[r.at]
	if quote != '"' && !(r.isYAML && quote == '\'') {
		for r.at++; r.at < len(r.data) && !r.endsWord(); r.at++ {
		}
		n.Text = strings.TrimSpace(string(r.data[n.Open:r.at]))
		n.Close = n.Open + len(n.Text)
		n.End = n.Close
		return n
	}
	n.Open++
	for r.at++; r.at < len(r.data) && r.data[r.at] != quote && r.data[r.at] != '\n'; r.at++ {
		if r.data[r.at] == '\\' && quote == '"' {
			r.at++
		}
	}
	r.at = min(r.at, len(r.data))
	n.Close = r.at
	raw := string(r.data[n.Open:n.Close])
	if n.Text = raw; quote == '"' {
		var text string
		if json.Unmarshal([]byte(`"`+raw+`"`), &text) == nil {
			n.Text = text
		}
	}
	if r.at < len(r.data) && r.data[r.at] == quote {
		r.at++
	}
	n.End = r.at
	return n
}

// endsWord reports whether a word without quotes ends here. A variable is passed over.
func (r *flowReader) endsWord() bool {
	c := r.data[r.at]
	if !r.isYAML {
		return strings.IndexByte(" \t\r\n,:{}[]\"", c) >= 0
	}
	if c == '{' && r.data[r.at-1] == '$' {
		if i := bytes.IndexAny(r.data[r.at:], "}\n"); i >= 0 {
			r.at += i
			return r.data[r.at] == '\n'
		}
	}
	return strings.IndexByte("\r\n,{}[]", c) >= 0 || c == ':' && (r.at+1 == len(r.data) || r.data[r.at+1] == ' ')
}
