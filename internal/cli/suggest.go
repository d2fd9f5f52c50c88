package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/text"
)

// synonyms are the words of other tools for our commands.
var synonyms = map[string]string{
	"check": "lint", "explain": "rules", "compile": "build", "generate": "build", "make": "build", "compare": "diff", "create": "init", "new": "init",
	"format": "fmt", "cat": "inspect", "show": "inspect", "view": "inspect", "convert": "import", "deploy": "push", "send": "push", "upload": "push",
	"install": "serve",
}

// meantCommand words the hint for a name that is surely another command: a synonym, a command below another one, or the file for one.
func meantCommand(root *cobra.Command, name string) string {
	var meant []string
	if word := synonyms[name]; word != "" {
		meant = append(meant, root.Name()+" "+word)
	}
	for _, c := range root.Commands() {
		for _, below := range c.Commands() {
			if below.Name() == name {
				meant = append(meant, below.CommandPath())
			}
		}
	}
	slices.Sort(meant)
	switch {
	case len(meant) > 0:
		return "did you mean " + text.Choices(meant) + "?"
	case strings.HasSuffix(name, ".yaml"), strings.HasSuffix(name, ".yml"):
		return text.WithFile("to build profiles from it: syncguard build FILE", name)
	case isPath(name):
		return text.WithFile("to check it: syncguard lint FILE", name)
	}
	return ""
}

// isPath reports whether a word looks like a file and not like a command.
func isPath(word string) bool { return strings.ContainsAny(word, `./\`) }

// nearCommand words the hint for an unknown command: one with this beginning, or a similar one.
func nearCommand(cmd *cobra.Command, name string) string {
	var names []string
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		if names = append(names, c.Name()); name != "" && strings.HasPrefix(c.Name(), strings.ToLower(name)) {
			return text.DidYouMean(c.Name(), []string{c.Name()})
		}
	}
	return text.DidYouMean(name, names)
}
