// Package pki finds the possible issuers of certificates, and the paths from one of them to a root.
//
// Certificates are a graph, not a list: an authority with a renewed or cross-signed certificate has several of one name
// and one key, and each fits as the issuer. Start with NewGraph, which takes certificates in any order, and
// Graph.Paths, which yields the paths through them. Judging a path is up to the caller: package cms does it for
// verifying, package identity for signing.
//
// Certificates may come from anybody: the work is bounded for any input. The package does not check revocation.
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

// IsSelfSigned reports whether a certificate signed itself, as roots do. The strength of that signature does not
// matter: old roots have SHA-1. One of MD5 is not verified; names and key identifiers decide.
func IsSelfSigned(cert *x509.Certificate) bool {
	return Fits(cert, cert) && verifySignature(cert, cert) != invalid
}

// SameEntity reports whether two certificates have one owner: the same name and the same key.
func SameEntity(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubject, b.RawSubject) && bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}

// NameOf returns the common name of a certificate, or its whole subject. It comes from a file, so escape it before
// showing it.
func NameOf(cert *x509.Certificate) string {
	if cert.Subject.CommonName != "" {
		return cert.Subject.CommonName
	}
	if subject := cert.Subject.String(); subject != "" {
		return subject
	}
	return "certificate without a name"
}

// IssuerOf returns the common name of the issuer of a certificate, or its whole name.
func IssuerOf(cert *x509.Certificate) string {
	if cert.Issuer.CommonName != "" {
		return cert.Issuer.CommonName
	}
	return cert.Issuer.String()
}

// IgnoreAppleMarkers removes Apple's markers, such as Developer ID, from the critical extensions not understood. Apple
// puts them on certificates it issues; they narrow nothing of importance to a signed profile.
func IgnoreAppleMarkers(cert *x509.Certificate) {
	cert.UnhandledCriticalExtensions = slices.DeleteFunc(cert.UnhandledCriticalExtensions, isAppleMarker)
}

func isAppleMarker(id asn1.ObjectIdentifier) bool {
	marker := asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6}
	return len(id) > len(marker) && id[:len(marker)].Equal(marker)
}

// Fits reports whether the names and key identifiers of two certificates let the one be the issuer of the other. The
// signature is not checked.
func Fits(issuer, cert *x509.Certificate) bool {
	return bytes.Equal(issuer.RawSubject, cert.RawIssuer) &&
		(len(issuer.SubjectKeyId) == 0 || len(cert.AuthorityKeyId) == 0 || bytes.Equal(issuer.SubjectKeyId, cert.AuthorityKeyId))
}

// MayIssue reports whether a certificate is an authority's, with a key usage that allows signing certificates.
func MayIssue(cert *x509.Certificate) bool {
	if cert.Version == 3 && !cert.BasicConstraintsValid || cert.BasicConstraintsValid && !cert.IsCA {
		return false
	}
	return cert.KeyUsage == 0 || cert.KeyUsage&x509.KeyUsageCertSign != 0
}

// signature is the state of one certificate's signature by another's key.
type signature int

const (
	unchecked signature = iota
	valid
	invalid
	weak // a broken algorithm; MD5 is not even checked
)

func verifySignature(issuer, cert *x509.Certificate) signature {
	err := issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	var insecure x509.InsecureAlgorithmError
	switch {
	case err == nil && IsWeak(cert.SignatureAlgorithm), errors.As(err, &insecure):
		return weak
	case err == nil:
		return valid
	}
	return invalid
}

// IsWeak reports whether a signature algorithm is broken: SHA-1 and older.
func IsWeak(algorithm x509.SignatureAlgorithm) bool {
	switch algorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// MinRSABits is Apple's minimum for trusted certificates.
const MinRSABits = 2048

// ShortRSA returns the bits of an RSA key with fewer than MinRSABits, and 0 for every other key.
func ShortRSA(public crypto.PublicKey) int {
	if key, ok := public.(*rsa.PublicKey); ok && key.N.BitLen() < MinRSABits {
		return key.N.BitLen()
	}
	return 0
}

// Day returns the UTC date of a time, such as 2027-01-31.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
