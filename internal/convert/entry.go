package convert

import (
	"fmt"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// topLevel returns the template's section about the top level.
func (a *draft) topLevel() (*plist.Value, error) {
	profile := plist.NewDictionary().Set("identifier", plist.NewString(a.Name))
	if a.isDeclaration {
		return profile, nil
	}
	isRaw := len(a.rawReasons[topLevelIndex]) > 0
	keys := plist.NewDictionary()
	for _, f := range a.root.Fields {
		if f.Key == "PayloadContent" || !isRaw && isImplied(f) {
			continue
		}
		v, err := a.templateValue(f.Value, f.Key)
		if err != nil {
			return nil, err
		}
		keys.Fields = append(keys.Fields, plist.Field{Key: f.Key, Value: v})
	}
	slices.SortStableFunc(keys.Fields, func(x, y plist.Field) int { return keyOrder(x.Key) - keyOrder(y.Key) })
	if isRaw {
		profile.Set("raw", plist.NewBoolean(true))
	}
	return profile.Set("keys", keys), nil
}

// isImplied reports whether package compose writes this key of the top level anyway.
func isImplied(f plist.Field) bool {
	return f.Key == "PayloadType" && f.Value.Text == "Configuration" || f.Key == "PayloadVersion" && plist.Equal(f.Value, plist.NewInteger(1))
}

// keyOrder sorts the most useful keys first.
func keyOrder(key string) int {
	first := []string{"PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription", "PayloadOrganization", "PayloadScope"}
	if i := slices.Index(first, key); i >= 0 {
		return i
	}
	return len(first)
}

// payloadEntries returns the entries for the payloads, or for the declaration.
func (a *draft) payloadEntries() ([]*plist.Value, error) {
	if a.isDeclaration {
		entry, err := a.declarationEntry()
		return []*plist.Value{entry}, err
	}
	var all []*plist.Value
	for i, p := range a.payloads {
		entry, err := a.payloadEntry(i, p)
		if err != nil {
			return nil, err
		}
		all = append(all, entry)
	}
	return all, nil
}

// payloadEntry returns an entry of payloads.
func (a *draft) payloadEntry(index int, p *plist.Value) (*plist.Value, error) {
	entry := plist.NewDictionary().Set("id", plist.NewString(a.ids[index])).Set("type", literal(p.Get("PayloadType").Text))
	said := map[string]bool{"PayloadType": true}
	isRaw := len(a.rawReasons[index]) > 0
	for _, word := range [][2]string{
		{"identifier", "PayloadIdentifier"}, {"uuid", "PayloadUUID"}, {"displayName", "PayloadDisplayName"}, {"description", "PayloadDescription"},
	} {
		if v := p.Get(word[1]); v != nil && v.Kind == plist.String && !v.Secret && template.PayloadTakes(word[0], v.Text) {
			entry.Set(word[0], literal(v.Text))
			said[word[1]] = true
		}
	}
	if isRaw {
		entry.Set("raw", plist.NewBoolean(true))
	}
	for _, f := range entry.Fields {
		if err := a.grow(f.Key, f.Value); err != nil {
			return nil, err
		}
	}
	keys := plist.NewDictionary()
	for _, f := range p.Fields {
		if said[f.Key] || f.Key == "PayloadVersion" && !isRaw && isImplied(f) {
			continue
		}
		a.size += len(f.Key)
		v, err := a.templateValue(f.Value, a.ids[index]+"."+f.Key)
		if err != nil {
			return nil, err
		}
		keys.Fields = append(keys.Fields, plist.Field{Key: f.Key, Value: v})
	}
	if len(keys.Fields) > 0 {
		entry.Set("keys", keys)
	}
	return entry, nil
}

// declarationEntry returns the only entry for a declaration.
func (a *draft) declarationEntry() (*plist.Value, error) {
	entry := plist.NewDictionary().Set("id", plist.NewString(a.ids[0])).Set("type", literal(a.root.Get("Type").Text))
	for _, f := range a.root.Fields {
		switch v := f.Value; f.Key {
		case "Type", "ServerToken":
		case "Identifier":
			if v.Kind != plist.String || v.Secret || !template.PayloadTakes("identifier", v.Text) {
				return nil, newRefusal("no template can build the Identifier %s", v.Describe())
			}
			entry.Set("identifier", literal(v.Text))
		case "Payload":
			keys, err := a.templateValue(v, a.ids[0])
			if err != nil {
				return nil, err
			}
			if len(keys.Fields) > 0 {
				entry.Set("keys", keys)
			}
		default:
			return nil, newRefusal("no template can build the key %q beside Payload", f.Key)
		}
	}
	return entry, nil
}

// templateValue converts a value for the template. Variables and files are named after path.
func (a *draft) templateValue(v *plist.Value, path string) (*plist.Value, error) {
	if err := a.grow("", v); err != nil {
		return nil, err
	}
	switch id := a.references[v]; {
	case a.isSecret(v):
		return a.secretVariable(v, path), nil
	case id != "":
		return template.NewReference(id), nil
	case v.Kind == plist.String:
		return literal(v.Text), nil
	case v.Kind == plist.Data && a.SeparateFiles && len(v.Data) > MaxInline:
		return a.dataFile(v, path), nil
	case v.Kind == plist.Dictionary && template.IsReplaced(v):
		return nil, newRefusal("%s has the key $file, $text or $uuid, reserved in templates for files and references", path)
	}
	w := &plist.Value{Kind: v.Kind, Data: v.Data, Time: v.Time, Bool: v.Bool, Int: v.Int, Real: v.Real}
	for _, f := range v.Fields {
		a.size += len(f.Key)
		value, err := a.templateValue(f.Value, path+"."+f.Key)
		if err != nil {
			return nil, err
		}
		w.Fields = append(w.Fields, plist.Field{Key: f.Key, Value: value})
	}
	for i, item := range v.Items {
		value, err := a.templateValue(item, fmt.Sprintf("%s.%d", path, i))
		if err != nil {
			return nil, err
		}
		w.Items = append(w.Items, value)
	}
	return w, nil
}

// grow counts the least that a key with its value takes in a template, so that a large document is refused before its YAML is made.
func (a *draft) grow(key string, v *plist.Value) error {
	if a.size += len("- \n") + len(key) + len(v.Text); v.Kind == plist.Boolean {
		a.size += len("true")
	}
	if !a.SeparateFiles {
		a.size += len(v.Data)
	}
	if a.size > template.MaxFile {
		return newRefusal("too large for a template: want at most %d KiB (with -o, long data goes into separate files)", template.MaxFile>>10)
	}
	return nil
}
