package identity

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/youmark/pkcs8"
)

// maxKey bounds one private key, in bytes: an RSA key of 8192 bits takes less than a third of it.
const maxKey = 16 << 10

// checkKeySize bounds the work of parsing a key: an RSA key of 281 kB takes 9 seconds.
func checkKeySize(key []byte) error {
	if len(key) > maxKey {
		return fmt.Errorf("private key has %d bytes, at most %d are allowed", len(key), maxKey)
	}
	return nil
}

// reencryptHelp ends messages about unsupported encryption.
const reencryptHelp = "re-encrypt the key with openssl pkcs8 -topk8 -v2 aes-256-cbc"

// readKey parses a private key, regardless of the block's label, and decrypts it if needed. It overwrites the block.
func readKey(block *pem.Block, pass Passphrase) (crypto.Signer, error) {
	defer clear(block.Bytes)
	if err := checkKeySize(block.Bytes); err != nil {
		return nil, err
	}
	//lint:ignore SA1019 weak, but people have such files
	if x509.IsEncryptedPEMBlock(block) {
		return readTraditional(block, pass)
	}
	if encrypted, ok := parseEncrypted(block.Bytes); ok {
		return readEncrypted(block.Bytes, encrypted, pass)
	}
	return parseKey(block.Bytes)
}

// parseKey tries the three unencrypted forms. The parsers' errors are for programmers, so they are dropped.
func parseKey(der []byte) (crypto.Signer, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return signerOf(key)
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("the private key is damaged or unknown, want PKCS#8, PKCS#1 or SEC 1")
}

// readTraditional decrypts PEM with a DEK-Info header. It has no check value, so a wrong passphrase shows as wrong
// padding or as an unreadable key.
func readTraditional(block *pem.Block, pass Passphrase) (crypto.Signer, error) {
	secret, err := pass.ask()
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	//lint:ignore SA1019 weak, but people have such files
	der, err := x509.DecryptPEMBlock(block, secret)
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, ErrWrongPassphrase
	}
	if err != nil {
		return nil, errors.New("the encryption of the private key is damaged or unknown: " + reencryptHelp)
	}
	defer clear(der)
	signer, err := parseKey(der)
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	return signer, nil
}

// encryptedKey is EncryptedPrivateKeyInfo of RFC 5958.
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

func parseEncrypted(der []byte) (encryptedKey, bool) {
	var encrypted encryptedKey
	rest, err := asn1.Unmarshal(der, &encrypted)
	return encrypted, err == nil && len(rest) == 0
}

func readEncrypted(der []byte, encrypted encryptedKey, pass Passphrase) (crypto.Signer, error) {
	if err := checkEncrypted(encrypted); err != nil {
		return nil, err
	}
	secret, err := pass.ask()
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	if len(secret) == 0 {
		return nil, ErrWrongPassphrase // the library takes an empty one as a sign of an unencrypted key
	}
	// Everything but the passphrase was checked before, so any error of the library means a wrong passphrase.
	key, err := pkcs8.ParsePKCS8PrivateKey(der, secret)
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	return signerOf(key)
}

// checkEncrypted refuses anything the library would refuse, misread, panic on, or never finish.
func checkEncrypted(encrypted encryptedKey) error {
	if encrypted.Algorithm.Algorithm.String() != oidPBES2 {
		return errors.New("the private key uses an encryption older than PBES2: " + reencryptHelp)
	}
	var params pbes2Params
	if err := unmarshalDER(encrypted.Algorithm.Parameters.FullBytes, &params); err != nil {
		return errors.New("the encryption parameters of the private key are damaged")
	}
	if err := new(kdfWork).addKDF(params.KDF); err != nil {
		return err
	}
	if !isCommonKDF(params.KDF) {
		return errors.New("the key derivation of the private key is not supported: " + reencryptHelp)
	}
	block := blockSize(params.Scheme.Algorithm)
	if block == 0 {
		return errors.New("the cipher of the private key is not supported: " + reencryptHelp)
	}
	var iv []byte
	if err := unmarshalDER(params.Scheme.Parameters.FullBytes, &iv); err != nil || len(iv) != block {
		return errors.New("the encryption parameters of the private key are damaged")
	}
	if len(encrypted.Data) == 0 || len(encrypted.Data)%block != 0 {
		return errors.New("the encrypted private key is truncated")
	}
	return nil
}

// isCommonKDF reports whether the library derives the same key as everybody else. It knows two hashes for PBKDF2, and
// misreads parameters with a key length.
func isCommonKDF(kdf pkix.AlgorithmIdentifier) bool {
	if kdf.Algorithm.String() == oidScrypt {
		return true
	}
	var params pbkdf2Params
	if kdf.Algorithm.String() != oidPBKDF2 || unmarshalDER(kdf.Parameters.FullBytes, &params) != nil {
		return false
	}
	switch params.PRF.Algorithm.String() {
	case "", oidHMACSHA1, oidHMACSHA256:
		return params.KeyLength == 0 && params.Salt.Tag == asn1.TagOctetString
	}
	return false
}

// blockSize returns the block size of a cipher in CBC mode, in bytes, or 0 if the library does not know the cipher.
func blockSize(cipher asn1.ObjectIdentifier) int {
	switch cipher.String() {
	case "2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42": // AES-128, AES-192, AES-256
		return 16
	case "1.2.840.113549.3.7": // triple DES
		return 8
	}
	return 0
}
