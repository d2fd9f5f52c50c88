package schema

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/plist"
)

func TestCheckoutSkipsWhatCannotBeKept(t *testing.T) {
	deep := &Key{Name: "a", Kind: plist.Dictionary}
	for range plist.MaxDepth {
		deep = &Key{Name: "a", Kind: plist.Dictionary, Keys: []*Key{deep}}
	}
	types := map[string]*Type{
		"a-good":     simple("com.example.good", "A", "one"),
		"b-again":    simple("COM.example.good", "A", "one"),
		"c-outside":  simple("../../outside", "A", "one"),
		"d-escape":   simple("com.example.\x1b[2Jclear", "A", "one"),
		"e-nameless": simple("", "A", "one"),
		"f-deep":     {ID: "com.example.deep", PayloadType: "com.example.deep", Family: Payload, Keys: []*Key{deep}},
		"g-value":    {ID: "com.example.value", PayloadType: "com.example.value", Family: Payload, Keys: []*Key{{Name: "A", Kind: plist.String, Default: &plist.Value{Kind: plist.UID}}}},
	}
	files := fstest.MapFS{"h-broken": {Data: []byte("x")}, "i-large": {Data: make([]byte, maxCheckoutFile+1)}}
	var names []string
	for _, name := range []string{"a-good", "b-again", "c-outside", "d-escape", "e-nameless", "f-deep", "g-value"} {
		files[name] = &fstest.MapFile{}
		names = append(names, name)
	}
	c, err := ReadCheckout(files, append(names, "h-broken", "i-large"), func(name string, data []byte) (*Type, *Prose, error) {
		if len(data) > 0 {
			return nil, nil, errors.New("broken")
		}
		types[name].Sources = []Source{{Path: name}}
		return types[name], &Prose{Title: name}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	made, err := c.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.json", "profiles/com.example.good.json", "prose/profiles/com.example.good.json"} {
		if made[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
	if len(made) != 3 {
		t.Errorf("%d files, want 3", len(made))
	}
	var skipped []string
	for _, err := range c.Skipped {
		name, _, _ := strings.Cut(err.Error(), ":")
		skipped = append(skipped, name)
	}
	if d := cmp.Diff([]string{"h-broken", "i-large", "b-again", "c-outside", "d-escape", "e-nameless", "f-deep", "g-value"}, skipped); d != "" {
		t.Error(d)
	}
}

func TestCheckoutIsBounded(t *testing.T) {
	files := fstest.MapFS{}
	var names []string
	for i := range maxCheckoutBytes/maxCheckoutFile + 1 {
		name := fmt.Sprint(i)
		files[name] = &fstest.MapFile{Data: make([]byte, maxCheckoutFile)}
		names = append(names, name)
	}
	nothing := func(string, []byte) (*Type, *Prose, error) { return nil, nil, nil }
	if _, err := ReadCheckout(files, names, nothing); err == nil {
		t.Error("too many bytes are no error")
	}
	if _, err := ReadCheckout(files, make([]string, maxCheckoutFiles+1), nothing); err == nil {
		t.Error("too many files are no error")
	}
	c, err := ReadCheckout(files, nil, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Files(); err == nil {
		t.Error("a catalog of nothing is no error")
	}
}
