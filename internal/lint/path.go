package lint

import (
	"strconv"
	"strings"

	"syncguard/internal/plist"
)

// path is a key path, as a list from its end so that a walk needs no copies.
type path struct {
	up    *path
	key   string // of a dictionary
	index int    // of an array, where key is empty and up is not nil
	item  bool
}

// root is the path of the top level. It prints as nothing.
var root *path

func (p *path) field(key string) *path { return &path{up: p, key: key} }
func (p *path) at(i int) *path         { return &path{up: p, index: i, item: true} }

// to returns the path of a value in a tree that stands at p.
func (p *path) to(n *plist.Node) *path {
	switch {
	case n.Up == nil:
		return p
	case n.Field == nil:
		return p.to(n.Up).at(n.Index)
	}
	return p.to(n.Up).field(n.Field.Key)
}

// place is that of a value in a tree that stands at p.
func (p *path) place(n *plist.Node) place { return place{p.to(n), n.Span, n.Secret} }

// ancestor returns the path n levels up, or nil.
func (p *path) ancestor(n int) *path {
	for ; n > 0 && p != nil; n-- {
		p = p.up
	}
	return p
}

// String writes the path as people say it: PayloadContent[2].DNSSettings.ServerURL. A key that is not a plain word is
// quoted in brackets, and shortened when very long.
func (p *path) String() string {
	var steps []*path
	for ; p != nil; p = p.up {
		steps = append(steps, p)
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		switch s := steps[i]; {
		case s.item:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case !isPlainWord(s.key):
			b.WriteString("[" + quote(s.key) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.key)
		default:
			b.WriteString(s.key)
		}
	}
	return b.String()
}

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
	indices := ""
	for ; p != nil && p.item; p = p.up {
		indices = "[" + strconv.Itoa(p.index) + "]" + indices
	}
	if p == nil {
		return indices
	}
	return shorten(p.key) + indices
}

func isPlainWord(s string) bool {
	if s == "" || len(s) > maxShown {
		return false
	}
	for _, c := range []byte(s) {
		if !(c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			return false
		}
	}
	return true
}
