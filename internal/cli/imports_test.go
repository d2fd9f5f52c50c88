package cli_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which packages of the project each one may import, itself aside. They point downwards only: no package
// imports one that stands above it.
var arrows = []struct {
	name string
	may  []string
}{
	{"cmd/syncguard", []string{
		"internal/cli",
	}},
	{"cmd/syncguard-wasm", []string{
		"internal/web",
	}},
	{"internal/web", []string{
		"internal/app",
		"internal/diag",
		"internal/diff",
		"internal/fact",
		"internal/files",
		"internal/guidance",
		"internal/intent",
		"internal/lsp",
		"internal/schema",
		"internal/summary",
		"internal/target",
		"internal/text",
		"internal/view/ci",
		"internal/view/plain",
	}},
	{"internal/cli", []string{
		"internal/app",
		"internal/assistant",
		"internal/deploy",
		"internal/diag",
		"internal/files",
		"internal/lsp",
		"internal/serve",
		"internal/target",
		"internal/text",
		"internal/view",
		"internal/view/ci",
		"web",
	}},
	{"web", nil},
	{"internal/lsp", []string{
		"internal/app",
		"internal/coverage",
		"internal/diag",
		"internal/files",
		"internal/lsp/protocol",
		"internal/outline",
		"internal/rules/rule",
		"internal/schema",
		"internal/target",
		"internal/template",
		"internal/text",
	}},
	{"internal/lsp/protocol", nil},
	{"internal/assistant", []string{
		"internal/app",
		"internal/diag",
		"internal/diff",
		"internal/files",
		"internal/rules",
		"internal/schema",
		"internal/target",
		"internal/text",
		"internal/view",
		"internal/view/plain",
	}},
	{"internal/serve", []string{
		"internal/app",
		"internal/diag",
		"internal/fact",
		"internal/guidance",
		"internal/summary",
	}},
	{"internal/view/ci", []string{
		"internal/app",
		"internal/diag",
		"internal/rules",
		"internal/text",
		"internal/view/plain",
	}},
	{"internal/view", []string{
		"internal/app",
		"internal/cms",
		"internal/coverage",
		"internal/coverage/census",
		"internal/diag",
		"internal/diff",
		"internal/doctor",
		"internal/effective",
		"internal/fact",
		"internal/guidance",
		"internal/identity",
		"internal/inspect",
		"internal/intent",
		"internal/inventory",
		"internal/lint",
		"internal/merge",
		"internal/migrate",
		"internal/plist",
		"internal/rules",
		"internal/schema",
		"internal/summary",
		"internal/target",
		"internal/text",
		"internal/upgrade",
		"internal/view/plain",
	}},
	{"internal/view/plain", []string{
		"internal/app",
		"internal/diag",
		"internal/diff",
		"internal/plist",
		"internal/text",
	}},
	{"internal/app", []string{
		"internal/assign",
		"internal/cms",
		"internal/compose",
		"internal/convert",
		"internal/convert/sources",
		"internal/coverage",
		"internal/coverage/census",
		"internal/deploy",
		"internal/deploy/*",
		"internal/diag",
		"internal/diff",
		"internal/doctor",
		"internal/document",
		"internal/effective",
		"internal/fact",
		"internal/files",
		"internal/fix",
		"internal/guidance",
		"internal/identity",
		"internal/inspect",
		"internal/intent",
		"internal/inventory",
		"internal/lint",
		"internal/mdm",
		"internal/merge",
		"internal/migrate",
		"internal/outline",
		"internal/pki",
		"internal/plist",
		"internal/rules",
		"internal/rules/rule",
		"internal/schema",
		"internal/schema/appleyaml",
		"internal/schema/facts",
		"internal/schema/manifests",
		"internal/secret",
		"internal/summary",
		"internal/target",
		"internal/template",
		"internal/text",
		"internal/upgrade",
		"internal/work",
		"profiles",
		"templates",
	}},
	{"internal/deploy/*", []string{
		"internal/convert/sources",
		"internal/deploy",
		"internal/diag",
		"internal/document",
		"internal/mdm",
		"internal/plist",
		"internal/rules/rule",
		"internal/target",
		"internal/text",
	}},
	{"internal/deploy", []string{
		"internal/diag",
		"internal/document",
		"internal/mdm",
		"internal/plist",
		"internal/secret",
		"internal/target",
		"profiles",
	}},
	{"internal/convert", []string{
		"internal/compose",
		"internal/diag",
		"internal/diff",
		"internal/document",
		"internal/lint",
		"internal/plist",
		"internal/rules",
		"internal/schema",
		"internal/schema/facts",
		"internal/target",
		"internal/template",
		"profiles",
	}},
	{"internal/convert/sources", []string{
		"internal/diag",
		"internal/document",
		"internal/plist",
		"internal/target",
		"internal/template",
	}},
	{"internal/assign", []string{
		"internal/diag",
		"internal/document",
		"internal/plist",
		"internal/template",
		"internal/text",
	}},
	{"internal/compose", []string{
		"internal/diag",
		"internal/fact",
		"internal/guidance",
		"internal/intent",
		"internal/lint",
		"internal/plist",
		"internal/rules",
		"internal/rules/rule",
		"internal/schema",
		"internal/target",
		"internal/template",
		"internal/work",
		"profiles",
	}},
	{"internal/upgrade", []string{
		"internal/coverage",
		"internal/fact",
		"internal/intent",
		"internal/migrate",
		"internal/plist",
		"internal/schema",
		"internal/schema/facts",
		"internal/target",
		"internal/template",
		"internal/work",
		"profiles",
	}},
	{"internal/migrate", []string{
		"internal/diag",
		"internal/plist",
		"internal/schema",
		"internal/schema/facts",
		"internal/target",
		"internal/work",
		"profiles",
	}},
	{"internal/effective", []string{
		"internal/coverage",
		"internal/fact",
		"internal/intent",
		"internal/merge",
		"internal/plist",
		"internal/schema",
		"internal/schema/facts",
		"internal/target",
		"internal/text",
		"internal/work",
		"profiles",
	}},
	{"internal/coverage/census", []string{
		"internal/coverage",
		"internal/diag",
		"internal/intent",
		"internal/inventory",
		"internal/target",
		"internal/text",
		"internal/work",
	}},
	{"internal/coverage", []string{
		"internal/fact",
		"internal/intent",
		"internal/plist",
		"internal/schema",
		"internal/schema/facts",
		"internal/target",
		"internal/template",
		"profiles",
	}},
	{"internal/summary", []string{
		"internal/content",
		"internal/guidance",
		"internal/intent",
		"internal/plist",
		"internal/schema",
		"internal/text",
	}},
	{"internal/intent", []string{
		"internal/diag",
		"internal/fact",
		"internal/plist",
		"internal/rules/rule",
		"internal/schema",
		"internal/target",
		"internal/template",
		"profiles",
	}},
	{"internal/diff", []string{
		"internal/diag",
		"internal/document",
		"internal/plist",
		"internal/schema",
		"internal/target",
		"internal/work",
	}},
	{"internal/inspect", []string{
		"internal/content",
		"internal/diag",
		"internal/document",
		"internal/lint",
		"internal/pki",
		"internal/plist",
		"internal/schema",
		"internal/secret",
		"internal/target",
		"profiles",
	}},
	{"internal/lint", []string{
		"internal/cms",
		"internal/content",
		"internal/diag",
		"internal/document",
		"internal/fact",
		"internal/fix",
		"internal/identity",
		"internal/mdm",
		"internal/merge",
		"internal/pki",
		"internal/plist",
		"internal/requirement",
		"internal/roots",
		"internal/rules",
		"internal/rules/rule",
		"internal/schema",
		"internal/schema/facts",
		"internal/secret",
		"internal/target",
		"internal/text",
		"internal/work",
		"profiles",
	}},
	{"internal/merge", []string{
		"internal/fact",
		"internal/plist",
		"internal/schema",
		"internal/target",
		"internal/work",
	}},
	{"internal/template", []string{
		"internal/diag",
		"internal/fix",
		"internal/guidance",
		"internal/plist",
		"internal/rules/rule",
		"internal/secret",
		"internal/target",
		"internal/text",
		"internal/work",
		"profiles",
	}},
	{"internal/secret", []string{
		"internal/cms",
		"internal/diag",
		"internal/document",
		"internal/mdm",
		"internal/plist",
		"internal/schema/facts",
	}},
	{"internal/schema/facts", []string{
		"internal/diag",
		"internal/fact",
		"internal/plist",
		"internal/target",
	}},
	{"internal/document", []string{
		"internal/cms",
		"internal/diag",
		"internal/plist",
		"internal/rules/rule",
		"internal/text",
	}},
	{"internal/fix", []string{
		"internal/diag",
		"internal/plist",
		"internal/rules",
		"internal/rules/rule",
		"internal/work",
	}},
	{"internal/schema/generate", []string{
		"internal/schema",
		"internal/schema/appleyaml",
		"internal/schema/manifests",
	}},
	{"internal/schema/manifests", []string{
		"internal/diag",
		"internal/plist",
		"internal/schema",
		"internal/target",
	}},
	{"internal/schema/appleyaml", []string{
		"internal/plist",
		"internal/schema",
		"internal/target",
	}},
	{"internal/schema", []string{
		"internal/plist",
		"internal/target",
	}},
	{"profiles", []string{
		"internal/diag",
		"internal/plist",
		"internal/target",
	}},
	{"internal/plist", []string{
		"internal/diag",
		"internal/rules/rule",
		"internal/text",
		"internal/work",
	}},
	{"internal/inventory", []string{
		"internal/diag",
		"internal/fact",
		"internal/target",
		"internal/text",
	}},
	{"internal/target", []string{
		"internal/text",
	}},
	{"internal/content", []string{
		"internal/cms",
		"internal/identity",
	}},
	{"internal/requirement", nil},
	{"internal/identity", []string{
		"internal/cms",
		"internal/fact",
		"internal/files",
		"internal/pki",
		"internal/roots",
		"internal/text",
	}},
	{"internal/cms", []string{
		"internal/pki",
		"internal/roots",
	}},
	{"internal/pki", nil},
	{"internal/doctor/doctortest", []string{
		"internal/doctor",
	}},
	{"internal/doctor", []string{
		"internal/fact",
		"internal/text",
	}},
	{"internal/roots", []string{
		"internal/fact",
	}},
	{"internal/rules", []string{
		"internal/diag",
	}},
	{"internal/guidance", []string{
		"internal/fact",
	}},
	{"internal/diag", []string{
		"internal/text",
		"internal/work",
	}},
	{"internal/text", []string{
		"internal/work",
	}},
	{"internal/files", nil},
	{"internal/outline", nil},
	{"internal/rules/rule", nil},
	{"internal/mdm", []string{
		"internal/fact",
	}},
	{"internal/fact", nil},
	{"internal/work", nil},
	{"internal/generated", nil},
	{"internal/hostile", nil},
	{"internal/journey", nil},
	{"internal/e2e", nil},
	{"templates", nil},
}

