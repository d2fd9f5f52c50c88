package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

func newSchemaJSONSchemaCmd(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "json-schema TYPE",
		Short: "Print the JSON Schema with which an editor completes and checks a type or a template",
		Long: `Print the JSON Schema (draft-07) of a payload type, a declaration or a preference domain, or with the word template that of
syncguard's templates. An editor with a YAML language server completes and checks a template in which a comment names it:

  # yaml-language-server: $schema=syncguard.schema.json

The schema of a payload is that of its dictionary in PayloadContent, the schema of a declaration that of the whole file.
It says what a JSON Schema can say; syncguard validate checks more.`,
		Example: `  syncguard schema json-schema template > syncguard.schema.json
  syncguard schema json-schema com.apple.configuration.passcode.settings`,
		Args: oneArg("type, or the word template"),
		RunE: func(_ *cobra.Command, args []string) error {
			return env.write(app.SchemaJSONSchema(env.host(), args[0]))
		},
	}
}
