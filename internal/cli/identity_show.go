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
		Long: `Show a certificate with its chain, whether devices are likely to trust it, and why. A FILE is PKCS#12, or a certificate in
PEM, DER or PKCS#7; no private key is needed. Without a FILE, show the development identity.

Only a device knows the roots it trusts. --roots names them; without it, this machine's roots and Apple's own count.

The exit code is 1 if the identity cannot sign: the certificate has expired, or the key is too weak.`,
		Example: `  syncguard identity show
  syncguard identity show acme.p12 --passphrase env:P12_PASSPHRASE
  syncguard identity show leaf.pem --chain intermediate.pem --roots root.pem
  syncguard identity show leaf.pem --format json`,
		Args: oneArgAtMost("FILE", "show one after the other; the chain goes with --chain"),
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
	cmd.Flags().StringArrayVar(&o.Roots, "roots", nil, "roots trusted by the devices, PEM or DER (repeatable)")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	format.addFormats(cmd, "text", "json")
	return cmd
}
