package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

func newEncryptCmd(env *Env) *cobra.Command {
	var o app.EncryptOptions
	cmd := &cobra.Command{
		Use:   "encrypt FILE",
		Short: "Encrypt the payloads of a profile for chosen devices",
		Long: `Encrypt the payloads of a profile for chosen devices. Only a device that holds a recipient's private key can install it:
give each device's identity certificate as --recipient. Identifier, names and scope stay readable. A FILE of - is stdin;
the result goes to stdout, or to a file with -o.

EncryptedPayloadContent takes the place of PayloadContent: CMS EnvelopedData around the property list. Recipients need
RSA keys. Encryption does not protect against changes, and the result is unsigned: sign it.`,
		Example: `  syncguard encrypt wifi.mobileconfig --recipient device.pem -o wifi-encrypted.mobileconfig
  syncguard encrypt wifi.mobileconfig --recipient a.pem --recipient b.pem \
    --cipher aes256 -o out.mobileconfig`,
		Args: oneArg("name a file, or - for stdin"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Path = args[0]
			return env.write(app.Encrypt(env.host(), o))
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Recipients, "recipient", nil, "a device's certificate, PEM or DER (repeatable)")
	flags.StringVarP(&o.Out, "out", "o", "", "file to write; stdout without it")
	addChoice(cmd, &o.Cipher, "cipher", "aes128, which Apple names, aes192 or aes256", app.Ciphers()...)
	_ = cmd.MarkFlagFilename("recipient", "pem", "crt", "cer")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	return cmd
}
