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
		Long: `Sign profiles, byte for byte as they are, with a certificate and its chain. A FILE of - is stdin, and is written to stdout.

The key is in a file (--cert and --key, or --p12), in a security module (--key pkcs11:…), or behind a command that signs a
digest (--signer-command), such as openssl or the one of a cloud. Without any it is the development identity, which devices
call "Not Verified".

A file that is signed already is refused (--replace signs its content anew), and so is one that holds variables of an MDM
server, which cannot fill them in without breaking the signature. Nothing is written unless every file can be signed.

With a key in a file, the same input gives the same bytes, unless --signing-time is given.`,
		Example: `  syncguard sign wifi.mobileconfig -o signed.mobileconfig
  syncguard sign profiles/*.mobileconfig -o signed/ --p12 acme.p12 --passphrase env:P12_PASSPHRASE
  syncguard sign wifi.mobileconfig --in-place --cert leaf.pem --key leaf.key --chain issuing.pem
  syncguard sign wifi.mobileconfig -o signed.mobileconfig --cert leaf.pem --chain issuing.pem \
    --signer-command "openssl pkeyutl -sign -inkey leaf.key -pkeyopt digest:sha256"`,
		Args: someArgs("name a file, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			return runSign(cmd.Context(), env, o, format.isJSON())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "out", "o", "", "file or folder for what is signed; - for stdout")
	flags.BoolVar(&o.InPlace, "in-place", false, "put what is signed in place of the file")
	flags.BoolVar(&o.Replace, "replace", false, "sign the content of a file that is signed already, if its integrity holds")
	flags.BoolVar(&o.AllowVariables, "allow-variables", false, "sign a file that holds what looks like variables of an MDM server")
	addSigningFlags(cmd, &o.Signing)
	format.addFormats(cmd, "text", "json")
	return cmd
}

func runSign(ctx context.Context, env *Env, o app.SignOptions, isJSON bool) error {
	if _, watched := terminal(env.Stdout); isJSON {
		o.NoStdout = usage("write what is signed to a file: -o FILE", "--format json cannot share stdout with what is signed")
	} else if watched {
		o.NoStdout = usage("-o FILE, or send stdout to a file", "what is signed is no text for a terminal")
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
