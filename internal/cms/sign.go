package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"go.mozilla.org/pkcs7"
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
	frame  *frame

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
	s := &ProfileSigner{key: key, digest: digest}
	if s.frame, err = newFrame(chain, digest, opts.SigningTime); err != nil {
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

// assemble puts content, digest and signature into the frame.
func (s *ProfileSigner) assemble(content []byte) ([]byte, error) {
	digest := digestOf(s.digest.hash, content)
	signature, err := s.key.Sign(s.randomSource(), digestOf(s.digest.hash, s.frame.toSign(digest)), s.digest.hash)
	if err != nil {
		return nil, err
	}
	return s.frame.fill(content, digest, signature)
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
