package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/generated"
	"syncguard/internal/rules"
	"syncguard/internal/template"
	"syncguard/internal/view"
)

// The bad example of every rule breaks that rule and no other, and the good one none.
func TestExamplesOfRules(t *testing.T) {
	for _, r := range rules.Pages() {
		t.Run(r.ID, func(t *testing.T) {
			bad, good := r.Examples()
			if len(bad.Files) > 0 {
				expectOnly(t, r, lintExample(t, r, inputsOf(t, bad)))
			}
			for _, d := range lintExample(t, r, inputsOf(t, good)) {
				t.Errorf("the good example breaks a rule: %s", saying(d))
			}
		})
	}
}

func expectOnly(t *testing.T, r rules.Page, found []diag.Diagnostic) {
	t.Helper()
	usual := false
	for _, d := range found {
		if d.Rule != r.ID {
			t.Errorf("the bad example also breaks another rule: %s", saying(d))
		}
		usual = usual || d.Rule == r.ID && d.Severity == r.Severity
	}
	if !usual && r.ID != "needs-user-enrollment" { // no whole payload of the embedded schemas is like that
		t.Errorf("the bad example has no finding of %s with the severity of its page, %s", r.ID, r.Severity)
	}
}

func saying(d diag.Diagnostic) string {
	place := d.File + " " + d.Path.String()
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

// lintExample runs the command of a rule on files, with options as they stand on a page, and returns what was found in them.
func lintExample(t *testing.T, r rules.Page, files []txtar.File) []diag.Diagnostic {
	t.Helper()
	t.Chdir(t.TempDir())
	var names []string
	for _, f := range files {
		if err := os.WriteFile(f.Name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		if slices.Contains([]string{".mobileconfig", ".json", ".yaml"}, filepath.Ext(f.Name)) {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	args := append([]string{r.Command, "--format", "json"}, strings.Fields(r.Options)...)
	switch r.Command {
	case "build":
		args = append(args, "--unsigned")
	case "sign":
		t.Setenv("XDG_CONFIG_HOME", t.TempDir())
		args = append(args, "-o", "signed/")
	}
	if slices.Contains(names, template.ProjectFile) {
		names = []string{"."} // what an entry of it is for counts only in a whole folder
	}
	return findingsOf(t, append(args, names...))
}

// findingsOf runs a command that writes JSON, and returns the findings in it.
func findingsOf(t *testing.T, args []string) []diag.Diagnostic {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: func() time.Time { return exampleTime }}
	if code := Main(context.Background(), env, args, ""); code > exitFindings {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	type finding struct {
		Rule, Message, File, Path string
		Severity                  diag.Severity
	}
	var run struct {
		Files    []struct{ Findings []finding } // of lint
		Findings []finding                      // of build
	}
	if err := json.Unmarshal(out.Bytes(), &run); err != nil {
		t.Fatal(err)
	}
	all := run.Findings
	for _, file := range run.Files {
		all = append(all, file.Findings...)
	}
	var found []diag.Diagnostic
	for _, f := range all {
		found = append(found, diag.Diagnostic{Rule: f.Rule, Severity: f.Severity, Message: f.Message, File: f.File, Path: diag.Keys(f.Path)})
	}
	return found
}

// exampleTime is the day on which the certificates in examples are judged.
var exampleTime = time.Date(2026, time.December, 1, 12, 0, 0, 0, time.UTC)

// ruleDocs has a page for each rule, beside the README with the table of all.
var ruleDocs = filepath.Join(repository, "docs", "rules")

// The pages in docs/rules are those of syncguard rules RULE --format markdown, in short lines, and there are no others. They are rewritten
// with: go test ./internal/cli -run TestRuleDocs -update
func TestRuleDocs(t *testing.T) {
	want := map[string]string{}
	for _, r := range rules.Pages() {
		want[r.ID+".md"] = generated.Wrap(view.RuleMarkdown(&app.RulePage{Page: r}))
	}
	expectFolder(t, ruleDocs, want)
}
