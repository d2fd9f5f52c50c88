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
		Short: "Show everything that is known of a type or key",
		Long: `Show everything that is known of a payload type, a declaration, a preference domain, or one of their keys. Subkeys follow
with dots. Several types that share a payload type are all shown.

The last column of the keys has what a key states otherwise than the type and the keys above it. Keys that stood already
are not listed again: ↻ names the place. Words come from an imported checkout only.`,
		Example: `  syncguard schema show com.apple.wifi.managed
  syncguard schema show com.apple.vpn.managed.VPN.OnDemandRules.Action
  syncguard schema show com.apple.configuration.passcode.settings --format json`,
		Args: oneArg("type"),
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
