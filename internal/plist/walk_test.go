package plist

import (
	"slices"
	"strconv"
	"testing"

	"syncguard/internal/diag"
)

func tree() *Value {
	return NewDictionary(
		Field{Key: "a", Value: NewArray(NewString("x"), nil, NewDictionary(Field{Key: "b", Value: NewInteger(1)}))},
		Field{Key: "none"},
		Field{Key: "c", Value: NewString("y")},
	)
}

func TestWalk(t *testing.T) {
	var paths []string
	for n := range Walk(tree()) {
		paths = append(paths, n.Path(nil).String())
	}
	if want := []string{"", "a", "a[0]", "a[2]", "a[2].b", "c"}; !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q", paths, want)
	}
	paths = nil
	for n := range Walk(tree()) {
		if paths = append(paths, n.Path(diag.Keys("top")).String()); n.Kind == Array {
			n.Skip()
		}
		if n.Text == "y" {
			break
		}
	}
	if want := []string{"top", "top.a", "top.c"}; !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q", paths, want)
	}
	for range Walk(nil) {
		t.Error("there is nothing to walk")
	}
}

func TestMap(t *testing.T) {
	before := tree()
	after := Map(before, func(v *Value) (*Value, bool) {
		switch {
		case v.Kind == String:
			return NewString(v.Text + v.Text), true
		case v.Get("b") != nil:
			return NewDictionary(Field{Key: strconv.Itoa(len(v.Fields)), Value: NewString("z")}), true
		}
		return v, true
	})
	want := NewDictionary(
		Field{Key: "a", Value: NewArray(NewString("xx"), nil, NewDictionary(Field{Key: "1", Value: NewString("zz")}))},
		Field{Key: "none"},
		Field{Key: "c", Value: NewString("yy")},
	)
	for i, w := range []*Value{want, tree()} {
		if got := []*Value{after, before}[i]; !sameTree(got, w) {
			t.Errorf("got %v, want %v", got, w)
		}
	}
	if Map(nil, nil) != nil {
		t.Error("nothing became something")
	}
}

// sameTree is Equal for trees with holes.
func sameTree(a, b *Value) bool {
	paths := func(v *Value) (all []string) {
		for n := range Walk(v) {
			all = append(all, n.Path(nil).String()+"="+n.Text)
		}
		return all
	}
	return slices.Equal(paths(a), paths(b))
}

func TestHasSecret(t *testing.T) {
	v := tree()
	if v.HasSecret() {
		t.Error("there is no secret")
	}
	v.List("a")[2].Get("b").Secret = true
	if !v.HasSecret() || v.String("c") != "y" || v.String("a") != "" || v.List("c") != nil {
		t.Error("there is a secret")
	}
}
