package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choiceFlag is a flag that takes one of some words.
type choiceFlag struct {
	value string
	all   []string
	name  string
}

// addFormats adds --format, whose first choice is taken where none is asked for.
func (f *choiceFlag) addFormats(cmd *cobra.Command, all ...string) {
	f.value, f.all = all[0], all
	f.addFlag(cmd, "format")
}

func (f *choiceFlag) isJSON() bool { return f.value == "json" }

func (f *choiceFlag) addFlag(cmd *cobra.Command, name string) {
	f.name = name
	cmd.Flags().Var(f, name, f.words())
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(f.all, cobra.ShellCompDirectiveNoFileComp))
}

// words lists the choices: text, json or markdown.
func (f *choiceFlag) words() string {
	last := len(f.all) - 1
	return strings.Join(f.all[:last], ", ") + " or " + f.all[last]
}

func (f *choiceFlag) String() string { return f.value }
func (f *choiceFlag) Type() string   { return strings.ToUpper(f.name) }
func (f *choiceFlag) Set(s string) error {
	if !slices.Contains(f.all, s) {
		return fmt.Errorf("want %s", f.words())
	}
	f.value = s
	return nil
}
