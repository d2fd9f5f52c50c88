package plist

import (
	"iter"
	"slices"

	"syncguard/internal/diag"
)

// Node is a value of a tree with its surroundings. It is valid until the next step of the walk.
type Node struct {
	*Value
	Field *Field // the key with the value; nil for the root and for the items of an array
	Index int    // in the array
	Up    *Node  // the dictionary or array around it; nil for the root
	skip  bool
}

// Skip leaves out the values inside this one.
func (n *Node) Skip() { n.skip = true }

// Path returns the key path of the value, below the path of the root.
func (n *Node) Path(root diag.Path) diag.Path {
	switch {
	case n.Up == nil:
		return root
	case n.Field == nil:
		return n.Up.Path(root).Item(n.Index)
	}
	return n.Up.Path(root).Key(n.Field.Key)
}

// Walk returns v and every value in it, parents first, in the order of the text. The loop may change the value; the walk then
// continues with the new content. It recurses to the depth of the tree, bounded by MaxDepth in readers.
func Walk(v *Value) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if v != nil {
			(&Node{Value: v}).walk(yield)
		}
	}
}

func (n *Node) walk(yield func(*Node) bool) bool {
	if !yield(n) {
		return false
	}
	if n.skip || len(n.Fields)+len(n.Items) == 0 {
		return true
	}
	child, fields := new(Node), n.Fields
	for i := range fields {
		f := &fields[i]
		if *child = (Node{Value: f.Value, Field: f, Up: n}); f.Value != nil && !child.walk(yield) {
			return false
		}
	}
	for i, item := range n.Items {
		if *child = (Node{Value: item, Index: i, Up: n}); item != nil && !child.walk(yield) {
			return false
		}
	}
	return true
}

// Map copies a tree. change returns the replacement of each value, and true to map the values inside it too. It returns v
// itself to keep it, and must not modify it.
func Map(v *Value, change func(v *Value) (w *Value, within bool)) *Value {
	if v == nil {
		return nil
	}
	v, within := change(v)
	if !within || len(v.Fields)+len(v.Items) == 0 {
		return v
	}
	c := *v
	c.Fields, c.Items = slices.Clone(v.Fields), slices.Clone(v.Items)
	for i := range c.Fields {
		c.Fields[i].Value = Map(c.Fields[i].Value, change)
	}
	for i := range c.Items {
		c.Items[i] = Map(c.Items[i], change)
	}
	return &c
}

// HasSecret is true if v, or a value in it, is marked as secret.
func (v *Value) HasSecret() bool {
	for n := range Walk(v) {
		if n.Secret {
			return true
		}
	}
	return false
}
