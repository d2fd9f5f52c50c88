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
