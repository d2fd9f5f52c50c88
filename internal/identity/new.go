package identity

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/youmark/pkcs8"
)

// newIterations is the PBKDF2 work factor of a new encrypted key, with SHA-256: about a fifth of a second.
const newIterations = 600_000

// KeyKinds returns the kinds of keys NewKey makes, the default first.
func KeyKinds() []string { return []string{"p256", "p384", "rsa2048", "rsa3072", "rsa4096"} }

// NewKey makes a private key of one of KeyKinds.
func NewKey(kind string) (crypto.Signer, error) {
	switch kind {
	case "p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "rsa2048":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "rsa3072":
		return rsa.GenerateKey(rand.Reader, 3072)
	case "rsa4096":
		return rsa.GenerateKey(rand.Reader, 4096)
	}
	return nil, fmt.Errorf("unknown kind of key %q: want one of %s", kind, strings.Join(KeyKinds(), ", "))
}

// EncodeKey writes a private key as PKCS#8 in PEM. With a passphrase it is encrypted: PBES2, AES-256 and PBKDF2 with
// SHA-256, readable by openssl.
func EncodeKey(key crypto.Signer, passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, fmt.Errorf("encoding the private key: %w", err)
		}
		defer clear(der)
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
	}
	der, err := pkcs8.MarshalPrivateKey(key, passphrase, &pkcs8.Opts{Cipher: pkcs8.AES256CBC,
		KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: newIterations, HMACHash: crypto.SHA256}})
	if err != nil {
		return nil, fmt.Errorf("encrypting the private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), nil
}

// Subject is the owner of a certificate.
type Subject struct {
	Name         string // common name, shown by devices as the signer
	Organization string // empty for none
	Email        string // subject alternative name; empty for none
}

func (s Subject) name() (name pkix.Name) {
	name.CommonName = s.Name
	if s.Organization != "" {
		name.Organization = []string{s.Organization}
	}
	return name
}

func (s Subject) emails() []string {
	if s.Email == "" {
		return nil
	}
	return []string{s.Email}
}

// SubjectOf returns the subject of a certificate, for its renewal.
func SubjectOf(cert *x509.Certificate) Subject {
	s := Subject{Name: cert.Subject.CommonName}
	if len(cert.Subject.Organization) > 0 {
		s.Organization = cert.Subject.Organization[0]
	}
	if len(cert.EmailAddresses) > 0 {
		s.Email = cert.EmailAddresses[0]
	}
	return s
}

// Or fills the empty fields of s from other.
func (s Subject) Or(other Subject) Subject {
	return Subject{cmp.Or(s.Name, other.Name), cmp.Or(s.Organization, other.Organization), cmp.Or(s.Email, other.Email)}
}

// NewRequest makes a certificate signing request in PEM. It asks for the needs of a signer of profiles: the key usage
// digitalSignature, and emailProtection, which openssl requires by default to verify a signature.
func NewRequest(key crypto.Signer, subject Subject) ([]byte, error) {
	usage, err := asn1.Marshal(asn1.BitString{Bytes: []byte{0x80}, BitLength: 1})
	if err != nil {
		return nil, err
	}
	extended, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 4}})
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:        subject.name(),
		EmailAddresses: subject.emails(),
		ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: true, Value: usage},
			{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Value: extended},
		},
	}, key)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

// NewSelfSigned makes a self-signed certificate in PEM. It is valid from a day ago, for devices with a slow clock,
// until the given number of days from now.
func NewSelfSigned(key crypto.Signer, subject Subject, now time.Time, days int) ([]byte, error) {
	if days < 1 {
		return nil, fmt.Errorf("invalid validity of %d days: want at least 1", days)
	}
	return selfSigned(key, subject, now, now.AddDate(0, 0, days))
}

func selfSigned(key crypto.Signer, subject Subject, now, until time.Time) ([]byte, error) {
	template := &x509.Certificate{ // CreateCertificate makes a random serial number
		Subject:               subject.name(),
		EmailAddresses:        subject.emails(),
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              until,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
