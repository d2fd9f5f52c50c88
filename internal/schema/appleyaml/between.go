package appleyaml

import (
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// Between puts a tree between the two of Merge, and returns the older one with what it states in its place. A type that
// the newest tree has as well counts as that one has it: it takes only what its own file does not state, such as a
// combinetype that is in no documentation. Keys that only the tree between has were never released.
func Between(older, between, newest *Tree) (*Tree, error) {
	known := map[string]*schema.Type{}
	for _, t := range newest.Types {
		known[t.ID] = t
	}
	rest := &Tree{}
	for _, t := range between.Types {
		if known[t.ID] == nil {
			rest.Types = append(rest.Types, t)
		} else if fillKeys(known[t.ID].Keys, t.Keys, map[*schema.Key]bool{}) {
			known[t.ID].Sources = append(t.Sources, known[t.ID].Sources...)
		}
	}
	types, err := Merge(older, rest)
	return &Tree{Types: types}, err
}

// fillKeys completes keys by others of the same names, elements of arrays by their places, and reports whether any of
// them took something.
func fillKeys(keys, from []*schema.Key, done map[*schema.Key]bool) (filled bool) {
	for _, k := range keys {
		for _, f := range from {
			if f.Name == k.Name && f.Kind == k.Kind && !done[k] {
				done[k] = true
				filled = fillKey(k, f, done) || filled
			}
		}
	}
	return filled
}

func fillKey(k, from *schema.Key, done map[*schema.Key]bool) bool {
	filled := false
	text := func(to *string, text string) {
		if *to == "" && text != "" {
			*to, filled = text, true
		}
	}
	texts := func(to *[]string, list []string) {
		if *to == nil && list != nil {
			*to, filled = list, true
		}
	}
	text(&k.CombineType, from.CombineType)
	text(&k.SubkeyType, from.SubkeyType)
	texts(&k.AssetTypes, from.AssetTypes)
	texts(&k.ContentTypes, from.ContentTypes)
	if k.Kind != plist.Array {
		return fillKeys(k.Keys, from.Keys, done) || filled
	}
	for i := range min(len(k.Keys), len(from.Keys)) {
		to, f := k.Keys[i], from.Keys[i]
		if done[to] || to.Kind != f.Kind {
			continue
		}
		done[to] = true
		text(&to.Name, f.Name)
		if f.Required && !to.Required {
			to.Required, filled = true, true
		}
		filled = fillKey(to, f, done) || filled
	}
	return filled
}
