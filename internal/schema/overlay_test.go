package schema

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/plist"
)

// catalogOf makes a catalog in memory.
func catalogOf(t *testing.T, types ...*Type) *Catalog {
	t.Helper()
	files, err := Files(types)
	if err != nil {
		t.Fatal(err)
	}
	in := fstest.MapFS{}
	for name, data := range files {
		in[name] = &fstest.MapFile{Data: data}
	}
	return Open(in)
}

func simple(id, key, source string) *Type {
	name, _, _ := strings.Cut(id, "(")
	return &Type{ID: id, PayloadType: name, Family: Payload, Sources: []Source{{Name: source}},
		Keys: []*Key{{Name: key, Kind: plist.String}}}
}

func TestLayered(t *testing.T) {
	base := catalogOf(t, simple("com.example.a", "Old", "one"), simple("com.example.b", "Kept", "one"), simple("com.example.c(X)", "X", "one"))
	over := catalogOf(t, simple("com.example.a", "New", "one"), simple("com.example.c(Y)", "Y", "one"), simple("com.example.d", "D", "one"))
	both := Layered(base, over)
	tests := []struct{ name, keys string }{
		{"com.example.a", "New"}, {"com.example.b", "Kept"}, {"com.example.c", "X Y"}, {"com.example.d", "D"}, {"com.example.e", ""},
	}
	for _, x := range tests {
		types, err := both.Payloads(x.name)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, found := range types {
			keys = append(keys, found.Keys[0].Name)
		}
		if got := strings.Join(keys, " "); got != x.keys {
			t.Errorf("%s has %q, want %q", x.name, got, x.keys)
		}
	}
	entries, err := both.Entries()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	if d := cmp.Diff([]string{"com.example.a", "com.example.b", "com.example.c(X)", "com.example.c(Y)", "com.example.d"}, ids); d != "" {
		t.Error(d)
	}
	if x, err := both.Declaration("com.apple.configuration.none"); x != nil || err != nil {
		t.Errorf("an unknown declaration is %v, %v", x, err)
	}
}

func TestLayeredSaysWhatIsWrong(t *testing.T) {
	broken := Open(fstest.MapFS{"index.json": {Data: []byte("{")}, "profiles/com.example.a.json": {Data: []byte("[]")}})
	both := Layered(catalogOf(t, simple("com.example.a", "Old", "one")), broken)
	if _, err := both.Entries(); err == nil {
		t.Error("a broken index is no error")
	}
	if _, err := both.Payloads("com.example.a"); err == nil {
		t.Error("a broken type is no error, but the one below it counts")
	}
}
