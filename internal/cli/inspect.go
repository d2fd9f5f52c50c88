package cli

import (
	"context"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

type inspectOptions struct {
	app.InspectOptions
	full   bool
	format choiceFlag
}

func newInspectCmd(env *Env) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect FILE…",
		Short: "Show the content of a profile or declaration, with the facts of Apple's schemas",
		Long: `Show the content of profiles (XML or binary, signed or not, encrypted) and declarations (JSON): the envelope, the signer,
and each payload as a tree with the schema's facts for every key. Certificates are decoded, data is summarised; managed
preferences, and declarations and profiles inside data, are unfolded. A FILE of - is stdin; a folder means every
*.mobileconfig, and every *.json with a declaration.

Secrets are masked, except in a template, where they become variables; --show-secrets shows them. Long text and large
files are cut, with a count of the rest; --full shows all.

  --format json      everything, with the facts, for programs
  --format yaml      the plain content, keys sorted: to read, and to diff with git
  --format xml       the plain content as the XML property list of Apple's writer
  --format template  a syncguard template that builds the same profile

The exit code is 1 if a file is damaged and only a part of it can be shown: syncguard validate says why. A broken
signature is noted, and is no error here: see syncguard verify.`,
		Example: `  syncguard inspect corp.mobileconfig
  syncguard inspect corp.mobileconfig --payload com.apple.wifi.managed --target iOS@18/manual
  syncguard inspect --format template corp.mobileconfig > corp.yaml
  git config diff.mobileconfig.textconv "syncguard inspect --format yaml"`,
		Args: someArgs("name a profile, a declaration, a folder, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			return runInspect(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Payloads, "payload", nil, "show only the payloads of this type, identifier or UUID (repeatable)")
	flags.StringArrayVar(&o.Targets, "target", nil, "note the settings without effect on these devices (repeatable)")
	flags.StringArrayVar(&o.Roots, "roots", nil, "certificates to trust for signatures, PEM or DER, instead of the system's (repeatable)")
	flags.BoolVar(&o.ShowSecrets, "show-secrets", false, "show passwords, keys and tokens")
	flags.BoolVar(&o.full, "full", false, "show everything, however long")
	o.format.addFormats(cmd, "text", "json", "yaml", "xml", "template")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	return cmd
}

func runInspect(ctx context.Context, env *Env, o inspectOptions) error {
	switch format := o.format.value; format {
	case "text", "json":
		o.As = app.InspectTree
	default:
		o.As = app.InspectForm(format)
	}
	run, err := app.Inspect(ctx, env.host(), o.InspectOptions)
	if err != nil {
		return err
	}
	switch o.format.value {
	case "json":
		err = view.WriteStream(env.Stdout, run)
	case "text":
		err = env.out().Inspection(run, o.full, env.clearProgress)
	default:
		err = view.InspectedText(env.Stdout, env.err(), run, env.clearProgress)
	}
	if err != nil {
		return err
	}
	r := run.Footer
	env.clearProgress()
	env.err().Findings(r.Unreadable)
	return env.verdict(r.Failures, r.Failed)
}
