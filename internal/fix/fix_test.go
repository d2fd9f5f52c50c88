package fix

import (
	"errors"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// apply makes the edits of those fixes that go together and lie in the text.
func apply(data []byte, fixes []*diag.Fix) (fixed []byte, applied int) {
	chosen := disjoint(fixes, func(e diag.Edit) bool { return e.Span.Start >= 0 && e.Span.End <= len(data) })
	return splice(data, chosen), len(chosen)
}

func TestApply(t *testing.T) {
	text := diag.NewFile("f", []byte("one two three"))
	edit := func(start, end int, to string) diag.Edit {
		return diag.Edit{Span: diag.Span{File: text, Start: start, End: end}, Text: to}
	}
	fix := func(edits ...diag.Edit) *diag.Fix { return &diag.Fix{Edits: edits} }
	for _, c := range []struct {
		name    string
		fixes   []*diag.Fix
		want    string
		applied int
	}{
		{"nothing", nil, "one two three", 0},
		{"no fix, no edits", []*diag.Fix{nil, fix()}, "one two three", 0},
		{"out of order", []*diag.Fix{fix(edit(8, 13, "3")), fix(edit(0, 3, "1"))}, "1 two 3", 2},
		{"the first in the text wins", []*diag.Fix{fix(edit(2, 5, "X")), fix(edit(0, 4, "1 "))}, "1 two three", 1},
		{"all edits of a fix or none", []*diag.Fix{fix(edit(4, 7, "2"), edit(8, 13, "3")), fix(edit(8, 9, "T"))}, "one 2 3", 1},
		{"the same twice", []*diag.Fix{fix(edit(4, 7, "2")), fix(edit(4, 7, "2"))}, "one 2 three", 1},
		{"two insertions at one place", []*diag.Fix{fix(edit(3, 3, "!")), fix(edit(3, 3, "?"))}, "one! two three", 1},
		{"side by side", []*diag.Fix{fix(edit(0, 3, "1")), fix(edit(3, 4, "-"))}, "1-two three", 2},
		{"outside", []*diag.Fix{fix(edit(8, 99, ""))}, "one two three", 0},
		{"a fix against itself", []*diag.Fix{fix(edit(0, 3, "a"), edit(2, 4, "b"))}, "one two three", 0},
	} {
		got, applied := apply(text.Data, c.fixes)
		if string(got) != c.want || applied != c.applied {
			t.Errorf("%s: got %q with %d applied, want %q with %d", c.name, got, applied, c.want, c.applied)
		}
	}
}

// Scalars are written in the syntax around them, or not at all.
func TestScalars(t *testing.T) {
	str, yes, thirty := plist.NewString, plist.NewBoolean(true), plist.NewInteger(30)
	for _, c := range []struct {
		name, text string // the scalar stands between two ¦
		from, to   *plist.Value
		want       string // "" for no edit
	}{
		{"XML text", "<plist><string>¦wpa2¦</string></plist>", str("wpa2"), str("WPA2"), "<plist><string>WPA2</string></plist>"},
		{"XML escapes", "<plist><string>¦a¦</string></plist>", str("a"), str("<ä&>"), "<plist><string>&lt;&#xE4;&amp;&gt;</string></plist>"},
		{"XML CDATA", "<plist><string>¦<![CDATA[a]]>¦</string></plist>", str("a"), str("b"), "<plist><string>b</string></plist>"},
		{"XML, another element", "<plist><string>¦true¦</string ></plist>", str("true"), yes, "<plist><true/></plist>"},
		{"XML, an integer as text", "<plist><integer>¦30¦</integer></plist>", thirty, str("30"), "<plist><string>30</string></plist>"},
		{"XML, leading zeros", "<plist><integer>¦030¦</integer></plist>", thirty, str("30"), ""},
		{"XML, no tags around", "<plist>¦wpa2¦</plist", str("wpa2"), str("WPA2"), ""},
		{"YAML, bare", "a: ¦wpa2¦ # why\n", str("wpa2"), str("WPA2"), "a: WPA2 # why\n"},
		{"YAML, single quotes", "a: ¦'wpa2'¦\n", str("wpa2"), str("it's"), "a: 'it''s'\n"},
		{"YAML, double quotes", "a: ¦\"wpa2\"¦\n", str("wpa2"), str("WPA2"), "a: \"WPA2\"\n"},
		{"YAML, what needs quotes", "a: ¦yess¦\n", str("yess"), str("yes"), "a: \"yes\"\n"},
		{"YAML, what has blanks", "a: ¦x¦\n", str("x"), str("a: b #c"), "a: \"a: b #c\"\n"},
		{"YAML, a boolean in quotes", "{a: ¦'true'¦, b: 1}\n", str("true"), yes, "{a: true, b: 1}\n"},
		{"YAML, an integer", "a: ¦30¦\n", thirty, str("30"), "a: \"30\"\n"},
		{"YAML, an integer written otherwise", "a: ¦0x1E¦\n", thirty, str("30"), ""},
		{"YAML, a variable", "a: ¦${enc}¦\n", str("wpa2"), str("WPA2"), ""},
		{"YAML, a block", "a: ¦|\n  wpa2¦\n", str("wpa2"), str("WPA2"), ""},
		{"YAML, over lines", "a: ¦b\n  c¦\n", str("b c"), str("d"), ""},
		{"YAML, aliases", "x: &e wpa2\na: ¦wpa2¦\nb: *e\n", str("wpa2"), str("WPA2"), ""},
		{"YAML, stars that are no aliases", "x: '*'\ny: *.example.com\na: ¦wpa2¦ # 3 * 4\n", str("wpa2"), str("WPA2"), "x: '*'\ny: *.example.com\na: WPA2 # 3 * 4\n"},
		{"JSON", `{"a": "¦wpa2¦"}`, str("wpa2"), str("WPA2"), `{"a": "WPA2"}`},
		{"JSON, a boolean as text", `{"a": "¦true¦"}`, str("true"), yes, `{"a": true}`},
		{"JSON, an integer as text", `{"a": "¦30¦"}`, str("30"), thirty, `{"a": 30}`},
		{"JSON, text as an integer", `{"a": ¦30¦}`, thirty, str("30"), `{"a": "30"}`},
		{"JSON, escapes", `{"a": "¦\u0077pa2¦"}`, str("wpa2"), str("WPA2"), `{"a": "WPA2"}`},
	} {
		before, rest, _ := strings.Cut(c.text, "¦")
		written, after, _ := strings.Cut(rest, "¦")
		f := diag.NewFile("f", []byte(before+written+after))
		c.from.Span = diag.Span{File: f, Start: len(before), End: len(before + written)}
		got, n := apply(f.Data, []*diag.Fix{New("", ReplaceValue(c.from, c.to))})
		if c.want == "" && n > 0 || c.want != "" && string(got) != c.want {
			t.Errorf("%s: got %q", c.name, got)
		}
		if c.from.Secret = true; ReplaceValue(c.from, c.to) != nil {
			t.Errorf("%s: a secret is written anew", c.name)
		}
		c.from.Secret = false
	}
	if ReplaceValue(str("a"), str("b")) != nil || ReplaceKey(&plist.Field{Key: "a"}, "b") != nil {
		t.Error("what has no place is edited")
	}
}

// words is a check that finds the words of a text that are to be others.
func words(to map[string]string, more func(*diag.File, *diag.Diagnostic)) Check {
	return func(f *diag.File) (found []diag.Diagnostic, err error) {
		for i := 0; i < len(f.Data); i++ {
			for word, other := range to {
				if strings.HasPrefix(string(f.Data[i:]), word) {
					at := diag.Span{File: f, Start: i, End: i + len(word)}
					d := diag.Diagnostic{Rule: "r", Path: diag.Keys(word), Message: word, Span: at, Fix: &diag.Fix{Edits: []diag.Edit{{Span: at, Text: other}}}}
					if more != nil {
						more(f, &d)
					}
					found = append(found, d)
				}
			}
		}
		return found, nil
	}
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		name       string
		check      Check
		unsafe     bool
		want       string
		fixed      int
		unsafeLeft int
		elsewhere  int
	}{
		{"until nothing is left", words(map[string]string{"one": "two", "two": "three"}, nil), false, "three four", 2, 0, 0},
		{"one that makes itself anew is taken back", words(map[string]string{"one": "one", "four": "4"}, nil), false, "one 4", 1, 0, 0},
		{"one that makes another elsewhere is taken back", words(map[string]string{"one": "1 bad", "bad": ""}, func(_ *diag.File, d *diag.Diagnostic) {
			if d.Path = diag.Keys("A", "one"); d.Message == "bad" {
				d.Path, d.Fix = diag.Keys("B", "two"), nil
			}
		}), false, "one four", 0, 0, 0},
		{"what a key hid may come", words(map[string]string{"one": "1 bad", "bad": ""}, func(_ *diag.File, d *diag.Diagnostic) {
			if d.Path = diag.Keys("A", "one"); d.Message == "bad" {
				d.Path, d.Fix = diag.Keys("A", "two", "three"), nil
			}
		}), false, "1 bad four", 1, 0, 0},
		{"unsafe is not asked for", words(map[string]string{"one": "1"}, func(_ *diag.File, d *diag.Diagnostic) { d.Fix.Unsafe = true }), false, "one four", 0, 1, 0},
		{"unsafe is asked for", words(map[string]string{"one": "1"}, func(_ *diag.File, d *diag.Diagnostic) { d.Fix.Unsafe = true }), true, "1 four", 1, 0, 0},
		{"another text", words(map[string]string{"one": "1"}, func(f *diag.File, d *diag.Diagnostic) {
			d.Fix.Edits[0].Span.File = diag.NewFile(f.Name, []byte("ONE four"))
		}), true, "one four", 0, 0, 1},
		{"another file", words(map[string]string{"one": "1"}, func(f *diag.File, d *diag.Diagnostic) {
			d.Fix.Edits[0].Span.File = diag.NewFile("base", f.Data)
		}), true, "one four", 0, 0, 1},
		{"a secret", words(map[string]string{"one": "1"}, func(f *diag.File, d *diag.Diagnostic) { diag.Mask(f.Data[:3]) }), true, "one four", 0, 0, 1},
		{"beside a secret", words(map[string]string{"one": "1"}, func(f *diag.File, d *diag.Diagnostic) { diag.Mask(f.Data[4:]) }), true, "1 four", 1, 0, 0},
	} {
		data := []byte("one four")
		r, err := Run("f", data, c.check, c.unsafe)
		if err != nil || string(r.Data) != c.want || len(r.Fixed) != c.fixed || r.Unsafe != c.unsafeLeft || r.Elsewhere != c.elsewhere {
			t.Errorf("%s: got %q, %d fixed, %d unsafe, %d elsewhere, %v", c.name, r.Data, len(r.Fixed), r.Unsafe, r.Elsewhere, err)
		}
		if string(data) != "one four" {
			t.Errorf("%s: the text given is now %q", c.name, data)
		}
	}
	failure := errors.New("no catalog")
	if r, err := Run("f", []byte("x"), func(*diag.File) ([]diag.Diagnostic, error) { return nil, failure }, false); !errors.Is(err, failure) || string(r.Data) != "x" {
		t.Errorf("got %q, %v", r.Data, err)
	}
}

