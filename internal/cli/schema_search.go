package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSchemaSearchCmd(env *Env) *cobra.Command {
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "search WORD",
		Short: "Find types and keys by a part of their name",
		Long: `Find the types and keys whose name holds a word, in any case. Where keys have the same subkeys, these are listed once.
Finding nothing is no failure.`,
		Example: `  syncguard schema search passcode
  syncguard schema search --format json AllowCloud`,
		Args: oneArg("word"),
		RunE: func(_ *cobra.Command, args []string) error {
			found, err := app.SchemaSearch(env.host(), args[0])
			if err != nil {
				return err
			}
			if len(found.Matches) == 0 && !format.isJSON() {
				env.notify(app.Event{Kind: app.EventWarning, Text: fmt.Sprintf("no type and no key has %q in its name", args[0]), Hint: found.Hint})
				return nil
			}
			return show(env, format, found, (*view.Printer).SchemaFound)
		},
	}
	format.addFormats(cmd, "text", "json")
	return cmd
}
