// Package outline reads the shape of a text that is being typed: dictionaries, arrays and scalars with their places, as far as
// they can be told. It never fails: an editor asks in the middle of a word. Files that must be right are read by package
// document and package template.
//
// Start with Read and Node.At. The package knows nothing of Apple's keys.
package outline

import (
	"path/filepath"
	"strings"
)

// Format is the syntax of a text.
type Format int

// The formats.
const (
	XML Format = iota
	JSON
	YAML
)

// FormatOf returns the format of a file by its name.
func FormatOf(name string) Format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return JSON
	case ".yaml", ".yml":
		return YAML
	}
	return XML
}

// Kind is the kind of a Node.
type Kind int

// The kinds. Missing is the value of a key that has none yet.
const (
	Missing Kind = iota
	Scalar
	Dictionary
	Array
)

// Node is a value with its place, in bytes.
type Node struct {
	Kind   Kind
	Tag    string // of XML: string, integer, true, …
	Parent *Node
	Nodes  []*Node // of a dictionary or an array

	Key              string // in a dictionary
	KeyStart, KeyEnd int    // of its text

	Text       string // of a scalar
	Start, End int    // of the value; in XML with its tags
	Open       int    // where the text of a scalar, or the content of a dictionary or an array, begins
	Close      int    // and where it ends
}

// Read reads a text.
func Read(data []byte, format Format) *Node {
	switch format {
	case JSON:
		return readFlow(data, 0, len(data), false)
	case YAML:
		return readYAML(data)
	}
	return readXML(data)
}

// Get returns the value of a key, or nil. n may be nil.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Dictionary {
		return nil
	}
	for i := len(n.Nodes) - 1; i >= 0; i-- {
		if n.Nodes[i].Key == key {
			return n.Nodes[i]
		}
	}
	return nil
}

// String returns the text of a key, or "".
func (n *Node) String(key string) string {
	if v := n.Get(key); v != nil && v.Kind == Scalar {
		return v.Text
	}
	return ""
}

// Path returns the keys from the top to a node. An array adds none.
func (n *Node) Path() (path []string) {
	for ; n != nil; n = n.Parent {
		if n.Parent != nil && n.Parent.Kind == Dictionary {
			path = append([]string{n.Key}, path...)
		}
	}
	return path
}

// Walk visits a node and those in it, from above.
func (n *Node) Walk(visit func(*Node)) {
	for todo := []*Node{n}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		visit(n)
		for i := len(n.Nodes) - 1; i >= 0; i-- {
			todo = append(todo, n.Nodes[i])
		}
	}
}

// At returns the innermost node around an offset, and whether the offset is in its key. Between the values of a dictionary or an
// array it is that one.
func (n *Node) At(offset int) (at *Node, onKey bool) {
	for {
		var next *Node
		for _, child := range n.Nodes {
			if child.KeyEnd > 0 && child.KeyStart <= offset && offset <= child.KeyEnd {
				return child, true
			}
			if child.Kind != Missing && child.Start <= offset && offset <= child.End {
				next = child
			}
		}
		if next == nil {
			return n, false
		}
		n = next
	}
}

// add adds a value to a dictionary or an array.
func (n *Node) add(child *Node) *Node {
	child.Parent = n
	n.Nodes = append(n.Nodes, child)
	return child
}
