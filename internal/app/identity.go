package app

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/identity"
	"syncguard/internal/pki"
)

// IdentityShowOptions say what to look at.
type IdentityShowOptions struct {
	File     string // PKCS#12, or a certificate; empty for Identity
	Identity IdentityOptions
	Roots    []string // that devices trust; none for those of this machine and Apple's own
}

// Identity is what signs profiles.
type Identity struct {
	Name             string                `json:"name"`        // common name of the certificate, or `development identity`
	File             string                `json:"file"`        // that the certificate is from
	Development      bool                  `json:"development"` // made by syncguard
	Key              string                `json:"key"`         // `RSA 2048`, `ECDSA P-256`
	HasKey           bool                  `json:"hasKey"`      // the private key was there, and belongs to the certificate
	DaysLeft         int                   `json:"daysLeft"`    // negative where it has expired
	KeyUsage         []string              `json:"keyUsage"`    // names of RFC 5280, or object identifiers
	ExtendedKeyUsage []string              `json:"extendedKeyUsage"`
	Chain            []IdentityCertificate `json:"chain"` // the signer first
	identity.Assessment

	OwnRoots bool `json:"-"` // the roots were given, and are not those of the machine
	Failed   bool `json:"-"` // nothing can be signed with it
}

// IdentityCertificate is one of a chain.
type IdentityCertificate struct {
	pki.Facts
	SignedWith string `json:"signedWith"`     // algorithm
	Embedded   bool   `json:"embedded"`       // in what it signs; roots are not
	File       string `json:"file,omitempty"` // that it is from
}

// ShowIdentity tells what an identity is, and whether devices are likely to trust what it signs.
func ShowIdentity(ctx context.Context, h *Host, o IdentityShowOptions) (*Identity, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	roots, err := h.readRoots(o.Roots)
	if err != nil {
		return nil, err
	}
	id, name, err := o.read(ctx, h)
	if err != nil {
		return nil, err
	}
	defer id.Close()
	id.Arrange(h.Now())
	leaf := id.Leaf()
	shown := &Identity{
		Name: id.Name(), File: name, Development: id.Development, Key: pki.KeyName(leaf.PublicKey), HasKey: id.Signer != nil,
		DaysLeft: int(leaf.NotAfter.Sub(h.Now()).Hours() / 24), KeyUsage: identity.Usages(leaf), ExtendedKeyUsage: pki.ExtendedUsages(leaf),
		Assessment: id.Assess(h.Now(), roots), OwnRoots: len(o.Roots) > 0,
	}
	shown.Failed = shown.Verdict == identity.Unusable
	for i, cert := range id.Chain {
		shown.Chain = append(shown.Chain, IdentityCertificate{pki.FactsOf(cert), cert.SignatureAlgorithm.String(), i == 0 || !pki.IsSelfSigned(cert), id.FileOf(cert)})
	}
	return shown, nil
}

func (o *IdentityShowOptions) check() error {
	i := &o.Identity
	if o.File != "" && (i.Cert != "" || i.P12 != "") {
		return diag.Usage("give one of the two", "%s cannot go with --cert or --p12", o.File)
	}
	if err := i.conflicts(); err != nil {
		return err
	}
	if o.File == "" && i.Cert == "" && i.P12 == "" && i.given() {
		return diag.Usage("give FILE, --cert or --p12", "there is no certificate to show")
	}
	return nil
}

// read reads the identity, or as much of it as was given.
func (o *IdentityShowOptions) read(ctx context.Context, h *Host) (*identity.Identity, string, error) {
	i := o.Identity
	if o.File != "" {
		data, err := h.readFile(o.File)
		if err != nil {
			return nil, "", err
		}
		if i.Cert = o.File; identity.IsPKCS12(data) {
			i.Cert, i.P12 = "", o.File
		}
		clear(data)
	}
	if i.Cert == "" || i.Key != "" || i.Command != "" {
		return i.read(ctx, h)
	}
	files, err := i.files(h)
	if err != nil {
		return nil, "", err
	}
	if files.Cert.HasKey() { // in PEM, which was copied: a certificate in DER goes on to stand on these bytes
		defer clear(files.Cert.Data)
	}
	id, err := identity.FromCertificates(files)
	return id, i.Cert, explainIdentity(err)
}

