package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/template"
)

func newSchemaCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "schema",
		Short:   "Ask what the schemas say",
		Example: `  syncguard schema json-schema template`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newJSONSchemaCmd(env))
	return cmd
}

func newJSONSchemaCmd(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "json-schema template",
		Short: "Print the JSON Schema with which an editor completes and checks a template",
		Long: `Print the JSON Schema (draft-07) of syncguard's templates. An editor with a YAML language server
completes and checks a template whose first line names it:

  # yaml-language-server: $schema=syncguard.schema.json`,
		Example: `  syncguard schema json-schema template > syncguard.schema.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] != "template" {
				return usage("syncguard schema json-schema template", "want the word template")
			}
			return nil
		},
		ValidArgs: []string{"template"},
		RunE: func(*cobra.Command, []string) error {
			schema, err := template.JSONSchema()
			if err != nil {
				return err
			}
			_, err = env.Stdout.Write(schema)
			return err
		},
	}
}
