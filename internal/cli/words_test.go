package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// oldWords are words that syncguard no longer has for a thing, each with the one that it has: people read them in output, help and
// documentation, and programmers in comments.
var oldWords = []struct{ pattern, now string }{
	{`sync prevention|prevention profiles?\b`, "Keep iCloud Syncing, or profiles that keep iCloud syncing: the old name reads as if it prevented that"},
	{`"class": *"(hint|default|impossible|constrained|by hand)"`, "enforced, locked, preset, manual or none"},
	{`\b(hint|default|impossible|constrained) ?[¹²³⁴⁵⁶⁷⁸⁹]`, "by hand, preset, –, locked"},
	{"(class|classes|as) `(hint|default|impossible|constrained)`", "by hand, preset, –, locked"},
	{`\bhand-?outs?\b`, "guide"},
	{`--hints\b`, "--by-hand"},
	{`\bparcels?\b`, "item"},
	{`\bis no moment\b`, `invalid time "yesterday" for --at: want …`},
	{`\bnothing says where\b|\bis not said\b`, "missing output: give -o FILE"},
	{`\bsends us on\b`, "redirects"},
	{`look at what signs|what is really done|ask what the schemas say|out of its signature`, "create, inspect, show, look up, extract"},
	{`\bsays? (whether|of each)\b`, "reports whether, reports for each"},
}

// notOurs are files whose text others wrote, or that tell the history: Apple's descriptions, the words of servers.
var notOurs = []string{"internal/schema/catalog", "internal/schema/sources", "internal/cli/words_test.go"}

// No file has a word that another one replaced: the sources without tests, documents, templates, languages, and the outputs that scripts and
// golden files want.
func TestOldWordsAreGone(t *testing.T) {
	var patterns []*regexp.Regexp
	joined := ""
	for _, w := range oldWords {
		patterns = append(patterns, regexp.MustCompile(w.pattern))
		joined += "|" + w.pattern
	}
	anyOf := regexp.MustCompile(joined[1:])
	root := os.DirFS(filepath.Join("..", ".."))
	checked := 0
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(notOurs, name) && e.IsDir(), e.IsDir() && name != "." && strings.HasPrefix(e.Name(), ".") && e.Name() != ".github", name == "bin", name == "dist", e.IsDir() && e.Name() == "node_modules":
			return fs.SkipDir
		case e.IsDir() || !isText(name):
			return nil
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		checked++
		text := strings.ToLower(string(data))
		if !anyOf.MatchString(text) {
			return nil
		}
		for i, line := range strings.Split(text, "\n") {
			for n, p := range patterns {
				if found := p.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: say %s", name, i+1, found, oldWords[n].now)
				}
			}
		}
		return nil
	})
	if err != nil || checked < 500 {
		t.Fatalf("%d files, %v", checked, err)
	}
}

func isText(name string) bool {
	if strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "package-lock.json" { // names of other people's packages
		return false
	}
	return filepath.Base(name) == "Makefile" ||
		slices.Contains([]string{".go", ".md", ".yaml", ".yml", ".json", ".txtar", ".txt", ".html", ".css", ".svg", ".tmpl", ".golden", ".xml", ".csv"}, filepath.Ext(name))
}
