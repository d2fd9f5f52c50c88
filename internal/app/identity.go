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
	"syncguard/internal/text"
)

// IdentityShowOptions are the identity to inspect.
type IdentityShowOptions struct {
	File     string // PKCS#12, or a certificate; empty for Identity
	Identity IdentityOptions
	Roots    []string // files of the roots devices trust; none for the roots of this machine and of Apple
}

// Identity describes a signing identity: a certificate with its key.
type Identity struct {
	Name             string                `json:"name"`        // common name of the certificate, or `development identity`
	File             string                `json:"file"`        // file of the certificate
	Development      bool                  `json:"development"` // whether syncguard made it
	Key              string                `json:"key"`         // `RSA 2048`, `ECDSA P-256`
	HasKey           bool                  `json:"hasKey"`      // whether the private key was given; it belongs to the certificate
	DaysLeft         int                   `json:"daysLeft"`    // until the certificate expires; negative after that
	KeyUsage         []string              `json:"keyUsage"`    // names from RFC 5280, or object identifiers
	ExtendedKeyUsage []string              `json:"extendedKeyUsage"`
	Chain            []IdentityCertificate `json:"chain"` // the signer's certificate first
	identity.Assessment

	OwnRoots bool `json:"-"` // the roots are the given ones, not the machine's
	Failed   bool `json:"-"` // it cannot sign anything
}

// IdentityCertificate is one certificate of a chain.
type IdentityCertificate struct {
	pki.Facts
	SignedWith string `json:"signedWith"`     // signature algorithm
	Embedded   bool   `json:"embedded"`       // whether signatures include it; roots are left out
	File       string `json:"file,omitempty"` // its file
}

// ShowIdentity describes an identity and predicts if devices trust its signatures.
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
		return diag.Usage("use one of them", "%s and --cert or --p12 cannot be combined", o.File)
	}
	if err := i.conflicts(); err != nil {
		return err
	}
	if o.File == "" && i.Cert == "" && i.P12 == "" && i.given() {
		return diag.Usage("give FILE, --cert or --p12", "missing certificate")
	}
	return nil
}

// read reads the identity, possibly without its key, and returns the name of its file.
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
	if files.Cert.HasKey() { // PEM, already copied. A DER certificate keeps using these bytes.
		defer clear(files.Cert.Data)
	}
	id, err := identity.FromCertificates(files)
	return id, i.Cert, explainIdentity(err)
}

// Subject names the holder of a certificate.
type Subject = identity.Subject

// IdentityNewOptions describe a new key.
type IdentityNewOptions struct {
	Subject    Subject
	KeyType    string // one of KeyTypes
	SelfSigned bool   // make a self-signed certificate instead of a request
	Days       int    // validity of the certificate
	Out        string // path of the files, without extensions; empty for the subject's name in lower case
	Encrypt    bool   // ask for a passphrase
	Passphrase PassphraseOptions
}

// RequestOptions describe a certificate request for an existing key.
type RequestOptions struct {
	Subject  Subject         // empty fields are filled in from the certificate
	Identity IdentityOptions // the key and, for a renewal, the certificate
	Out      string          // file of the request; - returns it
}

// KeyTypes lists the key types, the usual one first.
func KeyTypes() []string { return identity.KeyKinds() }

// NewIdentity is the result of MakeIdentity and RequestCertificate.
type NewIdentity struct {
	Name        string `json:"name"`                  // subject's common name
	KeyType     string `json:"keyType"`               // `RSA 2048`, `ECDSA P-256`
	Key         string `json:"key"`                   // path of the new key; empty if it existed before
	Encrypted   bool   `json:"encrypted"`             // whether a passphrase protects the key
	Request     string `json:"request,omitempty"`     // path of the request
	Certificate string `json:"certificate,omitempty"` // path of the self-signed certificate

	Data []byte `json:"-"` // the request, if not written to a file
}

// MakeIdentity makes a private key, with a request for a certificate authority or a self-signed certificate. It overwrites
// nothing.
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
			return nil, diag.WithHint(fmt.Errorf("%s already exists, and keys are never overwritten", path), "give another path with -o")
		}
	}
	passphrase, err := o.secret(ctx, h)
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	key, err := until(ctx, func() (crypto.Signer, error) { return identity.NewKey(o.KeyType) })
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
		return diag.Usage(`give the signer's name: --name "Acme Profile Signing"`, "missing --name")
	}
	return nil
}

func (o *IdentityNewOptions) check(h *Host) error {
	if err := checkSubject(o.Subject); err != nil {
		return err
	}
	switch {
	case !slices.Contains(KeyTypes(), o.KeyType):
		return diag.Usage("want "+text.Choices(KeyTypes()), "invalid --key-type %q", o.KeyType)
	case o.SelfSigned && (o.Days < 1 || o.Days > 36500):
		return diag.Usage("want 1 to 36500, such as --days 3650", "invalid --days %d", o.Days)
	case o.Encrypt && o.Passphrase.given():
		return diag.Usage("use one of them", "--encrypt and --passphrase or --passphrase-file cannot be combined")
	case o.Encrypt && h.Ask == nil:
		return diag.Usage("give the passphrase with --passphrase-file FILE or --passphrase env:NAME", "--encrypt needs a terminal to ask for the passphrase")
	}
	return o.Passphrase.check()
}

// secret returns the passphrase of the new key, empty for none.
func (o *IdentityNewOptions) secret(ctx context.Context, h *Host) ([]byte, error) {
	if !o.Encrypt {
		if !o.Passphrase.given() {
			return nil, nil
		}
		secret, err := o.Passphrase.read(h)
		if err == nil && len(secret) == 0 {
			err = diag.WithHint(errors.New("the passphrase is empty"), "leave out --passphrase for an unencrypted key")
		}
		return secret, err
	}
	first, err := h.Ask(ctx, "passphrase for the new key")
	if err != nil {
		return nil, err
	}
	second, err := h.Ask(ctx, "repeat the passphrase")
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

// beside returns the request or the self-signed certificate for a key.
func (o *IdentityNewOptions) beside(h *Host, key crypto.Signer) ([]byte, error) {
	if o.SelfSigned {
		return identity.NewSelfSigned(key, o.Subject, h.Now(), o.Days)
	}
	return identity.NewRequest(key, o.Subject)
}

// writeBoth writes a key and its request or certificate: both files or none.
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

// slug turns the name of a signer into a file name.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if len(words) == 0 {
		return "identity"
	}
	return strings.Join(words, "-")
}

// RequestCertificate makes a certificate request for an existing key.
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
		return diag.Usage("give --key or --p12; syncguard identity new makes a new key", "missing key for the request")
	case i.Cert == "" && i.P12 == "":
		if err := checkSubject(o.Subject); err != nil {
			return err
		}
	}
	return i.conflicts()
}

// open returns the key and a function to release it. It fills empty fields of o.Subject from the certificate, if there is one.
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
