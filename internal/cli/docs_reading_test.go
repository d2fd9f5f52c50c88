package cli

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	gmtext "github.com/yuin/goldmark/text"

	"syncguard/internal/generated"
)

// Pages returns what people read, by path from the root of the repository: the files at its root, and docs.
func Pages(t *testing.T) map[string]string {
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
	for name, text := range Pages(t) {
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

// Every link between pages leads somewhere, to a heading that is there, and every page in docs is reached from docs/README.md.
func TestLinksResolve(t *testing.T) {
	all := Pages(t)
	anchors, links := map[string]map[string]bool{}, map[string][]string{}
	for name, text := range all {
		anchors[name], links[name] = readPage(text)
	}
	reached := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if reached[name] {
			return
		}
		reached[name] = true
		for _, link := range links[name] {
			if strings.Contains(link, ":") {
				continue // not of this repository
			}
			file, anchor, _ := strings.Cut(link, "#")
			to := name
			if file != "" {
				to = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(repository, filepath.FromSlash(to))); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, link)
			} else if anchor != "" && anchors[to] != nil && !anchors[to][anchor] {
				t.Errorf("%s: the link %s leads to no heading", name, link)
			}
			if _, ok := all[to]; ok && strings.HasPrefix(to, "docs/") {
				visit(to)
			}
		}
	}
	visit("docs/README.md")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(name, "docs/") && !reached[name] {
			t.Errorf("docs/README.md leads to %s by no link", name)
		}
		visit(name)
	}
}

// readPage returns the anchors that GitHub gives to the headings of a page, and the links on it.
func readPage(text string) (anchors map[string]bool, links []string) {
	source := []byte(text)
	anchors = map[string]bool{}
	seen := map[string]int{}
	_ = ast.Walk(goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(gmtext.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			anchors[anchorOf(words(n, source), seen)] = true
		case *ast.Link:
			links = append(links, string(n.Destination))
		case *ast.Image:
			links = append(links, string(n.Destination))
		}
		return ast.WalkContinue, nil
	})
	return anchors, links
}

// words returns the text of a node without its markup.
func words(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// anchorOf returns the anchor of a heading as GitHub makes it: lower case, spaces as hyphens, no other signs, and a number
// behind one that was seen before.
func anchorOf(heading string, seen map[string]int) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	anchor := slug
	for {
		if _, taken := seen[anchor]; !taken {
			break
		}
		seen[slug]++
		anchor = fmt.Sprintf("%s-%d", slug, seen[slug])
	}
	seen[anchor] = 0
	return anchor
}

func TestAnchors(t *testing.T) {
	seen := map[string]int{}
	for _, test := range []struct{ heading, want string }{
		{"Errors", "errors"}, {"Errors", "errors-1"}, {"Errors-1", "errors-1-1"}, // as github-slugger does
		{"Fixes: `lint --fix`", "fixes-lint---fix"}, {"Is it the network?", "is-it-the-network"}, {"A_b · c", "a_b--c"},
	} {
		if got := anchorOf(strings.ReplaceAll(test.heading, "`", ""), seen); got != test.want {
			t.Errorf("%q has the anchor %q, want %q", test.heading, got, test.want)
		}
	}
}

// Parse finds the command and the flags of a command line, and runs nothing.
func Parse(args []string) error {
	root := newRootCmd(&Env{}, "")
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	return cmd.ParseFlags(rest)
}
