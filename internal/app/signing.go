package app

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/identity"
	"syncguard/internal/pki"
)

// SigningOptions are the identity to sign with and the kind of signature.
type SigningOptions struct {
	Identity  IdentityOptions
	Digest    string // one of Digests
	StateTime bool   // state the signing time: SOURCE_DATE_EPOCH, or now
}

// Digests lists the digest algorithms for signing, the usual one first.
func Digests() []string { return []string{"sha256", "sha384", "sha512"} }

// Signer is the identity that signed.
type Signer struct {
	Name        string    `json:"name"`        // subject of the certificate
	Development bool      `json:"development"` // made by syncguard; devices call it unverified
	SHA256      string    `json:"sha256"`      // of the certificate, in hexadecimal
	NotAfter    time.Time `json:"notAfter"`    // RFC 3339
	Key         string    `json:"key"`         // `RSA 2048`, `ECDSA P-256`
}

// signer signs with an identity. Close logs out of a security module.
type signer struct {
	*cms.ProfileSigner
	id   *identity.Identity
	time time.Time // stated signing time; zero for none
}

func (s *signer) Close() {
	if s != nil {
		_ = s.id.Close()
	}
}

// load returns the signer, after warnings about its identity.
func (o *SigningOptions) load(ctx context.Context, h *Host) (*signer, error) {
	at, err := o.signingTime(h)
	if err != nil {
		return nil, err
	}
	id, name, err := o.Identity.load(ctx, h)
	if err != nil {
		return nil, err
	}
	hash := map[string]crypto.Hash{"sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}[o.Digest]
	prepared, err := cms.NewProfileSigner(id.Signer, id.Chain, cms.SignOptions{Digest: hash, SigningTime: at})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), id.Close())
	}
	return &signer{prepared, id, at}, nil
}

// signingTime returns the signing time to state, zero for none.
func (o *SigningOptions) signingTime(h *Host) (time.Time, error) {
	if !o.StateTime {
		return time.Time{}, nil
	}
	epoch, ok := h.Getenv("SOURCE_DATE_EPOCH")
	if !ok || epoch == "" {
		return h.Now(), nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil || seconds <= 0 || seconds > 253402300799 { // the end of the year 9999
		return time.Time{}, diag.WithHint(fmt.Errorf("invalid SOURCE_DATE_EPOCH %q: want seconds since 1970", epoch), "unset it, or leave out --signing-time")
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// report returns the Signer of a result, nil for a nil signer.
func (s *signer) report() *Signer {
	if s == nil {
		return nil
	}
	leaf := s.id.Leaf()
	return &Signer{Name: s.id.Name(), Development: s.id.Development, SHA256: cms.Fingerprint(leaf), NotAfter: leaf.NotAfter.UTC(), Key: pki.KeyName(leaf.PublicKey)}
}

// explainSigning adds a hint to the error of a failed signer command.
func explainSigning(err error) error {
	if errors.Is(err, identity.ErrNoSignature) {
		return diag.WithHint(err, "the command gets the bare digest on stdin and prints a PKCS #1 v1.5 (RSA) or ECDSA signature, "+
			"made with the key of --cert: openssl pkeyutl -sign -inkey KEY -pkeyopt digest:sha256")
	}
	return err
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
