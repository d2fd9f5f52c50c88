package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

// addSigningFlags adds the flags for signer and signature.
func addSigningFlags(cmd *cobra.Command, o *app.SigningOptions) {
	grouped(cmd, "Flags for signing", func() {
		addIdentityFlags(cmd, &o.Identity)
		addChoice(cmd, &o.Digest, "digest", "sha256, sha384 or sha512", app.Digests()...)
		cmd.Flags().BoolVar(&o.StateTime, "signing-time", false, "add the time of signing: SOURCE_DATE_EPOCH, or now")
	})
}

// addIdentityFlags adds the flags for the signer.
func addIdentityFlags(cmd *cobra.Command, o *app.IdentityOptions) {
	flags := cmd.Flags()
	flags.StringVar(&o.Cert, "cert", "", "signing certificate, PEM, DER or PKCS#7; may include chain and key")
	flags.StringVar(&o.Key, "key", "", "private key of --cert, PEM or DER: PKCS#1, PKCS#8 (encrypted or not), SEC1; or a pkcs11: URI")
	flags.StringArrayVar(&o.Chain, "chain", nil, "intermediate certificates, so that devices can verify the signer (repeatable)")
	flags.StringVar(&o.P12, "p12", "", "PKCS#12 file with certificate, key and chain")
	flags.StringVar(&o.Alias, "alias", "", "choose one of several keys: its name in the file, or its certificate's common name or fingerprint")
	flags.StringVar(&o.Command, "signer-command", "", "command that holds the key of --cert: reads a digest from stdin, prints its signature")
	addPassphraseFlags(cmd, &o.Passphrase, "the key or PKCS#12 file, or the PIN")
	for _, name := range []string{"cert", "key", "chain"} {
		_ = cmd.MarkFlagFilename(name, "pem", "crt", "cer", "key")
	}
	_ = cmd.MarkFlagFilename("p12", "p12", "pfx")
}

func addPassphraseFlags(cmd *cobra.Command, o *app.PassphraseOptions, of string) {
	flags := cmd.Flags()
	flags.StringVar(&o.File, "passphrase-file", "", "file with the passphrase of "+of)
	flags.StringVar(&o.Reference, "passphrase", "", "env:NAME, the environment variable with the passphrase")
	_ = cmd.MarkFlagFilename("passphrase-file")
}