// Subject says whom a certificate is for.
type Subject = identity.Subject

// IdentityNewOptions say what to make.
type IdentityNewOptions struct {
	Subject    Subject
	KeyType    string // one of KeyTypes
	SelfSigned bool   // a certificate that the key signs itself, in place of a request
	Days       int    // that it is valid
	Out        string // path of the files, without their endings; empty for the name in lower case
	Encrypt    bool   // with a passphrase that is asked for
	Passphrase PassphraseOptions
}

// RequestOptions say what key to make a request for.
type RequestOptions struct {
	Subject  Subject         // what is empty is taken from the certificate
	Identity IdentityOptions // the key, and the certificate to renew
	Out      string          // - to return the request
}

// KeyTypes names the kinds of keys, the usual one first.
func KeyTypes() []string { return identity.KeyKinds() }

// NewIdentity is a key that was made, with what goes with it.
type NewIdentity struct {
	Name        string `json:"name"`                  // as it was asked for
	KeyType     string `json:"keyType"`               // `RSA 2048`, `ECDSA P-256`
	Key         string `json:"key"`                   // path; empty where it was there
	Encrypted   bool   `json:"encrypted"`             // with a passphrase
	Request     string `json:"request,omitempty"`     // path
	Certificate string `json:"certificate,omitempty"` // path, of one that is self-signed

	Data []byte `json:"-"` // the request, where it goes to no file
}

// MakeIdentity makes a private key, with a request for a certificate authority or a certificate. Nothing is overwritten.
func MakeIdentity(ctx context.Context, h *Host, o IdentityNewOptions) (*NewIdentity, error) {
	if err := o.check(h); err != nil {
		return nil, err
	}
	base := o.Out
	if base == "" {
		base = slug(o.Subject.Name)
	}
	made := &NewIdentity{Name: o.Subject.Name, Key: base + ".key", Request: base + ".csr"}
	second := &made.Request
	if o.SelfSigned {
		made.Request, made.Certificate = "", base+".pem"
		second = &made.Certificate
	}
	for _, path := range []string{made.Key, *second} {
		if files.Exists(h.Files, path) {
			return nil, diag.WithHint(fmt.Errorf("%s is there already, and a key that is overwritten is lost", path), "give another path with -o")
		}
	}
	passphrase, err := o.secret(ctx, h)
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	key, err := identity.NewKey(o.KeyType)
	if err != nil {
		return nil, err
	}
	encoded, err := identity.EncodeKey(key, passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(encoded)
	beside, err := o.beside(h, key)
	if err != nil {
		return nil, err
	}
	made.KeyType, made.Encrypted = pki.KeyName(key.Public()), len(passphrase) > 0
	return made, writeBoth(h, made.Key, encoded, *second, beside)
}

func checkSubject(s Subject) error {
	if strings.TrimSpace(s.Name) == "" {
		return diag.Usage(`such as --name "Acme Profile Signing"`, "the name of the signer is missing")
	}
	return nil
}

func (o *IdentityNewOptions) check(h *Host) error {
	if err := checkSubject(o.Subject); err != nil {
		return err
	}
	switch {
	case !slices.Contains(KeyTypes(), o.KeyType):
		return diag.Usage("p256 where nothing speaks against it", "unknown --key-type %q, want one of %s", o.KeyType, strings.Join(KeyTypes(), ", "))
	case o.SelfSigned && (o.Days < 1 || o.Days > 36500):
		return diag.Usage("such as --days 3650", "--days %d is not between 1 and 36500", o.Days)
	case o.Encrypt && o.Passphrase.given():
		return diag.Usage("--passphrase says that already", "--encrypt cannot go with --passphrase or --passphrase-file")
	case o.Encrypt && h.Ask == nil:
		return diag.Usage("give it with --passphrase-file FILE or --passphrase env:NAME", "--encrypt asks for a passphrase, and there is no terminal to ask at")
	}
	return o.Passphrase.check()
}

// secret is the passphrase of the new key, empty for none.
func (o *IdentityNewOptions) secret(ctx context.Context, h *Host) ([]byte, error) {
	if !o.Encrypt {
		if !o.Passphrase.given() {
			return nil, nil
		}
		secret, err := o.Passphrase.read(h)
		if err == nil && len(secret) == 0 {
			err = diag.WithHint(errors.New("the passphrase is empty"), "leave --passphrase out for a key that is not encrypted")
		}
		return secret, err
	}
	first, err := h.Ask(ctx, "passphrase for the new key")
	if err != nil {
		return nil, err
	}
	second, err := h.Ask(ctx, "the same again")
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
func (o *IdentityNewOptions) beside(h *Host, key crypto.Signer) ([]byte, error) {
	if o.SelfSigned {
		return identity.NewSelfSigned(key, o.Subject, h.Now(), o.Days)
	}
	return identity.NewRequest(key, o.Subject)
}

// writeBoth writes a key and what goes with it, both or none.
func writeBoth(h *Host, keyPath string, key []byte, path string, beside []byte) (err error) {
	stage := h.Files.Stage(h.Now())
	defer func() { err = errors.Join(err, stage.Close()) }()
	if err := stage.Add(keyPath, key, 0o600); err != nil {
		return err
	}
	if err := stage.Add(path, beside, 0o644); err != nil {
		return err
	}
	return stage.Commit()
}

// slug makes the name of a file out of that of a signer.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if len(words) == 0 {
		return "identity"
	}
	return strings.Join(words, "-")
}

