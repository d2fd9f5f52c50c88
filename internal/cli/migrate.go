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
		Short: "Turn what OS 26 and 27 deprecate into declarations",
		Long: `Say for each payload and key of profiles (XML or binary, signed or not) what OS 26 and 27 deprecate or remove, and which
declaration takes its place. What maps key by key becomes a declaration; what that does not do is said. A FILE of - is
stdin; in a folder every *.mobileconfig is read. Signatures are not verified.

With -o the declarations are written as JSON, an activation with each configuration. They are checked against Apple's
schemas first, with --target for these devices; one with an error keeps all from being written. The profiles stay as they
are: a device must not get a payload and the declaration in its place.`,
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
	flags.StringVarP(&o.Out, "out", "o", "", "write the declarations into this folder")
	flags.StringArrayVar(&o.Targets, "target", nil, "check what these devices would do with the declarations (repeatable)")
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
