package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/plist"
	"syncguard/internal/target"
)

func says(differences []TypeDifference) []string {
	var lines []string
	for _, d := range differences {
		lines = append(lines, fmt.Sprintf("%s %s", d.Change, d.ID))
		for _, f := range d.Facts {
			lines = append(lines, fmt.Sprintf("  %s %s|%s|%s|%s|%s", f.Change, f.Path, f.Platform, f.Fact, f.Old, f.New))
		}
	}
	return lines
}

func TestDiff(t *testing.T) {
	before := folders()
	before.Sources = []Source{{Name: "one"}}
	before.Keys = append(before.Keys, &Key{Name: "Gone", Kind: plist.Integer},
		&Key{Name: "Mode", Kind: plist.String, RangeList: []*plist.Value{plist.NewString("a"), plist.NewString("b")}, Default: plist.NewString("a")})
	after := folders()
	after.Sources = []Source{{Name: "one", Version: "2"}}
	after.Apply = "single"
	after.Availability = Availabilities{target.IOS: {Introduced: target.Version{Major: 4}, Deprecated: target.Version{Major: 27}}}
	inner := after.Keys[0].Keys[0]
	inner.Keys[0].Kind = plist.Integer
	inner.Keys = append(inner.Keys, &Key{Name: "Fresh", Kind: plist.Array})
	after.Keys = append(after.Keys,
		&Key{Name: "Mode", Kind: plist.String, RangeList: []*plist.Value{plist.NewString("b"), plist.NewString("c")}, Default: plist.NewString("")})

	got, err := Diff(
		catalogOf(t, before, simple("com.example.old", "A", "one"), simple("com.example.other", "A", "two")),
		catalogOf(t, after, simple("com.example.new", "A", "one")))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"changed com.example.folders",
		"  added ||apply||single",
		"  added |iOS|deprecated||27",
		"  added |iOS|introduced||4",
		"  changed Items[].Title||type|string|integer",
		"  added Items[].Fresh||||array",
		"  changed Mode||default|a|\"\"",
		"  removed Mode||rangelist|a|",
		"  added Mode||rangelist||c",
		"  removed Gone|||integer|",
		"added com.example.new",
		"removed com.example.old", // com.example.other is of a source that the new catalog does not have
	}
	if d := cmp.Diff(want, says(got)); d != "" {
		t.Error(d)
	}
}

func TestDiffOfTheSameCatalogIsEmpty(t *testing.T) {
	got, err := Diff(Embedded(), Embedded())
	if err != nil || len(got) != 0 {
		t.Errorf("%q, %v", says(got), err)
	}
}

// A source that only adds keys to one of Apple's types does not take the type away where it lacks it.
func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		sources, checkout string
		want              bool
	}{
		{"", "community", true},
		{"community", "community", true},
		{"community", AppleSource, false},
		{AppleSource, AppleSource, true},
		{"community " + AppleSource, "community", false},
		{"community " + AppleSource, AppleSource, true},
	} {
		var x Type
		for _, name := range strings.Fields(tt.sources) {
			x.Sources = append(x.Sources, Source{Name: name})
		}
		if got := covers(map[string]bool{tt.checkout: true}, &x); got != tt.want {
			t.Errorf("a checkout of %q covers a type of %q: got %t", tt.checkout, tt.sources, got)
		}
	}
}

func TestCountDifferences(t *testing.T) {
	types, keys := CountDifferences([]TypeDifference{{Change: DiffAdded}, {Change: DiffRemoved}, {Change: DiffChanged, Facts: []FactDifference{
		{Change: DiffAdded, Fact: "apply"}, {Path: "A", Change: DiffAdded, Fact: "default"}, {Path: "A", Change: DiffRemoved, Fact: "rangelist"},
		{Path: "B", Change: DiffAdded}, {Path: "C", Change: DiffRemoved},
	}}})
	if types != (DifferenceCount{1, 1, 1}) || keys != (DifferenceCount{1, 1, 1}) {
		t.Errorf("%+v, %+v", types, keys)
	}
}
