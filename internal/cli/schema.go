package cli

import "github.com/spf13/cobra"

func newSchemaCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Ask what the schemas say",
		Long: `Ask what is known of Apple's payloads, declarations and preference domains. The facts are part of syncguard, from
Apple's device-management repository and ProfileManifests; a newer checkout of either can be imported, and counts at once
for every command.`,
		Example: `  syncguard schema show com.apple.wifi.managed
  syncguard schema search passcode`,
		Args: subcommandArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
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
