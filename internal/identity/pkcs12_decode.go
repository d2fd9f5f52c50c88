package identity

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"software.sslmate.com/src/go-pkcs12"
)

// passphrase has been checked against a file's MAC. It has both forms used by PKCS#12 for key derivation.
type passphrase struct {
	text []byte // UTF-8
	wide []byte // UTF-16 with two zero octets at its end; nil if the writer took the empty one as no octets at all
}

// accepts returns the passphrase if it fits the MAC, else ErrWrongPassphrase.
func (m macData) accepts(text, message []byte) (passphrase, error) {
	forms := [][]byte{append(utf16Of(string(text)), 0, 0)}
	if len(text) == 0 && m.Digest.Algorithm.Algorithm.String() != oidPBMAC1 { // which is over the text
		forms = append(forms, nil)
	}
	for _, wide := range forms {
		sum, err := m.computeMAC(text, wide, message)
		if err != nil {
			return passphrase{}, err
		}
		if hmac.Equal(sum, m.Digest.Digest) {
			return passphrase{text, wide}, nil
		}
	}
	return passphrase{}, ErrWrongPassphrase
}

func utf16Of(text string) (wide []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(unit>>8), byte(unit))
	}
	return wide
}

// computeMAC computes the MAC of RFC 7292, or PBMAC1 of RFC 9579.
func (m macData) computeMAC(text, wide, message []byte) ([]byte, error) {
	algorithm := m.Digest.Algorithm
	if algorithm.Algorithm.String() == oidPBMAC1 {
		return pbmac1(algorithm, text, message)
	}
	newHash := digests()[algorithm.Algorithm.String()]
	if newHash == nil {
		return nil, &Problem{fmt.Sprintf("the MAC of the PKCS#12 uses the unsupported digest %s", algorithm.Algorithm), convertHelp}
	}
	mac := hmac.New(newHash, macKey(newHash, wide, m.Salt, m.Iterations))
	mac.Write(message)
	return mac.Sum(nil), nil
}

// macKey derives a key as long as the hash, by RFC 7292, appendix B.2, with the ID of a MAC.
func macKey(newHash func() hash.Hash, wide, salt []byte, iterations int64) []byte {
	const macID = 3
	return deriveKey(newHash, wide, salt, iterations, macID, newHash().Size())
}

// repeated fills whole blocks with a pattern; an empty one fills none.
func repeated(pattern []byte, block int) []byte {
	if len(pattern) == 0 {
		return nil
	}
	size := (len(pattern) + block - 1) / block * block
	filled := make([]byte, 0, size+len(pattern))
	for len(filled) < size {
		filled = append(filled, pattern...)
	}
	return filled[:size]
}

func pbmac1(algorithm pkix.AlgorithmIdentifier, text, message []byte) ([]byte, error) {
	var params pbes2Params
	if err := unmarshalDER(algorithm.Parameters.FullBytes, &params); err != nil {
		return nil, err
	}
	var derivation pbkdf2Params
	if params.KDF.Algorithm.String() != oidPBKDF2 {
		return nil, &Problem{"the MAC of the PKCS#12 uses an unsupported key derivation", convertHelp}
	}
	if err := unmarshalDER(params.KDF.Parameters.FullBytes, &derivation); err != nil {
		return nil, err
	}
	newHash, newMAC := hmacs()[derivation.PRF.Algorithm.String()], hmacs()[params.Scheme.Algorithm.String()]
	if newHash == nil || newMAC == nil || derivation.KeyLength < 1 || derivation.KeyLength > sha512.Size || derivation.Salt.Tag != asn1.TagOctetString {
		return nil, &Problem{"the MAC of the PKCS#12 has unsupported parameters", convertHelp}
	}
	key, err := pbkdf2.Key(newHash, string(text), derivation.Salt.Bytes, int(derivation.Iterations), derivation.KeyLength)
	if err != nil {
		return nil, fmt.Errorf("checking the MAC of the PKCS#12: %w", err)
	}
	mac := hmac.New(newMAC, key)
	mac.Write(message)
	return mac.Sum(nil), nil
}

