package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"syncguard/internal/generated"
)

// pages returns what people read, by path from the root of the repository: the files at its root, and docs.
func pages(t *testing.T) map[string]string {
	t.Helper()
	names := []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
	err := filepath.WalkDir(filepath.Join(repository, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			var name string
			name, err = filepath.Rel(repository, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(data)
	}
	return all
}

// unbreakable is a line of one word, such as the address of a link, with the signs around it: a bullet, brackets, a full stop.
var unbreakable = regexp.MustCompile(`^ *([*-] +)?\S+$`)

// No line is longer than generated.MaxLine characters, except one that holds a single word.
func TestLinesAreShort(t *testing.T) {
	for name, text := range pages(t) {
		if name == "CHANGELOG.md" {
			continue
		}
		n := 0
		for line := range strings.Lines(text) {
			n++
			line = strings.TrimSuffix(line, "\n")
			if length := utf8.RuneCountInString(line); length > generated.MaxLine && !unbreakable.MatchString(line) {
				t.Errorf("%s:%d has %d characters, want at most %d: %s", name, n, length, generated.MaxLine, line)
			}
		}
	}
}
