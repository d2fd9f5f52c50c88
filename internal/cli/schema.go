package cli

import "github.com/spf13/cobra"

func newSchemaCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Look up payload types and keys",
		Long: `Look up payload types, declarations, preference domains and their keys: what a key does, its values, and the platforms
and versions that have it. The facts come with syncguard, from Apple's device-management repository and ProfileManifests.
A newer checkout of either can be imported, for every command.`,
		Example: `  syncguard schema search date automatic
  syncguard schema show com.apple.wifi.managed
  syncguard schema show com.apple.applicationaccess.forceAutomaticDateAndTime`,
		Args:        subcommandArgs,
		Annotations: map[string]string{usual: "show"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newSchemaDiffCmd(env),
		newSchemaImportCmd(env),
		newSchemaJSONSchemaCmd(env),
		newSchemaListCmd(env),
		newSchemaSearchCmd(env),
		newSchemaShowCmd(env),
		newSchemaSourcesCmd(env),
	)
	return cmd
}
