package cli

import (
	"context"
	"crypto"
	"path/filepath"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/identity"
	"syncguard/internal/view"
)

type identityCSROptions struct {
	subject  subjectFlags
	identity identityFlags
	out      string
}

func newIdentityCSRCmd(env *Env) *cobra.Command {
	var o identityCSROptions
	cmd := &cobra.Command{
		Use:   "csr",
		Short: "Make a request for a certificate of a key that is there",
		Long: `Make a request with which a certificate authority issues a certificate of a key that is there: in a file, in a security
module, or behind a command. With the certificate that it renews (--cert, --p12), its name, organization and e-mail address are
taken over.`,
		Example: `  syncguard identity csr --key acme.key --name "Acme Profile Signing" -o acme.csr
  syncguard identity csr --p12 acme.p12 -o renewal.csr
  syncguard identity csr --name "Acme Profile Signing" \
    --key "pkcs11:token=corp;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so"`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runIdentityCSR(cmd.Context(), env, o) },
	}
	o.subject.addFlags(cmd)
	o.identity.addFlags(cmd)
	cmd.Flags().Lookup("cert").Usage = "certificate to renew: its name, organization and e-mail address are taken over"
	cmd.Flags().StringVarP(&o.out, "out", "o", "-", "file for the request; - for stdout")
	return cmd
}

func runIdentityCSR(ctx context.Context, env *Env, o identityCSROptions) error {
	if err := o.check(); err != nil {
		return err
	}
	key, closer, err := o.open(ctx, env)
	if err != nil {
		return err
	}
	defer closer()
	if err := o.subject.check(); err != nil {
		return err
	}
	request, err := identity.NewRequest(key, o.subject.Subject)
	if err != nil {
		return app.ExplainSigning(err)
	}
	if o.out == "-" {
		_, err := env.Stdout.Write(request)
		return err
	}
	if err := writeFiles(filepath.Dir(o.out), []output{{filepath.Base(o.out), request, 0o644}}, env.Now()); err != nil {
		return err
	}
	env.out().Line("wrote %s, a request for %q", view.Clean(o.out), view.Clean(o.subject.Name))
	return nil
}

func (o *identityCSROptions) check() error {
	f := &o.identity
	switch {
	case f.key == "" && f.p12 == "" && f.command == "":
		return usage("give --key or --p12; syncguard identity new makes a new key", "no key is given to make a request for")
	case f.cert == "" && f.p12 == "":
		if err := o.subject.check(); err != nil {
			return err
		}
	}
	return f.conflicts()
}

// open returns the key and what ends its use. A certificate beside it says what no flag says.
func (o *identityCSROptions) open(ctx context.Context, env *Env) (crypto.Signer, func() error, error) {
	f := &o.identity
	if f.cert != "" || f.p12 != "" {
		id, _, err := f.read(ctx, env)
		if err != nil {
			return nil, nil, err
		}
		o.subject.over(identity.SubjectOf(id.Leaf()))
		return id.Signer, id.Close, nil
	}
	if identity.IsPKCS11(f.key) {
		named, err := identity.ParsePKCS11(f.key)
		if err != nil {
			return nil, nil, err
		}
		key, closer, err := identity.OpenPKCS11(named, f.pin(ctx, env, named))
		return key, closer, explainIdentity(err)
	}
	env.warnOfReaders(f.key)
	data, err := readFile(f.key)
	if err != nil {
		return nil, nil, err
	}
	defer clear(data)
	key, err := identity.ReadKey(identity.File{Name: f.key, Data: data}, f.passphrase.asker(ctx, env, "passphrase for "+f.key))
	return key, func() error { return nil }, explainIdentity(err)
}