// The text to show hides on both sides what is a secret on one.
func TestShownHidesSecrets(t *testing.T) {
	check := func(f *diag.File) (found []diag.Diagnostic, err error) {
		text := string(f.Data)
		if i := strings.Index(text, "Pasword"); i >= 0 {
			at := diag.Span{File: f, Start: i, End: i + len("Pasword")}
			return []diag.Diagnostic{{Rule: "r", Span: at, Fix: &diag.Fix{Edits: []diag.Edit{{Span: at, Text: "Password"}}}}}, nil
		}
		i := strings.LastIndex(text, "hunter2")
		diag.Mask(f.Data[i : i+len("hunter2")])
		return nil, nil
	}
	for _, text := range []string{
		"<key>Pasword</key><string>hunter2</string>", "<key>Pasword</key>\n\t<string>hunter2</string>\n", "keys: {Pasword: hunter2}\n",
		"Pasword: 'hunter2'\n", `{"Pasword": "hunter2"}`, "hunter2hunter: Pasword: hunter2",
	} {
		r, err := Run("f", []byte(text), check, false)
		if err != nil || !strings.Contains(string(r.Data), "hunter2") {
			t.Errorf("%q became %q, %v", text, r.Data, err)
		}
		for _, shown := range [][]byte{r.ShownBefore, r.ShownAfter} {
			if strings.Contains(strings.ReplaceAll(string(shown), "hunter2hunter", ""), "hunter2") {
				t.Errorf("%q is shown", shown)
			}
		}
		if len(r.ShownBefore) != len(text) || len(r.ShownAfter) != len(r.Data) {
			t.Errorf("%q: the lengths differ", text)
		}
	}
}
