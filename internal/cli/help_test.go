package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// Help fits every terminal, has each word of the widest one, and examples stay whole command lines.
func TestHelpFits(t *testing.T) {
	pages := func(columns int) map[string]string {
		all := map[string]string{}
		var add func(cmd *cobra.Command)
		add = func(cmd *cobra.Command) {
			var out bytes.Buffer
			cmd.SetOut(&out)
			if err := cmd.Help(); err != nil {
				t.Fatal(err)
			}
			all[cmd.CommandPath()] = out.String()
			for _, child := range cmd.Commands() {
				add(child)
			}
		}
		add(newRootCmd(&Env{Stdout: &screen{columns: columns}}, "devel"))
		return all
	}
	words := func(page string) []string {
		return slices.DeleteFunc(strings.Fields(page), func(word string) bool { return word == `\` })
	}
	widest := pages(200)
	for columns := 40; columns <= 200; columns++ {
		for path, page := range pages(columns) {
			for _, line := range tooWide(page, min(columns, maxHelp)) {
				if word := strings.TrimSuffix(strings.TrimSpace(line), ` \`); len(strings.Fields(word)) == 1 || word[0] == '"' {
					continue // a word of a command line
				}
				t.Errorf("%s --help, %d columns: %s", path, columns, line)
			}
			if want, got := words(widest[path]), words(page); !slices.Equal(got, want) {
				t.Errorf("%s --help, %d columns: %s", path, columns, cmp.Diff(want, got))
			}
		}
	}
}

// A command line that names a command finds it, though no other is made.
func TestNamedCommandIsMadeAlone(t *testing.T) {
	for _, cmd := range newRootCmd(&Env{}, "devel").Commands() {
		if cmd.Name() == "help" {
			continue
		}
		root := newRootCmd(&Env{}, "devel", cmd.Name(), "--help")
		if found, _, err := root.Find([]string{cmd.Name()}); err != nil || found.Short != cmd.Short || len(root.Commands()) != 2 {
			t.Errorf("%s: found %s among %d commands, %v", cmd.Name(), found.Name(), len(root.Commands()), err)
		}
	}
}

func TestHelpPage(t *testing.T) {
	for name, c := range map[string]struct {
		write func(*helpPage)
		want  string
	}{
		"a paragraph is filled": {func(h *helpPage) { h.prose("one two three four five\nsix seven") }, "one two three\nfour five six\nseven\n"},
		"paragraphs stay apart": {func(h *helpPage) { h.prose("one\n\ntwo") }, "one\n\ntwo\n"},
		"a list stays":          {func(h *helpPage) { h.prose("one:\n  a list\n  b\ntwo") }, "one:\n  a list\n  b\ntwo\n"},
		"a table of terms":      {func(h *helpPage) { h.prose("  a  is the first\n  b  no") }, "  a  is the\n     first\n  b  no\n"},
		"a long word":           {func(h *helpPage) { h.prose("a verylongwordthere b") }, "a\nverylongwordthere\nb\n"},
		"an example goes on":    {func(h *helpPage) { h.examples("  a -o 'b c' d e f") }, "  a \\\n      -o \\\n      'b c' \\\n      d e f\n"},
		"no break in quotes":    {func(h *helpPage) { h.examples("  'b c d e f g h i j'") }, "  'b c d e f g h i j'\n"},
		"beside": {func(h *helpPage) {
			h.width = 32
			h.columns([][2]string{{"  -a", "one two three four"}, {"  --b", "five"}})
		},
			"  -a   one two three four\n  --b  five\n"},
		"below": {func(h *helpPage) {
			h.width = 28
			h.columns([][2]string{{"  -a", "one two three four"}, {"  --b", "five"}})
		},
			"  -a\n          one two three four\n  --b\n          five\n"},
	} {
		t.Run(name, func(t *testing.T) {
			h := &helpPage{width: 14}
			if c.write(h); h.String() != c.want {
				t.Errorf("got %q, want %q", h.String(), c.want)
			}
		})
	}
}
