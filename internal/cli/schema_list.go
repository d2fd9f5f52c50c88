package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/target"
	"syncguard/internal/view"
)

func newSchemaListCmd(env *Env) *cobra.Command {
	var o app.SchemaListOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "list [WORD]",
		Short: "List payload types, declarations and preference domains",
		Long: `List payload types, declarations and preference domains, with the versions that introduced, deprecated and removed them.
WORD lists the ones with it in their name. iPadOS counts as iOS.`,
		Example: `  syncguard schema list vpn
  syncguard schema list --family payload --platform macOS --deprecated`,
		Args: oneArgAtMost("WORD", "give one WORD"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Word = strings.Join(args, "")
			list, err := app.SchemaList(env.host(), o)
			if err != nil {
				return err
			}
			if len(list.Types) == 0 && !format.isJSON() {
				env.notify(app.Event{Kind: app.EventWarning, Text: "no type matches"})
				return nil
			}
			return show(env, format, list, (*view.Printer).SchemaList)
		},
	}
	families, flags := app.SchemaFamilies(), cmd.Flags()
	flags.StringVar(&o.Platform, "platform", "", "only types of this platform")
	flags.StringVar(&o.Family, "family", "", "only types of this family: "+strings.Join(families, ", "))
	flags.BoolVar(&o.Deprecated, "deprecated", false, "only deprecated types (with --platform: deprecated there)")
	flags.BoolVar(&o.Removed, "removed", false, "only removed types (with --platform: removed there)")
	format.addFormats(cmd, "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("platform", cobra.FixedCompletions(app.Words(target.Platforms()), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("family", cobra.FixedCompletions(families, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
