package identity

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

// FromPKCS12 makes an identity of a PKCS#12 file (.p12, .pfx), in today's encryption or in the old one, and of any
// number of further chain files in PEM or DER. The empty passphrase is tried before pass is called.
//
// The work that the file asks for is bounded, except for a key bag inside encrypted contents, which nobody can see
// before the passphrase has proved right.
func FromPKCS12(data []byte, chain [][]byte, pass Passphrase) (*Identity, error) {
	if err := checkPKCS12(data); err != nil {
		return nil, fmt.Errorf("reading PKCS#12: %w", err)
	}
	more, err := readChain(chain)
	if err != nil {
		return nil, err
	}
	key, certs, err := decodePKCS12(data, nil)
	if errors.Is(err, ErrWrongPassphrase) {
		secret, askErr := pass.ask()
		if askErr != nil {
			return nil, askErr
		}
		defer clear(secret)
		key, certs, err = decodePKCS12(data, secret)
	}
	if err != nil {
		return nil, err
	}
	signer, err := signerOf(key)
	if err != nil {
		return nil, fmt.Errorf("reading PKCS#12: %w", err)
	}
	return assemble(signer, append(certs, more...))
}

func decodePKCS12(data, secret []byte) (key any, certs []*x509.Certificate, err error) {
	key, leaf, others, err := pkcs12.DecodeChain(data, string(secret))
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return nil, nil, ErrWrongPassphrase
	case err != nil:
		return nil, nil, fmt.Errorf("reading PKCS#12: %s", strings.TrimPrefix(err.Error(), "pkcs12: "))
	}
	return key, append([]*x509.Certificate{leaf}, others...), nil
}

const (
	oidPKCS7Data      = "1.2.840.113549.1.7.1"
	oidPKCS7Encrypted = "1.2.840.113549.1.7.6"
	oidShroudedKeyBag = "1.2.840.113549.1.12.10.1.2"
)

// The parts of RFC 7292 that are in the clear.
type (
	pfx struct {
		Version int
		Safe    contentInfo
		MAC     macData `asn1:"optional"`
	}
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	macData struct {
		Digest     digestInfo
		Salt       []byte
		Iterations int64 `asn1:"optional,default:1"`
	}
	digestInfo struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	encryptedData struct {
		Version int
		Info    struct {
			Type      asn1.ObjectIdentifier
			Algorithm pkix.AlgorithmIdentifier
			Content   []byte `asn1:"tag:0,optional"`
		}
	}
	safeBag struct {
		Type       asn1.ObjectIdentifier
		Value      asn1.RawValue `asn1:"tag:0,explicit"`
		Attributes asn1.RawValue `asn1:"optional"`
	}
)

// IsPKCS12 says whether a file is PKCS#12, rather than PEM or a certificate in DER.
func IsPKCS12(data []byte) bool { return isPKCS12(data) }

func isPKCS12(data []byte) bool {
	var file pfx
	return unmarshal(data, &file) == nil && file.Version == 3 && file.Safe.Type.String() == oidPKCS7Data
}

// checkPKCS12 reads how much work each part of the file asks for, before any of it is done.
func checkPKCS12(data []byte) error {
	if err := checkSize(data); err != nil {
		return err
	}
	if isPEM(data) {
		return errors.New("file is PEM")
	}
	if !isPKCS12(data) {
		return errors.New("file is not PKCS#12 in DER, protected by a passphrase")
	}
	var file pfx
	if err := unmarshal(data, &file); err != nil {
		return err
	}
	if err := file.MAC.check(); err != nil {
		return err
	}
	var safe []byte
	if err := unmarshal(file.Safe.Content.Bytes, &safe); err != nil {
		return err
	}
	var contents []contentInfo
	if err := unmarshal(safe, &contents); err != nil {
		return err
	}
	for _, content := range contents {
		if err := content.check(); err != nil {
			return err
		}
	}
	return nil
}

func (m macData) check() error {
	if len(m.Digest.Algorithm.Algorithm) == 0 {
		return errors.New("file has no MAC, so a wrong passphrase cannot be told, make it anew with openssl pkcs12 -export")
	}
	if m.Digest.Algorithm.Algorithm.String() == oidPBMAC1 { // says in its own parameters how much work it is
		return checkWork(m.Digest.Algorithm)
	}
	return checkIterations(m.Iterations)
}

func (c contentInfo) check() error {
	switch c.Type.String() {
	case oidPKCS7Encrypted:
		var encrypted encryptedData
		if err := unmarshal(c.Content.Bytes, &encrypted); err != nil {
			return err
		}
		return checkWork(encrypted.Info.Algorithm)
	case oidPKCS7Data:
		var encoded []byte
		if err := unmarshal(c.Content.Bytes, &encoded); err != nil {
			return err
		}
		return checkBags(encoded)
	}
	return nil
}

func checkBags(encoded []byte) error {
	var bags []safeBag
	if err := unmarshal(encoded, &bags); err != nil {
		return err
	}
	for _, bag := range bags {
		if bag.Type.String() != oidShroudedKeyBag {
			continue
		}
		var key encryptedKey
		if err := unmarshal(bag.Value.Bytes, &key); err != nil {
			return err
		}
		if len(key.Data) > maxKey {
			return fmt.Errorf("private key has %d bytes, at most %d are allowed", len(key.Data), maxKey)
		}
		if err := checkWork(key.Algorithm); err != nil {
			return err
		}
	}
	return nil
}
