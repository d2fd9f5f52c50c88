package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

// addSubjectFlags adds the flags for the subject of a certificate.
func addSubjectFlags(cmd *cobra.Command, s *app.Subject) {
	flags := cmd.Flags()
	flags.StringVar(&s.Name, "name", "", "common name, shown on devices as the signer")
	flags.StringVar(&s.Organization, "organization", "", "name of the organization")
	flags.StringVar(&s.Email, "email", "", "e-mail address in the certificate")
}

func newIdentityNewCmd(env *Env) *cobra.Command {
	var o app.IdentityNewOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Make a private key and a certificate request",
		Long: `Make a private key and a certificate request for your certificate authority. With --self-signed, make a self-signed
certificate instead: devices show "Not Verified", and accept it for profiles installed by hand.

Only you can read the key; with a passphrase it is encrypted. Existing files are never overwritten.`,
		Example: `  syncguard identity new --name "Acme Profile Signing" --organization Acme
  syncguard identity new --name "Acme Profile Signing" --key-type rsa2048 --encrypt -o acme
  syncguard identity new --name "Acme Test" --self-signed --days 365`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("days") && !o.SelfSigned {
				return usage("add --self-signed, or leave out --days: a certificate authority decides it", "--days needs --self-signed")
			}
			made, err := app.MakeIdentity(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			return show(env, format, made, (*view.Printer).NewIdentity)
		},
	}
	flags := cmd.Flags()
	addSubjectFlags(cmd, &o.Subject)
	flags.StringVar(&o.KeyType, "key-type", app.KeyTypes()[0], text.Choices(app.KeyTypes()))
	flags.BoolVar(&o.SelfSigned, "self-signed", false, "make a self-signed certificate instead of a request")
	flags.IntVar(&o.Days, "days", 3650, "validity of a self-signed certificate, in days")
	flags.StringVarP(&o.Out, "out", "o", "", "path of the files, without .key, .csr or .pem (default: the name in lower case)")
	flags.BoolVar(&o.Encrypt, "encrypt", false, "ask for a passphrase for the key")
	addPassphraseFlags(cmd, &o.Passphrase, "the new key")
	format.addFormats(cmd, "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("key-type", cobra.FixedCompletions(app.KeyTypes(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
