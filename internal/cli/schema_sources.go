package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSchemaSourcesCmd(env *Env) *cobra.Command {
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "Show the sources of the facts, and how to update them",
		Long: `Show the built-in catalog and the imported ones: their sources with versions and numbers of types, and what was taken and
kept of each import.`,
		Example: `  syncguard schema sources`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			sources, err := app.SchemaSources(env.host())
			if err != nil {
				return err
			}
			return show(env, format, sources, (*view.Printer).SchemaSources)
		},
	}
	format.addFormats(cmd, "text", "json")
	return cmd
}
