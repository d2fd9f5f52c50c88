package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newIdentityShowCmd(env *Env) *cobra.Command {
	var o app.IdentityShowOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "show [FILE]",
		Short: "Show an identity, and whether devices are likely to trust it",
		Long: `Show a certificate and its chain, and whether devices are likely to trust what it signs, with the reasons. A FILE is PKCS#12,
or a certificate in PEM, DER or PKCS#7; the private key is not needed. Without any it is the development identity.

Whether a device trusts a root, only the device knows. With --roots the chain is held against those, else against the roots of
this machine and Apple's own.

The exit code is 1 where nothing can be signed: the certificate has expired, or its key is too weak.`,
		Example: `  syncguard identity show
  syncguard identity show acme.p12 --passphrase env:P12_PASSPHRASE
  syncguard identity show leaf.pem --chain intermediate.pem --roots root.pem
  syncguard identity show leaf.pem --format json`,
		Args: oneArgAtMost("file", "show one after the other; the chain goes with --chain"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.File = strings.Join(args, "")
			shown, err := app.ShowIdentity(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			return cmp.Or(show(env, format, shown, (*view.Printer).Identity), env.verdict(nil, shown.Failed))
		},
	}
	addIdentityFlags(cmd, &o.Identity)
	cmd.Flags().StringArrayVar(&o.Roots, "roots", nil, "roots that devices trust, PEM or DER (repeatable)")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	format.addFormats(cmd, "text", "json")
	return cmd
}
