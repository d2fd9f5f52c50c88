package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"syncguard/internal/identity"
)

// identityFlags say who signs. With none of them it is the development identity.
type identityFlags struct {
	cert, key, p12 string
	chain          []string
	passphraseFile string
	passphrase     string
	unsigned       bool
}

func (f *identityFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.cert, "cert", "", "certificate to sign with, PEM or DER; may hold the chain")
	flags.StringVar(&f.key, "key", "", "private key of --cert, PEM: PKCS#1, PKCS#8 (encrypted, too) or SEC1")
	flags.StringArrayVar(&f.chain, "chain", nil, "intermediate certificates, so that devices can verify the signer (repeatable)")
	flags.StringVar(&f.p12, "p12", "", "PKCS#12 file with the certificate, its key and chain")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "file that holds the passphrase of the key or PKCS#12 file")
	flags.StringVar(&f.passphrase, "passphrase", "", "env:NAME, the environment variable that holds the passphrase")
	flags.BoolVar(&f.unsigned, "unsigned", false, "write plain XML, for an MDM that signs or rewrites profiles itself")
	for _, name := range []string{"cert", "key", "chain"} {
		_ = cmd.MarkFlagFilename(name, "pem", "crt", "cer", "key")
	}
	_ = cmd.MarkFlagFilename("p12", "p12", "pfx")
}

// check refuses combinations that cannot be meant.
func (f *identityFlags) check() error {
	has := f.cert != "" || f.key != "" || f.p12 != "" || len(f.chain) > 0 || f.passphrase != "" || f.passphraseFile != ""
	switch {
	case f.unsigned && has:
		return usage("leave --unsigned or the identity out", "--unsigned cannot go with an identity to sign with")
	case f.p12 != "" && (f.cert != "" || f.key != ""):
		return usage("a PKCS#12 file holds both", "--p12 cannot go with --cert or --key")
	case f.cert == "" && f.key != "":
		return usage("give the key's certificate with --cert", "--key needs --cert")
	case f.cert != "" && f.key == "":
		return usage("give the certificate's private key with --key", "--cert needs --key")
	case f.cert == "" && f.p12 == "" && has:
		return usage("give --cert and --key, or --p12", "--chain and --passphrase need an identity to sign with")
	case f.passphrase != "" && f.passphraseFile != "":
		return usage("give one of the two", "--passphrase cannot go with --passphrase-file")
	case f.passphrase != "" && !strings.HasPrefix(f.passphrase, "env:"):
		return usage("put it into a file for --passphrase-file, or into an environment variable for --passphrase env:NAME",
			"a passphrase never goes on the command line, where every user of the machine can read it")
	}
	return nil
}

// load returns the identity to sign with, nil for --unsigned. Warnings go to stderr.
func (f *identityFlags) load(env *Env) (*identity.Identity, error) {
	if f.unsigned {
		return nil, nil
	}
	id, name, err := f.read(env)
	if err != nil {
		return nil, err
	}
	warnings, err := id.Check(env.Now())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, w := range warnings {
		if id.Development {
			break // that devices call it unverified, every result says
		}
		env.err().Warning(name + ": " + w)
	}
	return id, nil
}

// read reads the identity, and says which file it is from.
func (f *identityFlags) read(env *Env) (id *identity.Identity, name string, err error) {
	if f.cert == "" && f.p12 == "" {
		return developmentIdentity(env)
	}
	var chain [][]byte
	for _, path := range f.chain {
		data, err := readFile(path)
		if err != nil {
			return nil, "", err
		}
		chain = append(chain, data)
	}
	if f.p12 != "" {
		data, err := readFile(f.p12)
		if err != nil {
			return nil, "", err
		}
		id, err = identity.FromPKCS12(data, chain, f.asker(env, f.p12))
		return id, f.p12, f.explain(f.p12, err)
	}
	cert, err := readFile(f.cert)
	if err != nil {
		return nil, "", err
	}
	key, err := readFile(f.key)
	if err != nil {
		return nil, "", err
	}
	id, err = identity.FromPEM(cert, key, chain, f.asker(env, f.key))
	return id, f.cert, f.explain(f.key, err)
}

// explain names the file of an error, and what to do about a missing passphrase.
func (f *identityFlags) explain(path string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", path, err)
	if errors.Is(err, identity.ErrPassphraseNeeded) {
		return withHint(err, "give it with --passphrase-file FILE or --passphrase env:NAME")
	}
	return err
}

// asker returns the passphrase from where the user said, or asks for it.
func (f *identityFlags) asker(env *Env, path string) identity.Passphrase {
	switch {
	case f.passphraseFile != "":
		return func() ([]byte, error) {
			data, err := readFile(f.passphraseFile)
			return trimNewline(data), err
		}
	case f.passphrase != "":
		return func() ([]byte, error) {
			name := strings.TrimPrefix(f.passphrase, "env:")
			value, ok := env.lookup(name)
			if !ok {
				return nil, fmt.Errorf("the environment variable %s is not set", name)
			}
			return []byte(value), nil
		}
	}
	tty, ok := terminal(env.Stdin)
	if !ok {
		return nil
	}
	return func() ([]byte, error) {
		fmt.Fprintf(env.Stderr, "passphrase for %s: ", path)
		defer fmt.Fprintln(env.Stderr)
		return term.ReadPassword(int(tty.Fd()))
	}
}

func trimNewline(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	return b
}

// developmentIdentity is made once and kept, because a device takes a new version of a hand-installed profile only from
// the very same identity.
func developmentIdentity(env *Env) (*identity.Identity, string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return nil, "", withHint(fmt.Errorf("finding a place for the development identity: %w", err),
			"give an identity with --cert and --key, or --unsigned")
	}
	dir := filepath.Join(config, "syncguard", "identity")
	id, created, err := identity.Development(dir, env.Now())
	name := filepath.Join(dir, "development.pem")
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	if created {
		env.err().Hint("made a development identity and keep it in " + name +
			": a device takes a new version of a hand-installed profile only from the same identity, so keep a copy")
	}
	return id, name, nil
}
