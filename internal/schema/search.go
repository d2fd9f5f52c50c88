package schema

import (
	"strings"
)

// Match is a type or a key whose name holds a word.
type Match struct {
	Entry Entry
	Node  *Node // nil for the type itself
}

// Search lists the types and keys whose names hold a word, in any case, in the order of Entries.
func (c *Catalog) Search(word string) ([]Match, error) {
	word = strings.ToLower(word)
	var matches []Match
	err := c.each(func(e Entry, t *Type) {
		if strings.Contains(strings.ToLower(t.ID), word) {
			matches = append(matches, Match{Entry: e})
		}
		eachNode(t.Tree(), func(n *Node) {
			if !n.IsElement && strings.Contains(strings.ToLower(n.Name), word) {
				matches = append(matches, Match{e, n})
			}
		})
	})
	return matches, err
}

// Words lists the names of all types and keys, each once.
func (c *Catalog) Words() ([]string, error) {
	var words []string
	seen := map[string]bool{}
	add := func(word string) {
		if !seen[word] {
			words = append(words, word)
		}
		seen[word] = true
	}
	err := c.each(func(_ Entry, t *Type) {
		add(t.ID)
		eachNode(t.Tree(), func(n *Node) {
			if !n.IsElement {
				add(n.Name)
			}
		})
	})
	return words, err
}

// Find returns the types that a name means: the one of that ID, or all of that payload type, whatever their family.
func (c *Catalog) Find(name string) ([]*Type, error) {
	entries, err := c.Entries()
	if err != nil {
		return nil, err
	}
	var types []*Type
	for _, e := range entries {
		if e.ID != name && e.PayloadType != name {
			continue
		}
		t, err := c.Type(e.ID, e.Family)
		if err != nil {
			return nil, err
		}
		if t != nil {
			types = append(types, t)
		}
	}
	return types, nil
}

// each reads every type.
func (c *Catalog) each(visit func(Entry, *Type)) error {
	entries, err := c.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		t, err := c.Type(e.ID, e.Family)
		if err != nil {
			return err
		}
		if t != nil { // the index may list what is not there
			visit(e, t)
		}
	}
	return nil
}

func eachNode(nodes []*Node, visit func(*Node)) {
	for _, n := range nodes {
		visit(n)
		eachNode(n.Nodes, visit)
	}
}
