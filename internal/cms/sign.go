package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mozilla.org/pkcs7"
)

// SignOptions are the choices that Sign leaves to its caller; the zero value is the best one for devices.
type SignOptions struct {
	Digest      crypto.Hash // SHA256, SHA384 or SHA512; zero means SHA256
	SigningTime time.Time   // written as the signingTime attribute, in whole seconds; zero means no such attribute
}

// Sign wraps content, byte for byte, in attached SignedData in DER. The chain begins with the certificate of the
// signer; the others are embedded beside it, in any order, except self-signed ones.
//
// Keys are RSA of 2048 to 8192 bits (signed with PKCS #1 v1.5) or ECDSA on P-256 or P-384, held in memory or
// elsewhere. The same input gives the same bytes for RSA keys and for an *ecdsa.PrivateKey. The result is read back
// and verified before it is returned; it can be at most 16 MiB.
func Sign(content []byte, signer crypto.Signer, chain []*x509.Certificate, opts SignOptions) ([]byte, error) {
	digest, err := digestFor(opts.Digest)
	if err != nil {
		return nil, err
	}
	if err := checkSigner(signer, chain, opts.SigningTime); err != nil {
		return nil, err
	}
	signed, err := assemble(content, signer, chain, digest, opts.SigningTime)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	if err := checkResult(signed, content); err != nil {
		return nil, fmt.Errorf("checking the new signature: %w", err)
	}
	return signed, nil
}

// assemble corrects what the library wrote with its throw-away key: the signed attributes, the signature algorithm
// and the signature. The attributes stay in DER order, as a new signingTime is as long as the one it replaces, or
// two bytes longer, which is still shorter than any messageDigest.
func assemble(content []byte, signer crypto.Signer, chain []*x509.Certificate, digest digestAlgorithm, at time.Time) ([]byte, error) {
	draft, err := draftFor(content, chain, digest)
	if err != nil {
		return nil, err
	}
	info := &draft.GetSignedData().SignerInfos[0]
	attributes := info.AuthenticatedAttributes[:0]
	for _, attribute := range info.AuthenticatedAttributes {
		if attribute.Type.Equal(pkcs7.OIDAttributeSigningTime) {
			if at.IsZero() {
				continue
			}
			if attribute.Value.Bytes, err = asn1.Marshal(at.UTC()); err != nil {
				return nil, err
			}
		}
		attributes = append(attributes, attribute)
	}
	info.AuthenticatedAttributes = attributes
	toSign, err := asn1.MarshalWithParams(attributes, "set")
	if err != nil {
		return nil, err
	}
	info.DigestEncryptionAlgorithm.Algorithm = digest.ecdsa
	if _, isRSA := signer.Public().(*rsa.PublicKey); isRSA {
		info.DigestEncryptionAlgorithm.Algorithm = pkcs7.OIDEncryptionAlgorithmRSA
		info.DigestEncryptionAlgorithm.Parameters = asn1.NullRawValue
	}
	if info.EncryptedDigest, err = signDigest(signer, digest.hash, toSign); err != nil {
		return nil, err
	}
	return draft.Finish()
}

// draftFor lets the library build SignedData with a throw-away key, because it refuses keys of types that it does
// not know. Certificates are added in the order of their bytes, which is that of a SET OF in DER.
func draftFor(content []byte, chain []*x509.Certificate, digest digestAlgorithm) (*pkcs7.SignedData, error) {
	throwAway, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	draft, err := pkcs7.NewSignedData(content)
	if err != nil {
		return nil, err
	}
	draft.SetDigestAlgorithm(digest.oid)
	for _, cert := range embedded(chain) {
		if !cert.Equal(chain[0]) {
			draft.AddCertificate(cert)
		} else if err := draft.AddSigner(cert, throwAway, pkcs7.SignerInfoConfig{}); err != nil {
			return nil, err
		}
	}
	return draft, nil
}

// embedded returns the certificates to embed, sorted, without duplicates and without roots.
func embedded(chain []*x509.Certificate) []*x509.Certificate {
	certs := []*x509.Certificate{chain[0]}
	for _, cert := range chain[1:] {
		if !isSelfSigned(cert) {
			certs = append(certs, cert)
		}
	}
	slices.SortFunc(certs, func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) })
	return slices.CompactFunc(certs, (*x509.Certificate).Equal)
}

// isSelfSigned goes by the names and key identifiers, because old roots carry signatures that Go no longer checks.
func isSelfSigned(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawSubject, cert.RawIssuer) &&
		(len(cert.AuthorityKeyId) == 0 || bytes.Equal(cert.AuthorityKeyId, cert.SubjectKeyId))
}

func signDigest(signer crypto.Signer, hash crypto.Hash, message []byte) ([]byte, error) {
	h := hash.New()
	h.Write(message)
	random := rand.Reader
	if _, ok := signer.(*ecdsa.PrivateKey); ok {
		random = nil // asks for the deterministic signature of RFC 6979
	}
	return signer.Sign(random, h.Sum(nil), hash)
}

// checkResult reads what was made with our own reader, and then asks the library whether it verifies.
func checkResult(signed, content []byte) error {
	got, err := Content(signed)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, content) {
		return errors.New("the content is not the one that was given")
	}
	parsed, err := pkcs7.Parse(signed)
	if err != nil {
		return err
	}
	return parsed.Verify()
}
