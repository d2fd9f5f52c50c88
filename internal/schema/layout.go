package schema

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// lineWidth is how long a line of the catalog may get before a value is broken over several.
const lineWidth = 120

// layOut rewrites JSON for people to read and to compare: what fits on a line stays on it, in the order it had.
func layOut(raw []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	root, err := readNode(d)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	root.write(&b, 0)
	b.WriteByte('\n')
	return []byte(b.String()), nil
}

// node is a JSON value: its text on one line, and its parts if it is an object or array.
type node struct {
	text        string
	parts       []part
	open, close string
}

type part struct {
	key   string // with quotes and colon; empty in an array
	value *node
}

func readNode(d *json.Decoder) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, isContainer := token.(json.Delim)
	if !isContainer {
		text, err := tokenText(token)
		return &node{text: text}, err
	}
	n := &node{open: delim.String(), close: "]"}
	if delim == '{' {
		n.close = "}"
	}
	for d.More() {
		var p part
		if delim == '{' {
			if token, err = d.Token(); err != nil {
				return nil, err
			}
			if p.key, err = tokenText(token); err != nil {
				return nil, err
			}
			p.key += ": "
		}
		if p.value, err = readNode(d); err != nil {
			return nil, err
		}
		n.parts = append(n.parts, p)
	}
	n.text = n.oneLine()
	_, err = d.Token()
	return n, err
}

func tokenText(token json.Token) (string, error) {
	text, isText := token.(string)
	if !isText {
		raw, err := json.Marshal(token)
		return string(raw), err
	}
	raw, err := encodeText(text)
	return string(raw), err
}

func (n *node) oneLine() string {
	texts := make([]string, len(n.parts))
	for i, p := range n.parts {
		texts[i] = p.key + p.value.text
	}
	return n.open + strings.Join(texts, ", ") + n.close
}

// write writes the node where a line is already used as far as column.
func (n *node) write(b *strings.Builder, indent int) {
	n.writeAt(b, indent, indent)
}

func (n *node) writeAt(b *strings.Builder, indent, column int) {
	// One more for the comma that may follow.
	if len(n.parts) == 0 || column+utf8.RuneCountInString(n.text)+1 <= lineWidth {
		b.WriteString(n.text)
		return
	}
	inner := strings.Repeat(" ", indent+1)
	b.WriteString(n.open)
	for i, p := range n.parts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + inner + p.key)
		p.value.writeAt(b, indent+1, indent+1+utf8.RuneCountInString(p.key))
	}
	b.WriteString("\n" + strings.Repeat(" ", indent) + n.close)
}
