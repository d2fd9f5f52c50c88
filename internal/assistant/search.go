package assistant

import (
	"context"
	"errors"
	"strings"

	"syncguard/internal/app"
)

type searchInput struct {
	Query string `json:"query" jsonschema:"words of a name or description, such as passcode length"`
}

type searchAnswer struct {
	Matches []match  `json:"matches" jsonschema:"types and keys, the best first"`
	More    int      `json:"more" jsonschema:"number of matches left out of this answer: give more words"`
	Hint    string   `json:"hint,omitempty" jsonschema:"a similar name, if nothing matches"`
	Sources []source `json:"sources" jsonschema:"who states the facts; explain shows those of one type"`
}

type match struct {
	Name        string `json:"name" jsonschema:"TYPE or TYPE.KEY, for the tool explain"`
	Family      string `json:"family" jsonschema:"payload, declaration, preferences or another kind of type"`
	Type        string `json:"type,omitempty" jsonschema:"type of the key's value; empty for a type"`
	Description string `json:"description,omitempty" jsonschema:"what it does"`
}

func search(_ context.Context, c *call, in *searchInput) (*searchAnswer, error) {
	if strings.TrimSpace(in.Query) == "" {
		return nil, errors.New("missing query: give words of a name or description")
	}
	h := c.host(c.noFiles())
	found, err := app.SchemaSearch(h, in.Query)
	if err != nil {
		return nil, err
	}
	a := &searchAnswer{Hint: found.Hint}
	a.More = max(0, len(found.Matches)-maxMatches)
	found.Matches = found.Matches[:len(found.Matches)-a.More]
	c.SchemaFound(found)
	for _, m := range found.Matches {
		x := match{Name: strings.TrimSuffix(m.ID+"."+strings.ReplaceAll(m.Path, "[]", ""), "."), Family: string(m.Family), Type: m.Type}
		if m.Description != nil {
			x.Description = m.Description.String()
		}
		a.Matches = append(a.Matches, x)
	}
	kept, more := fit(a.Matches, maxList)
	a.Matches, a.More = kept, a.More+more
	if a.More > 0 {
		c.To(&c.end).Line("%d more: give more words", a.More)
	}
	if a.Hint != "" {
		c.Hint(a.Hint)
	}
	catalogs, err := app.SchemaSources(h)
	if err != nil {
		return nil, err
	}
	for _, catalog := range catalogs.Catalogs {
		var names []string
		for _, s := range catalog.Sources {
			names = append(names, nameOfSource(s.Source))
		}
		a.Sources = append(a.Sources, source{"the catalog", first(maxSources, names)})
	}
	c.Sources(a.Sources)
	return a, nil
}

// maxMatches bounds the matches of a search.
const maxMatches = 40
