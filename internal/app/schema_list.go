package app

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// SchemaListOptions select types. Empty and false fields select all.
type SchemaListOptions struct {
	Word       string // in the name, in any case
	Platform   string // of the type; iPadOS counts as iOS
	Family     string
	Deprecated bool // on the platform if one is given
	Removed    bool
}

// SchemaListed is the result of SchemaList.
type SchemaListed struct {
	Types []SchemaEntry `json:"types"` // by family and ID
}

// SchemaEntry is a type without its keys.
type SchemaEntry struct {
	ID          string            `json:"id"`          // the payload type, with a part in brackets if several types share it
	PayloadType string            `json:"payloadType"` // `PayloadType` of a payload, `Type` of a declaration, or the preference domain
	Family      schema.Family     `json:"family"`      // `payload`, `envelope`, `configuration`, `asset`, `activation`, `management`, `credential`, `preferences`, `status`
	Platforms   []SchemaLifecycle `json:"platforms"`   // only platforms with the type
}

// SchemaLifecycle is when a type came to a platform, and when it goes.
type SchemaLifecycle struct {
	Platform target.Platform `json:"platform"`
	schema.Lifecycle
}

// SchemaList lists payload types, declarations and preference domains.
func SchemaList(h *Host, o SchemaListOptions) (*SchemaListed, error) {
	keep, err := o.filter()
	if err != nil {
		return nil, err
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	entries, err := catalog.Entries()
	if err != nil {
		return nil, err
	}
	list := &SchemaListed{Types: []SchemaEntry{}}
	for _, e := range entries {
		if !keep(e) {
			continue
		}
		listed := SchemaEntry{e.ID, e.PayloadType, e.Family, []SchemaLifecycle{}}
		for _, platform := range schema.SortPlatforms(e.Platforms) {
			listed.Platforms = append(listed.Platforms, SchemaLifecycle{platform, e.Platforms[platform]})
		}
		list.Types = append(list.Types, listed)
	}
	return list, nil
}

// filter returns a function selecting types.
func (o *SchemaListOptions) filter() (func(schema.Entry) bool, error) {
	platform, err := choose("platform", o.Platform, target.Platforms())
	if err != nil {
		return nil, err
	}
	family, err := choose("family", o.Family, schema.Families())
	if err != nil {
		return nil, err
	}
	word, only := strings.ToLower(o.Word), platform.Schema()
	return func(e schema.Entry) bool {
		if family != "" && e.Family != family || !strings.Contains(strings.ToLower(e.ID), word) {
			return false
		}
		if only == "" && !o.Deprecated && !o.Removed {
			return true
		}
		for platform, l := range e.Platforms {
			if (only == "" || platform == only) && (!o.Deprecated || !l.Deprecated.IsZero()) && (!o.Removed || !l.Removed.IsZero()) {
				return true
			}
		}
		return false
	}, nil
}

// SchemaFamilies lists the families of types.
func SchemaFamilies() []string { return Words(schema.Families()) }

// choose reads a value as one of several, in any case. Empty stays empty.
func choose[T ~string](what, value string, all []T) (T, error) {
	if value == "" {
		return "", nil
	}
	i := slices.IndexFunc(all, func(s T) bool { return strings.EqualFold(string(s), value) })
	if i < 0 {
		words := Words(all)
		return "", diag.Usage(cmp.Or(text.DidYouMean(value, words), "want "+text.Choices(words)), "unknown %s %q", what, value)
	}
	return all[i], nil
}

// Words returns names as plain text.
func Words[T ~string](names []T) []string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = string(name)
	}
	return words
}
