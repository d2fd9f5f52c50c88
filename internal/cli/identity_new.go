package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

// addSubjectFlags adds the flags that say whom a certificate is for.
func addSubjectFlags(cmd *cobra.Command, s *app.Subject) {
	flags := cmd.Flags()
	flags.StringVar(&s.Name, "name", "", "common name, which devices show as the signer")
	flags.StringVar(&s.Organization, "organization", "", "name of the organization")
	flags.StringVar(&s.Email, "email", "", "e-mail address in the certificate")
}

func newIdentityNewCmd(env *Env) *cobra.Command {
	var o app.IdentityNewOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Make a private key with a request for a certificate authority",
		Long: `Make a private key, and a request with which your certificate authority issues its certificate. With --self-signed the key
signs its own certificate instead: devices call that "Not Verified", and take it for profiles that are installed by hand.

The key is readable by you only, and encrypted if there is a passphrase. Nothing is ever overwritten.`,
		Example: `  syncguard identity new --name "Acme Profile Signing" --organization Acme
  syncguard identity new --name "Acme Profile Signing" --key-type rsa2048 --encrypt -o acme
  syncguard identity new --name "Acme Test" --self-signed --days 365`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			made, err := app.MakeIdentity(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			return show(env, format, made, (*view.Printer).NewIdentity)
		},
	}
	flags := cmd.Flags()
	addSubjectFlags(cmd, &o.Subject)
	flags.StringVar(&o.KeyType, "key-type", app.KeyTypes()[0], strings.Join(app.KeyTypes(), ", "))
	flags.BoolVar(&o.SelfSigned, "self-signed", false, "make a certificate that the key signs itself, and no request")
	flags.IntVar(&o.Days, "days", 3650, "how long a self-signed certificate is valid")
	flags.StringVarP(&o.Out, "out", "o", "", "path of the files, without their endings .key and .csr or .pem (default: the name in lower case)")
	flags.BoolVar(&o.Encrypt, "encrypt", false, "ask for a passphrase for the key")
	addPassphraseFlags(cmd, &o.Passphrase, "the new key")
	format.addFormats(cmd, "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("key-type", cobra.FixedCompletions(app.KeyTypes(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
