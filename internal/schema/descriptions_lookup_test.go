package schema

import (
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/plist"
)

// Every line of descriptions.csv is found at its key in the embedded catalog.
func TestEveryDescriptionIsFound(t *testing.T) {
	c := Embedded()
	types, all := map[string][]*Type{}, map[*Type]*Descriptions{}
	err := c.each(func(e Entry, x *Type) {
		d, err := c.Descriptions(x)
		if err != nil {
			t.Fatal(err)
		}
		types[e.ID], all[x] = append(types[e.ID], x), d
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range readDescriptions(t) {
		found := false
		for _, x := range types[row[0]] {
			keys, rest := x.Resolve(row[1])
			d := all[x]
			for _, k := range x.Trail(keys...) {
				d = d.Key(k)
			}
			text := d.Text()
			found = found || rest == "" && text != nil && text.Text == row[2] && text.Own
		}
		if !found {
			t.Errorf("%s.%s is not found", row[0], row[1])
		}
	}
}

// Where keys share their subkeys, the line of one path serves the others, and elements of arrays have none.
func TestDescriptionsOfSharedKeys(t *testing.T) {
	x, err := Embedded().Type("com.apple.TCC.configuration-profile-policy", Payload)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Embedded().Descriptions(x)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range FactsOf(x.Tree(), d)[0].Keys[0].Keys {
		if f.Description != nil {
			found[f.Path] = f.Description.Text
		}
		for _, k := range f.Keys {
			if k.Description != nil {
				found[k.Path] = k.Description.Text
			}
		}
	}
	if len(found) < 3 {
		t.Errorf("the first service has %v", found)
	}
}

// An import's text counts before syncguard's own line, which stays for keys that the import does not describe.
func TestDescriptionsOfAnImport(t *testing.T) {
	x := &Type{ID: "com.apple.applicationaccess", PayloadType: "com.apple.applicationaccess", Family: Payload, Sources: []Source{{Name: AppleSource, Version: "28", Path: "a.yaml"}},
		Keys: []*Key{{Name: "allowCamera", Kind: plist.Boolean}, {Name: "forceAutomaticDateAndTime", Kind: plist.Boolean}}}
	files, err := Files([]*Type{x})
	if err != nil {
		t.Fatal(err)
	}
	in := fstest.MapFS{proseName(x): {Data: []byte(`{"title": "Restrictions", "keys": {"allowCamera": {"title": "Camera", "content": "Told by Apple."}}}`)}}
	for name, data := range files {
		in[name] = &fstest.MapFile{Data: data}
	}
	both := Layered(Embedded(), Open(in))
	x, err = both.Type("com.apple.applicationaccess", Payload)
	if err != nil {
		t.Fatal(err)
	}
	d, err := both.Descriptions(x)
	if err != nil || d.Title() != "Restrictions" || !d.IsImported() || d.Text() != nil {
		t.Fatalf("got %q, %v, %v", d.Title(), d.Text(), err)
	}
	apples, own := d.Key(x.Key("allowCamera")).Text(), d.Key(x.Key("forceAutomaticDateAndTime")).Text()
	if apples == nil || *apples != (Description{Text: "Told by Apple.", Source: "apple/device-management@28 a.yaml"}) {
		t.Errorf("got %v", apples)
	}
	if own == nil || !own.Own || own.Source == "" {
		t.Errorf("got %v", own)
	}
	data, err := both.JSONSchema([]*Type{x})
	if err != nil || !strings.Contains(string(data), `"description": "Told by Apple. (apple/device-management@28 a.yaml)"`) ||
		!strings.Contains(string(data), `(syncguard's words, from apple/device-management@b6202ca mdm/profiles/com.apple.applicationaccess.yaml)"`) {
		t.Errorf("the JSON Schema is without the descriptions, %v", err)
	}
}

func TestDescriptionsOfNothing(t *testing.T) {
	var d *Descriptions
	if d.Key(&Key{Name: "a"}).Text() != nil || d.Title() != "" || d.IsImported() {
		t.Error("nil has a description")
	}
}
