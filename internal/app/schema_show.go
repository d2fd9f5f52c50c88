package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/schema"
	"syncguard/internal/schema/manifests"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// SchemaShown is the result of SchemaShow.
type SchemaShown struct {
	Types []SchemaType `json:"types"` // every type of this name
	Hint  string       `json:"-"`     // how to get the sources' own descriptions; empty with an import of them
}

// SchemaType is a type with its keys, or with one of them if Path is not empty.
type SchemaType struct {
	ID          string              `json:"id"` // this and the next as in `schema list`
	PayloadType string              `json:"payloadType"`
	Family      schema.Family       `json:"family"`
	Path        string              `json:"path,omitempty"`        // the key asked for; absent for a type as a whole
	Apply       string              `json:"apply,omitempty"`       // how several declarations of the type combine: `single`, `multiple`, `combined`
	Replacement string              `json:"replacement,omitempty"` // the declaration replacing a deprecated payload
	Title       string              `json:"title,omitempty"`       // of an imported checkout
	Description *schema.Description `json:"description,omitempty"` // of the type or the key; an import's, or else syncguard's own
	Platforms   []schema.OnPlatform `json:"platforms"`             // of the type, or of the key with all facts above it
	Keys        []schema.KeyFacts   `json:"keys"`                  // the keys of the type, or the one asked for
	Sources     []schema.Source     `json:"sources"`
	Unsure      []string            `json:"unsure"` // facts not seen in a source; of a key, without those about other keys
}

// SchemaShow returns the facts of the types of a name, or of one of their keys: TYPE or TYPE.KEY.PATH.
func SchemaShow(h *Host, name string) (*SchemaShown, error) {
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	types, path, err := findTypes(catalog, name)
	if err != nil {
		return nil, err
	}
	shown := &SchemaShown{}
	var missing error
	isDescribed := false
	for _, t := range types {
		keys, rest := t.Resolve(path)
		if rest != "" {
			missing = unknownKey(t, keys, rest)
			continue // another type of the same name may have it
		}
		descriptions, err := catalog.Descriptions(t)
		if err != nil {
			return nil, err
		}
		isDescribed = isDescribed || descriptions.IsImported()
		shown.Types = append(shown.Types, schemaType(t, keys, descriptions))
	}
	if len(shown.Types) == 0 {
		return nil, missing
	}
	if !isDescribed {
		shown.Hint = importHint(shown.Types[0])
	}
	return shown, nil
}

// findTypes splits a name into types and the path of a key. Names of types have dots too, so the longest known one
// counts.
func findTypes(catalog *schema.Catalog, name string) (types []*schema.Type, path string, err error) {
	for typeName, rest := name, ""; ; {
		if types, err = catalog.Find(typeName); len(types) > 0 || err != nil {
			return types, rest, err
		}
		i := strings.LastIndexByte(typeName, '.')
		if i < 0 {
			return nil, "", unknownType(catalog, name)
		}
		typeName, rest = name[:i], name[i+1:]
	}
}

func unknownType(catalog *schema.Catalog, name string) error {
	entries, err := catalog.Entries()
	if err != nil {
		return err
	}
	if known := typeOfWord(name, entries); known != "" {
		return diag.Usage(fmt.Sprintf("did you mean %q?", known), "unknown type %q", name)
	}
	if key, err := keyNamed(catalog, name); key != "" || err != nil {
		return cmp.Or(err, diag.Usage(fmt.Sprintf("%q is a key: %s", name, text.WithFile("syncguard schema show FILE", key)), "unknown type %q", name))
	}
	hint := "find it by words of its name or description: syncguard schema search passcode length"
	if near := nearType(name, entries); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return diag.Usage(hint, "unknown type %q", name)
}

// typeOfWord returns the payload type of Apple with this word in its name, such as com.apple.vpn.managed for vpn, or "". One that
// begins with the word comes before the others.
func typeOfWord(word string, entries []schema.Entry) (found string) {
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.PayloadType, "com.apple.")
		if !ok {
			continue
		}
		switch words := strings.Split(name, "."); slices.IndexFunc(words, func(s string) bool { return strings.EqualFold(s, word) }) {
		case -1:
		case 0:
			return e.PayloadType
		default:
			found = cmp.Or(found, e.PayloadType)
		}
	}
	return found
}

