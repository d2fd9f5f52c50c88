package cli

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"syncguard/internal/generated"
)

// topics are the pages in docs that say more about a command: its own one first.
var topics = map[string][]string{
	"build":     {"template.md", "targets.md", "project.md", "declarations.md", "signing.md", "report.md"},
	"coverage":  {"coverage.md", "targets.md"},
	"decrypt":   {"encrypt.md"},
	"diff":      {"diff.md"},
	"doctor":    {"doctor.md"},
	"effective": {"effective.md", "targets.md"},
	"encrypt":   {"encrypt.md"},
	"export":    {"export.md", "mdm.md"},
	"extract":   {"verify.md"},
	"fmt":       {"fmt.md"},
	"identity":  {"signing.md"},
	"import":    {"import.md"},
	"init":      {"project.md", "template.md"},
	"inspect":   {"inspect.md"},
	"lint":      {"lint.md", "fixes.md", "lint-ci.md", "rules/README.md", "mdm.md"},
	"lsp":       {"editors.md", "project.md"},
	"mcp":       {"mcp.md"},
	"migrate":   {"migrate.md", "declarations.md"},
	"plan":      {"plan.md", "migrate.md", "targets.md"},
	"push":      {"push.md", "mdm.md"},
	"rules":     {"rules/README.md"},
	"schema":    {"schema.md"},
	"serve":     {"serve.md"},
	"sign":      {"signing.md"},
	"validate":  {"lint.md", "schema.md"},
	"verify":    {"verify.md"},
	"version":   {"schema.md"},
	"web":       {"web.md"},
}

// onFindings is what exit code 1 of a command means, of those that have it. All destinations have one meaning.
var onFindings = map[string]string{
	"build":         "a template, or a profile made of it, has an error; nothing is written",
	"coverage":      "a profile has errors",
	"diff":          "with `--exit-code`: something differs",
	"doctor":        "a cause of \"Sync Paused\" was found",
	"effective":     "a value is undefined, or a file has errors",
	"export":        "a profile has an error, or the server would refuse it; nothing is written",
	"fmt":           "a file has an error, or, with `--check`, another form",
	"identity show": "devices would not accept the signature",
	"import":        "a file was not imported, or its template builds something else",
	"inspect":       "a file has errors; what can be read is shown",
	"lint":          "findings of the severity in `--fail-on`, or above",
	"lsp":           "the editor ended the connection without shutdown",
	"migrate":       "a profile or a declaration has an error; nothing is written",
	"plan":          "a file has errors",
	"push":          "a profile has an error, the server or a device would refuse it, or `--check` found a difference",
	"schema diff":   "with `--exit-code`: something differs",
	"sign":          "a file cannot be signed as it is; nothing is written",
	"validate":      "findings of the severity in `--fail-on`, or above",
	"verify":        "the answer to a question is no",
}

// TestDocsOfCommands: docs/commands has a page for each command, made of its help, and no other. They are rewritten with:
// go test ./internal/cli -run TestDocs -update
func TestDocsOfCommands(t *testing.T) {
	found := exitCodesInScripts(t)
	want := map[string]string{}
	root := newRootCmd(&Env{}, "")
	for _, cmd := range root.Commands() {
		if cmd.Name() == "help" {
			continue
		}
		var b strings.Builder
		writeCommand(&b, cmd, "#", found)
		b.WriteString("\n## More\n\n")
		for _, page := range topics[cmd.Name()] {
			fmt.Fprintf(&b, "* [%s](../%s)\n", titleOf(t, page), page)
		}
		b.WriteString("* [All commands](README.md)\n")
		want[cmd.Name()+".md"] = generated.Wrap(b.String())
	}
	expectFolder(t, filepath.Join(repository, "docs", "commands"), want)
	if len(topics) != len(want) {
		t.Errorf("topics has %d commands, want %d", len(topics), len(want))
	}
}

