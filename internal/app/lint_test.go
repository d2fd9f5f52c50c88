package app

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// Lines added above a finding leave its fingerprint, and so does another message; another key path or file does not.
func TestFingerprints(t *testing.T) {
	of := func(name, text, path, message string) string {
		l := &linting{alike: map[string]int{}}
		at := strings.Index(text, "x")
		d := diag.Diagnostic{Rule: "a", Message: message, Path: diag.Keys(path), Span: diag.Span{File: diag.NewFile(name, []byte(text)), Start: at, End: at + 1}}
		l.identify(&d, name, l.alike)
		return d.Fingerprint
	}
	first := of("a", "x", "P", "m")
	for what, c := range map[string]struct {
		got  string
		same bool
	}{
		"lines above":      {of("a", "\n\n x", "P", "m"), true},
		"./ before it":     {of("./a", "x", "P", "m"), true},
		"another file":     {of("b", "x", "P", "m"), false},
		"another key path": {of("a", "x", "Q", "m"), false},
		"another message":  {of("a", "x", "P", "n"), true},
	} {
		if (c.got == first) != c.same {
			t.Errorf("%s: same is %t", what, c.got == first)
		}
	}
}

// Of very many findings the gravest are listed in their order, and the others counted; the totals and a baseline have all.
func TestVeryManyFindings(t *testing.T) {
	var keys strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&keys, "<key>Unknown%d</key><string/>", i)
	}
	h := nowhere(newMemory(t, map[string]string{"a.mobileconfig": strings.Replace(wifiInMemory, "<key>SSID_STR</key>", keys.String()+"<key>SSID_STR</key>", 1)}))
	run, err := Lint(t.Context(), h, LintOptions{Paths: []string{"a.mobileconfig"}})
	if err != nil {
		t.Fatal(err)
	}
	for f, err := range run.Files {
		if err != nil {
			t.Fatal(err)
		}
		errors := 0
		for _, d := range f.Findings {
			if d.Severity == diag.Error && d.Rule != "too-many-findings" {
				errors++
			}
		}
		last := f.Findings[len(f.Findings)-1]
		if len(f.Findings) != maxListed+1 || last.Rule != "too-many-findings" || last.Fingerprint == "" || errors != min(run.Footer.Errors, maxListed) {
			t.Errorf("%d findings, %d errors of %d, the last is %v", len(f.Findings), errors, run.Footer.Errors, last)
		}
	}
	all := run.Footer.AtLeast(diag.Note)
	if n, _, err := WriteBaseline(t.Context(), h, LintOptions{Paths: []string{"a.mobileconfig"}}, "b.json"); err != nil || n != all || all < 1500 {
		t.Errorf("the baseline has %d findings of %d: %v", n, all, err)
	}
}

// A file writes its JSON itself, as package encoding/json does by the tags: each field must be in it.
func TestLintedFileIsWrittenByItsTags(t *testing.T) {
	f := &LintedFile{Name: "a \"b\"", Kind: "profile", Format: "xml", Signed: true, Encrypted: true, Findings: []diag.Diagnostic{{Rule: "r", Message: "m"}, {Rule: "s"}}, Before: []byte("b"), After: []byte("a")}
	for i, v := 0, reflect.ValueOf(*f); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("%s is not set here", v.Type().Field(i).Name)
		}
	}
	want, err := json.MarshalIndent(f, "  ", "  ")
	if err != nil {
		t.Fatal(err)
	}
	j := text.NewIndentedJSON("  ")
	if f.WriteJSON(j); string(j.Data) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", j.Data, want)
	}
}
