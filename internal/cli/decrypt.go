package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

func newDecryptCmd(env *Env) *cobra.Command {
	var o app.DecryptOptions
	cmd := &cobra.Command{
		Use:   "decrypt FILE",
		Short: "Decrypt the payloads of a profile with a recipient's key",
		Long: `Turn EncryptedPayloadContent back into PayloadContent, with a recipient's certificate and RSA key. A FILE of - is stdin.
The result goes to stdout, or with -o to a file readable by its owner only. A signed profile must have a sound signature.`,
		Example: `  syncguard decrypt wifi-encrypted.mobileconfig --cert device.pem --key device.key
  syncguard decrypt wifi-encrypted.mobileconfig --p12 device.p12 -o wifi.mobileconfig`,
		Args: oneArg("name a file, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Path = args[0]
			return env.write(app.Decrypt(cmd.Context(), env.host(), o))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Recipient.Cert, "cert", "", "recipient's certificate, PEM or DER")
	flags.StringVar(&o.Recipient.Key, "key", "", "private key of --cert, PEM: PKCS#1 or PKCS#8, encrypted or not")
	flags.StringVar(&o.Recipient.P12, "p12", "", "PKCS#12 file with certificate and key")
	flags.StringVar(&o.Recipient.Alias, "alias", "", "choose one of several keys: its name in the file, or its certificate's common name or fingerprint")
	addPassphraseFlags(cmd, &o.Recipient.Passphrase, "the key or PKCS#12 file")
	flags.StringVarP(&o.Out, "out", "o", "", "file to write; stdout without it")
	for _, name := range []string{"cert", "key"} {
		_ = cmd.MarkFlagFilename(name, "pem", "crt", "cer", "key")
	}
	_ = cmd.MarkFlagFilename("p12", "p12", "pfx")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	return cmd
}
