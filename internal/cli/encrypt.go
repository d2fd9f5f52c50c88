package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
)

func newEncryptCmd(env *Env) *cobra.Command {
	var o app.EncryptOptions
	cmd := &cobra.Command{
		Use:   "encrypt FILE",
		Short: "Encrypt the payloads of a profile for the devices that may read them",
		Long: `Encrypt the payloads of a profile, so that only devices that hold the private key of a recipient can install it: a
device whose identity certificate was given as --recipient. The envelope (identifier, names, scope) stays readable. A
FILE of - is stdin; the result goes to stdout, or to a file with -o.

PayloadContent becomes EncryptedPayloadContent: the property list of its array, in CMS EnvelopedData. Recipients need RSA
keys. Encryption does not protect from changes: sign the result, which comes out unsigned.`,
		Example: `  syncguard encrypt wifi.mobileconfig --recipient device.pem -o wifi-encrypted.mobileconfig
  syncguard encrypt wifi.mobileconfig --recipient a.pem --recipient b.pem \
    --cipher aes256 -o out.mobileconfig`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			o.Path = args[0]
			return env.write(app.Encrypt(env.host(), o))
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Recipients, "recipient", nil, "certificate of a device, PEM or DER (repeatable)")
	flags.StringVarP(&o.Out, "out", "o", "", "file to write; stdout without it")
	addChoice(cmd, &o.Cipher, "cipher", "aes128, which Apple names, aes192 or aes256", app.Ciphers()...)
	_ = cmd.MarkFlagFilename("recipient", "pem", "crt", "cer")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	return cmd
}
