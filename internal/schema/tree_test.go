package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/plist"
)

// folders is a type whose keys lead back to themselves, with names that hold dots.
func folders() *Type {
	items := &Key{Name: "Items", Kind: plist.Array}
	item := &Key{Name: "Item", Kind: plist.Dictionary, Keys: []*Key{
		{Name: "Title", Kind: plist.String, Required: true},
		{Name: "com.example.mark", Kind: plist.Boolean},
		items,
	}}
	items.Keys = []*Key{item}
	return &Type{ID: "com.example.folders", PayloadType: "com.example.folders", Family: Payload, Keys: []*Key{
		items,
		{Name: "Flags", Kind: plist.Dictionary, Keys: []*Key{{Name: Any, Kind: plist.Dictionary, Keys: []*Key{{Name: "On", Kind: plist.Boolean}}}}},
	}}
}

func TestTreeEndsWhereKeysComeAgain(t *testing.T) {
	var got []string
	eachNode(folders().Tree(), func(n *Node) {
		line := n.Path
		if n.Repeats != "" {
			line += " as " + n.Repeats
		}
		got = append(got, line)
	})
	want := []string{
		"Items", "Items[]", "Items[].Title", "Items[].com.example.mark", "Items[].Items as Items",
		"Flags", "Flags.ANY", "Flags.ANY.On",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A type whose keys refer to each other without end has a small tree all the same.
func TestTreeIsNoLargerThanTheSchema(t *testing.T) {
	leaf := []*Key{{Name: "leaf", Kind: plist.String}}
	keys := leaf
	for range 60 {
		keys = []*Key{{Name: "a", Kind: plist.Dictionary, Keys: keys}, {Name: "b", Kind: plist.Dictionary, Keys: keys}}
	}
	count := 0
	eachNode((&Type{Keys: keys}).Tree(), func(*Node) { count++ })
	if count != 121 {
		t.Errorf("%d nodes, want 121", count)
	}
}

func TestResolve(t *testing.T) {
	tests := []struct{ path, keys, rest string }{
		{"", "", ""},
		{"Items", "Items", ""},
		{"Items.Title", "Items|Title", ""},
		{"Items[].Title", "Items|Title", ""},
		{"Items.com.example.mark", "Items|com.example.mark", ""},
		{"Items.Items.Items.Title", "Items|Items|Items|Title", ""},
		{"Flags.anything.On", "Flags|anything|On", ""},
		{"Items.Nothing", "Items", "Nothing"},
		{"Item", "", "Item"},
		{"Items.Title.More", "Items|Title", "More"},
	}
	for _, x := range tests {
		keys, rest := folders().Resolve(x.path)
		if got := strings.Join(keys, "|"); got != x.keys || rest != x.rest {
			t.Errorf("Resolve(%q) = %q, %q, want %q, %q", x.path, got, rest, x.keys, x.rest)
		}
	}
}

// Every path that a search gives leads back to its key.
func TestPathsOfTheEmbeddedCatalogResolve(t *testing.T) {
	err := Embedded().each(func(_ Entry, x *Type) {
		eachNode(x.Tree(), func(n *Node) {
			if n.IsElement {
				return
			}
			keys, rest := x.Resolve(n.Path)
			if k := x.Key(keys...); rest != "" || k == nil || k.Name != n.Name {
				t.Errorf("%s: Resolve(%q) = %q, %q", x.ID, n.Path, keys, rest)
			}
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
