package cli

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/identity"
	"syncguard/internal/pki"
	"syncguard/internal/view"
)

type identityShowOptions struct {
	file     string
	identity identityFlags
	roots    []string
	format   choiceFlag
}

func newIdentityShowCmd(env *Env) *cobra.Command {
	var o identityShowOptions
	cmd := &cobra.Command{
		Use:   "show [FILE]",
		Short: "Show an identity, and whether devices are likely to trust it",
		Long: `Show a certificate and its chain, and whether devices are likely to trust what it signs, with the reasons. A FILE is PKCS#12,
or a certificate in PEM, DER or PKCS#7; the private key is not needed. Without any it is the development identity.

Whether a device trusts a root, only the device knows. With --roots the chain is held against those, else against the roots of
this machine and Apple's own.

The exit code is 1 where nothing can be signed: the certificate has expired, or its key is too weak.`,
		Example: `  syncguard identity show
  syncguard identity show acme.p12 --passphrase env:P12_PASSPHRASE
  syncguard identity show leaf.pem --chain intermediate.pem --roots root.pem
  syncguard identity show leaf.pem --format json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("show one after the other; the chain goes with --chain", "%s takes one file, found %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.file = args[0]
			}
			return runIdentityShow(cmd.Context(), env, o)
		},
	}
	o.identity.addFlags(cmd)
	cmd.Flags().StringArrayVar(&o.roots, "roots", nil, "roots that devices trust, PEM or DER (repeatable)")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	o.format.addFormats(cmd, "text", "json")
	return cmd
}

func runIdentityShow(ctx context.Context, env *Env, o identityShowOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	roots, err := readRoots(o.roots)
	if err != nil {
		return err
	}
	id, name, err := o.read(ctx, env)
	if err != nil {
		return err
	}
	defer id.Close()
	id.Arrange(env.Now())
	shown := reportIdentity(id, name, env.Now(), roots)
	if o.format.isJSON() {
		err = view.WriteJSON(env.Stdout, shown)
	} else {
		env.out().Identity(shown, len(o.roots) > 0)
	}
	if err == nil && shown.Verdict == string(identity.Unusable) {
		return errFindings
	}
	return err
}

func (o *identityShowOptions) check() error {
	f := &o.identity
	if o.file != "" && (f.cert != "" || f.p12 != "") {
		return usage("give one of the two", "%s cannot go with --cert or --p12", o.file)
	}
	if err := f.conflicts(); err != nil {
		return err
	}
	if o.file == "" && f.cert == "" && f.p12 == "" && f.given() {
		return usage("give FILE, --cert or --p12", "there is no certificate to show")
	}
	return nil
}

// read reads the identity, or as much of it as was given.
func (o *identityShowOptions) read(ctx context.Context, env *Env) (*identity.Identity, string, error) {
	f := o.identity
	if o.file != "" {
		data, err := readFile(o.file)
		if err != nil {
			return nil, "", err
		}
		if f.cert = o.file; identity.IsPKCS12(data) {
			f.cert, f.p12 = "", o.file
		}
		clear(data)
	}
	if f.cert == "" || f.key != "" || f.command != "" {
		return f.read(ctx, env)
	}
	files, err := f.files()
	if err != nil {
		return nil, "", err
	}
	defer clear(files.Cert.Data) // which may hold the key, too
	id, err := identity.FromCertificates(files)
	return id, f.cert, explainIdentity(err)
}

func reportIdentity(id *identity.Identity, name string, now time.Time, roots *x509.CertPool) *view.Identity {
	leaf := id.Leaf()
	a := id.Assess(now, roots)
	usages, extended := identity.Usages(leaf)
	shown := &view.Identity{
		Name: id.Name(), File: name, Development: id.Development, Key: pki.KeyName(leaf.PublicKey), HasKey: id.Signer != nil,
		DaysLeft: int(leaf.NotAfter.Sub(now).Hours() / 24), KeyUsage: view.OrEmpty(usages), ExtendedKeyUsage: view.OrEmpty(extended),
		Verdict: string(a.Verdict), Root: a.Root, OtherRoot: a.OtherRoot, AppleRoot: a.Apple != nil, Findings: []view.IdentityFinding{},
	}
	for i, cert := range id.Chain {
		shown.Chain = append(shown.Chain, view.Certificate{
			Name: identity.NameOf(cert), Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Serial: cert.SerialNumber.Text(16),
			NotBefore: cert.NotBefore.UTC().Format(time.RFC3339), NotAfter: cert.NotAfter.UTC().Format(time.RFC3339), SHA256: hexSum(cert.Raw),
			Key: pki.KeyName(cert.PublicKey), SignedWith: cert.SignatureAlgorithm.String(), Embedded: i == 0 || !identity.IsSelfSigned(cert),
			File: id.FileOf(cert),
		})
	}
	for _, f := range a.Findings {
		shown.Findings = append(shown.Findings, view.IdentityFinding{ID: f.ID, Weight: string(f.Weight), Message: f.Message, Help: f.Help, Evidence: f.Evidence})
	}
	return shown
}
