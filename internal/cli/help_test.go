package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

func TestHelpFits(t *testing.T) {
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		var out bytes.Buffer
		cmd.SetOut(&out)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > maxHelp {
				t.Errorf("%s --help: %d columns, want %d at most: %s", cmd.CommandPath(), n, maxHelp, line)
			}
		}
		for _, child := range cmd.Commands() {
			check(child)
		}
	}
	check(newRootCmd(&Env{}, "devel"))
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

func TestReflow(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a paragraph is filled":  {"one two three four\nfive", "one two\nthree four\nfive"},
		"paragraphs stay apart":  {"one\n\ntwo", "one\n\ntwo"},
		"a table stays":          {"one:\n  a table that is long\n  b\ntwo", "one:\n  a table that is long\n  b\ntwo"},
		"characters, not octets": {"äöü äöü\näö", "äöü äöü äö"},
		"a word that is longer":  {"a verylongword b", "a\nverylongword\nb"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reflow(c.text, 10); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
