package cli

import (
	"github.com/spf13/cobra"
)

func newIdentityCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "identity",
		Short: "Look at what signs profiles, and make it",
		Long: `Look at what signs profiles, a certificate with its private key and its chain, and make it: a key with a request for your
certificate authority, or a key with a certificate that it signs itself.`,
		Example: `  syncguard identity show acme.p12
  syncguard identity new --name "Acme Profile Signing"`,
		Args: subcommandArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newIdentityCSRCmd(env),
		newIdentityNewCmd(env),
		newIdentityShowCmd(env),
	)
	return cmd
}
