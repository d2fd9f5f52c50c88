package appleyaml

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

func TestReadCheckout(t *testing.T) {
	files := fstest.MapFS{
		"mdm/profiles/com.example.door.yaml": {Data: []byte(`
title: Door
description: For doors.
payload: {payloadtype: com.example.door, content: Describes a door.}
payloadkeys:
- key: Panes
  type: <array>
  content: All of glass.
  subkeys: &panes
  - key: PaneItem
    type: <dictionary>
    subkeys:
    - {key: Tint, type: <string>, title: Colour, content: Of the glass.}
    - {key: Inner, type: <array>, subkeys: *panes}
`)},
		"mdm/profiles/com.example.delta.delta.yaml":             {Data: []byte(`payload: {payloadtype: com.example.door}`)},
		"mdm/profiles/broken.yaml":                              {Data: []byte(`payload: [`)},
		"declarative/declarations/configurations/new.kind.yaml": {Data: []byte(`payload: {declarationtype: com.apple.novelty.thing}`)},
		"mdm/profiles/TopLevel.yaml": {Data: []byte(`
payload: {payloadtype: TopLevel}
payloadkeys:
- key: ConsentText
  type: <dictionary>
  subkeys:
  - {key: ConsentTextItem, type: <dictionary>, subkeys: [{key: ANY, type: <string>}]}
`)},
	}
	if !IsCheckout(files) || IsCheckout(fstest.MapFS{"Manifests/a": {}}) {
		t.Error("the shape of Apple's repository is not told")
	}
	c, err := ReadCheckout(files, "27.1")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Types) != 2 || len(c.Skipped) != 2 {
		t.Fatalf("%d types, skipped %v, want 2 and 2", len(c.Types), c.Skipped)
	}
	made, err := c.Files()
	if err != nil {
		t.Fatal(err)
	}
	on := fstest.MapFS{}
	for name, data := range made {
		on[name] = &fstest.MapFile{Data: data}
		if strings.Contains(string(data), "glass") && !strings.HasPrefix(name, "prose/") {
			t.Errorf("%s holds words", name)
		}
	}
	catalog := schema.Open(on)
	types, err := catalog.Payloads("com.example.door")
	if err != nil || len(types) != 1 {
		t.Fatal(types, err)
	}
	door := types[0]
	if door.Sources[0] != (schema.Source{Name: RepositoryName, Version: "27.1", Path: "mdm/profiles/com.example.door.yaml"}) {
		t.Errorf("the source is %v", door.Sources)
	}
	prose, err := catalog.Prose(door)
	if err != nil || prose == nil || prose.Title != "Door" || prose.Content != "Describes a door." {
		t.Errorf("the words are %+v, %v", prose, err)
	}
	if tint := prose.Key("Panes").Key("PaneItem").Key("Tint"); tint == nil || tint.Title != "Colour" || tint.Content != "Of the glass." {
		t.Errorf("the words of Tint are %+v", tint)
	}
	top, err := catalog.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	if k := top.Key("ConsentText", "de"); k == nil || k.Kind != plist.String {
		t.Errorf("ConsentText.de is %v, want a string", k)
	}
}

// A file may not make much of little by referring to itself.
func TestReadCheckoutBoundsAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("payload: {payloadtype: com.example.many}\npayloadkeys:\n- {key: A, type: <string>, rangelist: &many [a, b]}\n")
	for i := range maxAliases + 1 {
		fmt.Fprintf(&b, "- {key: K%d, type: <string>, rangelist: *many}\n", i)
	}
	c, err := ReadCheckout(fstest.MapFS{"mdm/profiles/com.example.many.yaml": {Data: []byte(b.String())}}, "1")
	if err != nil || len(c.Types) != 0 || len(c.Skipped) != 1 || !strings.Contains(c.Skipped[0].Error(), "aliases") {
		t.Errorf("%+v, %v", c, err)
	}
}

// Whatever a file holds, it is read or skipped, and what is read can be kept.
func FuzzReadCheckoutKeepsOrSkips(f *testing.F) {
	for _, file := range older {
		f.Add(file.Data)
	}
	f.Add([]byte("payload: {payloadtype: a}\npayloadkeys: &a\n- {key: b, type: <array>, subkeys: *a}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ReadCheckout(fstest.MapFS{"mdm/profiles/a.yaml": {Data: data}}, "1")
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Types)+len(c.Skipped) != 1 {
			t.Fatalf("%d types and %d skipped of one file", len(c.Types), len(c.Skipped))
		}
		if _, err := c.Files(); err != nil && len(c.Skipped) == 0 {
			t.Fatal(err)
		}
	})
}
