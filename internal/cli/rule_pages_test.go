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
	"syncguard/internal/report"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
)

// The bad example of every rule breaks that rule and no other, and the good one none.
func TestExamplesOfRules(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			bad, good := r.Examples()
			if len(bad.Files) > 0 {
				expectOnly(t, r, lintExample(t, r.Options, inputsOf(t, bad)))
			}
			for _, d := range lintExample(t, r.Options, inputsOf(t, good)) {
				t.Errorf("the good example: %s", saying(d))
			}
		})
	}
}

func expectOnly(t *testing.T, r rules.Rule, found []diag.Diagnostic) {
	t.Helper()
	usual := false
	for _, d := range found {
		if d.Rule != r.ID {
			t.Errorf("the bad example: %s", saying(d))
		}
		usual = usual || d.Severity == r.Severity
	}
	if !usual && r.ID != "needs-user-enrollment" { // no whole payload of the embedded schemas is like that
		t.Errorf("the bad example has no finding of the usual severity, %s: %v", r.Severity, found)
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
	o := exampleOptionsOf(t, options)
	targets, err := parseTargets(o.targets)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{lint: lint.New(schema.Embedded()), targets: targets, exceptions: newExceptions(o.allowUnknown)}
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
			profiles, more, err := composeAll(&Env{}, buildOptions{templates: []string{f.Name}}, targets)
			if err != nil {
				t.Fatal(err)
			}
			found, all = append(found, more...), append(all, profiles...)
		}
	}
	found = append(found, nameClashes(all)...)
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return slices.Contains(o.ignore, d.Rule) })
}

// exampleOptions are the options with which examples may be linted.
type exampleOptions struct{ targets, allowUnknown, ignore []string }

// exampleOptionsOf reads options, each followed by its value.
func exampleOptionsOf(t *testing.T, text string) (o exampleOptions) {
	t.Helper()
	words := strings.Fields(text)
	for ; len(words) > 1; words = words[2:] {
		switch value := words[1]; words[0] {
		case "--target":
			o.targets = append(o.targets, value)
		case "--allow-unknown":
			o.allowUnknown = append(o.allowUnknown, value)
		case "--ignore":
			o.ignore = append(o.ignore, value)
		default:
			t.Fatalf("examples take no option %s", words[0])
		}
	}
	if len(words) > 0 {
		t.Fatalf("option %s has no value", words[0])
	}
	return o
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

// ruleDocs has a page for each rule, beside the README with the table of all.
var ruleDocs = filepath.Join(repository, "docs", "rules")

// The pages in docs/rules are those of syncguard rules ID --format markdown, and there are no others. They are rewritten
// with: go test ./internal/cli -run TestRuleDocs -update
func TestRuleDocs(t *testing.T) {
	want := map[string]string{}
	for _, r := range rules.All() {
		want[r.ID+".md"] = report.RuleMarkdown(r)
	}
	entries, err := os.ReadDir(ruleDocs)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if want[e.Name()] != "" || e.Name() == "README.md" {
			continue
		}
		if !*update {
			t.Errorf("%s is the page of no rule", e.Name())
		} else if err := os.Remove(filepath.Join(ruleDocs, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range want {
		path := filepath.Join(ruleDocs, name)
		if data, err := os.ReadFile(path); err == nil && string(data) == text {
			continue
		}
		if !*update {
			t.Errorf("%s is stale", path)
		} else if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
