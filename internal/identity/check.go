package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

const (
	minRSABits  = 2048
	expirySoon  = 30 * 24 * time.Hour
	notVerified = `so devices show "Not Verified"`
)

// Check says whether the identity can sign at a moment: an expired certificate, or one that is not valid yet, is an
// error. The warnings, in a fixed order, are about what makes devices distrust the signature, and about odd files.
func (id *Identity) Check(now time.Time) (warnings []string, err error) {
	leaf := id.Leaf()
	if leaf == nil || id.Signer == nil {
		return nil, errors.New("the identity has no certificate or no private key")
	}
	warnings = append(warnings, id.notes...)
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	switch {
	case now.Before(leaf.NotBefore):
		return warnings, fmt.Errorf("certificate %q is not valid before %s", id.Name(), day(leaf.NotBefore))
	case now.After(leaf.NotAfter):
		return warnings, fmt.Errorf("certificate %q expired on %s", id.Name(), day(leaf.NotAfter))
	case leaf.NotAfter.Sub(now) < expirySoon:
		warn("certificate %q expires on %s", id.Name(), day(leaf.NotAfter))
	}
	switch {
	case isSelfSigned(leaf):
		warn("certificate %q is self-signed, %s", id.Name(), notVerified)
	case len(id.Chain) == 1:
		warn("the issuer of certificate %q, %q, was not given, %s", id.Name(), leaf.Issuer.String(), notVerified)
	}
	for _, cert := range id.Chain[1:] {
		if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
			warn("certificate %q in the chain is valid from %s to %s only, %s", nameOf(cert), day(cert.NotBefore), day(cert.NotAfter), notVerified)
		}
	}
	for _, weakness := range weaknesses(leaf) {
		warn("certificate %q %s", id.Name(), weakness)
	}
	return warnings, nil
}

// weaknesses returns what is wrong with a leaf whatever the time is, as predicates.
func weaknesses(leaf *x509.Certificate) []string {
	var found []string
	if key := weakKey(leaf); key != "" {
		found = append(found, key)
	}
	switch leaf.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		found = append(found, fmt.Sprintf("was signed by its issuer with %s, %s", leaf.SignatureAlgorithm, notVerified))
	}
	if leaf.BasicConstraintsValid && leaf.IsCA {
		found = append(found, "is that of a certificate authority, which should not sign profiles itself")
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		found = append(found, `has a key usage without "digitalSignature"`)
	}
	return found
}

func weakKey(leaf *x509.Certificate) string {
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSABits {
			return fmt.Sprintf("has an RSA key of %d bits, at least %d are needed", key.N.BitLen(), minRSABits)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() {
			return fmt.Sprintf("has a key on curve %s, P-256 or P-384 is needed", key.Curve.Params().Name)
		}
	default:
		return fmt.Sprintf("has a key for %s, RSA or ECDSA is needed", leaf.PublicKeyAlgorithm)
	}
	return ""
}

func day(t time.Time) string {
	return t.UTC().Format(time.DateOnly)
}