// keyNamed returns the first key of this name in any type, with its type, or "".
func keyNamed(catalog *schema.Catalog, name string) (string, error) {
	matches, err := catalog.Search(name)
	for _, m := range matches {
		if m.Node != nil && strings.EqualFold(m.Node.Name, name) {
			return m.Entry.ID + "." + strings.ReplaceAll(m.Node.Path, "[]", ""), nil
		}
	}
	return "", err
}

// nearType returns the type most similar to a name, or "". It ignores the common prefix, and also compares with the first
// word alone.
func nearType(name string, entries []schema.Entry) string {
	const prefix = "com.apple."
	full := map[string]string{}
	var names, words []string
	for _, e := range entries {
		short := strings.TrimPrefix(e.PayloadType, prefix)
		word, _, _ := strings.Cut(short, ".")
		names, words = append(names, short), append(words, word)
		for _, s := range []string{word, short} {
			if s != "" && full[s] == "" {
				full[s] = e.PayloadType
			}
		}
	}
	short := strings.TrimPrefix(name, prefix)
	return full[cmp.Or(text.Suggest(short, names), text.Suggest(short, words))]
}

// unknownKey returns the error for a rest unknown below keys.
func unknownKey(t *schema.Type, keys []string, rest string) error {
	word, _, _ := strings.Cut(rest, ".")
	names := t.Names(keys...)
	where := strings.Join(append([]string{t.ID}, keys...), ".")
	hint := "list its keys: syncguard schema show " + where
	if len(names) == 0 {
		hint = "it has no subkeys"
	}
	return diag.Usage(cmp.Or(text.DidYouMean(word, names), hint), "%q has no key %q", where, word)
}

// importHint returns the commands to get the descriptions of a type's source.
func importHint(t SchemaType) string {
	owner, repository, of := "apple", "device-management", "Apple's"
	if t.Family == schema.Preferences {
		owner, repository, of = manifests.SourceName, "", "the community's"
		owner, repository, _ = strings.Cut(owner, "/")
	}
	return fmt.Sprintf("%s own descriptions: git clone https://github.com/%s/%s && syncguard schema import %s", of, owner, repository, repository)
}

func schemaType(t *schema.Type, path []string, d *schema.Descriptions) SchemaType {
	shown := SchemaType{ID: t.ID, PayloadType: t.PayloadType, Family: t.Family, Path: strings.Join(path, "."), Apply: t.Apply, Replacement: t.Replacement,
		Platforms: t.AllAt(path...).InOrder(), Sources: append([]schema.Source{}, t.Sources...), Unsure: append([]string{}, t.Unsure...)}
	if len(path) == 0 {
		shown.Keys = append([]schema.KeyFacts{}, schema.FactsOf(t.Tree(), d)...)
	} else {
		for _, k := range t.Trail(path...) { // the elements of arrays included
			d = d.Key(k)
		}
		k := t.Key(path...)
		node := &schema.Node{Key: k, Path: shown.Path, Nodes: k.Tree(shown.Path)}
		shown.Keys = []schema.KeyFacts{node.Facts(d)}
		shown.Unsure = slices.DeleteFunc(shown.Unsure, func(fact string) bool { // about another key
			name, _, _ := strings.Cut(fact, " ")
			k := t.Key(name)
			return name != path[0] && k != nil && k.Name == name
		})
	}
	addUnits(shown.Keys, unitTypeOf(t), path[:max(len(path)-1, 0)])
	shown.Title, shown.Description = d.Title(), d.Text()
	return shown
}

// SchemaJSONSchema returns the JSON Schema of a type, or of syncguard's templates for the word template.
func SchemaJSONSchema(h *Host, name string) ([]byte, error) {
	if name == "template" {
		return template.JSONSchema()
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	types, err := catalog.Find(name)
	if err != nil {
		return nil, err
	}
	if len(types) == 0 {
		return nil, unknownType(catalog, name)
	}
	return catalog.JSONSchema(types)
}
