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
	"io"
	"slices"
	"sync/atomic"
	"time"

	"go.mozilla.org/pkcs7"

	"syncguard/internal/pki"
)

// SignOptions are the caller's choices for signing. The zero value is the best one for devices.
type SignOptions struct {
	Digest      crypto.Hash // SHA256, SHA384 or SHA512; zero means SHA256
	SigningTime time.Time   // written as the signingTime attribute, in whole seconds; zero means no such attribute
}

// ProfileSigner signs any number of profiles with one key. It is safe for concurrent use if its key is.
type ProfileSigner struct {
	key    crypto.Signer
	digest digestAlgorithm
	draft  *pkcs7.SignedData // SignedData of empty content: the part shared by all profiles
	certs  []*x509.Certificate

	// trusted is set once a signature by a key in memory has been verified: only a defect of the processor could spoil
	// the next one. A key held elsewhere is never trusted.
	trusted atomic.Bool
}

// NewProfileSigner prepares a key and its chain. The chain begins with the key's certificate; the others are embedded
// beside it, in any order, except self-signed ones.
//
// Keys are RSA of 2048 to 8192 bits (signed with PKCS #1 v1.5) or ECDSA on P-256 or P-384, held in memory or elsewhere.
func NewProfileSigner(key crypto.Signer, chain []*x509.Certificate, opts SignOptions) (*ProfileSigner, error) {
	digest, err := digestFor(opts.Digest)
	if err != nil {
		return nil, err
	}
	if err := checkSigner(key, chain, opts.SigningTime); err != nil {
		return nil, err
	}
	s := &ProfileSigner{key: key, digest: digest, certs: certificatesToEmbed(chain)}
	if s.draft, err = s.prepareDraft(chain[0], opts.SigningTime); err != nil {
		return nil, fmt.Errorf("preparing the signature: %w", err)
	}
	return s, nil
}

// Sign signs one profile, by NewProfileSigner and its Sign.
func Sign(content []byte, key crypto.Signer, chain []*x509.Certificate, opts SignOptions) ([]byte, error) {
	s, err := NewProfileSigner(key, chain, opts)
	if err != nil {
		return nil, err
	}
	return s.Sign(content)
}

// Sign wraps content, byte for byte, in attached SignedData in DER. The same input gives the same bytes for RSA keys
// and for an *ecdsa.PrivateKey.
//
// Sign reads its result back before returning it; the limit is 16 MiB. It verifies the signature itself every time if
// the key is held elsewhere, and the first time if it is in memory.
func (s *ProfileSigner) Sign(content []byte) ([]byte, error) {
	signed, err := s.assemble(content)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	if err := checkContent(signed, content); err != nil {
		return nil, fmt.Errorf("checking the new signature: %w", err)
	}
	if s.trusted.Load() {
		return signed, nil
	}
	if err := checkSignature(signed); err != nil {
		return nil, fmt.Errorf("checking the new signature: %w", err)
	}
	s.trusted.Store(isInMemory(s.key))
	return signed, nil
}

// prepareDraft lets the library build SignedData with a throw-away key, because the library refuses keys of unknown
// types, then corrects the signing time and the signature algorithm. The attributes stay in DER order: a new
// signingTime is as long as the one it replaces, or two bytes longer, still shorter than any messageDigest.
func (s *ProfileSigner) prepareDraft(leaf *x509.Certificate, at time.Time) (*pkcs7.SignedData, error) {
	throwAway, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	draft, err := pkcs7.NewSignedData(nil)
	if err != nil {
		return nil, err
	}
	draft.SetDigestAlgorithm(s.digest.oid)
	if err := draft.AddSigner(leaf, throwAway, pkcs7.SignerInfoConfig{}); err != nil {
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
	info.DigestEncryptionAlgorithm.Algorithm = s.digest.ecdsa
	if _, isRSA := s.key.Public().(*rsa.PublicKey); isRSA {
		info.DigestEncryptionAlgorithm.Algorithm = pkcs7.OIDEncryptionAlgorithmRSA
		info.DigestEncryptionAlgorithm.Parameters = asn1.NullRawValue
	}
	return draft, nil
}

// assemble copies the draft around the content, and signs its attributes. Certificates are added in the order of their
// bytes, as DER demands for a SET OF.
func (s *ProfileSigner) assemble(content []byte) ([]byte, error) {
	message, err := pkcs7.NewSignedData(content)
	if err != nil {
		return nil, err
	}
	for _, cert := range s.certs {
		message.AddCertificate(cert)
	}
	data, draft := message.GetSignedData(), s.draft.GetSignedData()
	data.DigestAlgorithmIdentifiers = draft.DigestAlgorithmIdentifiers
	data.SignerInfos = slices.Clone(draft.SignerInfos)
	info := &data.SignerInfos[0]
	info.AuthenticatedAttributes = slices.Clone(info.AuthenticatedAttributes)
	for i := range info.AuthenticatedAttributes {
		attribute := &info.AuthenticatedAttributes[i]
		if !attribute.Type.Equal(pkcs7.OIDAttributeMessageDigest) {
			continue
		}
		if attribute.Value.Bytes, err = asn1.Marshal(digestOf(s.digest.hash, content)); err != nil {
			return nil, err
		}
	}
	toSign, err := asn1.MarshalWithParams(info.AuthenticatedAttributes, "set")
	if err != nil {
		return nil, err
	}
	if info.EncryptedDigest, err = s.key.Sign(s.randomSource(), digestOf(s.digest.hash, toSign), s.digest.hash); err != nil {
		return nil, err
	}
	return message.Finish()
}

// randomSource returns nil for an *ecdsa.PrivateKey, which then makes the deterministic signature of RFC 6979.
func (s *ProfileSigner) randomSource() io.Reader {
	if _, ok := s.key.(*ecdsa.PrivateKey); ok {
		return nil
	}
	return rand.Reader
}

// isInMemory reports whether the standard library holds the key and does the work.
func isInMemory(key crypto.Signer) bool {
	switch key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey:
		return true
	}
	return false
}

func digestOf(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

// certificatesToEmbed returns the certificates to embed, sorted, without duplicates and without roots.
func certificatesToEmbed(chain []*x509.Certificate) []*x509.Certificate {
	certs := []*x509.Certificate{chain[0]}
	for _, cert := range chain[1:] {
		if !pki.IsSelfSigned(cert) {
			certs = append(certs, cert)
		}
	}
	slices.SortFunc(certs, func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) })
	return slices.CompactFunc(certs, (*x509.Certificate).Equal)
}

// checkContent reads the new message back with our own reader.
func checkContent(signed, content []byte) error {
	got, err := Content(signed)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, content) {
		return errors.New("the signed content differs from the given content")
	}
	return nil
}

// checkSignature verifies our own signature as strictly as any other, and asks the library for a second opinion.
func checkSignature(signed []byte) error {
	if v := Verify(signed, VerifyOptions{}); !v.Integrity.OK && v.Integrity.Reason != Nested { // Nested is for the caller to refuse
		return fmt.Errorf("%s [%s]", v.Integrity.Detail, v.Integrity.Reason)
	}
	parsed, err := pkcs7.Parse(signed)
	if err != nil {
		return err
	}
	return parsed.Verify()
}
