package cli

import (
	"github.com/spf13/cobra"
)

func newIdentityCmd(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "identity",
		Short: "Create and inspect signing identities",
		Long: `Create and inspect signing identities: a certificate with its private key and chain. Make a key with a request for your
certificate authority, or a key with a self-signed certificate.`,
		Example: `  syncguard identity show acme.p12
  syncguard identity new --name "Acme Profile Signing"`,
		Args:        subcommandArgs,
		Annotations: map[string]string{usual: "show"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newIdentityCSRCmd(env),
		newIdentityNewCmd(env),
		newIdentityShowCmd(env),
	)
	return cmd
}
