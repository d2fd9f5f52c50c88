package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

// addTemplateFlags adds the flags that give values to the variables of templates.
func addTemplateFlags(cmd *cobra.Command, v *app.TemplateValues) {
	flags := cmd.Flags()
	flags.StringArrayVar(&v.Set, "set", nil, "NAME=VALUE of a variable; a value of env:NAME or file:PATH is read from there and kept secret (repeatable)")
	flags.StringArrayVar(&v.Vars, "vars", nil, "YAML file of variables (repeatable)")
	_ = cmd.MarkFlagFilename("vars", "yaml", "yml")
}
