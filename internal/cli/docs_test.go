package cli

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/coverage"
	"syncguard/internal/diff"
	"syncguard/internal/doctor"
	"syncguard/internal/generated"
	"syncguard/internal/intent"
	"syncguard/internal/journey"
	"syncguard/internal/merge"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/upgrade"
	"syncguard/internal/view"
	"syncguard/templates"
)

// templateTable is what package template holds its keys against.
func templateTable(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "template", "testdata", "reference.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// reportedCases is what package effective holds its cases against.
func reportedCases(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "effective", "testdata", "cases.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// combiningTable lists the rules of combining.
func combiningTable() string {
	var b strings.Builder
	for _, r := range merge.Rules() {
		fmt.Fprintf(&b, "* `%s` (%s): %s", r.ID, r.Evidence, r.Does)
		if r.Caution != "" {
			b.WriteString("; " + r.Caution)
		}
		fmt.Fprintf(&b, ". [Source](%s)\n", r.Source)
	}
	return b.String()
}

// The documentation holds blocks that are made from the code, between <!-- generated: NAME --> and <!-- end -->. They
// are rewritten with: go test ./internal/cli -run TestDocs -update
func TestDocs(t *testing.T) {
	made := map[string]string{
		"meanings":     meaningTable(),
		"reasons":      reasonTable(),
		"coverage":     coverageTable(t),
		"template":     templateTable(t),
		"commands":     commandList(),
		"global flags": globalFlags(),
		"hosts":        hostTable(),
		"journeys":     journeys(t),

		"ways of combining": combiningTable(),
		"reported cases":    reportedCases(t),

		"transcript": assistantTranscript(t),

		"destinations": destinationTable(),
		"exports":      exportTable(),
		"flags":        flagTable(),

		"wifi with certificates": templatesIn(t, "wifi", "wifi.yaml", "berlin.yaml", "lab.yaml"),

		"plan":              planStory(t),
		"combined verdicts": combinedVerdicts(),

		"consequences": consequenceTable(),
		"rules":        strings.TrimSuffix(view.RulesMarkdown(&app.RulesListed{Rules: rules.Pages()}), "\n"),
	}
	maps.Copy(made, jsonTables(t))
	block := regexp.MustCompile(`(?s)(<!-- generated: ([a-z ]+) -->\n).*?(<!-- end -->)`)
	files, err := filepath.Glob(filepath.Join(repository, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, path := range append(files, filepath.Join(repository, "README.md"), filepath.Join(ruleDocs, "README.md"), filepath.Join(repository, "docs", "commands", "README.md")) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fresh := block.ReplaceAllStringFunc(string(data), func(found string) string {
			m := block.FindStringSubmatch(found)
			text, ok := made[m[2]]
			if !ok {
				t.Errorf("%s: nothing makes the block %q", path, m[2])
			}
			used[m[2]] = true
			return m[1] + generated.Wrap(text) + "\n" + m[3]
		})
		if fresh == string(data) {
			continue
		}
		if !*update {
			t.Errorf("%s is stale, run go test ./internal/cli -run TestDocs -update:\n%s", path, cmp.Diff(string(data), fresh))
		} else if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name := range made {
		if !used[name] {
			t.Errorf("no document has the block %q", name)
		}
	}
}

// planStory is the command in docs/plan.md, and what it prints.
func planStory(t *testing.T) string {
	t.Helper()
	const line = "plan restrictions.mobileconfig --from macOS@14/supervised --from macOS@15.2/supervised --to macOS@27"
	t.Chdir(filepath.Join("testdata", "shared", "plan"))
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now}
	if code := Main(t.Context(), env, strings.Fields(line), "test"); code != exitOK || errs.Len() > 0 {
		t.Fatalf("code %d, %s", code, errs.String())
	}
	return "```\n$ syncguard " + line + "\n" + out.String() + "```"
}

// combinedVerdicts is the table of upgrade.Combine: a row for the verdict on the first move, a column for that on the next.
func combinedVerdicts() string {
	all := []upgrade.Verdict{upgrade.Unchanged, upgrade.Redeliver, upgrade.Changes, upgrade.Replaced, upgrade.Deprecated, upgrade.Stops, upgrade.Passes}
	var b strings.Builder
	b.WriteString("| first, then |")
	for _, v := range all {
		fmt.Fprintf(&b, " %s |", v)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, first := range all {
		fmt.Fprintf(&b, "| **%s** |", first)
		for _, then := range all {
			gone := first == upgrade.Stops || first == upgrade.Passes
			arrives := then == upgrade.Redeliver || then == upgrade.Passes
			if gone && then != upgrade.Unchanged || arrives && first != upgrade.Unchanged {
				b.WriteString(" – |")
				continue
			}
			fmt.Fprintf(&b, " %s |", upgrade.Combine(first, then))
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// consequenceTable lists what diff can say of a device.
func consequenceTable() string {
	var b strings.Builder
	for _, m := range diff.Meanings {
		source := m.Source
		if m.Community {
			source += ", from which it follows; Apple does not say it"
		}
		fmt.Fprintf(&b, "* `%s` (%s): %s. Source: %s\n", m.ID, m.Severity, m.Says, source)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// templatesIn shows templates that scripts build, each under its name.
func templatesIn(t *testing.T, set string, names ...string) string {
	t.Helper()
	var all []string
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata", "shared", set, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("`%s`:\n\n```yaml\n%s```", name, data))
	}
	return strings.Join(all, "\n\n")
}

// journeys shows the scripts of TestJourneys, and holds each to its bounds.
func journeys(t *testing.T) string {
	t.Helper()
	var all []string
	for _, name := range []string{"iphone", "jamf", "repository", "contributor"} {
		script, err := os.ReadFile(filepath.Join("testdata", "journeys", name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		j, err := journey.Parse(script)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if j.Commands > j.MaxCommands || j.Variables > j.MaxVariables || j.Files > j.MaxFiles {
			t.Errorf("%s takes %d commands, %d variables and %d files, want at most %d, %d and %d", name, j.Commands, j.Variables, j.Files, j.MaxCommands, j.MaxVariables, j.MaxFiles)
		}
		all = append(all, j.Markdown("../internal/cli/testdata/journeys/"+name+".txtar"))
	}
	return strings.TrimSuffix(strings.Join(all, "\n"), "\n")
}

// grid is every platform and enrollment, on the previous and the current major version.
func grid() []target.Target {
	var all []target.Target
	for _, p := range target.Platforms() {
		for _, e := range target.Enrollments() {
			for _, major := range []int{target.Current - 1, target.Current} {
				if to, err := target.Parse(fmt.Sprintf("%s@%d/%s", p, major, e)); err == nil && to.ReadAs() == "" && !(e == target.SharedIPad && p == target.IOS) {
					all = append(all, to)
				}
			}
		}
	}
	return all
}

func meaningTable() string {
	rows := []string{"| class | meaning |", "|---|---|"}
	for _, c := range intent.Classes() {
		rows = append(rows, fmt.Sprintf("| %s | %s |", c.Label(), c.Meaning()))
	}
	return strings.Join(rows, "\n")
}

// reasonTable lists what verify can answer to each question.
func reasonTable() string {
	var rows []string
	for i, r := range cms.Reasons() {
		if i == 0 || r.Question != cms.Reasons()[i-1].Question {
			rows = append(rows, fmt.Sprintf("\n### %s\n", r.Question))
		}
		rows = append(rows, fmt.Sprintf("* `%s`: %s, %s", r.Reason, cond(r.OK, "yes")+cond(!r.OK, "no"), r.Meaning))
	}
	return strings.Join(rows, "\n")
}

// coverageTable is what syncguard coverage says of the built-in template, for every way of install.
func coverageTable(t *testing.T) string {
	t.Helper()
	spec, findings, err := (&template.Loader{Builtin: templates.Files}).Load(template.Input{Name: "builtin:" + templates.Prevention})
	if err != nil || spec == nil {
		t.Fatal(err, findings)
	}
	m, err := coverage.Intents(spec.Prevention, grid(), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := view.Markdown(&b, 3, view.Coverage(&app.CoverageResult{Matrices: []*coverage.Matrix{m}})...); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(superscripts(b.String()))
}

// superscripts writes the references to footnotes as a terminal does, which keeps the rows of a table short.
func superscripts(markdown string) string {
	return regexp.MustCompile(`<sup>[\d, ]+</sup>`).ReplaceAllStringFunc(markdown, func(found string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case '0' <= r && r <= '9':
				return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0']
			case r == ' ':
				return r
			}
			return -1
		}, found)
	})
}

// hostTable lists the hosts that doctor tries.
func hostTable() string {
	var rows []string
	for _, h := range doctor.Hosts() {
		kind := map[bool]string{true: "UDP", false: "TCP"}[h.Port == 123]
		rows = append(rows, fmt.Sprintf("* `%s`, %s %d: %s (%s: %s)", h.Name, kind, h.Port, h.For, h.Evidence, h.Source))
	}
	return strings.Join(rows, "\n")
}

// commandList lists the commands, each with its page.
func commandList() string {
	var rows []string
	each(newRootCmd(&Env{}, ""), func(cmd *cobra.Command) {
		if !cmd.Runnable() || cmd.HasSubCommands() {
			return
		}
		page := strings.Fields(cmd.CommandPath())[1] + ".md"
		if cmd.Parent().HasParent() {
			page += "#" + strings.ReplaceAll(cmd.CommandPath(), " ", "-")
		}
		rows = append(rows, fmt.Sprintf("* [`%s`](%s): %s", strings.TrimSuffix(cmd.UseLine(), " [flags]"), page, cmd.Short))
	})
	return strings.Join(rows, "\n")
}

// globalFlags lists the flags of every command.
func globalFlags() string {
	return strings.TrimSuffix(flagList(newRootCmd(&Env{}, "").PersistentFlags()), "\n")
}

func each(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, sub := range cmd.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" {
			each(sub, f)
		}
	}
}

// Every command says what it does, shows an example, and has a script.
func TestCommandsAreComplete(t *testing.T) {
	each(newRootCmd(&Env{}, ""), func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: Short is %q, want a phrase without a full stop", path, cmd.Short)
		}
		if cmd.Example == "" {
			t.Errorf("%s has no example", path)
		}
		// The scripts of a command begin with its name: push-jamf-level.txtar.
		first := strings.Fields(path + " " + cmd.Name())[1]
		scripts, err := filepath.Glob(filepath.Join("testdata", "script", first+"*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		runs := func(name string) bool {
			script, err := os.ReadFile(name)
			return err == nil && strings.Contains(string(script), path)
		}
		if !slices.ContainsFunc(scripts, runs) {
			t.Errorf("%s has no script that runs it", path)
		}
	})
}
