package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newIdentityCSRCmd(env *Env) *cobra.Command {
	var o app.RequestOptions
	cmd := &cobra.Command{
		Use:   "csr",
		Short: "Request a certificate for an existing key",
		Long: `Make a certificate request for an existing key: in a file, in a security module, or behind a command. To renew a
certificate, give it with --cert or --p12: its name, organization and e-mail address are kept.`,
		Example: `  syncguard identity csr --key acme.key --name "Acme Profile Signing" -o acme.csr
  syncguard identity csr --p12 acme.p12 -o renewal.csr
  syncguard identity csr --name "Acme Profile Signing" \
    --key "pkcs11:token=corp;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so"`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			made, err := app.RequestCertificate(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			if made.Data == nil {
				env.out().Line("wrote %s, a request for %q", view.Clean(made.Request), view.Clean(made.Name))
			}
			return env.write(made.Data, nil)
		},
	}
	addSubjectFlags(cmd, &o.Subject)
	addIdentityFlags(cmd, &o.Identity)
	cmd.Flags().Lookup("cert").Usage = "certificate to renew: its name, organization and e-mail address are kept"
	cmd.Flags().StringVarP(&o.Out, "out", "o", "-", "file for the request, - for stdout")
	return cmd
}