// RequestCertificate makes a request for a certificate of a key that is there.
func RequestCertificate(ctx context.Context, h *Host, o RequestOptions) (*NewIdentity, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	key, closer, err := o.open(ctx, h)
	if err != nil {
		return nil, err
	}
	defer closer()
	if err := checkSubject(o.Subject); err != nil {
		return nil, err
	}
	made := &NewIdentity{Name: o.Subject.Name, KeyType: pki.KeyName(key.Public()), Request: o.Out}
	request, err := identity.NewRequest(key, o.Subject)
	if err != nil {
		return nil, explainSigning(err)
	}
	if o.Out == "-" {
		made.Data = request
		return made, nil
	}
	return made, files.WriteOne(h.Files, o.Out, request, 0o644, h.Now())
}

func (o *RequestOptions) check() error {
	i := &o.Identity
	switch {
	case i.Key == "" && i.P12 == "" && i.Command == "":
		return diag.Usage("give --key or --p12; syncguard identity new makes a new key", "no key is given to make a request for")
	case i.Cert == "" && i.P12 == "":
		if err := checkSubject(o.Subject); err != nil {
			return err
		}
	}
	return i.conflicts()
}

// open returns the key and what ends its use. A certificate beside it says what the options do not say.
func (o *RequestOptions) open(ctx context.Context, h *Host) (crypto.Signer, func() error, error) {
	i := &o.Identity
	if i.Cert != "" || i.P12 != "" {
		id, _, err := i.read(ctx, h)
		if err != nil {
			return nil, nil, err
		}
		o.Subject = o.Subject.Or(identity.SubjectOf(id.Leaf()))
		return id.Signer, id.Close, nil
	}
	if identity.IsPKCS11(i.Key) {
		named, err := identity.ParsePKCS11(i.Key)
		if err != nil {
			return nil, nil, err
		}
		key, closer, err := identity.OpenPKCS11(named, i.pin(ctx, h, named))
		return key, closer, explainIdentity(err)
	}
	h.warnOfReaders(i.Key)
	data, err := h.readFile(i.Key)
	if err != nil {
		return nil, nil, err
	}
	defer clear(data)
	key, err := identity.ReadKey(identity.File{Name: i.Key, Data: data}, i.Passphrase.asker(ctx, h, "passphrase for "+i.Key))
	return key, func() error { return nil }, explainIdentity(err)
}
