package app

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf16"

	"syncguard/internal/plist"
)

// edited applies edits as an editor does.
func edited(text string, edits []TextEdit) string {
	units := utf16.Encode([]rune(text))
	for i := len(edits) - 1; i >= 0; i-- {
		e := edits[i]
		units = append(units[:e.Start:e.Start], append(utf16.Encode([]rune(e.Text)), units[e.End:]...)...)
	}
	return string(utf16.Decode(units))
}

func TestAssign(t *testing.T) {
	text := "{\n  \"Größe 😀\": \"😀ü\",\n  \"Type\": 1\n}\n"
	r, err := Assign(AssignOptions{TreeOptions: TreeOptions{"a.json", text}, Change: "set", Path: []any{"Type"}, Value: &TreeValue{Kind: "string", Text: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := edited(text, r.Edits), strings.Replace(text, "1", `"x"`, 1); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	tree := Tree(TreeOptions{"a.json", text})
	f := tree.Tree.Fields[0]
	units := utf16.Encode([]rune(text))
	if got := string(utf16.Decode(units[f.KeyStart:f.KeyEnd])); got != "Größe 😀" || tree.Kind != "declaration" {
		t.Errorf("the key is at %q in a %s", got, tree.Kind)
	}
	for _, o := range []AssignOptions{
		{Change: "set", Path: []any{"a", true}},
		{Change: "set", Path: []any{"a"}, Value: &TreeValue{Kind: "integer", Text: "1.5"}},
		{Change: "set", Path: []any{"a"}, Value: &TreeValue{Kind: "null"}},
		{Change: "set", Path: []any{"a"}},
		{Change: "turn", Path: []any{"Type"}},
	} {
		if o.TreeOptions = (TreeOptions{"a.json", text}); true {
			if r, err := Assign(o); err == nil {
				t.Errorf("%s %v: %v, want an error", o.Change, o.Path, r)
			}
		}
	}
}

func TestTreeOfBrokenText(t *testing.T) {
	for name, text := range map[string]string{
		"a.json":         "{\n  \"ü\": 1,\n  x\n}",
		"a.mobileconfig": "<plist><dict>\n<!-- ü -->\n<key>a</key>\n</dict></plist>",
		"a.yaml":         "a: 1\nü: [\n",
		"b.mobileconfig": "bplist00",
		"c.mobileconfig": "",
	} {
		r := Tree(TreeOptions{name, text})
		if r.Tree != nil || r.Problem == nil || r.Problem.Message == "" || r.Problem.End > len(utf16.Encode([]rune(text))) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestTreeValues(t *testing.T) {
	all := plist.NewDictionary(plist.Field{Key: "a", Value: plist.NewArray(plist.NewString("x"), plist.NewInteger(-5), plist.NewReal(1.5), plist.NewBoolean(false), plist.NewData([]byte{1}),
		&plist.Value{Kind: plist.Integer, Int: plist.Int{Abs: 1<<64 - 1}})})
	data, err := json.Marshal(TreeValueOf(all))
	if err != nil {
		t.Fatal(err)
	}
	var again TreeValue
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if v, err := again.Value(); err != nil || !plist.Equal(v, all) {
		t.Errorf("%s reads back as %v, %v", data, v, err)
	}
}
