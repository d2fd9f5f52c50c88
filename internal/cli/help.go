package cli

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"syncguard/internal/view"
)

// maxHelp is the number of columns --help takes at most.
const maxHelp = 100

// minBeside is the least number of columns for a text beside the names of commands or flags.
const minBeside = 24

// manyFlags is the number of flags from which on help shows them in groups.
const manyFlags = 13

// fitHelp lays out the help of a command and of all below it for a terminal (0 columns: none), at most maxHelp wide.
func fitHelp(root *cobra.Command, columns int) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		h := &helpPage{width: min(columns, maxHelp)}
		h.command(cmd)
		fmt.Fprint(cmd.OutOrStdout(), h.String())
	})
}

// helpPage is the text of a help page.
type helpPage struct {
	strings.Builder
	width int
}

func (h *helpPage) command(cmd *cobra.Command) {
	h.prose(cmp.Or(cmd.Long, cmd.Short))
	h.title("Usage")
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND"
	}
	h.beside("  ", use)
	if cmd.Example != "" {
		h.title("Examples")
		h.examples(cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		h.title("Commands")
		h.commands(cmd)
	}
	h.flags(cmd)
	if cmd.HasAvailableSubCommands() {
		h.line("")
		h.prose(cmd.CommandPath() + " COMMAND --help tells more about a command.")
	}
}

func (h *helpPage) line(text string) { h.WriteString(text + "\n") }

func (h *helpPage) title(name string) { h.line("\n" + name + ":") }

// prose fills the lines of each paragraph. An indented line, as of a table, stays one.
func (h *helpPage) prose(text string) {
	var paragraph []string
	end := func() {
		if paragraph != nil {
			h.beside("", strings.Join(paragraph, " "))
		}
		paragraph = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "":
			end()
			h.line("")
		case line[0] != ' ':
			paragraph = append(paragraph, line)
		default:
			end()
			term := terms().FindString(line)
			h.beside(term, line[len(term):])
		}
	}
	end()
}

// terms finds the first column of a table in help: an indent, and words with a wide gap after them.
var terms = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^ +(\S+( \S+)* {2,})?`) })

// beside writes text behind a label, further lines below the text.
func (h *helpPage) beside(label, text string) {
	for _, line := range view.Hang(label, text, h.width) {
		h.line(line)
	}
}

// examples writes command lines for copying: one too long for the screen goes on behind a backslash.
func (h *helpPage) examples(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		indent := "  "
		for utf8.RuneCountInString(line) > h.width {
			at := breakOfCommand(line, h.width-len(` \`))
			if at < 0 {
				break
			}
			h.line(line[:at] + ` \`)
			indent = "      "
			line = indent + strings.TrimLeft(line[at:], " ")
		}
		h.line(line)
	}
}

// breakOfCommand returns the last space of a command line within a width that ends a word for the shell, best before a flag; else the
// first one; -1 for none.
func breakOfCommand(line string, width int) int {
	last, flag, quote, columns := -1, -1, rune(0), 0
	begun := false
	for i, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
		case r == '"' || r == '\'':
			quote = r
		case r == ' ' && begun && (columns <= width || last < 0):
			if last = i; strings.HasPrefix(line[i:], " -") {
				flag = i
			}
		}
		begun = begun || r != ' '
		columns++
	}
	if flag > 0 {
		return flag
	}
	return last
}

func (h *helpPage) commands(cmd *cobra.Command) {
	var rows [][2]string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			rows = append(rows, [2]string{"  " + c.Name(), c.Short})
		}
	}
	h.columns(rows)
}

// columns writes names and their texts side by side, or below each other where the screen leaves too little beside the names.
func (h *helpPage) columns(rows [][2]string) {
	indent := 0
	for _, row := range rows {
		indent = max(indent, utf8.RuneCountInString(row[0])+2)
	}
	if h.width-indent < minBeside {
		for _, row := range rows {
			h.line(row[0])
			h.beside(strings.Repeat(" ", 10), row[1])
		}
		return
	}
	for _, row := range rows {
		h.beside(row[0]+strings.Repeat(" ", indent-utf8.RuneCountInString(row[0])), row[1])
	}
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
func (h *helpPage) flags(cmd *cobra.Command) {
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
			h.title(title)
			h.columns(rows[title])
		}
	}
}

// flagRow returns a flag as pflag writes it: name and value, then its meaning and default.
func flagRow(f *pflag.Flag) [2]string {
	one := pflag.NewFlagSet("", pflag.ContinueOnError)
	one.AddFlag(f)
	line := strings.TrimRight(one.FlagUsages(), "\n")
	indent := len(line) - len(strings.TrimLeft(line, " "))
	name, about, _ := strings.Cut(line[indent:], "   ")
	return [2]string{line[:indent] + name, strings.TrimSpace(about)}
}
