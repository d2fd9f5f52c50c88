package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/template"
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
		RunE: func(_ *cobra.Command, args []string) error { return runSchemaJSONSchema(env, args[0]) },
	}
}

func runSchemaJSONSchema(env *Env, name string) error {
	text, err := jsonSchema(env, name)
	if err != nil {
		return err
	}
	_, err = env.Stdout.Write(text)
	return err
}

func jsonSchema(env *Env, name string) ([]byte, error) {
	if name == "template" {
		return template.JSONSchema()
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return nil, err
	}
	types, err := catalog.Find(name)
	if err != nil {
		return nil, err
	}
	if len(types) == 0 {
		return nil, unknownType(catalog, name)
	}
	return catalog.JSONSchema(types)
}