// expectFolder holds the pages in a folder, all but its README.md, to what they are made of.
func expectFolder(t *testing.T, folder string, want map[string]string) {
	t.Helper()
	const command = "go test ./internal/cli -run 'TestDocs|TestRuleDocs' -update"
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if want[e.Name()] != "" || e.Name() == "README.md" {
			continue
		}
		if !*update {
			t.Errorf("%s in %s is made of nothing: run %s", e.Name(), folder, command)
		} else if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range want {
		path := filepath.Join(folder, name)
		if data, err := os.ReadFile(path); err == nil && string(data) == text {
			continue
		}
		if !*update {
			t.Errorf("%s is stale: run %s", path, command)
		} else if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// titleOf returns the heading of a page in docs.
func titleOf(t *testing.T, page string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, "docs", filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	title, _, _ := strings.Cut(strings.TrimPrefix(string(data), "# "), "\n")
	return title
}

// writeCommand writes the help of a command and of those below it as Markdown.
func writeCommand(b *strings.Builder, cmd *cobra.Command, level string, exits map[string]map[int]bool) {
	fmt.Fprintf(b, "%s %s\n\n```text\n%s\n```\n\n", level, cmd.CommandPath(), strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	writeHelp(b, cmd.Long, cmd.Short+".")
	var below []*cobra.Command
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			below = append(below, sub)
		}
	}
	for _, sub := range below {
		fmt.Fprintf(b, "* [%s](#%s): %s\n", sub.Name(), strings.ReplaceAll(sub.CommandPath(), " ", "-"), sub.Short)
	}
	if len(below) > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "%s# Examples\n\n```sh\n%s\n```\n", level, outdent(cmd.Example))
	if len(below) == 0 {
		fmt.Fprintf(b, "\n%s# Flags\n\n%s\n%s# Exit codes\n\n%s", level, flagList(cmd.LocalNonPersistentFlags()), level, exitCodes(cmd, exits))
	}
	for _, sub := range below {
		b.WriteString("\n")
		writeCommand(b, sub, level+"#", exits)
	}
}

// writeHelp writes the text of --help: paragraphs, and indented lines as code.
func writeHelp(b *strings.Builder, long, short string) {
	if long == "" {
		long = short
	}
	inCode := false
	for line := range strings.SplitSeq(long, "\n") {
		if code := strings.HasPrefix(line, " "); code != inCode {
			b.WriteString("```\n")
			inCode = code
		}
		if inCode {
			b.WriteString(strings.TrimPrefix(line, "  ") + "\n")
		} else {
			b.WriteString(plainMarkdown(line) + "\n")
		}
	}
	if inCode {
		b.WriteString("```\n")
	}
	b.WriteString("\n")
}

// plainMarkdown escapes what would be more than text in Markdown.
func plainMarkdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "<", `\<`, "*", `\*`, "$", `\$`, "`", "\\`").Replace(text)
}

// outdent takes the indentation of the help off its examples.
func outdent(example string) string {
	return strings.TrimPrefix(strings.ReplaceAll(example, "\n  ", "\n"), "  ")
}

// flagList lists flags in the words of --help.
func flagList(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		row := flagRow(f)
		fmt.Fprintf(&b, "* `%s`: %s\n", strings.TrimSpace(row[0]), plainMarkdown(row[1]))
	})
	if b.Len() == 0 {
		return "None of its own.\n"
	}
	return b.String()
}

func exitCodes(cmd *cobra.Command, exits map[string]map[int]bool) string {
	name := exitName(cmd)
	meanings := []string{"done", onFindings[name], "the command line is wrong", "the work could not be done"}
	var b strings.Builder
	for code, meaning := range meanings {
		if code == exitOK || exits[name][code] {
			fmt.Fprintf(&b, "* %d: %s\n", code, meaning)
		}
	}
	return b.String() + "\nSignals, and output for programs: [JSON output](../json.md#exit-codes).\n"
}

// exitName is the name of a command in onFindings.
func exitName(cmd *cobra.Command) string {
	name := strings.TrimPrefix(cmd.CommandPath(), "syncguard ")
	if group, _, _ := strings.Cut(name, " "); group == "push" || group == "export" {
		return group
	}
	return name
}

// exitCodesInScripts returns the exit codes of each command that a script wants. Each exit code 1 has its meaning in onFindings.
func exitCodesInScripts(t *testing.T) map[string]map[int]bool {
	t.Helper()
	all := map[string]map[int]bool{}
	root := newRootCmd(&Env{}, "")
	scripts, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^code ([1-3]) syncguard (.*)$`)
	for _, script := range scripts {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range line.FindAllStringSubmatch(string(data), -1) {
			cmd, _, err := root.Find(strings.Fields(m[2]))
			if err != nil || !cmd.HasParent() {
				continue // a script about a command that does not exist
			}
			name := exitName(cmd)
			if all[name] == nil {
				all[name] = map[int]bool{}
			}
			all[name][int(m[1][0]-'0')] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name][exitFindings] != (onFindings[name] != "") {
			t.Errorf("%s: a script wants exit code 1: %t; onFindings has a meaning: %t", name, all[name][exitFindings], onFindings[name] != "")
		}
	}
	return all
}
