package lint

import (
	"cmp"
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// The words of the field: those in the names of all types, keys and listed values. A name that is made of them and is not
// known may be newer than the schemas, and is no slip of the fingers.

// isTerm reports whether a word, in lower case, is one of the field.
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
		types, err := typesOf(c, e)
		if err != nil {
			return nil, fmt.Errorf("reading the schema of %s: %w", quote(e.PayloadType), err)
		}
		addTerms(terms, e.PayloadType)
		for _, t := range types {
			if t != nil {
				addKeyTerms(terms, t.Keys, map[*schema.Key]bool{})
			}
		}
	}
	return terms, nil
}

// typesOf returns the types of an entry; credentials and envelopes have no other words than these.
func typesOf(c Catalog, e schema.Entry) ([]*schema.Type, error) {
	switch e.Family {
	case schema.Payload:
		return c.Payloads(e.PayloadType)
	case schema.Preferences:
		return c.Preferences(e.PayloadType)
	case schema.Configuration, schema.Asset, schema.Activation, schema.Management:
		t, err := c.Declaration(e.PayloadType)
		return []*schema.Type{t}, err
	}
	return nil, nil
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
	for _, word := range diag.Words(name) {
		terms[word] = true
	}
}
