package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

func newSchemaJSONSchemaCmd(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "json-schema TYPE",
		Short: "Print a JSON Schema of a type or a template, for editors",
		Long: `Print the JSON Schema (draft-07) of a payload type, a declaration or a preference domain, with descriptions; or, for the
word template, of syncguard's templates. An editor with a YAML language server completes and checks a template with this
comment in it:

  # yaml-language-server: $schema=syncguard.schema.json

The schema of a payload covers its dictionary in PayloadContent, the schema of a declaration the whole file. A JSON
Schema cannot express every rule: syncguard validate checks more.`,
		Example: `  syncguard schema json-schema template > syncguard.schema.json
  syncguard schema json-schema com.apple.configuration.passcode.settings`,
		Args: oneArg("name a type, or the word template: syncguard schema json-schema template"),
		RunE: func(_ *cobra.Command, args []string) error {
			return env.write(app.SchemaJSONSchema(env.host(), args[0]))
		},
	}
}
