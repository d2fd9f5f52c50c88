package view

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/target"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

// find returns the span of the first word in a file.
func find(f *diag.File, word string) diag.Span {
	at := strings.Index(string(f.Data), word)
	return diag.Span{File: f, Start: at, End: at + len(word)}
}

func findings() []diag.Diagnostic {
	f := diag.NewFile("a.yaml", []byte("plain: x\n\tänd: wörd\nwide: 漢字 here\nlong: "+strings.Repeat("y", 200)+" needle "+strings.Repeat("z", 200)+"\npassword: hunter2\nesc: \x1b[31m\u202eevil\nblock: |\n  one\n  two\n"))
	block := find(f, "one\n  two")
	return []diag.Diagnostic{
		{Rule: "with-help", Severity: diag.Error, Message: `"plain" is "x", want "y"`, Help: `did you mean "y"?`, Span: find(f, "x")},
		{Rule: "after-a-tab", Severity: diag.Warning, Message: "a tab and letters of two bytes", Span: find(f, "wörd")},
		{Rule: "wide", Severity: diag.Note, Message: "carets under wide characters", Span: find(f, "字")},
		{Rule: "long", Severity: diag.Error, Message: "the part of a long line that matters", Span: find(f, "needle")},
		{Rule: "secret", Severity: diag.Error, Message: "the source is not shown", Span: find(f, "hunter2"), HideSource: true},
		{Rule: "escape", Severity: diag.Error, Message: "nothing here may \x1b[2J reach\nthe terminal", Help: "\u202e\u2028\x9b", Span: find(f, "\x1b[31m\u202eevil")},
		{Rule: "two-lines", Severity: diag.Error, Message: "the first line is underlined", Span: block},
		{Rule: "empty", Severity: diag.Error, Message: "an empty span gets one caret", Path: diag.Keys("A").Key("B"), Span: diag.Span{File: f, Start: 7, End: 7}},
		{Rule: "related", Severity: diag.Error, Message: "twice", Span: find(f, "wide"), Related: []diag.Related{{Message: "first here", Span: find(f, "plain")}}},
		{Rule: "no-place", Severity: diag.Warning, Message: "only a path", Path: diag.Keys("PayloadContent").Item(0).Key("X")},
	}
}

func TestFindings(t *testing.T) {
	var out bytes.Buffer
	NewPrinter(&out, nil, 0).Findings(findings())
	golden(t, "findings.txt", out.String())
	if strings.Contains(out.String(), "hunter2") {
		t.Error("a secret is shown")
	}
}

// On a terminal every line of a finding fits, between words; a pipe gets each message on one line.
func TestFindingsOnANarrowTerminal(t *testing.T) {
	d := diag.Diagnostic{Rule: "long-message", Severity: diag.Error, Message: strings.Repeat("words that go on ", 8), Help: strings.Repeat("more words ", 8), Span: findings()[3].Span,
		Related: []diag.Related{{Message: strings.Repeat("there, too ", 8), Span: findings()[0].Span}}}
	var narrow, piped bytes.Buffer
	NewPrinter(&narrow, nil, 60).Findings(append(findings(), d))
	golden(t, "findings-narrow.txt", narrow.String())
	for _, line := range strings.Split(narrow.String(), "\n") {
		if n := len([]rune(line)); n > 60 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	NewPrinter(&piped, nil, 0).Findings([]diag.Diagnostic{d})
	if got := strings.Count(piped.String(), "\n"); got != 5 {
		t.Errorf("%d lines, want 5:\n%s", got, piped.String())
	}
}

func TestJSONFindings(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSON(&out, findings()); err != nil {
		t.Fatal(err)
	}
	golden(t, "findings.json", out.String())
}

func TestBuildOnANarrowTerminal(t *testing.T) {
	phone, watch := target.Target{Platform: target.IOS, Version: target.Version{Major: 26}, Enrollment: target.Manual}, target.Target{Platform: target.WatchOS, Version: target.Version{Major: 26}, Enrollment: target.Manual}
	b := &app.BuildResult{Output: "dist", Signer: &app.Signer{Name: "Acme \x1b[31mCA"}, Parts: []*app.BuiltPart{{Template: "acme", Organization: "Acme"}}, Profiles: []*app.BuiltProfile{{
		Of: phone, File: "acme.ios-manual.mobileconfig", Size: 999,
		Intents: []intent.Outcome{
			{Intent: intent.DateTime, Class: intent.Manual, Notes: []intent.Note{{Text: strings.Repeat("words that go on ", 8), Evidence: fact.Community}},
				Settings: []intent.Setting{{Path: []string{"Settings", "General"}, Value: "on", Evidence: fact.Unverified}}},
			{Intent: intent.DNS, Class: intent.Preset, Notes: []intent.Note{{Text: "goes without saying", Evidence: fact.Apple, Detail: true}}},
		},
	}, {Of: watch}}}
	b.Parts[0].Profiles = b.Profiles
	var out bytes.Buffer
	NewPrinter(&out, nil, 70).Build(b, true, nil)
	golden(t, "build-narrow.txt", out.String())
	for _, line := range strings.Split(out.String(), "\n") {
		if n := len([]rune(line)); n > 70 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// Whatever comes from outside, nothing that is printed can move the cursor, change colours or reorder text.
func FuzzCleanIsHarmless(f *testing.F) {
	for _, s := range []string{"plain", "\x1b]52;c;eA==\a", "\u202ertl", "\x9b31m", "\xff\xfe", "a\r\nb\tc", "\u2028\u2066\ufeff\U000e0001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Clean(s) {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Fatalf("%q holds %U", Clean(s), r)
			}
		}
	})
}

func TestWrapBreaksBetweenWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"it is in wifi.network.dns-settings.json\nwith --keys, or 長い言葉 unbreakable-" + strings.Repeat("x", 30),
			"it is in\nwifi.network.dns-settings.json\nwith --keys, or 長い言葉\nunbreakable-" + strings.Repeat("x", 30)},
		{"com.apple.configuration.softwareupdate.settings needs MDM", "com.apple.configuration.softwareupdate.settings\nneeds MDM"},
		{strings.Repeat("長", 20), strings.Repeat("長", 15) + "\n" + strings.Repeat("長", 5)},
		{red.Render("an error, and its reasons, in red"), red.Render("an error, and its reasons, in") + "\n" + red.Render("red")},
		{"a name of a file from outside ::error::x", "a name of a file from outside\n\\u{3a}:error::x"}, // no command to the log of a CI
	} {
		if got := strings.Join(wrap(c.text, 30), "\n"); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
