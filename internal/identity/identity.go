// Package identity reads and makes signing identities: a private key and its chain of certificates.
//
// Start with Identity and the functions that return one: FromPEM, FromPKCS12, FromPKCS11 (the key stays in a security
// module), FromCommand (the key stays behind a program) and Development (made on first use). Check finds obstacles to
// signing; Assess predicts a device's opinion. NewKey, NewRequest and NewSelfSigned make new identities. chain.go picks
// the chain, on top of package pki.
//
// Input may come from anybody: sizes and key derivation costs are bounded before any work is done. Errors never hold
// key material, and begin with the name of their file if it has one. The package signs no profiles (see package cms)
// and asks nobody for a passphrase: the caller's Passphrase does.
package identity

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

	"syncguard/internal/pki"
)

// Errors after which the caller may ask for a passphrase again.
var (
	ErrPassphraseNeeded = errors.New("missing passphrase: the private key is encrypted")
	ErrWrongPassphrase  = errors.New("wrong passphrase")
)

// maxInput bounds each file, in bytes.
const maxInput = 1 << 20

// Passphrase returns the passphrase of a private key; nil means none was given. It is called at most once, and only for
// an encrypted key. The returned bytes are overwritten after use.
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
	Chain       []*x509.Certificate // leaf first, each followed by its issuer, as far as given; see Arrange
	Development bool                // made by Development, so no device trusts it

	graph  *pki.Graph          // of all certificates given
	leaves []*x509.Certificate // the certificates of the key
	notes  []string            // oddities of the files, for Check
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

// Leaf returns the certificate of the private key, or nil if the chain is empty.
func (id *Identity) Leaf() *x509.Certificate {
	if len(id.Chain) == 0 {
		return nil
	}
	return id.Chain[0]
}

// FileOf returns the name, as given, of a chain certificate's file.
func (id *Identity) FileOf(cert *x509.Certificate) string { return id.from[cert] }

// Name returns the common name of the certificate, its whole subject if there is no common name, or "development
// identity". It comes from a file, so escape it before showing it.
func (id *Identity) Name() string {
	if id.Development {
		return "development identity"
	}
	if id.Leaf() == nil {
		return "identity without a certificate"
	}
	return pki.NameOf(id.Leaf())
}

// Format writes the name for every verb, so the private key never ends up in a log.
func (id *Identity) Format(state fmt.State, _ rune) {
	fmt.Fprint(state, id.Name())
}

// MarshalText returns the name, for the same reason.
func (id *Identity) MarshalText() ([]byte, error) {
	return []byte(id.Name()), nil
}

func checkFileSize(data []byte) error {
	if len(data) > maxInput {
		return fmt.Errorf("file has %d bytes, at most %d are allowed", len(data), maxInput)
	}
	return nil
}
