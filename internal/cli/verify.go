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
		Short: "Check the signature of a profile: integrity, trust, validity",
		Long: `Answer three questions about each signed profile (DER or BER). A FILE of - is stdin; a folder means every *.mobileconfig.

  integrity  Did every signer sign exactly this content, is nothing else in the file,
             and is no algorithm weak?
  trust      Does every signer's chain lead to a trusted root: one of --roots,
             or else the system's or Apple's own?
             With --crl FILE: and is no certificate of the chain revoked? Without it nothing
             checks revocation, and no server is ever asked.
  validity   Are the certificates valid now (or at the time of --at), and was the
             signer's valid at the stated time of signing?

A device updates a hand-installed profile only if the very same certificate signed it: --pin requires that certificate of
every signer, and answers trust without roots. In a pipeline name what you trust: --require-roots refuses to run without
--roots or --pin, so a forgotten flag never means "any root of this machine". The exit code is 1 if an answer is no; --require asks for some of them.`,
		Example: `  syncguard verify corp.mobileconfig
  syncguard verify --require-roots --roots corp-root.pem dist/
  syncguard verify --roots corp-root.pem --crl corp-root.crl --crl issuing.crl corp.mobileconfig
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
	flags.BoolVar(&o.RequireRoots, "require-roots", false, "refuse to run without --roots or --pin (for pipelines)")
	flags.StringArrayVar(&o.CRLs, "crl", nil, "revocation lists, PEM or DER; each certificate below the root needs one (repeatable)")
	flags.StringVar(&o.Pin, "pin", "", "SHA-256 fingerprint of the certificate required of every signer")
	flags.StringVar(&o.At, "at", "", "time to check instead of now: 2027-01-31 or 2027-01-31T12:00:00Z")
	flags.StringSliceVar(&o.Require, "require", app.Questions(), "questions to answer with yes")
	format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	_ = cmd.MarkFlagFilename("crl", "crl", "pem")
	_ = cmd.RegisterFlagCompletionFunc("require", cobra.FixedCompletions(app.Questions(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