// Outside packages that only one of ours may import.
var onlyIn = map[string]string{
	"github.com/spf13/cobra":                "internal/cli",
	"go.mozilla.org/pkcs7":                  "internal/cms",
	"go.yaml.in/yaml/v4":                    "internal/template internal/schema/appleyaml internal/view internal/deploy/fleet internal/deploy/iru",
	"howett.net/plist":                      "internal/plist internal/schema/manifests",
	"software.sslmate.com/src/go-pkcs12":    "internal/identity",
	"github.com/youmark/pkcs8":              "internal/identity",
	"charm.land/lipgloss/v2":                "internal/view",
	"github.com/aymanbagabas/go-udiff":      "internal/view internal/lsp internal/web",
	"github.com/sourcegraph/jsonrpc2":       "internal/lsp",
	"charm.land/lipgloss/v2/table":          "internal/view",
	"github.com/hashicorp/go-retryablehttp": "internal/deploy",
	"golang.org/x/oauth2/clientcredentials": "internal/deploy internal/deploy/applebusiness internal/deploy/jamf",
	"rsc.io/qr":                             "internal/serve",
	"github.com/charmbracelet/colorprofile": "internal/view",
	"github.com/beevik/ntp":                 "internal/doctor",

	"github.com/modelcontextprotocol/go-sdk/mcp":     "internal/assistant",
	"github.com/modelcontextprotocol/go-sdk/jsonrpc": "internal/assistant",
	"github.com/google/jsonschema-go/jsonschema":     "internal/assistant",
}

