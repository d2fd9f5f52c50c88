package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSchemaSourcesCmd(env *Env) *cobra.Command {
	var format choiceFlag
	cmd := &cobra.Command{
		Use:     "sources",
		Short:   "Show what the facts come from and how to refresh them",
		Long:    `Show the embedded catalog and the imported ones: their sources, the versions of these, and how many types they have.`,
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
