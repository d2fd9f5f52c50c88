package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"syncguard/internal/identity"
)

// identityFlags say who signs. With none of them it is the development identity.
type identityFlags struct {
	cert, key, p12 string
	command        string
	chain          []string
	passphrase     passphraseFlags
}

func (f *identityFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.cert, "cert", "", "certificate to sign with, PEM or DER; may hold the chain")
	flags.StringVar(&f.key, "key", "", "private key of --cert, PEM or DER: PKCS#1, PKCS#8 (encrypted, too) or SEC1; or a pkcs11: URI")
	flags.StringArrayVar(&f.chain, "chain", nil, "intermediate certificates, so that devices can verify the signer (repeatable)")
	flags.StringVar(&f.p12, "p12", "", "PKCS#12 file with the certificate, its key and chain")
	flags.StringVar(&f.command, "signer-command", "", "command that has the key of --cert: gets a digest on stdin, prints its signature")
	f.passphrase.addFlags(cmd, "the key or PKCS#12 file, or the PIN")
	for _, name := range []string{"cert", "key", "chain"} {
		_ = cmd.MarkFlagFilename(name, "pem", "crt", "cer", "key")
	}
	_ = cmd.MarkFlagFilename("p12", "p12", "pfx")
}

// given says whether they name anything at all.
func (f *identityFlags) given() bool {
	return f.cert != "" || f.key != "" || f.p12 != "" || f.command != "" || len(f.chain) > 0 || f.passphrase.given()
}

// check refuses combinations that cannot be meant, and what is not enough to sign with.
func (f *identityFlags) check() error {
	if err := f.conflicts(); err != nil {
		return err
	}
	switch {
	case f.cert == "" && f.key != "":
		return usage("give the key's certificate with --cert", "--key needs --cert")
	case f.cert != "" && f.key == "" && f.command == "":
		return usage("give the certificate's private key with --key, or a command that has it with --signer-command", "--cert needs --key")
	case f.cert == "" && f.p12 == "" && f.given():
		return usage("give --cert and --key, or --p12", "--chain and --passphrase need an identity to sign with")
	}
	return nil
}

func (f *identityFlags) conflicts() error {
	switch {
	case f.p12 != "" && (f.cert != "" || f.key != "" || f.command != ""):
		return usage("a PKCS#12 file holds both", "--p12 cannot go with --cert, --key or --signer-command")
	case f.key != "" && f.command != "":
		return usage("give one of the two", "--key cannot go with --signer-command")
	case f.cert == "" && f.command != "":
		return usage("give the certificate of the command's key with --cert", "--signer-command needs --cert")
	case f.command != "" && f.passphrase.given():
		return usage("tell the command itself, in its own way", "--passphrase cannot go with --signer-command")
	}
	return errors.Join(f.passphrase.check(), f.checkElsewhere())
}

// checkElsewhere reads how to reach a key that is not in a file.
func (f *identityFlags) checkElsewhere() error {
	if identity.IsPKCS11(f.key) {
		if _, err := identity.ParsePKCS11(f.key); err != nil {
			return usage("pkcs11:token=NAME;object=NAME?module-path=/path/of/the/library.so, in quotes", "--key: %v", err)
		}
	}
	if f.command != "" {
		if _, err := identity.SplitCommand(f.command); err != nil {
			return usage(`such as --signer-command "openssl pkeyutl -sign -inkey key.pem -pkeyopt digest:sha256"`, "--signer-command: %v", err)
		}
	}
	return nil
}

// load returns the identity to sign with, and which file it is from. Warnings go to stderr.
func (f *identityFlags) load(ctx context.Context, env *Env) (id *identity.Identity, name string, err error) {
	id, name, err = f.read(ctx, env)
	if err != nil {
		return nil, "", err
	}
	found, err := id.Check(env.Now())
	if err != nil {
		return nil, "", errors.Join(withHint(fmt.Errorf("%s: %w", name, err), "syncguard identity show says more"), id.Close())
	}
	if id.Development {
		return id, name, nil // that devices call it unverified, every result says
	}
	p := env.err()
	for _, finding := range found {
		p.Warning(name + ": " + finding.String())
		p.Hint(finding.Help)
	}
	return id, name, nil
}

// read reads the identity, and says which file it is from.
func (f *identityFlags) read(ctx context.Context, env *Env) (id *identity.Identity, name string, err error) {
	if f.cert == "" && f.p12 == "" {
		return developmentIdentity(env)
	}
	chain, err := readFiles(f.chain)
	if err != nil {
		return nil, "", err
	}
	if f.p12 != "" {
		env.warnOfReaders(f.p12)
		data, err := readFile(f.p12)
		if err != nil {
			return nil, "", err
		}
		id, err = identity.FromPKCS12(data, chain, f.passphrase.asker(ctx, env, "passphrase for "+f.p12))
		return id, f.p12, explainIdentity(f.p12, err)
	}
	cert, err := readFile(f.cert)
	if err != nil {
		return nil, "", err
	}
	switch {
	case f.command != "":
		id, err = f.fromCommand(ctx, env, cert, chain)
		return id, f.cert, explainIdentity(f.cert, err)
	case identity.IsPKCS11(f.key):
		id, err = f.fromPKCS11(ctx, env, cert, chain)
		return id, f.cert, explainIdentity("the key in the security module", err)
	}
	env.warnOfReaders(f.key)
	key, err := readFile(f.key)
	if err != nil {
		return nil, "", err
	}
	defer clear(key)
	id, err = identity.FromPEM(cert, key, chain, f.passphrase.asker(ctx, env, "passphrase for "+f.key))
	return id, f.cert, explainIdentity(f.key, err)
}

func (f *identityFlags) fromCommand(ctx context.Context, env *Env, cert []byte, chain [][]byte) (*identity.Identity, error) {
	args, err := identity.SplitCommand(f.command)
	if err != nil {
		return nil, err
	}
	return identity.FromCommand(ctx, cert, chain, identity.Command{Args: args, Environ: env.Environ})
}

func (f *identityFlags) fromPKCS11(ctx context.Context, env *Env, cert []byte, chain [][]byte) (*identity.Identity, error) {
	key, err := identity.ParsePKCS11(f.key)
	if err != nil {
		return nil, err
	}
	return identity.FromPKCS11(cert, chain, key, f.pin(ctx, env, key))
}

// pin is from where the flags say, else from where the URI says, else from a person.
func (f *identityFlags) pin(ctx context.Context, env *Env, key identity.PKCS11) identity.Passphrase {
	if key.PINSource != "" && !f.passphrase.given() {
		return func() ([]byte, error) { return readSecret(env, key.PINSource) }
	}
	return f.passphrase.asker(ctx, env, "PIN of the token")
}

func readFiles(paths []string) (all [][]byte, err error) {
	for _, path := range paths {
		data, err := readFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// explainIdentity names the file of an error, and says what to do about it.
func explainIdentity(path string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", path, err)
	switch {
	case errors.Is(err, identity.ErrPassphraseNeeded):
		return withHint(err, "give it with --passphrase-file FILE or --passphrase env:NAME")
	case errors.Is(err, identity.ErrNoPKCS11):
		return withHint(err, "build it with CGO_ENABLED=1 go build -tags pkcs11 ./cmd/syncguard, or reach the key with --signer-command")
	}
	return err
}