// room is the row of a package: destinations share one.
func room(dir string) string {
	if strings.HasPrefix(dir, "internal/deploy/") {
		return "internal/deploy/*"
	}
	return dir
}

func TestImports(t *testing.T) {
	const module = "syncguard/"
	for i, a := range arrows {
		for _, to := range a.may {
			if below := slices.IndexFunc(arrows, func(b struct {
				name string
				may  []string
			}) bool {
				return b.name == to
			}); below <= i {
				t.Errorf("%s may import %s, which does not stand below it", a.name, to)
			}
		}
	}
	for dir, imports := range packages(t, filepath.Join("..", "..")) {
		at := slices.IndexFunc(arrows, func(a struct {
			name string
			may  []string
		}) bool {
			return a.name == room(dir)
		})
		if at < 0 {
			t.Errorf("%s is in no arrow", dir)
			continue
		}
		for _, path := range imports {
			if to, ours := strings.CutPrefix(path, module); ours && !slices.Contains(arrows[at].may, room(to)) {
				t.Errorf("%s imports %s", dir, to)
			}
			if homes, bound := onlyIn[path]; bound && !slices.Contains(strings.Fields(homes), dir) {
				t.Errorf("%s imports %s, which only %s may", dir, path, homes)
			}
		}
	}
}

