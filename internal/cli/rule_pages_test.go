package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"syncguard/internal/compose"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
)

// The bad example of every rule breaks that rule and no other, and the good one none.
func TestExamplesOfRules(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			bad, good := r.Examples()
			if len(bad.Files) > 0 {
				expectOnly(t, r.ID, lintExample(t, r.Options, inputsOf(t, bad)))
			}
			for _, d := range lintExample(t, r.Options, inputsOf(t, good)) {
				t.Errorf("the good example: %s", saying(d))
			}
		})
	}
}

func expectOnly(t *testing.T, id string, found []diag.Diagnostic) {
	t.Helper()
	if len(found) == 0 {
		t.Error("the bad example breaks no rule")
	}
	for _, d := range found {
		if d.Rule != id {
			t.Errorf("the bad example: %s", saying(d))
		}
	}
}

func saying(d diag.Diagnostic) string {
	place := d.Path
	if !d.Span.IsZero() {
		at := d.Span.File.Position(d.Span.Start)
		place = fmt.Sprintf("%s:%d:%d", d.Span.File.Name, at.Line, at.Column)
	}
	return fmt.Sprintf("%s: %s: %s [%s]", place, d.Severity, d.Message, d.Rule)
}

func inputsOf(t *testing.T, e rules.Example) []txtar.File {
	t.Helper()
	files, err := e.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// lintExample lints files together, with options as they stand on a page, and returns what was found in them.
func lintExample(t *testing.T, options string, files []txtar.File) []diag.Diagnostic {
	t.Helper()
	t.Chdir(t.TempDir())
	targets, allowed := exampleOptions(t, options)
	parsed, err := parseTargets(targets)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{lint: lint.New(schema.Embedded()), targets: parsed, exceptions: newExceptions(allowed)}
	for _, f := range files {
		if err := os.WriteFile(f.Name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var found []diag.Diagnostic
	var all []*built
	for _, f := range files {
		switch filepath.Ext(f.Name) {
		case ".mobileconfig", ".json":
			found = append(found, lintDocument(t, c, f)...)
		case ".yaml":
			profiles, more, err := composeAll(&Env{}, buildOptions{templates: []string{f.Name}}, parsed)
			if err != nil {
				t.Fatal(err)
			}
			found, all = append(found, more...), append(all, profiles...)
		}
	}
	return append(found, nameClashes(all)...)
}

// exampleOptions reads --target and --allow-unknown, each followed by its value.
func exampleOptions(t *testing.T, options string) (targets, allowed []string) {
	t.Helper()
	words := strings.Fields(options)
	for ; len(words) > 1; words = words[2:] {
		switch words[0] {
		case "--target":
			targets = append(targets, words[1])
		case "--allow-unknown":
			allowed = append(allowed, words[1])
		default:
			t.Fatalf("examples take no option %s", words[0])
		}
	}
	if len(words) > 0 {
		t.Fatalf("option %s has no value", words[0])
	}
	return targets, allowed
}

// lintDocument is checkData with the rules that validate leaves out.
func lintDocument(t *testing.T, c *checker, f txtar.File) []diag.Diagnostic {
	t.Helper()
	checked := c.checkData(f.Name, f.Data, nil)
	if checked.err != nil {
		t.Fatal(checked.err)
	}
	found := append(checked.findings, checked.unused...)
	doc, reading := document.Open(diag.NewFile(f.Name, f.Data))
	if doc.Root == nil || doc.Kind() != document.Profile {
		return found
	}
	all, err := c.lint.Check(doc.Root, c.targets, lint.Options{AllowUnknown: c.exceptions.names()})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range unsaid(all, reading) {
		if isAboutSync(d) {
			found = append(found, d)
		}
	}
	if doc.Signed {
		found = append(found, compose.MDMVariables(doc.Root)...)
	}
	return found
}

// withoutExample lists the rules that no file can show.
func withoutExample() []string {
	return []string{
		"internal-error",    // a defect of syncguard: one that is known is corrected
		"too-many-findings", // hundreds of findings of other rules come before it
	}
}

func TestOnlyFewRulesLackExamples(t *testing.T) {
	for _, r := range rules.All() {
		bad, good := r.Examples()
		if lacks := len(bad.Files) == 0 || len(good.Files) == 0; lacks != slices.Contains(withoutExample(), r.ID) {
			t.Errorf("rule %s has %d bad and %d good files", r.ID, len(bad.Files), len(good.Files))
		}
	}
}
