package app

import (
	"syncguard/internal/diag"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

// SchemaFound is the result of SchemaSearch.
type SchemaFound struct {
	Matches []SchemaMatch `json:"matches"` // empty where nothing was found, which is no failure
	Hint    string        `json:"-"`       // what may have been meant, where nothing was found
}

// SchemaMatch is a type, or a key of one where Path is not empty.
type SchemaMatch struct {
	ID     string        `json:"id"`
	Family schema.Family `json:"family"`
	Path   string        `json:"path,omitempty"` // of a key
	Type   string        `json:"type,omitempty"` // of its value
}

// SchemaSearch finds the types and keys whose name holds a word, in any case.
func SchemaSearch(h *Host, word string) (*SchemaFound, error) {
	if word == "" {
		return nil, diag.Usage("give a part of a name", "the word is empty")
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	matches, err := catalog.Search(word)
	if err != nil {
		return nil, err
	}
	found := &SchemaFound{Matches: []SchemaMatch{}}
	for _, m := range matches {
		x := SchemaMatch{ID: m.Entry.ID, Family: m.Entry.Family}
		if m.Node != nil {
			x.Path, x.Type = m.Node.Path, m.Node.TypeName()
		}
		found.Matches = append(found.Matches, x)
	}
	if len(matches) == 0 {
		words, err := catalog.Words()
		if err != nil {
			return nil, err
		}
		found.Hint = text.DidYouMean(word, words)
	}
	return found, nil
}
