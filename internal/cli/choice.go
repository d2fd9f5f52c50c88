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
}

func (f *choiceFlag) addFlag(cmd *cobra.Command, name string) {
	cmd.Flags().Var(f, name, f.words())
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(f.all, cobra.ShellCompDirectiveNoFileComp))
}

// words lists the choices: text, json or markdown.
func (f *choiceFlag) words() string {
	last := len(f.all) - 1
	return strings.Join(f.all[:last], ", ") + " or " + f.all[last]
}

func (f *choiceFlag) String() string { return f.value }
func (f *choiceFlag) Type() string   { return "FORMAT" }
func (f *choiceFlag) Set(s string) error {
	if !slices.Contains(f.all, s) {
		return fmt.Errorf("want %s", f.words())
	}
	f.value = s
	return nil
}
