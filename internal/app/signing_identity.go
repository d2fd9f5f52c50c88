package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/identity"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
	"syncguard/internal/text"
)

// IdentityOptions are the identity to sign with. Without any it is the development identity.
type IdentityOptions struct {
	Cert, Key  string // files; Key may be a pkcs11: URI
	P12        string // file
	Chain      []string
	Alias      string // name or fingerprint of one key among several
	Command    string // external command signing with the key of Cert
	Passphrase PassphraseOptions
}

// given reports whether any option is set.
func (o *IdentityOptions) given() bool {
	return o.Cert != "" || o.Key != "" || o.P12 != "" || o.Command != "" || o.Alias != "" || len(o.Chain) > 0 || o.Passphrase.given()
}

// check refuses invalid combinations, and options too few to sign with.
func (o *IdentityOptions) check() error {
	if err := o.conflicts(); err != nil {
		return err
	}
	switch {
	case o.Cert == "" && o.Key != "":
		return diag.Usage("give the key's certificate with --cert", "--key needs --cert")
	case o.Cert == "" && o.P12 == "" && o.given():
		return diag.Usage("give --cert and --key, or --p12", "%s needs an identity", o.firstGiven())
	}
	return nil
}

// firstGiven returns the first flag given beside the identity's own, for messages.
func (o *IdentityOptions) firstGiven() string {
	switch {
	case len(o.Chain) > 0:
		return "--chain"
	case o.Alias != "":
		return "--alias"
	case o.Passphrase.File != "":
		return "--passphrase-file"
	}
	return "--passphrase"
}

func (o *IdentityOptions) conflicts() error {
	switch {
	case o.P12 != "" && (o.Cert != "" || o.Key != "" || o.Command != ""):
		return diag.Usage("a PKCS#12 file holds certificate and key", "--p12 and --cert, --key or --signer-command cannot be combined")
	case o.Key != "" && o.Command != "":
		return diag.Usage("use one of them", "--key and --signer-command cannot be combined")
	case o.Cert == "" && o.Command != "":
		return diag.Usage("give the certificate of the command's key with --cert", "--signer-command needs --cert")
	case o.Command != "" && o.Passphrase.given():
		return diag.Usage("give the passphrase to the command itself", "--passphrase and --signer-command cannot be combined")
	}
	return errors.Join(o.Passphrase.check(), o.checkKeySource())
}

// checkKeySource refuses a malformed PKCS#11 URI or signer command.
func (o *IdentityOptions) checkKeySource() error {
	if identity.IsPKCS11(o.Key) {
		if _, err := identity.ParsePKCS11(o.Key); err != nil {
			return diag.Usage("write pkcs11:token=NAME;object=NAME?module-path=/path/of/the/library.so, in quotes", "invalid --key: %v", err)
		}
	}
	if o.Command != "" {
		if _, err := identity.SplitCommand(o.Command); err != nil {
			return diag.Usage(`give one such as --signer-command "openssl pkeyutl -sign -inkey key.pem -pkeyopt digest:sha256"`, "invalid --signer-command: %v", err)
		}
	}
	return nil
}

// load returns the identity to sign with and its file name, after warnings about it.
func (o *IdentityOptions) load(ctx context.Context, h *Host) (id *identity.Identity, name string, err error) {
	id, name, err = o.read(ctx, h)
	if err != nil {
		return nil, "", err
	}
	id.Arrange(h.Now())
	found, err := id.Check(h.Now())
	if err != nil {
		return nil, "", errors.Join(diag.WithHint(fmt.Errorf("%s: %w", name, err), "syncguard identity show explains the identity"), id.Close())
	}
	if id.Development {
		return id, name, nil // no warning: every result says that devices call it unverified
	}
	for _, finding := range found {
		if text := name + ": " + finding.String(); finding.Weight == identity.Remark {
			h.note(text)
		} else {
			h.warn(text, finding.Help)
		}
	}
	return id, name, nil
}

// read reads the identity and returns its file name.
func (o *IdentityOptions) read(ctx context.Context, h *Host) (id *identity.Identity, name string, err error) {
	if o.Cert == "" && o.P12 == "" {
		return developmentIdentity(h)
	}
	files, err := o.files(h)
	if err != nil {
		return nil, "", err
	}
	defer clear(files.Key.Data)
	switch name = o.Cert; {
	case o.P12 != "":
		name = o.P12
		h.warnOfReaders(o.P12)
		id, err = identity.FromPKCS12(files, o.Passphrase.asker(ctx, h, "passphrase for "+o.P12))
	case o.Command != "":
		id, err = o.fromCommand(ctx, h, files)
	case identity.IsPKCS11(o.Key):
		id, err = o.fromPKCS11(ctx, h, files)
	case o.Key == "" && !files.Cert.HasKey():
		if _, err := identity.Certificates(files.Cert); err != nil {
			return nil, "", explainIdentity(err)
		}
		return nil, "", diag.Usage("give the private key with --key, or a command with --signer-command", "--cert needs --key")
	default:
		secret := cmp.Or(o.Key, o.Cert)
		h.warnOfReaders(secret)
		id, err = identity.FromPEM(files, o.Passphrase.asker(ctx, h, "passphrase for "+secret))
	}
	return id, name, explainIdentity(err)
}

// files reads the files named by the options.
func (o *IdentityOptions) files(h *Host) (files identity.Files, err error) {
	read := func(path string) (file identity.File) {
		if err == nil && path != "" && !identity.IsPKCS11(path) {
			file.Name = path
			file.Data, err = h.readFile(path)
		}
		if err == nil {
			err = notAnIdentity(path, file.Data, "a certificate or a private key")
		}
		return file
	}
	files = identity.Files{Alias: o.Alias, Cert: read(o.Cert), Key: read(o.Key), P12: read(o.P12)}
	for _, path := range o.Chain {
		files.Chain = append(files.Chain, read(path))
	}
	return files, err
}

