package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/x509/pkix"
	"hash"
	"math/big"
)

// Object identifiers of the ciphers for encrypted contents.
const (
	oidPBE3DES   = oidPKCS12PBE + "3"
	oidPBERC2128 = oidPKCS12PBE + "5"
	oidPBERC240  = oidPKCS12PBE + "6"
	oidAES128CBC = "2.16.840.1.101.3.4.1.2"
	oidAES192CBC = "2.16.840.1.101.3.4.1.22"
	oidAES256CBC = "2.16.840.1.101.3.4.1.42"
)

// openContents decrypts the encrypted contents, and adds their keys and certificates to those in the clear. The keys
// stay encrypted: their work is added up and bounded first, together with the rest of the file.
func (s *store) openContents(secret passphrase) error {
	for _, content := range s.encrypted {
		var encrypted encryptedData
		if err := unmarshalDER(content.Content.Bytes, &encrypted); err != nil {
			return err
		}
		octets, err := encrypted.Info.octets()
		if err != nil {
			return err
		}
		plain, err := secret.decrypt(encrypted.Info.Algorithm, octets)
		if err != nil {
			return err
		}
		if err := s.readBags(plain); err != nil {
			return err
		}
	}
	return nil
}

// decrypt decrypts contents. The work of the algorithm must have been bounded before.
func (p passphrase) decrypt(algorithm pkix.AlgorithmIdentifier, octets []byte) ([]byte, error) {
	block, iv, err := p.cipherOf(algorithm)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(octets) == 0 || len(octets)%size != 0 || len(iv) != size {
		return nil, errDamagedContents
	}
	plain := make([]byte, len(octets))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, octets)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > size {
		return nil, errDamagedContents
	}
	for _, c := range plain[len(plain)-padding:] {
		if int(c) != padding {
			return nil, errDamagedContents
		}
	}
	return plain[:len(plain)-padding], nil
}

var errDamagedContents = &Problem{"unsupported PKCS#12: its encrypted contents are damaged, or under another passphrase than its MAC", convertHelp}

// cipherOf derives the key and the initialization vector of an algorithm.
func (p passphrase) cipherOf(algorithm pkix.AlgorithmIdentifier) (cipher.Block, []byte, error) {
	oid := algorithm.Algorithm.String()
	if oid == oidPBES2 {
		return p.pbes2(algorithm)
	}
	keySize, ok := map[string]int{oidPBE3DES: 24, oidPBERC2128: 16, oidPBERC240: 5}[oid]
	if !ok {
		return nil, nil, unsupportedPKCS12("pbe algorithm " + oid + " is not supported")
	}
	var params struct {
		Salt       []byte
		Iterations int64
	}
	if err := unmarshalDER(algorithm.Parameters.FullBytes, &params); err != nil {
		return nil, nil, err
	}
	const keyID, ivID = 1, 2
	key := deriveKey(sha1.New, p.wide, params.Salt, params.Iterations, keyID, keySize)
	iv := deriveKey(sha1.New, p.wide, params.Salt, params.Iterations, ivID, 8)
	if oid != oidPBE3DES {
		return newRC2(key), iv, nil
	}
	block, err := des.NewTripleDESCipher(key)
	return block, iv, err
}

// pbes2 is cipherOf for RFC 8018, with the pseudorandom functions also supported for keys.
func (p passphrase) pbes2(algorithm pkix.AlgorithmIdentifier) (cipher.Block, []byte, error) {
	var params pbes2Params
	if err := unmarshalDER(algorithm.Parameters.FullBytes, &params); err != nil {
		return nil, nil, err
	}
	if id := params.KDF.Algorithm.String(); id != oidPBKDF2 {
		return nil, nil, unsupportedPKCS12("pbes2 kdf algorithm " + id + " is not supported")
	}
	var derivation pbkdf2Params
	if err := unmarshalDER(params.KDF.Parameters.FullBytes, &derivation); err != nil {
		return nil, nil, err
	}
	prf := derivation.PRF.Algorithm.String()
	switch prf {
	case "", oidHMACSHA1, oidHMACSHA256, oidHMACSHA512:
	default:
		return nil, nil, unsupportedPKCS12("pbes2 prf " + prf + " is not supported")
	}
	scheme := params.Scheme.Algorithm.String()
	keySize, ok := map[string]int{oidAES128CBC: 16, oidAES192CBC: 24, oidAES256CBC: 32}[scheme]
	if !ok {
		return nil, nil, unsupportedPKCS12("pbes2 algorithm " + scheme + " is not supported")
	}
	key, err := pbkdf2.Key(hmacs()[prf], string(p.text), derivation.Salt.Bytes, int(derivation.Iterations), keySize)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	return block, params.Scheme.Parameters.Bytes, err
}

func unsupportedPKCS12(what string) error {
	return &Problem{"unsupported PKCS#12: " + what, convertHelp}
}

// deriveKey derives size bytes by RFC 7292, appendix B.2. The work is iterations × size ÷ the size of the hash, rounded up.
func deriveKey(newHash func() hash.Hash, wide, salt []byte, iterations int64, id byte, size int) []byte {
	h := newHash()
	block := h.BlockSize()
	diversifier := make([]byte, block)
	for i := range diversifier {
		diversifier[i] = id
	}
	input := append(repeated(salt, block), repeated(wide, block)...)
	var derived []byte
	for {
		h.Reset()
		h.Write(diversifier)
		h.Write(input)
		a := h.Sum(nil)
		for range iterations - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		if derived = append(derived, a...); len(derived) >= size {
			return derived[:size]
		}
		b := new(big.Int).SetBytes(repeated(a, block)[:block])
		b.Add(b, big.NewInt(1))
		modulus := new(big.Int).Lsh(big.NewInt(1), uint(block)*8)
		for part := input; len(part) > 0; part = part[block:] {
			sum := new(big.Int).SetBytes(part[:block])
			sum.Add(sum, b).Mod(sum, modulus).FillBytes(part[:block])
		}
	}
}
