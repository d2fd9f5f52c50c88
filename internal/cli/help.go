package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// maxHelp is the number of columns --help takes at most.
const maxHelp = 100

// minHelp leaves the descriptions of flags some columns beside their names.
const minHelp = 60

// fitHelp keeps the help of a command and of all below it within a terminal's width (0: none) and maxHelp. Examples stay as
// they are: people copy them.
func fitHelp(root *cobra.Command, terminal int) {
	helpWidth := maxHelp
	if terminal > 0 {
		helpWidth = max(min(terminal, maxHelp), minHelp)
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprint(".FlagUsagesWrapped ", helpWidth)))
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Long = reflow(cmd.Long, helpWidth)
		help(cmd, args)
	})
}

// reflow fills the lines of each paragraph up to width. Indented lines, such as tables, stay as they are.
func reflow(text string, width int) string {
	var lines []string
	inside := false // a paragraph, whose last line takes more words
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || line[0] == ' ' {
			lines, inside = append(lines, line), false
			continue
		}
		for word := range strings.FieldsSeq(line) {
			last := len(lines) - 1
			if inside && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
				lines[last] += " " + word
			} else {
				lines, inside = append(lines, word), true
			}
		}
	}
	return strings.Join(lines, "\n")
}
