//go:build e2e

package e2e

import (
	"bytes"
	"crypto/x509"
	"math/rand/v2"
	"slices"
)

func certificates(parties ...*party) []*x509.Certificate {
	var certs []*x509.Certificate
	for _, p := range parties {
		certs = append(certs, p.cert)
	}
	return certs
}

// node is an element of BER that can be changed and written again with lengths that fit, so that a change deep inside does
// not end at the outermost length.
type node struct {
	tag      byte
	body     []byte  // of a primitive
	children []*node // of a constructed one
	form     byte    // how the length is written: 0 shortest, 1 too long, 2 indefinite
}

// parseNode reads one element of well-formed BER with definite or indefinite lengths.
func parseNode(b []byte) (n *node, rest []byte) {
	n = &node{tag: b[0]}
	length, size := int(b[1]), 2
	if length > 0x80 {
		length = 0
		for _, octet := range b[2 : 2+int(b[1]&0x7f)] {
			length, size = length<<8|int(octet), size+1
		}
	}
	b = b[size:]
	if size == 2 && length == 0x80 {
		n.form = 2
		for !bytes.HasPrefix(b, []byte{0, 0}) {
			var child *node
			child, b = parseNode(b)
			n.children = append(n.children, child)
		}
		return n, b[2:]
	}
	inside, rest := b[:length], b[length:]
	if n.tag&0x20 == 0 {
		n.body = bytes.Clone(inside)
		return n, rest
	}
	for len(inside) > 0 {
		var child *node
		child, inside = parseNode(inside)
		n.children = append(n.children, child)
	}
	return n, rest
}

func (n *node) append(b []byte) []byte {
	body := n.body
	for _, child := range n.children {
		body = child.append(body)
	}
	b = append(b, n.tag)
	switch {
	case n.form == 2:
		return append(append(append(b, 0x80), body...), 0, 0)
	case n.form == 1:
		b = append(b, 0x83, byte(len(body)>>16), byte(len(body)>>8), byte(len(body)))
	case len(body) < 0x80:
		b = append(b, byte(len(body)))
	case len(body) < 0x100:
		b = append(b, 0x81, byte(len(body)))
	default:
		b = append(b, 0x82, byte(len(body)>>8), byte(len(body)))
	}
	return append(b, body...)
}

func (n *node) clone() *node {
	c := &node{n.tag, bytes.Clone(n.body), nil, n.form}
	for _, child := range n.children {
		c.children = append(c.children, child.clone())
	}
	return c
}

// all adds n and everything inside it to a list.
func (n *node) all(list []*node) []*node {
	list = append(list, n)
	for _, child := range n.children {
		list = child.all(list)
	}
	return list
}

// mutator makes mutants, the same ones for the same random source.
type mutator struct {
	*rand.Rand
	seeds [][]byte
}

func (m *mutator) batch() [][]byte {
	all := make([][]byte, batch)
	for i := range all {
		all[i] = m.next()
	}
	return all
}

func (m *mutator) next() []byte {
	seed := m.seeds[m.IntN(len(m.seeds))]
	if m.IntN(3) == 0 {
		return m.bytes(bytes.Clone(seed))
	}
	tree, _ := parseNode(seed)
	for range 1 + m.IntN(2) {
		m.change(tree)
	}
	b := tree.append(nil)
	if m.IntN(10) == 0 {
		b = m.bytes(b)
	}
	return b
}

// bytes changes bytes without regard to the structure.
func (m *mutator) bytes(b []byte) []byte {
	at := m.IntN(len(b))
	switch m.IntN(7) {
	case 0, 1, 2:
		b[at] ^= 1 << m.IntN(8)
	case 3:
		b[at] = byte(m.IntN(256))
	case 4:
		return b[:at]
	case 5:
		return slices.Insert(b, at, byte(m.IntN(256)))
	case 6:
		return append(b, b[:m.IntN(8)]...)
	}
	return b
}

// change makes one change that keeps the lengths right.
func (m *mutator) change(tree *node) {
	list := tree.all(nil)
	n, other := list[m.IntN(len(list))], list[m.IntN(len(list))]
	if m.IntN(2) == 0 { // from another message: its certificates, signers, attributes
		foreign, _ := parseNode(m.seeds[m.IntN(len(m.seeds))])
		all := foreign.all(nil)
		other = all[m.IntN(len(all))]
	}
	switch m.IntN(10) {
	case 0: // swapped for another element, of the same type if there is one soon
		for range 20 {
			if other.tag == n.tag {
				break
			}
			other = list[m.IntN(len(list))]
		}
		*n = *other.clone()
	case 1:
		n.form = byte(m.IntN(3))
	case 2: // its own kind of length everywhere
		for _, each := range list {
			if m.IntN(4) == 0 {
				each.form = byte(m.IntN(2)) * byte(1+m.IntN(2))
			}
		}
	case 3:
		n.tag ^= 1 << m.IntN(8)
		if n.tag&0x20 != 0 && n.body != nil {
			n.children, n.body = []*node{{tag: 4, body: n.body}}, nil
		}
	case 4:
		if len(n.body) > 0 {
			n.body[m.IntN(len(n.body))] ^= 1 << m.IntN(8)
		}
	case 5:
		if n.body != nil {
			n.body = slices.Insert(n.body, m.IntN(len(n.body)+1), byte(m.IntN(256)))
		}
	case 6:
		if len(n.body) > 0 {
			n.body = n.body[:m.IntN(len(n.body))]
		}
	case 7:
		m.split(n)
	default:
		m.rearrange(n, other)
	}
}

// split turns a string into one of chunks.
func (m *mutator) split(n *node) {
	if n.tag != 4 {
		return
	}
	at := m.IntN(len(n.body) + 1)
	n.children = []*node{{tag: 4, body: n.body[:at]}, {tag: 4, body: n.body[at:]}}
	n.tag, n.body, n.form = 0x24, nil, byte(m.IntN(3))
}

// rearrange changes which children a container has.
func (m *mutator) rearrange(n, other *node) {
	if len(n.children) == 0 {
		return
	}
	at := m.IntN(len(n.children))
	switch m.IntN(5) {
	case 4: // a twin that differs a little
		twin := n.children[at].clone()
		inside := twin.all(nil)
		if p := inside[m.IntN(len(inside))]; len(p.body) > 0 {
			p.body[m.IntN(len(p.body))] ^= 1 << m.IntN(8)
		}
		n.children = slices.Insert(n.children, at+m.IntN(2), twin)
	case 0:
		n.children = slices.Delete(n.children, at, at+1)
	case 1:
		n.children = slices.Insert(n.children, at, n.children[at].clone())
	case 2:
		n.children = slices.Insert(n.children, at, other.clone())
	case 3:
		b := m.IntN(len(n.children))
		n.children[at], n.children[b] = n.children[b], n.children[at]
	}
}
