package app

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/guidance"
	"syncguard/internal/inspect"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/secret"
)

// FormTypes lists what a form can be made for.
type FormTypes struct {
	Types []FormEntry `json:"types"` // payloads, declarations and preference domains, by family and ID
}

// FormEntry is a type to choose.
type FormEntry struct {
	SchemaEntry
	Title string   `json:"title"` // what it is about, in a word or two; empty if nothing is known
	Keys  []string `json:"keys"`  // its first keys, those required before the others
}

// Form is all that a form for a payload, a declaration or what is around them has to know.
type Form struct {
	Name   string              `json:"name"`   // the payload type, or the declaration's type
	Title  string              `json:"title"`  // what it is about, in a word or two; empty if nothing is known
	Types  []SchemaType        `json:"types"`  // of this name, none for an unknown one; several share the name of some payloads
	Around *SchemaType         `json:"around"` // the keys of every payload or declaration beside the type's own; null for what is around them
	Hints  map[string]FormHint `json:"hints"`  // beyond the schema, by path without [] of arrays
}

// FormHint is what is known of a key beyond its schema.
type FormHint struct {
	References []string   `json:"references,omitempty"` // types of the payloads of which it holds the PayloadUUID
	Sense      string     `json:"sense,omitempty"`      // of a string or data: `url`, `host`, `certificate` and so on
	Schemes    []string   `json:"schemes,omitempty"`    // of a URL
	Octets     int        `json:"octets,omitempty"`     // longest length in UTF-8
	Secret     bool       `json:"secret,omitempty"`     // a password, a token or the like
	OneOf      [][]string `json:"oneOf,omitempty"`      // keys of a dictionary, of which one has to be there; the path is empty for the type itself
}

// formFamilies are the families with forms: what is a file, or a payload in one.
var formFamilies = []schema.Family{schema.Payload, schema.Configuration, schema.Asset, schema.Activation, schema.Management, schema.Preferences}

// ListForms lists the types that a person can make a payload or a declaration of.
func ListForms(h *Host) (*FormTypes, error) {
	listed, err := SchemaList(h, SchemaListOptions{})
	if err != nil {
		return nil, err
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	all := &FormTypes{}
	for _, e := range listed.Types {
		if !slices.Contains(formFamilies, e.Family) {
			continue
		}
		t, err := catalog.Type(e.ID, e.Family)
		if err != nil {
			return nil, err
		}
		entry := FormEntry{SchemaEntry: e, Title: formTitle(e.PayloadType)}
		if t != nil {
			entry.Keys = firstKeys(t)
		}
		all.Types = append(all.Types, entry)
	}
	return all, nil
}

// firstKeys are at most five names of keys to know a type by.
func firstKeys(t *schema.Type) []string {
	var names []string
	for _, required := range []bool{true, false} {
		for _, k := range t.Keys {
			if k.Required == required && k.Name != schema.Any && len(names) < 5 {
				names = append(names, k.Name)
			}
		}
	}
	return names
}

func formTitle(payloadType string) string { return guidance.In("en").Topics[payloadType] }

// FormOf returns what a form has to know of a payload type, a declaration, a preference domain, or of what is around them:
// facts.Profile or facts.Declaration. An unknown type has the keys of every payload or declaration alone.
func FormOf(h *Host, name string) (*Form, error) {
	if name == "" {
		return nil, diag.Usage("name a payload type or a declaration", "missing type")
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	f := &Form{Name: name, Title: formTitle(name), Hints: map[string]FormHint{}}
	add := func(t *schema.Type, err error) (*SchemaType, error) {
		if t == nil || err != nil {
			return nil, err
		}
		d, err := catalog.Descriptions(t)
		if err != nil {
			return nil, err
		}
		shown := schemaType(t, nil, d)
		f.addHints(facts.Embedded().Of(name), shown.Keys, "", map[string]bool{})
		return &shown, nil
	}
	var types []*schema.Type
	around := catalog.Common
	switch name {
	case facts.Profile:
		t, err := catalog.Envelope()
		if err != nil {
			return nil, err
		}
		types, around = append(types, t), nil
	case facts.Declaration:
		t, err := catalog.DeclarationBase()
		if err != nil {
			return nil, err
		}
		types, around = append(types, t), nil
	default:
		if types, err = formTypes(catalog, name); err != nil {
			return nil, err
		}
		if len(types) > 0 && isDeclarationFamily(types[0].Family) {
			around = catalog.DeclarationBase
		}
	}
	for _, t := range types {
		shown, err := add(t, nil)
		if err != nil {
			return nil, err
		}
		f.Types = append(f.Types, *shown)
	}
	if around != nil {
		if f.Around, err = add(around()); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// formTypes are the types of a name, with those whose keys it has, too.
func formTypes(catalog *schema.Catalog, name string) ([]*schema.Type, error) {
	types, err := typesNamed(catalog, name)
	if err != nil {
		return nil, err
	}
	if other := facts.Embedded().Extended(name); other != "" {
		more, err := typesNamed(catalog, other)
		return append(slices.Clip(types), more...), err
	}
	return types, nil
}

func isDeclarationFamily(f schema.Family) bool {
	return slices.Contains([]schema.Family{schema.Configuration, schema.Asset, schema.Activation, schema.Management}, f)
}

// addHints adds what the facts have on keys at a place, and below.
func (f *Form) addHints(at *facts.Place, keys []schema.KeyFacts, path string, seen map[string]bool) {
	hint := f.Hints[path]
	if at != nil && !seen[path] {
		for _, c := range at.Conditions {
			if c.Kind == facts.OneOf && len(c.When) == 0 {
				hint.OneOf = append(hint.OneOf, c.Keys)
			}
		}
		seen[path] = true
	}
	if len(hint.OneOf) > 0 {
		f.Hints[path] = hint
	}
	for _, k := range keys {
		if k.Element {
			f.addHint(at, k, path)
			f.addHints(at, k.Keys, path, seen)
			continue
		}
		below := at.Key(k.Name)
		name := strings.TrimPrefix(path+"."+k.Name, ".")
		f.addHint(below, k, name)
		f.addHints(below, k.Keys, name, seen)
	}
}

func (f *Form) addHint(at *facts.Place, k schema.KeyFacts, path string) {
	hint := f.Hints[path]
	if at != nil && (k.Type == "string" || k.Type == "data") {
		if at.Reference != nil {
			hint.References = at.Reference.To
		}
		if m := at.Meaning; m != nil {
			hint.Sense, hint.Schemes, hint.Octets = string(m.Sense), m.Schemes, m.Octets
		}
	}
	hint.Secret = hint.Secret || k.Type == "string" && secret.IsKey(cmp.Or(k.Name, lastName(path)))
	if hint.References != nil || hint.Sense != "" || hint.Secret {
		f.Hints[path] = hint
	}
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// DescribedData is what is known of the data of a key.
type DescribedData struct{ inspect.Data }

// DescribeData describes the data of a key: its kind, and certificates in it.
func DescribeData(h *Host, data []byte) *DescribedData {
	return &DescribedData{*inspect.DataOf(data, h.Now())}
}
