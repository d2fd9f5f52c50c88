package cli

import (
	"context"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

type migrateOptions struct {
	app.MigrateOptions
	format choiceFlag
}

func newMigrateCmd(env *Env) *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "migrate FILE…",
		Short: "Turn settings deprecated by OS 26 and 27 into declarations",
		Long: `Show the payloads and keys of profiles (XML or binary, signed or not) that OS 26 and 27 deprecate or remove, and the
declarations that replace them. Keys with a counterpart are converted; the rest is listed. A FILE of - is stdin; a folder
means every *.mobileconfig. Signatures are not verified.

With -o, write the declarations as JSON, one activation with each configuration. They are checked against Apple's schemas
first, and with --target for these devices; one error stops all. The profiles stay as they are: a device must never get
both the payload and its declaration.`,
		Example: `  syncguard migrate corp.mobileconfig
  syncguard migrate profiles/ -o declarations
  syncguard migrate corp.mobileconfig --target iOS@27/supervised -o declarations`,
		Args: someArgs("name a profile, a folder, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			return runMigrate(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "out", "o", "", "folder for the declarations")
	flags.StringArrayVar(&o.Targets, "target", nil, "check the declarations for these devices (repeatable)")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagDirname("out")
	return cmd
}

func runMigrate(ctx context.Context, env *Env, o migrateOptions) error {
	m, err := app.Migrate(ctx, env.host(), o.MigrateOptions)
	if err != nil {
		return err
	}
	env.clearProgress()
	env.err().Findings(m.Unreadable)
	if o.format.isJSON() {
		if err := view.WriteJSON(env.Stdout, m); err != nil {
			return err
		}
	} else {
		env.err().MigrationFindings(m)
		env.out().Migration(m)
	}
	return env.verdict(m.Failures, m.Failed)
}
