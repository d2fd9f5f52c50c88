package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"syncguard/internal/view"
)

// maxHelp is the number of columns --help takes at most.
const maxHelp = 100

// manyFlags is the number of flags from which on help shows them in groups.
const manyFlags = 13

// fitHelp lays out the help of a command and of all below it for a terminal (0 columns: none), at most maxHelp wide.
func fitHelp(root *cobra.Command, columns int) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		h := helpPage{&view.HelpPage{Width: min(columns, maxHelp)}}
		h.command(cmd)
		fmt.Fprint(cmd.OutOrStdout(), h.String())
	})
}

// helpPage is the help page of a command.
type helpPage struct{ *view.HelpPage }

func (h helpPage) command(cmd *cobra.Command) {
	h.Prose(cmp.Or(cmd.Long, cmd.Short))
	h.Title("Usage")
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND"
	}
	h.Beside("  ", use)
	if cmd.Example != "" {
		h.Title("Examples")
		h.Examples(cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		h.Title("Commands")
		h.commands(cmd)
	}
	h.flags(cmd)
	if cmd.HasAvailableSubCommands() {
		h.Line("")
		h.Prose("Flags and examples of a command: " + cmd.CommandPath() + " COMMAND --help")
	}
}

func (h helpPage) commands(cmd *cobra.Command) {
	var rows [][2]string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			rows = append(rows, [2]string{"  " + c.Name(), c.Short})
		}
	}
	h.Columns(rows)
}

// flagGroup annotates a flag with the title of its group in help.
const flagGroup = "syncguard_group"

// grouped puts the flags that add adds into a group of their own in a long help page.
func grouped(cmd *cobra.Command, title string, add func()) {
	var before []*pflag.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) { before = append(before, f) })
	add()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(before, f) {
			_ = cmd.Flags().SetAnnotation(f.Name, flagGroup, []string{title})
		}
	})
}

// flags lists the flags of a command: its own, in groups if they are many, then those of every command.
func (h helpPage) flags(cmd *cobra.Command) {
	const ungrouped, inherited = "Flags", "Flags of every command"
	titles, rows, own := []string{ungrouped}, map[string][][2]string{}, 0
	add := func(title string, f *pflag.Flag) {
		if f.Hidden {
			return
		}
		if !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
		rows[title] = append(rows[title], flagRow(f))
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { own++ })
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if group := f.Annotations[flagGroup]; group != nil && own >= manyFlags {
			add(group[0], f)
		} else {
			add(ungrouped, f)
		}
	})
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { add(inherited, f) })
	for _, title := range titles {
		if rows[title] != nil {
			h.Title(title)
			h.Columns(rows[title])
		}
	}
}

// flagRow returns a flag as pflag writes it, name and value, then its meaning and default.
func flagRow(f *pflag.Flag) [2]string {
	one := pflag.NewFlagSet("", pflag.ContinueOnError)
	one.AddFlag(f)
	line := strings.TrimRight(one.FlagUsages(), "\n")
	indent := len(line) - len(strings.TrimLeft(line, " "))
	name, about, _ := strings.Cut(line[indent:], "   ")
	if kind, _ := pflag.UnquoteUsage(f); kind != "" {
		name = strings.TrimSuffix(name, kind) + view.ValueName(f.Name, kind)
	}
	return [2]string{line[:indent] + name, strings.TrimSpace(about)}
}
