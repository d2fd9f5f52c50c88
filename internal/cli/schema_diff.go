package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSchemaDiffCmd(env *Env) *cobra.Command {
	var exitCode bool
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two catalogs of types and keys",
		Long: `Compare two catalogs: types, keys and facts added, removed and changed. A catalog is a folder made by syncguard schema
import, or the word embedded for the built-in one. Facts have the names of Apple's schema files.

A type missing in NEW counts as removed only if NEW has something of the same source.`,
		Example: `  syncguard schema diff embedded .syncguard/schema
  syncguard schema diff --format markdown embedded ~/.config/syncguard/schema/apple`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("such as syncguard schema diff embedded .syncguard/schema", "%s takes two catalogs, found %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := app.SchemaDiff(env.host(), args[0], args[1])
			if err != nil {
				return err
			}
			err = showMarkdown(env, format, d, (*view.Printer).SchemaDiff, view.SchemaDiffMarkdown)
			return cmp.Or(err, env.verdict(nil, exitCode && len(d.Types) > 0))
		},
	}
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 1 on a difference")
	format.addFormats(cmd, "text", "json", "markdown")
	return cmd
}
