package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSchemaShowCmd(env *Env) *cobra.Command {
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "show TYPE[.KEY]",
		Short: "Show a type or key: description, platforms, values",
		Long: `Show a payload type, a declaration, a preference domain, or one of their keys: what it does, its platforms, values and
sources. Subkeys follow with dots. A payload type with several definitions shows each.

Under a key: its description, and its differences from the type and the keys above it. ↻ names the earlier place of
keys already listed. Descriptions are those of an imported checkout, or else syncguard's own.`,
		Example: `  syncguard schema show com.apple.wifi.managed
  syncguard schema show com.apple.vpn.managed.VPN.OnDemandRules.Action
  syncguard schema show com.apple.configuration.passcode.settings --format json`,
		Args: oneArg("name a type: syncguard schema show com.apple.wifi.managed"),
		RunE: func(_ *cobra.Command, args []string) error {
			shown, err := app.SchemaShow(env.host(), args[0])
			if err != nil {
				return err
			}
			return show(env, format, shown, (*view.Printer).SchemaShown)
		},
	}
	format.addFormats(cmd, "text", "json")
	return cmd
}
