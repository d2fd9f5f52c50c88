package cli

import (
	"context"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newSignCmd(env *Env) *cobra.Command {
	var o app.SignOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "sign FILE…",
		Short: "Sign profiles",
		Long: `Sign profiles, byte for byte, with a certificate and its chain. A FILE of - is stdin, and the result goes to stdout.

The key is in a file (--cert and --key, or --p12), in a security module (--key pkcs11:…), or behind a command that signs a
digest (--signer-command), such as openssl or a cloud's. Without a key, the development identity signs: devices show
"Not Verified".

A signed file is refused; --replace signs its content anew. A file with variables of an MDM server is refused too: filling
them in would break the signature. Nothing is written unless every file can be signed.

With a key in a file, the same input gives the same bytes, unless --signing-time is given.`,
		Example: `  syncguard sign wifi.mobileconfig -o signed.mobileconfig
  syncguard sign profiles/*.mobileconfig -o signed/ --p12 acme.p12 --passphrase env:P12_PASSPHRASE
  syncguard sign wifi.mobileconfig -o signed.mobileconfig --cert leaf.pem --chain issuing.pem \
    --signer-command "openssl pkeyutl -sign -inkey leaf.key -pkeyopt digest:sha256"
  syncguard sign wifi.mobileconfig --in-place --cert leaf.pem --key leaf.key --chain issuing.pem`,
		Args: someArgs("name a file, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths, o.Digests = args, format.isJSON()
			return runSign(cmd.Context(), env, o, format.isJSON())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "out", "o", "", "file or folder for the signed profiles, - for stdout")
	flags.BoolVar(&o.InPlace, "in-place", false, "replace each file by its signed profile")
	flags.BoolVar(&o.Replace, "replace", false, "sign the content of a signed file anew, if its integrity holds")
	flags.BoolVar(&o.AllowVariables, "allow-variables", false, "sign a file with variables of an MDM server")
	addSigningFlags(cmd, &o.Signing)
	format.addFormats(cmd, "text", "json")
	return cmd
}

func runSign(ctx context.Context, env *Env, o app.SignOptions, isJSON bool) error {
	if _, watched := terminal(env.Stdout); isJSON {
		o.NoStdout = usage("add -o FILE", "--format json and the signed profile cannot both go to stdout")
	} else if watched {
		o.NoStdout = usage("add -o FILE, or redirect stdout to a file", "a signed profile is binary: not written to a terminal")
	}
	r, err := app.Sign(ctx, env.host(), o)
	if err != nil {
		return err
	}
	env.clearProgress()
	switch {
	case isJSON:
		err = view.WriteJSON(env.Stdout, r)
	case r.Stdout != nil:
		env.err().SignFindings(r)
		_, err = env.Stdout.Write(r.Stdout)
	default:
		env.err().SignFindings(r)
		env.out().Signing(r)
	}
	if err != nil {
		return err
	}
	return env.verdict(r.Failures, r.Refused)
}
