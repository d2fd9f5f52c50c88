package cli

import (
	"context"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

type fmtOptions struct {
	app.FormatOptions
	check, diff, write bool
	uuid               choiceFlag
}

func newFmtCmd(env *Env) *cobra.Command {
	o := fmtOptions{uuid: choiceFlag{value: "keep", all: []string{"keep", "stable"}}}
	cmd := &cobra.Command{
		Use:   "fmt FILE…",
		Short: "Write profiles, declarations and templates in one canonical form",
		Long: `Write profiles (XML), declarations and templates in one canonical form, as build does: line feeds, tabs in profiles, two
spaces elsewhere, keys sorted, Apple's escaping. Comments and placeholders stay. Each result is read back and compared
with the original before it is written: only the form changes.

One file goes to stdout; -w writes in place, --check lists files in another form and exits with 1, --diff shows the
changes. A FILE of - is stdin; a folder means every profile, declaration and template in it. Signed and binary profiles
stay as they are: another form would break the signature.

--uuid stable derives the UUIDs of a profile and its payloads from their identifiers, as build does, and updates the
references to them. A device reinstalls payloads with a changed UUID, once.`,
		Example: `  syncguard fmt corp.mobileconfig
  syncguard fmt -w profiles/ templates/
  syncguard fmt --check --diff profiles/
  syncguard fmt --uuid stable --organization com.acme -w corp.mobileconfig`,
		Args: func(_ *cobra.Command, args []string) error {
			o.Paths = args
			return o.checkArgs()
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runFmt(cmd.Context(), env, o) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.check, "check", false, "list files in another form, and exit with 1 if there are any")
	flags.BoolVar(&o.diff, "diff", false, "show the changes, write nothing")
	flags.BoolVarP(&o.write, "write", "w", false, "write in place")
	flags.BoolVar(&o.KeepOrder, "keep-order", false, "keep the order of keys")
	o.uuid.addFlag(cmd, "uuid")
	flags.StringVar(&o.Organization, "organization", "", "reverse-DNS name to derive UUIDs from (default: the first two labels of the identifier)")
	return cmd
}

func (o *fmtOptions) checkArgs() error {
	switch {
	case len(o.Paths) == 0:
		return usage("name a file, a folder, or - for stdin", "missing FILE")
	case o.write && (o.check || o.diff):
		return usage("use one of them", "--write and --check or --diff cannot be combined")
	}
	return nil
}

func runFmt(ctx context.Context, env *Env, o fmtOptions) error {
	switch {
	case o.write:
		o.Mode = app.FormatWritten
	case o.check:
		o.Mode = app.FormatChecked
	case o.diff:
		o.Mode = app.FormatShown
	}
	o.StableUUIDs = o.uuid.value == "stable"
	run, err := app.Format(ctx, env.host(), o.FormatOptions)
	if err != nil {
		return err
	}
	if o.Mode == app.FormatText {
		err = view.FormattedText(env.Stdout, env.err(), run, env.clearProgress)
	} else {
		err = env.out().Formatted(env.err(), run, o.diff, env.clearProgress)
	}
	if err != nil {
		return err
	}
	return env.verdict(run.Footer.Failures, run.Footer.Failed)
}
