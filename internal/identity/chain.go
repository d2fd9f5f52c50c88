package identity

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
)

// Bounds on what has to be verified while a chain is put in order.
const (
	maxCertificates = 100
	maxRSABits      = 8192
)

// assemble finds the certificate of the key, wherever it stands, and orders the others behind it.
func assemble(signer crypto.Signer, certs []*x509.Certificate, from origins) (*Identity, error) {
	if err := checkCertificates(certs); err != nil {
		return nil, err
	}
	leaf, err := leafFor(signer, certs)
	if err != nil {
		return nil, err
	}
	id := &Identity{Signer: signer, Chain: []*x509.Certificate{leaf}, from: from}
	rest := without(certs, leaf)
	for last := leaf; !isSelfSigned(last); last = id.Chain[len(id.Chain)-1] {
		i := slices.IndexFunc(rest, func(cert *x509.Certificate) bool { return isIssuer(cert, last) })
		if i < 0 {
			break
		}
		id.Chain = append(id.Chain, rest[i])
		rest = without(rest, rest[i])
	}
	for len(rest) > 0 {
		id.notes = append(id.notes, fmt.Sprintf("certificate %q%s is not in the chain of %q and is left out", nameOf(rest[0]), from.of(rest[0]), nameOf(leaf)))
		rest = without(rest, rest[0])
	}
	return id, nil
}

func checkCertificates(certs []*x509.Certificate) error {
	if len(certs) == 0 {
		return errors.New("there is no certificate")
	}
	if len(certs) > maxCertificates {
		return fmt.Errorf("there are %d certificates, at most %d are allowed", len(certs), maxCertificates)
	}
	for _, cert := range certs {
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSABits {
			return fmt.Errorf("certificate %q has an RSA key of %d bits, at most %d are allowed", nameOf(cert), key.N.BitLen(), maxRSABits)
		}
	}
	return nil
}

// leafFor returns the certificate of the key; of a renewed one, the version that lasts longest.
func leafFor(signer crypto.Signer, certs []*x509.Certificate) (*x509.Certificate, error) {
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil, errors.New("the private key is of an unknown kind")
	}
	var leaf *x509.Certificate
	for _, cert := range certs {
		if public.Equal(cert.PublicKey) && (leaf == nil || cert.NotAfter.After(leaf.NotAfter)) {
			leaf = cert
		}
	}
	if leaf == nil && len(certs) == 1 {
		return nil, fmt.Errorf("the private key does not belong to the certificate %q", nameOf(certs[0]))
	}
	if leaf == nil {
		return nil, fmt.Errorf("the private key belongs to none of the %d certificates", len(certs))
	}
	return leaf, nil
}

// without returns the certificates other than one and its duplicates.
func without(certs []*x509.Certificate, one *x509.Certificate) []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(certs), one.Equal)
}

// isIssuer goes by names, key identifiers and the signature. One made with an algorithm too weak for Go to check,
// as below old roots, is taken at its names; Check warns of it.
func isIssuer(issuer, cert *x509.Certificate) bool {
	if !bytes.Equal(issuer.RawSubject, cert.RawIssuer) {
		return false
	}
	if len(issuer.SubjectKeyId) > 0 && len(cert.AuthorityKeyId) > 0 && !bytes.Equal(issuer.SubjectKeyId, cert.AuthorityKeyId) {
		return false
	}
	err := issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	return err == nil || isInsecureAlgorithm(err)
}

func isInsecureAlgorithm(err error) bool {
	var insecure x509.InsecureAlgorithmError
	return errors.As(err, &insecure)
}

func isSelfSigned(cert *x509.Certificate) bool {
	return isIssuer(cert, cert)
}
