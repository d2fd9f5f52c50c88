package app

import (
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

// SchemaFound is the result of SchemaSearch.
type SchemaFound struct {
	Matches []SchemaMatch `json:"matches"` // the best first; none is no failure
	Hint    string        `json:"-"`       // a similar name, without matches
}

// SchemaMatch is a type, or one of its keys if Path is not empty.
type SchemaMatch struct {
	ID     string        `json:"id"`
	Family schema.Family `json:"family"`
	Path   string        `json:"path,omitempty"` // of a key
	Type   string        `json:"type,omitempty"` // of its value

	Description *schema.Description `json:"description,omitempty"`
}

// SchemaSearch finds the types and keys with every word of a query in their names or descriptions, in any case.
func SchemaSearch(h *Host, query string) (*SchemaFound, error) {
	if strings.TrimSpace(query) == "" {
		return nil, diag.Usage("give words of a name or description: syncguard schema search passcode length", "missing WORD")
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	matches, err := catalog.Search(query)
	if err != nil {
		return nil, err
	}
	found := &SchemaFound{Matches: []SchemaMatch{}}
	for _, m := range matches {
		x := SchemaMatch{ID: m.Entry.ID, Family: m.Entry.Family, Description: m.Description}
		if m.Node != nil {
			x.Path, x.Type = m.Node.Path, m.Node.TypeName()
		}
		found.Matches = append(found.Matches, x)
	}
	if len(matches) > 0 {
		return found, nil
	}
	if len(strings.Fields(query)) > 1 {
		found.Hint = "try fewer words"
		return found, nil
	}
	words, err := catalog.Words()
	if err != nil {
		return nil, err
	}
	found.Hint = text.DidYouMean(query, words)
	return found, nil
}
