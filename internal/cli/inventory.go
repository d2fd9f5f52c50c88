package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// addInventoryFlags adds the flags that name a list of devices.
func addInventoryFlags(cmd *cobra.Command, o *app.InventoryOptions) {
	flags := cmd.Flags()
	flags.StringVar(&o.Path, "inventory", "", "list of your devices: CSV or JSON, - for stdin")
	flags.StringVar(&o.From, "inventory-from", "", "ask your server for its devices: "+text.Choices(app.InventorySources()))
	flags.StringVar(&o.Server, "inventory-server", "", "address of that server, without the environment variable of push")
	flags.StringArrayVar(&o.Flags, "inventory-option", nil, "NAME=VALUE: a flag of push to that server, such as team=Phones or ca=FILE (repeatable)")
	flags.StringArrayVar(&o.Columns, "column", nil, "FIELD=HEADER: the column of a field in CSV, - for none (repeatable)")
	flags.StringArrayVar(&o.Assume, "assume", nil, "supervised=yes, supervised=no or enrollment=device, for devices whose rows do not tell (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("inventory-from", cobra.FixedCompletions(app.InventorySources(), cobra.ShellCompDirectiveNoFileComp))
}
