package lint

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/text"
)

// path is a key path, linked from its end to its start so that a walk makes no copies. nil is the top level.
type path struct {
	up    *path
	key   string // of a dictionary
	index int    // of an array, if item is set
	item  bool
	id    string // of an element, see diag.Step
}

// root is the path of the top level. It prints as "".
var root *path

func (p *path) field(key string) *path { return &path{up: p, key: key} }
func (p *path) at(i int) *path         { return &path{up: p, index: i, item: true} }

// to returns the path of a value in a tree with its root at p.
func (p *path) to(n *plist.Node) *path {
	switch {
	case n.Up == nil:
		return p
	case n.Field == nil:
		return p.to(n.Up).at(n.Index)
	}
	return p.to(n.Up).field(n.Field.Key)
}

// place returns the place of a value in a tree with its root at p.
func (p *path) place(n *plist.Node) place { return place{p.to(n), n.Span, n.Secret} }

// ancestor returns the path n levels up, or nil.
func (p *path) ancestor(n int) *path {
	for ; n > 0 && p != nil; n-- {
		p = p.up
	}
	return p
}

// steps returns the path as a copy for a finding.
func (p *path) steps() diag.Path {
	n := 0
	for at := p; at != nil; at = at.up {
		n++
	}
	if n == 0 {
		return nil
	}
	steps := make(diag.Path, n)
	for ; p != nil; p = p.up {
		n--
		steps[n] = diag.Step{Key: p.key, IsItem: p.item, Index: p.index, ID: p.id}
	}
	return steps
}

func (p *path) String() string { return p.steps().String() }

// lastKey is the last key of the path, or "".
func (p *path) lastKey() string {
	for ; p != nil && p.item; p = p.up {
	}
	if p == nil {
		return ""
	}
	return p.key
}

// name is the last key of the path with the indices behind it: ServerAddresses[1].
func (p *path) name() string {
	if p != nil && !p.item {
		return text.Shorten(p.key)
	}
	return p.steps().Name()
}
