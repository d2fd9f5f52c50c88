package identity

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// FromPEM makes an identity of a certificate file, a key file and any number of chain files, in PEM or DER. The
// certificate file may hold the chain too, and the private key, when key is empty; the order of certificates does
// not matter. Keys are PKCS#8, PKCS#1 or SEC 1, encrypted as PBES2 PKCS#8 or as traditional PEM, or not at all.
func FromPEM(cert, key []byte, chain [][]byte, pass Passphrase) (*Identity, error) {
	found, err := readFile(cert)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	if len(key) > 0 {
		inKey, err := readKeyFile(key)
		if err != nil {
			return nil, fmt.Errorf("reading the private key: %w", err)
		}
		found.certs, found.keys = append(found.certs, inKey.certs...), inKey.keys
	}
	more, err := readChain(chain)
	if err != nil {
		return nil, err
	}
	switch {
	case len(found.keys) == 0:
		return nil, errors.New("there is no private key beside the certificate")
	case len(found.keys) > 1:
		return nil, fmt.Errorf("there are %d private keys, want one", len(found.keys))
	}
	signer, err := readKey(found.keys[0], pass)
	if err != nil {
		return nil, fmt.Errorf("reading the private key: %w", err)
	}
	return assemble(signer, append(found.certs, more...))
}

// contents is what one file holds; the keys are not decrypted yet.
type contents struct {
	certs []*x509.Certificate
	keys  []*pem.Block
}

// readCertificates reads the certificates of an identity whose key is elsewhere.
func readCertificates(cert []byte, chain [][]byte) (certs, more []*x509.Certificate, err error) {
	found, err := readFile(cert)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the certificate: %w", err)
	}
	more, err = readChain(chain)
	return found.certs, more, err
}

func readChain(chain [][]byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for i, data := range chain {
		found, err := readFile(data)
		if err != nil {
			return nil, fmt.Errorf("reading chain file %d: %w", i+1, err)
		}
		certs = append(certs, found.certs...)
	}
	return certs, nil
}

// readFile reads PEM, or certificates in DER.
func readFile(data []byte) (contents, error) {
	if err := checkSize(data); err != nil {
		return contents{}, err
	}
	if isPEM(data) {
		return readPEM(data)
	}
	if len(data) == 0 {
		return contents{}, errors.New("file is empty")
	}
	if isPKCS12(data) {
		return contents{}, errors.New("file is PKCS#12, which holds key and certificates together, want PEM or DER")
	}
	certs, err := x509.ParseCertificates(data)
	if err != nil {
		return contents{}, errors.New("file is neither PEM nor a certificate in DER")
	}
	return contents{certs: certs}, nil
}

// readKeyFile reads PEM, or one key in DER.
func readKeyFile(data []byte) (contents, error) {
	if err := checkSize(data); err != nil {
		return contents{}, err
	}
	if isPEM(data) {
		return readPEM(data)
	}
	if isPKCS12(data) {
		return contents{}, errors.New("file is PKCS#12, which holds key and certificates together, want PEM or DER")
	}
	return contents{keys: []*pem.Block{{Bytes: bytes.Clone(data)}}}, nil // which readKey overwrites
}

// readPEM sorts the blocks of a file. A block that does not decode is an error: skipping it would silently drop an
// intermediate certificate.
func readPEM(data []byte) (contents, error) {
	var found contents
	blocks := 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		blocks++
		switch {
		case block.Type == "OPENSSH PRIVATE KEY":
			return contents{}, errors.New("private key is in OpenSSH form, convert it with ssh-keygen -p -m PKCS8")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			found.keys = append(found.keys, block)
		case block.Type == "CERTIFICATE":
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return contents{}, fmt.Errorf("reading certificate %d: %w", len(found.certs)+1, err)
			}
			found.certs = append(found.certs, cert)
		}
	}
	if begun := bytes.Count(data, []byte(pemBegin)); begun != blocks {
		return contents{}, fmt.Errorf("%d of %d PEM blocks are damaged", begun-blocks, begun)
	}
	return found, nil
}

const pemBegin = "-----BEGIN "

func isPEM(data []byte) bool {
	return bytes.Contains(data, []byte(pemBegin))
}

// signerOf narrows a parsed private key to one that can sign.
func signerOf(key any) (crypto.Signer, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the private key cannot sign")
	}
	return signer, nil
}