// Only main ends the process or names its streams.
func TestStreamsBelongToMain(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if dir := filepath.ToSlash(filepath.Dir(rel)); strings.HasPrefix(dir, "cmd/") || dir == "internal/schema/generate" {
			return nil
		}
		data, err := os.ReadFile(path)
		for _, word := range []string{"os.Exit(", "os.Stdin", "os.Stdout", "os.Stderr", "log.Fatal"} {
			if strings.Contains(string(data), word) {
				t.Errorf("%s uses %s", rel, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// packages returns what the files of each package import, tests aside.
func packages(t *testing.T, root string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		dir := filepath.ToSlash(rel)
		all[dir] = append(all[dir], "")
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			all[dir] = append(all[dir], name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Every package has one row in docs/architecture.md, and every module that go.mod asks for itself one in docs/dependencies.md.
func TestPackagesAndModulesHaveReasons(t *testing.T) {
	rows := func(name string) map[string]int {
		data, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		for line := range strings.Lines(string(data)) {
			if cell, ok := strings.CutPrefix(line, "* "); ok {
				cell, _, _ = strings.Cut(cell, ": ")
				for name := range strings.SplitSeq(cell, ", ") {
					found[strings.Trim(name, "`")]++
				}
			}
		}
		return found
	}
	packages := rows("architecture.md")
	for _, a := range arrows {
		// The importers stand in one row, by their last names.
		if packages[a.name]+packages[strings.TrimPrefix(a.name, "internal/schema/")] == 0 {
			t.Errorf("docs/architecture.md does not say what %s holds", a.name)
		}
	}
	modules := rows("dependencies.md")
	data, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "\t") && len(fields) == 2 && modules[fields[0]] == 0 {
			t.Errorf("docs/dependencies.md does not say why there is %s", fields[0])
		}
	}
	for _, all := range []map[string]int{packages, modules} {
		for name, n := range all {
			if n > 1 {
				t.Errorf("%s has %d rows", name, n)
			}
		}
	}
}