// digests maps object identifiers to hashes.
func digests() map[string]func() hash.Hash {
	const nist = "2.16.840.1.101.3.4.2."
	return map[string]func() hash.Hash{
		oidSHA1: sha1.New, nist + "1": sha256.New, nist + "2": sha512.New384, nist + "3": sha512.New, nist + "4": sha256.New224,
		nist + "5": sha512.New512_224, nist + "6": sha512.New512_256,
	}
}

// hmacs maps the object identifiers of HMACs to hashes. The default is SHA-1.
func hmacs() map[string]func() hash.Hash {
	const rsadsi = "1.2.840.113549.2."
	return map[string]func() hash.Hash{
		"": sha1.New, oidHMACSHA1: sha1.New, rsadsi + "8": sha256.New224, oidHMACSHA256: sha256.New, rsadsi + "10": sha512.New384,
		rsadsi + "11": sha512.New, rsadsi + "12": sha512.New512_224, rsadsi + "13": sha512.New512_256,
	}
}

// decodePart has the library decode bags: certificates, or one key. The library demands DER with one key and at least one
// certificate, so it gets them in a file of their own, beside a filler key or a filler certificate, left out of the result.
// The key is nil for certificates.
func (p passphrase) decodePart(bags []safeBag) (key any, certs []*x509.Certificate, err error) {
	filler := filling()
	beside := append([]safeBag{filler.cert}, bags...)
	isKey := len(bags) > 0 && bags[0].Type.String() != oidCertBag
	if !isKey {
		beside = append(beside, filler.key)
	}
	file, err := p.encodeBags(beside)
	if err != nil {
		return nil, nil, err
	}
	key, _, certs, err = pkcs12.DecodeChain(file, string(p.text))
	if err != nil {
		return nil, nil, unsupportedPKCS12(strings.TrimPrefix(err.Error(), "pkcs12: "))
	}
	if !isKey {
		key = nil
	}
	return key, certs, nil
}

// encodeBags makes a file of bags, with a MAC of its own.
func (p passphrase) encodeBags(bags []safeBag) ([]byte, error) {
	encoded, err := asn1.Marshal(bags)
	if err != nil {
		return nil, err
	}
	safe, err := asn1.Marshal([]contentInfo{dataOf(encoded)})
	if err != nil {
		return nil, err
	}
	salt := []byte("syncguard")
	mac := hmac.New(sha256.New, macKey(sha256.New, p.wide, salt, 1))
	mac.Write(safe)
	return asn1.Marshal(pfx{3, dataOf(safe), macData{digestInfo{pkix.AlgorithmIdentifier{Algorithm: objectID(oidSHA256)}, mac.Sum(nil)}, salt, 1}})
}

// dataOf wraps octets as unencrypted contents.
func dataOf(octets []byte) contentInfo {
	encoded, _ := asn1.Marshal(octets) // never fails
	return contentInfo{objectID(oidPKCS7Data), explicit(encoded)}
}

func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der}
}

func objectID(dotted string) asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	for arc := range strings.SplitSeq(dotted, ".") {
		n, _ := new(big.Int).SetString(arc, 10)
		id = append(id, int(n.Int64()))
	}
	return id
}

// filler is an unused key and an unused certificate, as unencrypted bags.
type filler struct{ key, cert safeBag }

var filling = sync.OnceValue(func() filler {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	encodedKey, err := x509.MarshalPKCS8PrivateKey(key)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Unix(1, 0)}
	cert, err2 := x509.CreateCertificate(nil, template, template, key.Public(), key)
	bag, err3 := asn1.Marshal(struct {
		Type asn1.ObjectIdentifier
		Data []byte `asn1:"tag:0,explicit"`
	}{objectID("1.2.840.113549.1.9.22.1"), cert})
	if err := errors.Join(err, err2, err3); err != nil {
		panic(err) // fixed input
	}
	return filler{safeBag{Type: objectID(oidKeyBag), Value: explicit(encodedKey)}, safeBag{Type: objectID(oidCertBag), Value: explicit(bag)}}
})
