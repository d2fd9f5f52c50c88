// Package identity reads what a person signs with: a private key and the chain of certificates that belongs to it,
// from PEM, DER and PKCS#12, or the development identity that it makes itself. The key may also stay where it is, in a
// security module or behind a command. It says how devices are likely to take an identity, and makes new ones.
//
// It reads bytes from anywhere: sizes and key derivation costs are bounded before any work is done. Its errors never
// hold key material, and begin with the name of the file that they are about, as far as it has one.
package identity

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

	"syncguard/internal/pki"
)

// The reasons for which a caller may want to ask again.
var (
	ErrPassphraseNeeded = errors.New("the private key is encrypted and no passphrase was given")
	ErrWrongPassphrase  = errors.New("wrong passphrase")
)

// maxInput bounds each file, in bytes.
const maxInput = 1 << 20

// Passphrase returns the passphrase of a private key; nil stands for none given. It is called only when a key turns
// out to need it, at most once, and the bytes that it returns are overwritten after use.
type Passphrase func() ([]byte, error)

func (p Passphrase) ask() ([]byte, error) {
	if p == nil {
		return nil, ErrPassphraseNeeded
	}
	secret, err := p()
	if err != nil {
		return nil, fmt.Errorf("asking for the passphrase: %w", err)
	}
	return secret, nil
}

// Identity is a private key with its chain of certificates.
type Identity struct {
	Signer      crypto.Signer
	Chain       []*x509.Certificate // leaf first, each followed by its issuer, as far as they were given; see Arrange
	Development bool                // made by Development, so no device trusts it

	graph  *pki.Graph          // of all certificates that were given
	leaves []*x509.Certificate // those of the key
	notes  []string            // what was odd about the files, for Check
	from   origins
	close  func() error
}

// Close ends the session with a security module. For every other identity it does nothing.
func (id *Identity) Close() error {
	if id == nil || id.close == nil {
		return nil
	}
	return id.close()
}

// Leaf returns the certificate that belongs to the private key, or nil if the chain is empty.
func (id *Identity) Leaf() *x509.Certificate {
	if len(id.Chain) == 0 {
		return nil
	}
	return id.Chain[0]
}

// FileOf returns the name of the file that a certificate of the chain is from, as it was given.
func (id *Identity) FileOf(cert *x509.Certificate) string { return id.from[cert] }

// Name returns what a person calls the identity: the common name of its certificate, its whole subject if there is
// no common name, or "development identity". It comes from a file, so escape it before showing it.
func (id *Identity) Name() string {
	if id.Development {
		return "development identity"
	}
	if id.Leaf() == nil {
		return "identity without a certificate"
	}
	return pki.NameOf(id.Leaf())
}

// Format writes the name for every verb, so that the private key never ends up in a log.
func (id *Identity) Format(state fmt.State, _ rune) {
	fmt.Fprint(state, id.Name())
}

// MarshalText returns the name, for the same reason.
func (id *Identity) MarshalText() ([]byte, error) {
	return []byte(id.Name()), nil
}

func checkSize(data []byte) error {
	if len(data) > maxInput {
		return fmt.Errorf("file has %d bytes, at most %d are allowed", len(data), maxInput)
	}
	return nil
}
