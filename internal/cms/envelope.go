package cms

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"syncguard/internal/pki"
)

// Cipher is a content encryption algorithm, in CBC mode.
type Cipher int

// The ciphers. The zero Cipher is the one in Apple's documentation.
const (
	AES128 Cipher = iota
	AES192
	AES256
)

// String returns the name of the cipher, such as AES-128-CBC.
func (c Cipher) String() string { return nameOf(c.oid().String()) }

func (c Cipher) oid() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2 + 20*int(c)}
}

// keySize returns the key size in bytes.
func (c Cipher) keySize() int { return 16 + 8*int(c) }

// EnvelopedData of RFC 5652, as it is written.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content any `asn1:"explicit,tag:0"`
	}
	envelopedData struct {
		Version    int
		Recipients []recipientInfo `asn1:"set"`
		Content    encryptedContent
	}
	recipientInfo struct {
		Version   int
		ID        issuerAndSerial
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	encryptedContent struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Octets    []byte `asn1:"tag:0"`
	}
)

// Encrypt wraps content in EnvelopedData, in DER. The holder of any of the certificates' keys can open it. Recipients
// have RSA keys of 2048 to 8192 bits; the content key is encrypted to each with PKCS #1 v1.5. Nothing protects the
// result from being changed: sign the file around it. Encrypt leaves the caller's bytes alone, and gives different
// bytes each time.
func Encrypt(content []byte, recipients []*x509.Certificate, c Cipher) ([]byte, error) {
	if c < AES128 || c > AES256 {
		return nil, fmt.Errorf("cipher %d is unknown, want AES-128, AES-192 or AES-256", c)
	}
	if len(content) > maxSize/2 {
		return nil, fmt.Errorf("content has %d bytes, at most %d are allowed", len(content), maxSize/2)
	}
	if len(recipients) == 0 {
		return nil, errors.New("missing recipient: nobody could read the result")
	}
	key := make([]byte, c.keySize())
	defer clear(key)
	rand.Read(key) // never fails
	infos, err := encryptKey(key, recipients)
	if err != nil {
		return nil, err
	}
	encrypted, err := encryptContent(content, key, c)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidEnveloped, envelopedData{Recipients: infos, Content: encrypted}})
}

var (
	oidEnveloped = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}
	oidPlain     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidRSA       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
)

func encryptKey(key []byte, recipients []*x509.Certificate) ([]recipientInfo, error) {
	var infos []recipientInfo
	for i, cert := range recipients {
		if slices.ContainsFunc(recipients[:i], cert.Equal) {
			continue
		}
		public, err := recipientKey(cert)
		if err != nil {
			return nil, fmt.Errorf("recipient %q: %w", pki.NameOf(cert), err)
		}
		//lint:ignore SA1019 devices are not known to take another padding
		encrypted, err := rsa.EncryptPKCS1v15(rand.Reader, public, key)
		if err != nil {
			return nil, fmt.Errorf("recipient %q: %w", pki.NameOf(cert), err)
		}
		infos = append(infos, recipientInfo{
			ID:        issuerAndSerial{asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber},
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidRSA, Parameters: asn1.NullRawValue},
			Key:       encrypted,
		})
	}
	return infos, nil
}

// recipientKey returns a certificate's public key, if content may be encrypted to it.
func recipientKey(cert *x509.Certificate) (*rsa.PublicKey, error) {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the key is %s, want RSA", pki.KeyName(cert.PublicKey))
	}
	if bits := key.N.BitLen(); bits < pki.MinRSABits || bits > maxRSABits {
		return nil, fmt.Errorf("RSA key has %d bits, want %d to %d", bits, pki.MinRSABits, maxRSABits)
	}
	if cert.KeyUsage != 0 && cert.KeyUsage&x509.KeyUsageKeyEncipherment == 0 {
		return nil, errors.New("the key usage of the certificate does not allow keyEncipherment")
	}
	return key, nil
}

// encryptContent pads a copy of the content as PKCS #7 does, and encrypts it.
func encryptContent(content, key []byte, c Cipher) (encryptedContent, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return encryptedContent{}, err
	}
	iv := make([]byte, aes.BlockSize)
	rand.Read(iv)
	padding := aes.BlockSize - len(content)%aes.BlockSize
	octets := slices.Concat(content, bytes.Repeat([]byte{byte(padding)}, padding))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(octets, octets)
	params, err := asn1.Marshal(iv)
	if err != nil {
		return encryptedContent{}, err
	}
	algorithm := pkix.AlgorithmIdentifier{Algorithm: c.oid(), Parameters: asn1.RawValue{FullBytes: params}}
	return encryptedContent{oidPlain, algorithm, octets}, nil
}
