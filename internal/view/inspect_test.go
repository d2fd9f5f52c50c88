package view

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"syncguard/internal/diag"
	"syncguard/internal/inspect"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/view/plain"
)

// hostileText draws text that XML can carry, with much in it that a terminal or the log of a CI would obey.
func hostileText() *rapid.Generator[string] {
	piece := rapid.OneOf(rapid.SampledFrom([]string{"::error::x", "##[group]", "##VSO[a]", "\n", "\t", "\u0085", "\u009b31m", "\u007f", "\u202e", "\u2028",
		"\ufeff", "\U000e0001", "\ue000", "'", `"`, "\\", "# ", "- ", ": ", "&", "<", "]]>", "yes", "{", "%", "@", "漢", " "}),
		rapid.StringMatching(`[ -~]{0,5}`))
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "") })
}

// What is escaped is the same to a program.
func TestHarmlessTextReadsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := plist.NewDictionary()
		for _, key := range rapid.SliceOfN(hostileText(), 1, 4).Draw(t, "keys") {
			v.Set(key, plist.NewArray(plist.NewString(hostileText().Draw(t, "value")), plist.NewData([]byte(key))))
		}
		xml, err := plist.Write(v)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := WriteXML(&out, xml, "a comment"); err != nil {
			t.Fatal(err)
		}
		wantHarmless(t, strings.ReplaceAll(out.String(), "\t", ""))
		doc, found := plist.Read(diag.NewFile("test", out.Bytes()))
		if doc == nil || !plist.Equal(doc.Root, v) {
			t.Fatalf("XML reads otherwise: %v\n%s", found, &out)
		}

		text, err := template.Write(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if err := WriteYAML(&out, text); err != nil {
			t.Fatal(err)
		}
		wantHarmless(t, out.String())
		var before, after any
		if err := yaml.Unmarshal(text, &before); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(out.Bytes(), &after); err != nil {
			t.Fatalf("%v in\n%s", err, &out)
		}
		a, _ := yaml.Marshal(before)
		b, _ := yaml.Marshal(after)
		if !bytes.Equal(a, b) {
			t.Fatalf("YAML reads otherwise:\n%s\n%s", text, &out)
		}
	})
}

func wantHarmless(t *rapid.T, text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsFunc(line, Unprintable) || strings.HasPrefix(strings.TrimSpace(line), "::") || plain.RunnerCommand().MatchString(line) {
			t.Fatalf("%q is not harmless", line)
		}
	}
}

// Harmless text is not touched, so that nothing is lost of its layout.
func TestHarmlessTextStays(t *testing.T) {
	for _, text := range []string{"# a comment\na: 1 # another\n\nb: |\n  one\n  two\n", "a: \"x\"\n"} {
		var out bytes.Buffer
		if err := WriteYAML(&out, []byte(text)); err != nil || out.String() != text {
			t.Errorf("got %q, %v", out.String(), err)
		}
	}
}

func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, columns := strings.Repeat(hostileText().Draw(t, "text"), rapid.IntRange(1, 50).Draw(t, "times")), rapid.IntRange(1, 80).Draw(t, "columns")
		text, whole := truncate(s, columns)
		if lipgloss.Width(text) > columns || !utf8.ValidString(text) || strings.ContainsFunc(text, Unprintable) {
			t.Fatalf("%q in %d columns is %q", s, columns, text)
		}
		if whole != (text == Clean(s)) {
			t.Fatalf("%q in %d columns is %q, and whole is %v", s, columns, text, whole)
		}
	})
}

func TestTermsOf(t *testing.T) {
	yes, no := true, false
	v := func(major int) target.Version { return target.Version{Major: major} }
	ends, needs, not := conditionsOf([]schema.OnPlatform{
		{Platform: "iOS", Available: true, Availability: schema.Availability{Introduced: v(14), Deprecated: v(26), Removed: v(27), Supervised: &yes, AllowManualInstall: &no}},
		{Platform: "macOS", Available: true, Availability: schema.Availability{Introduced: v(11), Deprecated: v(26), UserEnrollment: "forbidden", AllowManualInstall: &no, Supervised: &no}},
		{Platform: "tvOS"},
	})
	for _, x := range []struct {
		got  []string
		want string
	}{
		{ends, "deprecated 26|removed 27 on iOS"},
		{needs, "supervised on iOS|MDM only|since iOS" + unbroken + "14, macOS" + unbroken + "11"},
		{not, "not in User Enrollment on macOS|not on tvOS"},
	} {
		if got := strings.Join(x.got, "|"); got != x.want {
			t.Errorf("got %q, want %q", got, x.want)
		}
	}
}

func TestPlainTextIsNotAmbiguous(t *testing.T) {
	for _, s := range []string{"", "true", "5", "-1.5e3", "nan", "(secret)", "[1]", `"x"`, " x", "x\n", "a, b", "null"} {
		if got := plainText(&inspect.Node{Type: "string", Text: s}); !strings.HasPrefix(got, `"`) {
			t.Errorf("the text %q is shown as %s", s, got)
		}
	}
	for _, s := range []string{"x", "a b", "1.1.1.1", "truely"} {
		if got := plainText(&inspect.Node{Type: "string", Text: s}); got != s {
			t.Errorf("the text %q is shown as %s", s, got)
		}
	}
}
