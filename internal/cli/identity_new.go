package cli

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/identity"
	"syncguard/internal/pki"
	"syncguard/internal/view"
)

// subjectFlags say whom a certificate is for.
type subjectFlags struct{ identity.Subject }

func (f *subjectFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Name, "name", "", "common name, which devices show as the signer")
	flags.StringVar(&f.Organization, "organization", "", "name of the organization")
	flags.StringVar(&f.Email, "email", "", "e-mail address in the certificate")
}

// over fills what no flag says from a certificate that is there.
func (f *subjectFlags) over(old identity.Subject) {
	if f.Name == "" {
		f.Name = old.Name
	}
	if f.Organization == "" {
		f.Organization = old.Organization
	}
	if f.Email == "" {
		f.Email = old.Email
	}
}

func (f *subjectFlags) check() error {
	if strings.TrimSpace(f.Name) == "" {
		return usage(`such as --name "Acme Profile Signing"`, "the name of the signer is missing")
	}
	return nil
}

type identityNewOptions struct {
	subject    subjectFlags
	kind       string
	selfSigned bool
	days       int
	out        string
	encrypt    bool
	passphrase passphraseFlags
	format     choiceFlag
}

func newIdentityNewCmd(env *Env) *cobra.Command {
	var o identityNewOptions
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
		RunE: func(cmd *cobra.Command, _ []string) error { return runIdentityNew(cmd.Context(), env, o) },
	}
	flags := cmd.Flags()
	o.subject.addFlags(cmd)
	flags.StringVar(&o.kind, "key-type", identity.KeyKinds()[0], strings.Join(identity.KeyKinds(), ", "))
	flags.BoolVar(&o.selfSigned, "self-signed", false, "make a certificate that the key signs itself, and no request")
	flags.IntVar(&o.days, "days", 3650, "how long a self-signed certificate is valid")
	flags.StringVarP(&o.out, "out", "o", "", "path of the files, without their endings .key and .csr or .pem (default: the name in lower case)")
	flags.BoolVar(&o.encrypt, "encrypt", false, "ask for a passphrase for the key")
	o.passphrase.addFlags(cmd, "the new key")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("key-type", cobra.FixedCompletions(identity.KeyKinds(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runIdentityNew(ctx context.Context, env *Env, o identityNewOptions) error {
	if err := o.check(env); err != nil {
		return err
	}
	base := o.out
	if base == "" {
		base = slug(o.subject.Name)
	}
	made := &view.NewIdentity{Name: o.subject.Name, Key: base + ".key", Request: base + ".csr"}
	second := &made.Request
	if o.selfSigned {
		made.Request, made.Certificate = "", base+".pem"
		second = &made.Certificate
	}
	for _, path := range []string{made.Key, *second} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return withHint(fmt.Errorf("%s is there already, and a key that is overwritten is lost", path), "give another path with -o")
		}
	}
	passphrase, err := o.secret(ctx, env)
	if err != nil {
		return err
	}
	defer clear(passphrase)
	key, err := identity.NewKey(o.kind)
	if err != nil {
		return err
	}
	encoded, err := identity.EncodeKey(key, passphrase)
	if err != nil {
		return err
	}
	defer clear(encoded)
	beside, err := o.beside(env, key)
	if err != nil {
		return err
	}
	made.KeyType, made.Encrypted = pki.KeyName(key.Public()), len(passphrase) > 0
	if err := writeNew(env, made.Key, encoded, *second, beside); err != nil {
		return err
	}
	if o.format.isJSON() {
		return view.WriteJSON(env.Stdout, made)
	}
	env.out().NewIdentity(made)
	return nil
}

func (o *identityNewOptions) check(env *Env) error {
	if err := o.subject.check(); err != nil {
		return err
	}
	switch {
	case !slices.Contains(identity.KeyKinds(), o.kind):
		return usage("p256 where nothing speaks against it", "unknown --key-type %q, want one of %s", o.kind, strings.Join(identity.KeyKinds(), ", "))
	case o.selfSigned && (o.days < 1 || o.days > 36500):
		return usage("such as --days 3650", "--days %d is not between 1 and 36500", o.days)
	case o.encrypt && o.passphrase.given():
		return usage("--passphrase says that already", "--encrypt cannot go with --passphrase or --passphrase-file")
	case o.encrypt && !env.hasPerson():
		return usage("give it with --passphrase-file FILE or --passphrase env:NAME", "--encrypt asks for a passphrase, and there is no terminal to ask at")
	}
	return o.passphrase.check()
}

// secret is the passphrase of the new key, empty for none.
func (o *identityNewOptions) secret(ctx context.Context, env *Env) ([]byte, error) {
	if !o.encrypt {
		if !o.passphrase.given() {
			return nil, nil
		}
		secret, err := o.passphrase.read(env)
		if err == nil && len(secret) == 0 {
			err = withHint(errors.New("the passphrase is empty"), "leave --passphrase out for a key that is not encrypted")
		}
		return secret, err
	}
	first, err := env.askSecret(ctx, "passphrase for the new key")
	if err != nil {
		return nil, err
	}
	second, err := env.askSecret(ctx, "the same again")
	if err != nil {
		return nil, err
	}
	defer clear(second)
	switch {
	case len(first) == 0:
		return nil, errors.New("the passphrase is empty")
	case !bytes.Equal(first, second):
		clear(first)
		return nil, errors.New("the passphrases differ")
	}
	return first, nil
}

// beside makes what goes with the key: a request, or a certificate.
func (o *identityNewOptions) beside(env *Env, key crypto.Signer) ([]byte, error) {
	if o.selfSigned {
		return identity.NewSelfSigned(key, o.subject.Subject, env.Now(), o.days)
	}
	return identity.NewRequest(key, o.subject.Subject)
}

// writeNew writes a key and what goes with it, both or none.
func writeNew(env *Env, keyPath string, key []byte, path string, beside []byte) (err error) {
	files := newStaging(env.Now())
	defer func() { err = errors.Join(err, files.Close()) }()
	if err := files.Add(keyPath, key, 0o600); err != nil {
		return err
	}
	if err := files.Add(path, beside, 0o644); err != nil {
		return err
	}
	return files.Commit()
}

// slug makes the name of a file out of that of a signer.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if len(words) == 0 {
		return "identity"
	}
	return strings.Join(words, "-")
}
