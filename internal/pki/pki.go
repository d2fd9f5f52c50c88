// Package pki knows which certificates can have issued which, and finds the ways from one of them to a root.
//
// Certificates are a graph, not a list: a certificate authority that renews its certificate, or has it signed by several others,
// has several certificates with one name and one key, and each of them fits as the issuer. NewGraph takes certificates in any
// order; Graph.Paths yields the ways through them. What a way is worth, its caller judges.
//
// Certificates come from anybody: the work is bounded whatever they are. Nothing here looks at revocation.
package pki

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"time"
)

// IsSelfSigned reports whether a certificate signed itself, as roots do. How strong that signature is does not matter: old roots
// have SHA-1, and one of MD5 is taken at the names and key identifiers.
func IsSelfSigned(cert *x509.Certificate) bool {
	return fits(cert, cert) && signed(cert, cert) != no
}

// SameEntity reports whether two certificates are of one owner: the same name and the same key.
func SameEntity(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubject, b.RawSubject) && bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}

// NameOf returns what a person calls a certificate: its common name, or its whole subject. It comes from a file, so escape it
// before showing it.
func NameOf(cert *x509.Certificate) string {
	if cert.Subject.CommonName != "" {
		return cert.Subject.CommonName
	}
	if subject := cert.Subject.String(); subject != "" {
		return subject
	}
	return "certificate without a name"
}

// IssuerOf returns what a person calls the issuer of a certificate.
func IssuerOf(cert *x509.Certificate) string {
	if cert.Issuer.CommonName != "" {
		return cert.Issuer.CommonName
	}
	return cert.Issuer.String()
}

// IgnoreAppleMarkers removes from the critical extensions that are not understood those by which Apple marks the certificates that
// it issues, such as Developer ID: they narrow nothing that matters to a signed profile.
func IgnoreAppleMarkers(cert *x509.Certificate) {
	cert.UnhandledCriticalExtensions = slices.DeleteFunc(cert.UnhandledCriticalExtensions, isAppleMarker)
}

func isAppleMarker(id asn1.ObjectIdentifier) bool {
	marker := asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6}
	return len(id) > len(marker) && id[:len(marker)].Equal(marker)
}

// Fits reports whether the names and key identifiers of two certificates let the one be the issuer of the other. The signature
// is not looked at.
func Fits(issuer, cert *x509.Certificate) bool { return fits(issuer, cert) }

func fits(issuer, cert *x509.Certificate) bool {
	return bytes.Equal(issuer.RawSubject, cert.RawIssuer) &&
		(len(issuer.SubjectKeyId) == 0 || len(cert.AuthorityKeyId) == 0 || bytes.Equal(issuer.SubjectKeyId, cert.AuthorityKeyId))
}

// MayIssue reports whether a certificate is that of a certificate authority, and its key usage allows to sign certificates.
func MayIssue(cert *x509.Certificate) bool {
	if cert.Version == 3 && !cert.BasicConstraintsValid || cert.BasicConstraintsValid && !cert.IsCA {
		return false
	}
	return cert.KeyUsage == 0 || cert.KeyUsage&x509.KeyUsageCertSign != 0
}

// signature is what is known of the signature of one certificate by the key of another.
type signature int

const (
	unchecked signature = iota
	yes
	no
	weak // the algorithm is one that proves nothing any more; MD5 is not even checked
)

func signed(issuer, cert *x509.Certificate) signature {
	err := issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	var insecure x509.InsecureAlgorithmError
	switch {
	case err == nil && IsWeak(cert.SignatureAlgorithm), errors.As(err, &insecure):
		return weak
	case err == nil:
		return yes
	}
	return no
}

// IsWeak reports whether a signature algorithm proves nothing any more: SHA-1 and older.
func IsWeak(algorithm x509.SignatureAlgorithm) bool {
	switch algorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// MinRSABits is what Apple's systems ask of the certificates that they trust.
const MinRSABits = 2048

// ShortRSA returns the bits of an RSA key with fewer than MinRSABits, and 0 for every other key.
func ShortRSA(public crypto.PublicKey) int {
	if key, ok := public.(*rsa.PublicKey); ok && key.N.BitLen() < MinRSABits {
		return key.N.BitLen()
	}
	return 0
}

// Day returns the day of a moment, by UTC.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