// notAnIdentity returns an error for a file that surely holds neither certificate nor key, and names its kind.
func notAnIdentity(path string, data []byte, want string) error {
	if len(data) == 0 || data[0] == 0x30 || bytes.Contains(data, []byte("-----BEGIN ")) { // DER or PEM, or nothing to read
		return nil
	}
	kind, help := plist.Foreign(data)
	if d, _ := document.Open(diag.NewFile(path, data)); d.Root != nil && d.Defect == nil {
		kind, help = "a "+string(d.Kind()), "show it with syncguard inspect FILE"
	}
	if kind == "" {
		return nil
	}
	return diag.WithHint(fmt.Errorf("%s is %s, want %s", path, kind, want), "%s", text.WithFile(help, path))
}

func (o *IdentityOptions) fromCommand(ctx context.Context, h *Host, files identity.Files) (*identity.Identity, error) {
	args, err := identity.SplitCommand(o.Command)
	if err != nil {
		return nil, err
	}
	return identity.FromCommand(ctx, files, identity.Command{Args: args, Environ: h.Environ, IsSecret: h.isSecretVariable, Quote: h.secretsOf(args).QuoteEnd})
}

// secretsOf returns the secrets that a command can know, and show: those of its arguments and of the environment, by their
// names. --pin 1234, pass:1234 and CARD_PIN=1234 are some.
func (h *Host) secretsOf(args []string) *secret.Redactor {
	known := &secret.Redactor{}
	for _, variable := range h.Environ {
		if name, value, _ := strings.Cut(variable, "="); secret.IsName(name) || h.isSecretVariable(name) || strings.Contains(strings.ToUpper(name), "SECRET") {
			known.Add(value)
		}
	}
	for i, arg := range args {
		if at := strings.IndexAny(arg, "=:"); at > 0 && secret.IsName(strings.TrimLeft(arg[:at], "-")) {
			known.Add(arg[at+1:])
		}
		if i > 0 && secret.IsName(strings.TrimLeft(args[i-1], "-")) {
			known.Add(arg)
		}
	}
	return known
}

func (o *IdentityOptions) fromPKCS11(ctx context.Context, h *Host, files identity.Files) (*identity.Identity, error) {
	key, err := identity.ParsePKCS11(o.Key)
	if err != nil {
		return nil, err
	}
	return identity.FromPKCS11(files, key, o.pin(ctx, h, key))
}

// pin returns a function to get the PIN: from the options, else from the URI, else from a person.
func (o *IdentityOptions) pin(ctx context.Context, h *Host, key identity.PKCS11) identity.Passphrase {
	if key.PINSource != "" && !o.Passphrase.given() {
		return func() ([]byte, error) { return h.readSecretLine(key.PINSource) }
	}
	return o.Passphrase.asker(ctx, h, "PIN of the token")
}

// explainIdentity adds a hint to an error about an identity's files.
func explainIdentity(err error) error {
	problem, several := new(identity.Problem), new(identity.AmbiguousError)
	switch {
	case errors.As(err, &problem) && problem.Help != "":
		return diag.WithHint(err, "%s", problem.Help)
	case errors.As(err, &several):
		return diag.WithHint(err, "%s", choices(several))
	case errors.Is(err, identity.ErrPassphraseNeeded):
		return diag.WithHint(err, "give the passphrase with --passphrase-file FILE or --passphrase env:NAME")
	case errors.Is(err, identity.ErrNoPKCS11):
		return diag.WithHint(err, "build syncguard with CGO_ENABLED=1 go build -tags pkcs11 ./cmd/syncguard, or use --signer-command")
	}
	return err
}

// choices lists the values for --alias, one a line.
func choices(several *identity.AmbiguousError) string {
	lines := []string{"choose with --alias, by name or fingerprint:"}
	for _, c := range several.Choices {
		line := fmt.Sprintf("%q, SHA-256 %s", c.Name, c.SHA256[:16])
		if c.Alias != "" {
			line = strings.ReplaceAll(c.Alias, "\n", " ") + "  " + line
		}
		lines = append(lines, "  "+line)
	}
	return strings.Join(lines, "\n")
}

// developmentIdentity returns the user's development identity. It is made once and kept: a device accepts a new version of a
// hand-installed profile only from the same identity.
func developmentIdentity(h *Host) (*identity.Identity, string, error) {
	config, err := h.Files.ConfigDir()
	if err != nil {
		return nil, "", diag.WithHint(fmt.Errorf("finding the folder of the development identity: %w", err),
			"give an identity with --cert and --key, or --p12")
	}
	dir := filepath.Join(config, "syncguard", "identity")
	id, created, err := identity.Development(dir, h.Now())
	name := filepath.Join(dir, "development.pem")
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	if created {
		h.hint("made a development identity; updates need it, so keep a copy of " + name)
	}
	return id, name, nil
}

// readRoots returns the certificates of files as roots, nil without any file.
func (h *Host) readRoots(paths []string) (*x509.CertPool, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	roots := x509.NewCertPool()
	for _, path := range paths {
		data, err := h.readFile(path)
		if err != nil {
			return nil, err
		}
		if err := notAnIdentity(path, data, "a certificate"); err != nil {
			return nil, err
		}
		certs, err := identity.Certificates(identity.File{Name: path, Data: data})
		if err != nil {
			return nil, explainIdentity(err)
		}
		for _, cert := range certs {
			roots.AddCert(cert)
		}
	}
	return roots, nil
}
