package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSchemaSearchCmd(env *Env) *cobra.Command {
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "search WORD…",
		Short: "Find types and keys by name or description",
		Long: `Find types and keys by words of their names and descriptions, in any case. Every WORD must match; of a key, a word may
also be part of its type's name. Exact names come first, then names, then descriptions.

Keys with the same subkeys list these once.`,
		Example: `  syncguard schema search date automatic
  syncguard schema search passcode length
  syncguard schema search --format json AllowCloud`,
		Args: someArgs("give words of a name or description: syncguard schema search passcode length"),
		RunE: func(_ *cobra.Command, args []string) error {
			query := strings.Join(args, " ")
			found, err := app.SchemaSearch(env.host(), query)
			if err != nil {
				return err
			}
			if len(found.Matches) == 0 && !format.isJSON() {
				env.notify(app.Event{Kind: app.EventWarning, Text: fmt.Sprintf("no type or key matches %q", query), Hint: found.Hint})
				return nil
			}
			return show(env, format, found, (*view.Printer).SchemaFound)
		},
	}
	format.addFormats(cmd, "text", "json")
	return cmd
}
