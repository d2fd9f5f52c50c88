package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/identity"
	"syncguard/internal/view"
)

// identityFlags say who signs. With none of them it is the development identity.
type identityFlags struct {
	cert, key, p12 string
	command        string
	chain          []string
	alias          string
	passphrase     passphraseFlags
}

func (f *identityFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.cert, "cert", "", "certificate to sign with, PEM, DER or PKCS#7; may hold the chain and the key")
	flags.StringVar(&f.key, "key", "", "private key of --cert, PEM or DER: PKCS#1, PKCS#8 (encrypted, too) or SEC1; or a pkcs11: URI")
	flags.StringArrayVar(&f.chain, "chain", nil, "intermediate certificates, so that devices can verify the signer (repeatable)")
	flags.StringVar(&f.p12, "p12", "", "PKCS#12 file with the certificate, its key and chain")
	flags.StringVar(&f.alias, "alias", "", "which of several keys: its name in the file, the common name or the fingerprint of its certificate")
	flags.StringVar(&f.command, "signer-command", "", "command that has the key of --cert: gets a digest on stdin, prints its signature")
	f.passphrase.addFlags(cmd, "the key or PKCS#12 file, or the PIN")
	for _, name := range []string{"cert", "key", "chain"} {
		_ = cmd.MarkFlagFilename(name, "pem", "crt", "cer", "key")
	}
	_ = cmd.MarkFlagFilename("p12", "p12", "pfx")
}

// given says whether they name anything at all.
func (f *identityFlags) given() bool {
	return f.cert != "" || f.key != "" || f.p12 != "" || f.command != "" || f.alias != "" || len(f.chain) > 0 || f.passphrase.given()
}

// check refuses combinations that cannot be meant, and what is not enough to sign with.
func (f *identityFlags) check() error {
	if err := f.conflicts(); err != nil {
		return err
	}
	switch {
	case f.cert == "" && f.key != "":
		return usage("give the key's certificate with --cert", "--key needs --cert")
	case f.cert == "" && f.p12 == "" && f.given():
		return usage("give --cert and --key, or --p12", "--chain, --alias and --passphrase need an identity to sign with")
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
	id.Arrange(env.Now())
	found, err := id.Check(env.Now())
	if err != nil {
		return nil, "", errors.Join(withHint(fmt.Errorf("%s: %w", name, err), "syncguard identity show says more"), id.Close())
	}
	if id.Development {
		return id, name, nil // that devices call it unverified, every result says
	}
	p := env.err()
	for _, finding := range found {
		if finding.Weight == identity.Remark {
			p.Note(name + ": " + finding.String())
			continue
		}
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
	files, err := f.files()
	if err != nil {
		return nil, "", err
	}
	defer clear(files.Key.Data)
	switch name = f.cert; {
	case f.p12 != "":
		name = f.p12
		env.warnOfReaders(f.p12)
		id, err = identity.FromPKCS12(files, f.passphrase.asker(ctx, env, "passphrase for "+f.p12))
	case f.command != "":
		id, err = f.fromCommand(ctx, env, files)
	case identity.IsPKCS11(f.key):
		id, err = f.fromPKCS11(ctx, env, files)
	case f.key == "" && !files.Cert.HasKey():
		if _, err := identity.Certificates(files.Cert); err != nil {
			return nil, "", explainIdentity(err)
		}
		return nil, "", usage("give the certificate's private key with --key, or a command that has it with --signer-command", "--cert needs --key")
	default:
		secret := cond(f.key != "", f.key) + cond(f.key == "", f.cert)
		env.warnOfReaders(secret)
		id, err = identity.FromPEM(files, f.passphrase.asker(ctx, env, "passphrase for "+secret))
	}
	return id, name, explainIdentity(err)
}

// files reads the files that the flags name.
func (f *identityFlags) files() (identity.Files, error) {
	files := identity.Files{Alias: f.alias}
	read := func(path string) (file identity.File, err error) {
		if path != "" && !identity.IsPKCS11(path) {
			file.Name = path
			file.Data, err = readFile(path)
		}
		return file, err
	}
	var err error
	if files.Cert, err = read(f.cert); err != nil {
		return files, err
	}
	if files.Key, err = read(f.key); err != nil {
		return files, err
	}
	if files.P12, err = read(f.p12); err != nil {
		return files, err
	}
	for _, path := range f.chain {
		file, err := read(path)
		if err != nil {
			return files, err
		}
		files.Chain = append(files.Chain, file)
	}
	return files, nil
}

func (f *identityFlags) fromCommand(ctx context.Context, env *Env, files identity.Files) (*identity.Identity, error) {
	args, err := identity.SplitCommand(f.command)
	if err != nil {
		return nil, err
	}
	return identity.FromCommand(ctx, files, identity.Command{Args: args, Environ: env.Environ})
}

func (f *identityFlags) fromPKCS11(ctx context.Context, env *Env, files identity.Files) (*identity.Identity, error) {
	key, err := identity.ParsePKCS11(f.key)
	if err != nil {
		return nil, err
	}
	return identity.FromPKCS11(files, key, f.pin(ctx, env, key))
}

// pin is from where the flags say, else from where the URI says, else from a person.
func (f *identityFlags) pin(ctx context.Context, env *Env, key identity.PKCS11) identity.Passphrase {
	if key.PINSource != "" && !f.passphrase.given() {
		return func() ([]byte, error) { return readSecretLine(env, key.PINSource) }
	}
	return f.passphrase.asker(ctx, env, "PIN of the token")
}

// explainIdentity says what to do about an error of an identity's files.
func explainIdentity(err error) error {
	problem, several := new(identity.Problem), new(identity.SeveralError)
	switch {
	case errors.As(err, &problem) && problem.Help != "":
		return withHint(err, "%s", problem.Help)
	case errors.As(err, &several):
		return withHint(err, "%s", choices(several))
	case errors.Is(err, identity.ErrPassphraseNeeded):
		return withHint(err, "give it with --passphrase-file FILE or --passphrase env:NAME")
	case errors.Is(err, identity.ErrNoPKCS11):
		return withHint(err, "build it with CGO_ENABLED=1 go build -tags pkcs11 ./cmd/syncguard, or reach the key with --signer-command")
	}
	return err
}

// choices lists what --alias can mean, a line each.
func choices(several *identity.SeveralError) string {
	lines := []string{"choose with --alias, by name or fingerprint:"}
	for _, c := range several.Choices {
		lines = append(lines, fmt.Sprintf("  %s%q, SHA-256 %s", cond(c.Alias != "", view.Clean(c.Alias)+"  "), view.Clean(c.Name), c.SHA256[:16]))
	}
	return strings.Join(lines, "\n")
}

// developmentIdentity is made once and kept, because a device takes a new version of a hand-installed profile only from
// the very same identity.
func developmentIdentity(env *Env) (*identity.Identity, string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return nil, "", withHint(fmt.Errorf("finding a place for the development identity: %w", err),
			"give an identity with --cert and --key, or --p12")
	}
	dir := filepath.Join(config, "syncguard", "identity")
	id, created, err := identity.Development(dir, env.Now())
	name := filepath.Join(dir, "development.pem")
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	if created {
		env.err().Hint("made a development identity, kept in " + name +
			": a device takes a new version of a hand-installed profile only from the same identity, so keep a copy")
	}
	return id, name, nil
}
