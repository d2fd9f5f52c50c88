package app

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

// Found is the result of Find.
type Found struct {
	Hits      []Hit  `json:"hits"`                // the best first, no more than asked for
	Total     int    `json:"total"`               // of all hits
	Corrected string `json:"corrected,omitempty"` // the query that was searched for instead, which had no hit
	Some      bool   `json:"some,omitempty"`      // no hit has all the words; these have some
}

// Hit is a type, a key, a status item or a rule.
type Hit struct {
	Kind        HitKind       `json:"kind"`
	ID          string        `json:"id"`               // of the type or the rule
	Family      schema.Family `json:"family,omitempty"` // of the type
	Path        string        `json:"path,omitempty"`   // of a key or status item
	Type        string        `json:"type,omitempty"`   // of the key's value
	Description string        `json:"description,omitempty"`
	rank        int
}

// HitKind is what a hit is.
type HitKind string

// The kinds.
const (
	HitType   HitKind = "type"
	HitKey    HitKind = "key"
	HitStatus HitKind = "status"
	HitRule   HitKind = "rule"
)

// FindOptions are a query, and what to leave out.
type FindOptions struct {
	Query string
	Kind  HitKind // empty for all
	Limit int
}

// Find searches types, keys, status items and rules, and forgives: case, dots for blanks, a letter wrong, a word too many.
func Find(h *Host, o FindOptions) (*Found, error) {
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	f := &finding{catalog: catalog, options: o}
	query := strings.Join(strings.Fields(o.Query), " ")
	if query == "" {
		return &Found{Hits: []Hit{}}, nil
	}
	r := &Found{}
	spaced := strings.Join(strings.FieldsFunc(query, isBetweenWords), " ")
	for _, again := range [][]string{{query, strings.ReplaceAll(query, "-", "")}, {spaced}} { // wi-fi is wifi, too
		if hits, err := f.searchAll(again); err != nil || len(hits) > 0 {
			return f.answer(r, hits), err
		}
	}
	corrected, err := f.correct(spaced)
	if err != nil {
		return nil, err
	}
	if corrected != "" {
		hits, err := f.search(corrected)
		if err != nil {
			return nil, err
		}
		if len(hits) > 0 {
			r.Corrected = corrected
			return f.answer(r, hits), nil
		}
	}
	hits, err := f.some(cmp.Or(corrected, spaced))
	r.Some = len(hits) > 0
	return f.answer(r, hits), err
}

// isBetweenWords is true for what people write between the words of a name.
func isBetweenWords(r rune) bool { return strings.ContainsRune(" .,/>[]()'\"`:=_-", r) }

type finding struct {
	catalog *schema.Catalog
	options FindOptions
}

func (f *finding) answer(r *Found, hits []Hit) *Found {
	r.Total = len(hits)
	r.Hits = append([]Hit{}, hits[:min(len(hits), cmp.Or(f.options.Limit, len(hits)))]...)
	return r
}

// searchAll returns what has every word of one of some queries.
func (f *finding) searchAll(queries []string) (hits []Hit, err error) {
	for _, q := range slices.Compact(queries) {
		found, err := f.search(q)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			if !slices.ContainsFunc(hits, func(old Hit) bool { return old.Kind == h.Kind && old.ID == h.ID && old.Path == h.Path }) {
				hits = append(hits, h)
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return a.rank - b.rank })
	return hits, nil
}

// search returns what has every word.
func (f *finding) search(query string) (hits []Hit, err error) {
	if strings.TrimSpace(query) == "" {
		return nil, nil
	}
	matches, err := f.catalog.Search(query)
	if err != nil {
		return nil, err
	}
	for _, m := range matches {
		hit := Hit{Kind: HitType, ID: m.Entry.ID, Family: m.Entry.Family, rank: 2 * m.Rank()}
		if m.Node != nil {
			hit.Kind, hit.Path, hit.Type = HitKey, m.Node.Path, m.Node.TypeName()
			if m.Entry.Family == schema.Status {
				hit.Kind = HitStatus
			}
		}
		if m.Entry.Family == schema.Preferences {
			hit.rank++ // Apple's own first
		}
		if m.Description != nil {
			hit.Description = m.Description.Text
		}
		hits = append(hits, hit)
	}
	words := strings.Fields(strings.ToLower(query))
	for _, r := range rules.Pages() {
		if rank, ok := rankOfRule(r, words); ok {
			hits = append(hits, Hit{Kind: HitRule, ID: r.ID, Description: r.Summary, rank: rank})
		}
	}
	if f.options.Kind != "" {
		hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Kind != f.options.Kind })
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return a.rank - b.rank })
	return hits, nil
}

// rankOfRule ranks a rule among the matches of the catalog: as a name if its ID has all words, as a description otherwise.
func rankOfRule(r rules.Page, words []string) (rank int, ok bool) {
	has := func(s string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(strings.ToLower(s), w) })
	}
	switch {
	case len(words) == 1 && words[0] == r.ID:
		return 0, true
	case has(r.ID), has(strings.ReplaceAll(r.ID, "-", "")):
		return 5, true
	case has(r.ID + " " + r.Summary):
		return 7, true
	case has(r.ID + " " + r.Summary + " " + r.Why):
		return 8, true
	}
	return 0, false
}

// correct replaces the words that no name or description has by near ones; it returns "" if that changes nothing.
func (f *finding) correct(query string) (string, error) {
	known, err := f.words()
	if err != nil {
		return "", err
	}
	words := strings.Fields(strings.ToLower(query))
	changed := false
	for i, w := range words {
		if slices.ContainsFunc(known, func(name string) bool { return strings.Contains(name, w) }) {
			continue
		}
		if near := text.Suggest(w, known); near != "" {
			words[i], changed = near, true
		}
	}
	if !changed {
		return "", nil
	}
	return strings.Join(words, " "), nil
}

// words lists the words of names and descriptions, and the names themselves, in lower case.
func (f *finding) words() ([]string, error) {
	names, err := f.catalog.Words()
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var all []string
	add := func(word string) {
		if word = strings.ToLower(word); len(word) > 2 && !seen[word] {
			seen[word] = true
			all = append(all, word)
		}
	}
	for _, name := range names {
		for _, part := range strings.FieldsFunc(name, isBetweenWords) {
			for _, word := range text.Words(part) {
				add(word)
			}
		}
	}
	for _, r := range rules.All() {
		for _, word := range strings.FieldsFunc(r.ID+" "+r.Summary, isBetweenWords) {
			add(word)
		}
	}
	for _, name := range names { // after the words: a word is the nearer guess
		add(name)
	}
	return all, nil
}

// some returns what has the most of the words, of those that have a word at all.
func (f *finding) some(query string) ([]Hit, error) {
	words := strings.Fields(query)
	if len(words) < 2 {
		return nil, nil
	}
	words = words[:min(len(words), 8)]
	count := map[Hit]int{}
	var all []Hit
	for _, w := range words {
		if len(w) < 3 {
			continue
		}
		hits, err := f.search(w)
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			h.rank = 0
			if count[h]++; count[h] == 1 {
				all = append(all, h)
			}
		}
	}
	most := 0
	for _, n := range count {
		most = max(most, n)
	}
	all = slices.DeleteFunc(all, func(h Hit) bool { return count[h] < most })
	slices.SortStableFunc(all, func(a, b Hit) int { return own(b) - own(a) })
	return all, nil
}

// own is 1 for what is Apple's, or ours.
func own(h Hit) int {
	if h.Family == schema.Preferences {
		return 0
	}
	return 1
}
