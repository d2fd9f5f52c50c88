package schema

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Match is a type or key found by a search.
type Match struct {
	Entry       Entry
	Node        *Node        // nil for the type itself
	Description *Description // nil without one
	rank        rank
}

// Rank orders the matches of several searches: the smaller, the better.
func (m Match) Rank() int { return int(m.rank) }

// rank orders matches, the best first.
type rank int

const (
	byExactName rank = iota
	byWord           // each word begins a word of the name: date in setDate, not in update
	byName
	byDescription
	noMatch
)

// Search lists the types and keys matching every word of a query, in any case. A type matches by its ID; a key by its name or
// description, and all words but one also by the ID of its type. Exact names come first, then words of names, other parts of
// names, and descriptions, each in the order of Entries.
func (c *Catalog) Search(query string) ([]Match, error) {
	words := strings.Fields(strings.ToLower(query))
	var matches []Match
	var failed error
	err := c.each(func(e Entry, t *Type) {
		d, err := c.Descriptions(t)
		if err != nil {
			failed = err
			return
		}
		s := search{words: words, entry: e}
		r := s.rankOf(t.ID, "", d.Text())
		if len(words) == 1 && words[0] == strings.ToLower(t.PayloadType) {
			r = byExactName
		}
		if r != noMatch {
			s.found = append(s.found, Match{Entry: e, Description: d.Text(), rank: r})
		}
		s.visit(t.Tree(), d)
		matches = append(matches, s.found...)
	})
	slices.SortStableFunc(matches, func(a, b Match) int { return cmp.Compare(a.rank, b.rank) })
	return matches, cmp.Or(err, failed)
}

// search looks through one type.
type search struct {
	words []string
	entry Entry
	found []Match
}

func (s *search) visit(nodes []*Node, above *Descriptions) {
	for _, n := range nodes {
		d := above.Key(n.Key)
		if !n.IsElement {
			text := d.Text()
			if r := s.rankOf(n.Name, s.entry.ID, text); r != noMatch {
				s.found = append(s.found, Match{s.entry, n, text, r})
			}
		}
		s.visit(n.Nodes, d)
	}
}

// rankOf ranks a name and its description by the words. The words may also stand in above, though not all of them.
func (s *search) rankOf(name, above string, description *Description) rank {
	text := ""
	if description != nil {
		text = strings.ToLower(description.Text)
	}
	worst, isOwn, lower := byExactName, false, strings.ToLower(name)
	for _, word := range s.words {
		r := noMatch
		switch {
		case lower == word:
			r = byExactName
		case beginsWord(name, word):
			r = byWord
		case strings.Contains(lower, word):
			r = byName
		case beginsWord(above, word):
			worst = max(worst, byWord)
			continue
		case strings.Contains(strings.ToLower(above), word):
			worst = max(worst, byName)
			continue
		case strings.Contains(text, word):
			r = byDescription
		}
		isOwn = true
		worst = max(worst, r)
	}
	if !isOwn {
		return noMatch
	}
	return worst
}

// beginsWord reports whether a word of a name begins with word, given in lower case.
func beginsWord(name, word string) bool {
	var last rune
	for i, r := range name {
		isStart := !unicode.IsLetter(last) || unicode.IsLower(last) && unicode.IsUpper(r)
		if last = r; isStart && len(name)-i >= len(word) && strings.EqualFold(name[i:i+len(word)], word) {
			return true
		}
	}
	return false
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

// Find returns the types of a name: the one with this ID, or all of this payload type, of any family.
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
		if t != nil { // the index may list a missing file
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
