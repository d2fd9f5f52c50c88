package plist

import (
	"iter"
	"slices"

	"syncguard/internal/diag"
)

// Node is a value of a tree with what stands around it. A walk uses it again: it holds until the next one.
type Node struct {
	*Value
	Field *Field // the key with the value; nil for the root and for the items of an array
	Index int    // in the array
	Up    *Node  // the dictionary or array around it; nil for the root
	skip  bool
}

// Skip keeps the walk out of the value.
func (n *Node) Skip() { n.skip = true }

// Path returns the way to the value, where the root has a path itself or none.
func (n *Node) Path(root diag.Path) diag.Path {
	switch {
	case n.Up == nil:
		return root
	case n.Field == nil:
		return n.Up.Path(root).Item(n.Index)
	}
	return n.Up.Path(root).Key(n.Field.Key)
}

// Walk returns v and every value in it, each before what it holds, in the order of the text. The body of the loop may change
// the value: what it holds afterwards is walked. The depth is the tree's, which readers bound by MaxDepth.
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

// Map copies a tree. Of each value change returns what stands in its place, and whether what that holds is to be mapped too.
// It returns v itself to change nothing, and must not modify it.
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

// HasSecret reports whether v, or a value in it, is marked as secret.
func (v *Value) HasSecret() bool {
	for n := range Walk(v) {
		if n.Secret {
			return true
		}
	}
	return false
}
