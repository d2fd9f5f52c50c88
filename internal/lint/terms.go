package lint

import (
	"cmp"
	"fmt"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

// The terms are the words in the names of all types, keys and listed values. An unknown name made of terms may be newer
// than the schemas rather than a typo.

// isTerm reports whether a word, in lower case, is a term.
func (p *profile) isTerm(word string) bool {
	terms, err := p.checker.terms()
	p.err = cmp.Or(p.err, err)
	return terms[word] || err != nil
}

func readTerms(c Catalog) (map[string]bool, error) {
	entries, err := c.Entries()
	if err != nil {
		return nil, fmt.Errorf("reading the index of schemas: %w", err)
	}
	terms := map[string]bool{}
	for _, e := range entries {
		addTerms(terms, e.PayloadType)
		switch e.Family {
		case schema.Credential, schema.Envelope, schema.Status:
			continue // they add no words
		}
		t, err := c.Type(e.ID, e.Family)
		if err != nil {
			return nil, fmt.Errorf("reading the schema of %s: %w", quote(e.PayloadType), err)
		}
		if t != nil { // the index may list absent types
			addKeyTerms(terms, t.Keys, map[*schema.Key]bool{})
		}
	}
	return terms, nil
}

func addKeyTerms(terms map[string]bool, keys []*schema.Key, seen map[*schema.Key]bool) {
	for _, k := range keys {
		if seen[k] {
			continue // a schema may be recursive
		}
		seen[k] = true
		addTerms(terms, k.Name)
		for _, v := range k.RangeList {
			if v.Kind == plist.String {
				addTerms(terms, v.Text)
			}
		}
		addKeyTerms(terms, k.Keys, seen)
	}
}

func addTerms(terms map[string]bool, name string) {
	for _, word := range text.Words(name) {
		terms[word] = true
	}
}
