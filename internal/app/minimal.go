package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/profiles"
)

// MinimalOptions say what to begin.
type MinimalOptions struct {
	Type         string   // ID of a payload type or a preference domain, or the type of a declaration
	Organization string   // reverse-DNS name that identifiers begin with; empty for com.example
	Profile      string   // PayloadIdentifier of the profile that a payload is for; empty for a new profile
	Taken        []string // identifiers in use
}

// Minimal is a new payload or declaration: what is required of it, as far as there is only one choice. The rest is up to a person.
type Minimal struct {
	Name    string    `json:"name"`    // of a file for it
	Text    string    `json:"text"`    // a whole file: a profile with the payload, or the declaration
	Payload TreeValue `json:"payload"` // the payload alone, for another profile, or the declaration
}

// MakeMinimal begins a payload in a profile, or a declaration.
func MakeMinimal(h *Host, o MinimalOptions) (*Minimal, error) {
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	types, err := minimalTypes(catalog, o.Type)
	if err != nil {
		return nil, err
	}
	t := types[0]
	word := identifierWord(t.PayloadType)
	organization := cmp.Or(o.Organization, "com.example")
	keys := plist.NewDictionary()
	for _, of := range types {
		fillRequired(keys, of.Keys, map[*schema.Key]bool{})
	}
	if isDeclarationFamily(t.Family) {
		v := plist.NewDictionary().Set("Type", plist.NewString(t.PayloadType)).
			Set("Identifier", plist.NewString(profiles.DeclarationIdentifier(organization, freeName(organization+"."+word, o.Taken)))).Set("Payload", keys)
		data, err := plist.WriteJSON(v) // without a ServerToken: the server gives it one
		return &Minimal{word + ".json", string(data), TreeValueOf(v)}, err
	}
	identifier := cmp.Or(o.Profile, organization+"."+word)
	own := freeName(identifier+"."+word, o.Taken)
	p := profiles.Payload{Type: t.PayloadType, Identifier: own, UUID: profiles.UUID(organization, own), DisplayName: formTitle(t.PayloadType), Keys: keys}
	profile := profiles.Profile{Identifier: identifier, UUID: profiles.UUID(organization, identifier), DisplayName: cmp.Or(formTitle(t.PayloadType), t.PayloadType),
		Payloads: []profiles.Payload{p}}
	for _, need := range facts.Embedded().Envelope {
		if need.Key == "PayloadScope" && slices.Contains(need.Types, t.PayloadType) {
			profile.Scope = need.Is
		}
	}
	data, err := profile.Encode()
	return &Minimal{word + ".mobileconfig", string(data), TreeValueOf(p.Value())}, err
}

// typeOfID returns the type of an ID: a payload type, a declaration or a preference domain.
func typeOfID(catalog *schema.Catalog, id string) (*schema.Type, error) {
	for _, f := range formFamilies {
		if t, err := catalog.Type(id, f); t != nil || err != nil {
			return t, err
		}
	}
	name, _, _ := strings.Cut(id, "(")
	if name == "" {
		return nil, diag.Usage("name a payload type or a declaration", "missing type")
	}
	return nil, unknownType(catalog, id)
}

// minimalTypes are the type of an ID, and those whose keys it has, too.
func minimalTypes(catalog *schema.Catalog, id string) ([]*schema.Type, error) {
	t, err := typeOfID(catalog, id)
	if err != nil {
		return nil, err
	}
	if other := facts.Embedded().Extended(t.PayloadType); other != "" {
		more, err := typesNamed(catalog, other)
		return append([]*schema.Type{t}, more...), err
	}
	return []*schema.Type{t}, nil
}

// identifierWord is the end of an identifier and the beginning of a file's name for a type.
func identifierWord(payloadType string) string {
	word := strings.TrimPrefix(payloadType, "com.apple.")
	for _, prefix := range []string{"configuration.", "asset.", "activation.", "management."} {
		word = strings.TrimPrefix(word, prefix)
	}
	return strings.ToLower(strings.Trim(strings.TrimSuffix(word, ".managed"), "."))
}

// freeName returns a name that is not taken.
func freeName(name string, taken []string) string {
	used := map[string]bool{}
	for _, t := range taken {
		used[strings.ToLower(t)] = true
	}
	free := name
	for n := 2; used[strings.ToLower(free)]; n++ {
		free = fmt.Sprintf("%s%d", name, n)
	}
	return free
}

// fillRequired sets the required keys with one possible value: a default, the only one allowed, and a dictionary or an array that
// holds others. above are the keys around, which may lead back to themselves.
func fillRequired(v *plist.Value, keys []*schema.Key, above map[*schema.Key]bool) {
	for _, k := range keys {
		if !k.Required || k.Name == schema.Any || above[k] {
			continue
		}
		above[k] = true
		if x := onlyValue(k, above); x != nil {
			v.Set(k.Name, x)
		}
		delete(above, k)
	}
}

// onlyValue returns the value that a required key begins with, nil if a person has to choose it.
func onlyValue(k *schema.Key, above map[*schema.Key]bool) *plist.Value {
	switch {
	case k.Default != nil:
		return k.Default
	case len(k.RangeList) == 1:
		return k.RangeList[0]
	case k.Kind == plist.Dictionary && !k.AnyKind:
		v := plist.NewDictionary()
		fillRequired(v, k.Keys, above)
		return v
	case k.Kind == plist.Array:
		v := plist.NewArray()
		if len(k.Keys) == 1 && k.Keys[0].Kind == plist.Dictionary && !above[k.Keys[0]] {
			above[k.Keys[0]] = true
			item := plist.NewDictionary()
			fillRequired(item, k.Keys[0].Keys, above)
			v.Items = append(v.Items, item)
			delete(above, k.Keys[0])
		}
		return v
	}
	return nil
}
