package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

// addTemplateFlags adds the flags for template variables.
func addTemplateFlags(cmd *cobra.Command, v *app.TemplateValues) {
	flags := cmd.Flags()
	grouped(cmd, "Flags for variables of templates", func() {
		flags.StringArrayVar(&v.Set, "set", nil, "NAME=VALUE sets a variable; env:NAME or file:PATH as VALUE reads a secret from there (repeatable)")
		flags.StringArrayVar(&v.Vars, "vars", nil, "YAML file of variables (repeatable)")
	})
	_ = cmd.MarkFlagFilename("vars", "yaml", "yml")
}
