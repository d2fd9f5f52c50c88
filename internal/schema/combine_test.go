package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// describeType writes a type's facts on one line: the type itself and its keys, as far as the tests of combine differ.
func describeType(t *Type) string {
	parts := []string{describeAvailability(t.Availability)}
	if t.Replacement != "" {
		parts = append(parts, "see "+t.Replacement)
	}
	eachNode(t.Tree(), func(n *Node) {
		s := n.Path + ": " + describeKey(n.Key)
		if a := describeAvailability(n.Availability); a != "" {
			s += " " + a
		}
		parts = append(parts, s)
	})
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

func describeAvailability(as Availabilities) string {
	var parts []string
	for _, p := range SortPlatforms(as) {
		a, s := as[p], string(p)
		if a.NotAvailable {
			s += " n/a"
		}
		for _, x := range []struct {
			name string
			v    target.Version
		}{{"introduced", a.Introduced}, {"deprecated", a.Deprecated}, {"removed", a.Removed}} {
			if !x.v.IsZero() {
				s += " " + x.name + " " + x.v.String()
			}
		}
		if a.Supervised != nil {
			s += fmt.Sprint(" supervised ", *a.Supervised)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

// stated is a type of Apple's at a version, with facts written over it.
func stated(version string, change func(t *Type)) *Type {
	t := &Type{ID: "com.example.a", PayloadType: "com.example.a", Family: Payload,
		Sources: []Source{{Name: AppleSource, Version: version, Path: "mdm/profiles/com.example.a.yaml"}}}
	change(t)
	return t
}

// importOf is a catalog in memory as an import keeps it.
func importOf(t *testing.T, types ...*Type) *Catalog {
	t.Helper()
	files, err := (&Checkout{Types: types}).Files()
	if err != nil {
		t.Fatal(err)
	}
	in := fstest.MapFS{}
	for name, data := range files {
		in[name] = &fstest.MapFile{Data: data}
	}
	return Open(in)
}

func release(s string) target.Version {
	v, err := target.ParseVersion(s)
	if err != nil {
		panic(err)
	}
	return v
}

func TestLayeredTypes(t *testing.T) {
	yes, no := true, false
	keys := func(keys ...*Key) func(*Type) { return func(t *Type) { t.Keys = keys } }
	key := func(name string, change func(k *Key)) *Key {
		k := &Key{Name: name, Kind: plist.String}
		if change != nil {
			change(k)
		}
		return k
	}
	values := func(texts ...string) func(*Key) {
		return func(k *Key) {
			for _, s := range texts {
				k.RangeList = append(k.RangeList, plist.NewString(s))
			}
		}
	}
	on := func(p target.Platform, a Availability) func(*Key) {
		return func(k *Key) { k.Availability = Availabilities{p: a} }
	}
	typeOn := func(p target.Platform, a Availability) func(*Type) {
		return func(t *Type) { t.Availability = Availabilities{p: a} }
	}
	tests := []struct {
		name                string
		base, over          string // versions
		ofBase, ofOver      func(*Type)
		want                string
		newKeys, keptKeys   int
		isRefused, isAsBase bool
	}{
		{"an older import takes no key away", "27 (0123456789ab)", "18.1", keys(key("A", nil), key("B", nil)), keys(key("A", nil)), "A: string; B: string", 0, 1, true, true},
		{"nor does a newer one", "27", "28", keys(key("A", nil), key("B", nil)), keys(key("A", nil)), "A: string; B: string", 0, 1, false, true},
		{"nor one of an unknown release", "27", "fedcba98", keys(key("A", nil), key("B", nil)), keys(key("A", nil)), "A: string; B: string", 0, 1, false, true},
		{"an older import adds a key in its place", "27", "18.1", keys(key("A", nil), key("C", nil)), keys(key("A", nil), key("B", nil), key("C", nil)), "A: string; B: string; C: string", 1, 0, false, false},
		{"a newer import adds a key", "27", "27.1", keys(key("A", nil)), keys(key("A", nil), key("B", nil)), "A: string; B: string", 1, 0, false, false},
		{"a community's key is not counted", "27", "28", keys(key("A", nil), &Key{Name: "B", KeyDetails: KeyDetails{Community: true}, Kind: plist.String}), keys(key("A", nil)), "A: string; B: string", 0, 0, false, true},
		{"a type of value: newer facts win", "27", "26", keys(key("A", nil)), keys(&Key{Name: "A", Kind: plist.Boolean}), "A: string", 0, 0, true, true},
		{"a type of value: a newer import wins", "27", "28", keys(key("A", nil)), keys(&Key{Name: "A", Kind: plist.Boolean}), "A: boolean", 0, 0, false, false},
		{"a type of value: else the import wins", "27", "27", keys(key("A", nil)), keys(&Key{Name: "A", Kind: plist.Boolean}), "A: boolean", 0, 0, false, false},
		{"values: newer facts win", "27", "26", keys(key("A", values("x", "y"))), keys(key("A", values("x"))), `A: string ["x" "y"]`, 0, 0, true, true},
		{"values: a newer import wins", "27", "28", keys(key("A", values("x", "y"))), keys(key("A", values("y", "z"))), `A: string ["y" "z"]`, 0, 0, false, false},
		{"values: else of both", "27", "27", keys(key("A", values("x", "y"))), keys(key("A", values("y", "z"))), `A: string ["x" "y" "z"]`, 0, 0, false, false},
		{"a range the import does not state", "27", "27", keys(key("A", func(k *Key) { k.Kind, k.Max = plist.Integer, new(float64) })), keys(&Key{Name: "A", Kind: plist.Integer}), "A: integer ..0", 0, 0, false, true},
		{"a key's life cycle stays", "27", "28", keys(key("A", on(target.IOS, Availability{Introduced: release("15"), Deprecated: release("27")}))),
			keys(key("A", on(target.IOS, Availability{Introduced: release("15")}))), "A: string iOS introduced 15 deprecated 27", 0, 0, false, true},
		{"and its platform", "27", "28", keys(key("A", on(target.MacOS, Availability{Removed: release("27")}))), keys(key("A", nil)), "A: string macOS removed 27", 0, 0, false, true},
		{"a newer life cycle wins", "27", "28", keys(key("A", on(target.IOS, Availability{Deprecated: release("27")}))),
			keys(key("A", on(target.IOS, Availability{Deprecated: release("26"), Removed: release("28")}))), "A: string iOS deprecated 26 removed 28", 0, 0, false, false},
		{"an older one does not", "27", "26", keys(key("A", on(target.IOS, Availability{Deprecated: release("27")}))),
			keys(key("A", on(target.IOS, Availability{Deprecated: release("26")}))), "A: string iOS deprecated 27", 0, 0, true, true},
		{"a condition a newer import lifts", "27", "28", keys(key("A", on(target.IOS, Availability{Supervised: &yes}))), keys(key("A", nil)), "A: string", 0, 0, false, false},
		{"a condition of a type stays until it is stated otherwise", "27", "28", typeOn(target.IOS, Availability{Introduced: release("15"), Supervised: &yes}),
			typeOn(target.IOS, Availability{Introduced: release("15")}), "iOS introduced 15 supervised true", 0, 0, false, true},
		{"a condition of a type a newer import states", "27", "28", typeOn(target.IOS, Availability{Supervised: &yes}), typeOn(target.IOS, Availability{Supervised: &no}),
			"iOS supervised false", 0, 0, false, false},
		{"a platform of a type stays", "27", "28", typeOn(target.IOS, Availability{Introduced: release("15")}), typeOn(target.MacOS, Availability{Introduced: release("28")}),
			"iOS introduced 15, macOS introduced 28", 0, 0, false, false},
		{"a type comes to a platform", "27", "28", typeOn(target.TvOS, Availability{NotAvailable: true}), typeOn(target.TvOS, Availability{Introduced: release("28")}),
			"tvOS introduced 28", 0, 0, false, false},
		{"an older import knows no platform", "27", "18.1", typeOn(target.TvOS, Availability{Introduced: release("26")}), typeOn(target.TvOS, Availability{NotAvailable: true}),
			"tvOS introduced 26", 0, 0, true, true},
		{"a replacement stays", "27", "28", func(t *Type) { t.Replacement = "b" }, func(*Type) {}, "see b", 0, 0, false, true},
		{"a newer replacement wins", "27", "28", func(t *Type) { t.Replacement = "b" }, func(t *Type) { t.Replacement = "c" }, "see c", 0, 0, false, false},
		{"an older one does not", "27", "26", func(t *Type) { t.Replacement = "b" }, func(t *Type) { t.Replacement = "c" }, "see b", 0, 0, true, true},
		{"elements pair up by their order", "27", "28", keys(&Key{Name: "A", Kind: plist.Array, Keys: []*Key{key("x", nil)}}), keys(&Key{Name: "A", Kind: plist.Array, Keys: []*Key{key("y", nil)}}),
			"A: array; A[]: string", 0, 0, false, false},
		{"the release is the newest the import introduces something in", "27", "2031-01-01", keys(key("A", values("x"))), func(t *Type) {
			t.Keys = []*Key{key("A", values("y")), key("B", on(target.MacOS, Availability{Introduced: release("27.1")}))}
		}, `A: string ["y"]` + "; B: string macOS introduced 27.1", 1, 0, false, false},
		{"releases before 26 compare as those of iOS", "18.1", "2031-01-01", keys(key("A", values("x"))), func(t *Type) {
			t.Keys = []*Key{key("A", values("y")), key("B", on(target.WatchOS, Availability{Introduced: release("11")}))}
		}, `A: string ["x"]` + "; B: string watchOS introduced 11", 1, 0, true, false},
		{"a commit base knows has a release", "18.1 (b6202ca2fbd3)", "b6202ca2fbd3ffff", keys(key("A", values("x"))), keys(key("A", values("y"))), `A: string ["x" "y"]`, 0, 0, false, false},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			base := stated(x.base, x.ofBase)
			before := describeType(base)
			both := Layered(catalogOf(t, base), importOf(t, stated(x.over, x.ofOver)))
			types, err := both.Payloads("com.example.a")
			if err != nil || len(types) != 1 {
				t.Fatalf("got %d types, %v", len(types), err)
			}
			if got := describeType(types[0]); got != x.want {
				t.Errorf("got  %s\nwant %s", got, x.want)
			}
			taken, kept, err := both.Import()
			if err != nil || taken.Keys != x.newKeys || kept.Keys != x.keptKeys || (kept.Types == 1) != x.isRefused || (taken.Types == 0) != x.isAsBase {
				t.Errorf("took %+v and kept %+v, %v", taken, kept, err)
			}
			if after := describeType(base); after != before {
				t.Errorf("base became %s", after)
			}
		})
	}
}

// Keys of both definitions may lead back to themselves.
func TestLayeredRecursiveKeys(t *testing.T) {
	over := folders()
	item := over.Keys[0].Keys[0]
	item.Keys = append(item.Keys, &Key{Name: "Color", Kind: plist.String})
	both := Layered(catalogOf(t, folders()), catalogOf(t, over))
	x, err := both.Type("com.example.folders", Payload)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	eachNode(x.Tree(), func(n *Node) { paths = append(paths, n.Path) })
	if len(paths) != 9 || !slices.Contains(paths, "Items[].Color") || x.Key("Items", "Items", "Items", "Color") == nil {
		t.Errorf("got %v", paths)
	}
}

// An import has Apple's misspelled name of a part until it is newer.
func TestLayeredRenamedType(t *testing.T) {
	part := func(id, file, version string, names ...string) *Type {
		x := &Type{ID: id, PayloadType: "com.example.a", Family: Payload, Sources: []Source{{Name: AppleSource, Version: version, Path: file}}}
		for _, name := range names {
			x.Keys = append(x.Keys, &Key{Name: name, Kind: plist.String})
		}
		return x
	}
	now := part("com.example.a(Mobility)", "old.yaml", "18.1", "A", "B")
	now.Sources = append(now.Sources, Source{Name: AppleSource, Version: "27", Path: "new.yaml"})
	both := Layered(catalogOf(t, now), catalogOf(t, part("com.example.a(Mobililty)", "old.yaml", "18.1", "A"), part("com.example.a(Other)", "other.yaml", "18.1", "C")))
	types, err := both.Payloads("com.example.a")
	if err != nil || len(types) != 2 || types[0].ID != "com.example.a(Mobility)" || types[1].ID != "com.example.a(Other)" {
		t.Errorf("got %v, %v", types, err)
	}
	entries, err := both.Entries()
	if err != nil || len(entries) != 2 {
		t.Errorf("listed %v, %v", entries, err)
	}
	taken, kept, err := both.Import()
	if err != nil || taken != (Taken{NewTypes: 1}) || kept != (Kept{Types: 1, Keys: 1}) {
		t.Errorf("took %+v, kept %+v, %v", taken, kept, err)
	}
}

// The index and the types of a layered catalog say the same of platforms.
func TestLayeredIndex(t *testing.T) {
	base := stated("27", func(x *Type) {
		x.Availability = Availabilities{target.IOS: {Introduced: release("12"), Deprecated: release("27")}, target.TvOS: {NotAvailable: true}}
	})
	over := stated("18.1", func(x *Type) { x.Availability = Availabilities{target.IOS: {Introduced: release("12")}} })
	entries, err := Layered(catalogOf(t, base), catalogOf(t, over)).Entries()
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	if got, want := entries[0].Platforms[target.IOS], (Lifecycle{Introduced: release("12"), Deprecated: release("27")}); got != want || len(entries[0].Platforms) != 1 {
		t.Errorf("got %v, want %v on iOS alone", entries[0].Platforms, want)
	}
}

func TestStatedIn(t *testing.T) {
	for version, want := range map[string]string{"27 beta (97a11a861f4e)": "27", "18.1": "18.1", "27.2": "27.2", "2026-08": "0", "(39e2a8223418)": "0", "0123456789ab": "0", "": "0"} {
		if got := statedIn(version); got.String() != want && !(want == "0" && got.IsZero()) {
			t.Errorf("%q states %s, want %s", version, got, want)
		}
	}
}
