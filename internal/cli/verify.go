package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newVerifyCmd(env *Env) *cobra.Command {
	var o app.VerifyOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "verify FILE…",
		Short: "Tell whether a signed profile is whole, trusted and valid",
		Long: `Answer three questions about each signed profile, in DER or BER. A FILE of - is stdin; in a folder every *.mobileconfig
is verified.

  integrity  is the content what every signer signed, is nothing else in the file,
             and is no algorithm weak?
  trust      does the chain of every signer lead to a root: to those in --roots,
             or else to the system's or Apple's own?
  validity   are the certificates valid now (or --at another moment), and was the
             signer's when it says that it signed?

A profile that was installed by hand takes a new version only from the very same certificate: --pin wants it of every
signer, and then answers trust without roots. The exit code is 1 when an answer is no; --require asks for some only.`,
		Example: `  syncguard verify corp.mobileconfig
  syncguard verify --roots corp-root.pem --at 2027-01-01 dist/
  syncguard verify --pin 3f0e…c1 --require integrity,trust corp.mobileconfig
  curl -s https://example.com/corp.mobileconfig | syncguard verify --format json -`,
		Args: someArgs("name a file, a folder, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			run, err := app.Verify(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			if format.isJSON() {
				err = view.WriteStream(env.Stdout, run)
			} else {
				err = env.out().Verification(run, env.clearProgress)
			}
			if err != nil {
				return err
			}
			return env.verdict(run.Footer.Failures, run.Footer.Failed > 0)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Roots, "roots", nil, "certificates to trust, PEM or DER, instead of the system's (repeatable)")
	flags.StringVar(&o.Pin, "pin", "", "SHA-256 of the certificate that every signer must have")
	flags.StringVar(&o.At, "at", "", "ask about another moment: 2027-01-31, or with the time 2027-01-31T12:00:00Z")
	flags.StringSliceVar(&o.Require, "require", app.Questions(), "the answers that must be yes")
	format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	_ = cmd.RegisterFlagCompletionFunc("require", cobra.FixedCompletions(app.Questions(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
