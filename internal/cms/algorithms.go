package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mozilla.org/pkcs7"

	"syncguard/internal/pki"
)

const maxRSABits = 8192

// digestAlgorithm is a digest with its own object identifier and the one of ECDSA with it.
type digestAlgorithm struct {
	hash       crypto.Hash
	oid, ecdsa asn1.ObjectIdentifier
}

func digestFor(hash crypto.Hash) (digestAlgorithm, error) {
	switch hash {
	case 0, crypto.SHA256:
		return digestAlgorithm{crypto.SHA256, pkcs7.OIDDigestAlgorithmSHA256, pkcs7.OIDDigestAlgorithmECDSASHA256}, nil
	case crypto.SHA384:
		return digestAlgorithm{hash, pkcs7.OIDDigestAlgorithmSHA384, pkcs7.OIDDigestAlgorithmECDSASHA384}, nil
	case crypto.SHA512:
		return digestAlgorithm{hash, pkcs7.OIDDigestAlgorithmSHA512, pkcs7.OIDDigestAlgorithmECDSASHA512}, nil
	}
	return digestAlgorithm{}, fmt.Errorf("unsupported digest %q: want SHA-256, SHA-384 or SHA-512", hash)
}

// checkSigner refuses keys not known to work on devices, and a chain without the signer's own certificate at its start.
func checkSigner(signer crypto.Signer, chain []*x509.Certificate, at time.Time) error {
	if signer == nil {
		return errors.New("missing private key")
	}
	if len(chain) == 0 || slices.Contains(chain, nil) {
		return errors.New("missing signer certificate")
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return fmt.Errorf("unsupported key type %T: want RSA or ECDSA", signer.Public())
	}
	if err := checkKey(public); err != nil {
		return err
	}
	leaf := chain[0]
	if !public.Equal(leaf.PublicKey) {
		return errors.New("the private key does not match the first certificate of the chain")
	}
	if !at.IsZero() && (at.Before(leaf.NotBefore) || at.After(leaf.NotAfter)) {
		return fmt.Errorf("signing time %s is outside the certificate's validity, %s to %s",
			at.UTC().Format(time.RFC3339), leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}

func checkKey(public crypto.PublicKey) error {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < pki.MinRSABits || bits > maxRSABits {
			return fmt.Errorf("RSA key has %d bits, want %d to %d", bits, pki.MinRSABits, maxRSABits)
		}
		return nil
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() {
			return fmt.Errorf("ECDSA key is on curve %q, want P-256 or P-384", key.Curve.Params().Name)
		}
		return nil
	}
	return fmt.Errorf("unsupported key type %T: want RSA or ECDSA", public)
}
