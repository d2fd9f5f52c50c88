package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"time"
)

// Facts describe a certificate for people. They come from a file, so escape them before showing them.
type Facts struct {
	Name      string    `json:"name"`    // common name, or the whole subject
	Subject   string    `json:"subject"` // distinguished name
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"`    // hexadecimal
	NotBefore time.Time `json:"notBefore"` // RFC 3339
	NotAfter  time.Time `json:"notAfter"`
	SHA256    string    `json:"sha256"` // of the certificate
	Key       string    `json:"key"`    // `RSA 2048`, `ECDSA P-256`
}

// FactsOf returns the facts of a certificate.
func FactsOf(cert *x509.Certificate) Facts {
	return Facts{Name: NameOf(cert), Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Serial: cert.SerialNumber.Text(16),
		NotBefore: inUTC(cert.NotBefore), NotAfter: inUTC(cert.NotAfter), SHA256: Fingerprint(cert), Key: KeyName(cert.PublicKey)}
}

// inUTC returns a time in UTC, unless its year there is 10000: JSON has no form for it.
func inUTC(t time.Time) time.Time {
	if utc := t.UTC(); utc.Year() <= 9999 {
		return utc
	}
	return t
}

// Fingerprint returns the SHA-256 of a certificate, in hexadecimal.
func Fingerprint(cert *x509.Certificate) string { return fmt.Sprintf("%x", sha256.Sum256(cert.Raw)) }

// KeyName returns the kind and size of a public key: RSA 2048, ECDSA P-256.
func KeyName(public crypto.PublicKey) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return "of an unknown kind"
}

// ExtendedUsages returns the extended key usages of a certificate, by the names of RFC 5280 or their object
// identifiers.
func ExtendedUsages(cert *x509.Certificate) []string {
	names := []string{}
	for _, usage := range cert.ExtKeyUsage {
		name, ok := extendedNames()[usage]
		if !ok {
			name = usage.String()
		}
		names = append(names, name)
	}
	for _, oid := range cert.UnknownExtKeyUsage {
		names = append(names, oid.String())
	}
	return names
}

func extendedNames() map[x509.ExtKeyUsage]string {
	return map[x509.ExtKeyUsage]string{
		x509.ExtKeyUsageAny: "anyExtendedKeyUsage", x509.ExtKeyUsageServerAuth: "serverAuth", x509.ExtKeyUsageClientAuth: "clientAuth",
		x509.ExtKeyUsageCodeSigning: "codeSigning", x509.ExtKeyUsageEmailProtection: "emailProtection",
		x509.ExtKeyUsageTimeStamping: "timeStamping", x509.ExtKeyUsageOCSPSigning: "OCSPSigning",
	}
}
