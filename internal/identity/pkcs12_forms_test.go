package identity

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"
)

// asBER rewrites DER as the streaming encoders of NSS and Bouncy Castle do: constructed values of indefinite length, and
// octets in chunks, those under an implicit tag [0] too, down to a depth.
func asBER(t testing.TB, der []byte, depth int) (ber []byte) {
	t.Helper()
	for len(der) > 0 {
		var v asn1.RawValue
		der = must(asn1.Unmarshal(der, &v))
		implicit := v.Class == asn1.ClassContextSpecific && v.Tag == 0 && !v.IsCompound
		switch {
		case depth == 0:
			ber = append(ber, v.FullBytes...)
		case v.IsCompound:
			ber = append(ber, v.FullBytes[0], 0x80)
			ber = append(ber, asBER(t, v.Bytes, depth-1)...)
			ber = append(ber, 0, 0)
		case implicit || v.Tag == asn1.TagOctetString && v.Class == asn1.ClassUniversal && len(v.Bytes) > 64:
			ber = append(ber, map[bool]byte{true: 0xa0, false: 0x24}[implicit], 0x80)
			half := len(v.Bytes) / 2
			ber = append(ber, must(asn1.Marshal(v.Bytes[:half]))...)
			ber = append(ber, must(asn1.Marshal(v.Bytes[half:]))...)
			ber = append(ber, 0, 0)
		default:
			ber = append(ber, v.FullBytes...)
		}
	}
	return ber
}

// repack makes a file anew: change gets what the MAC is over, and mac makes the MAC of what it returns.
func repack(t testing.TB, file []byte, change func(safe []byte) []byte, mac func(safe []byte) macData) []byte {
	t.Helper()
	s := must(readPKCS12(file))
	safe := s.safe
	if change != nil {
		safe = change(safe)
	}
	return must(asn1.Marshal(pfx{3, dataOf(safe), mac(safe)}))
}

// macWith returns a MAC of RFC 7292 with the passphrase "secret".
func macWith(digest string) func([]byte) macData {
	return func(safe []byte) macData {
		m := macData{digestInfo{pkix.AlgorithmIdentifier{Algorithm: objectID(digest)}, nil}, []byte("salt"), 3}
		m.Digest.Digest = must(m.computeMAC([]byte("secret"), append(utf16Of("secret"), 0, 0), safe))
		return m
	}
}

// macByPBMAC1 returns a MAC of RFC 9579 with the passphrase "secret".
func macByPBMAC1(prf, hash string, length int) func([]byte) macData {
	algorithm := func(id string, parameters any) pkix.AlgorithmIdentifier {
		a := pkix.AlgorithmIdentifier{Algorithm: objectID(id)}
		if parameters != nil {
			a.Parameters.FullBytes = must(asn1.Marshal(parameters))
		}
		return a
	}
	return func(safe []byte) macData {
		kdf := struct {
			Salt       []byte
			Iterations int64
			Length     int
			PRF        pkix.AlgorithmIdentifier
		}{[]byte("salt"), 2048, length, algorithm(prf, nil)}
		m := macData{Digest: digestInfo{Algorithm: algorithm(oidPBMAC1, pbes2Params{algorithm(oidPBKDF2, kdf), algorithm(hash, nil)})}, Salt: []byte("NOT USED"), Iterations: 1}
		m.Digest.Digest, _ = m.computeMAC([]byte("secret"), nil, safe)
		return m
	}
}

func TestPKCS12OfEveryForm(t *testing.T) {
	chain := testChain(t, ecKey())
	file := must(pkcs12.Modern2023.Encode(ecKey(), chain[0], chain[1:], "secret"))
	legacy := must(pkcs12.LegacyRC2.Encode(ecKey(), chain[0], chain[1:], "secret"))
	inBER := func(file []byte) []byte {
		return asBER(t, repack(t, file, func(safe []byte) []byte { return asBER(t, safe, 9) }, macWith(oidSHA256)), 9)
	}
	const nist, rsadsi = "2.16.840.1.101.3.4.2.", "1.2.840.113549.2."
	for name, data := range map[string][]byte{
		"DER":                file,
		"base64":             []byte(base64.StdEncoding.EncodeToString(file)),
		"base64 in lines":    toPEM("X", file)[len("-----BEGIN X-----\n") : len(toPEM("X", file))-len("-----END X-----\n")],
		"PEM":                toPEM("PKCS12", file),
		"base64 in UTF-16":   utf16File([]byte(base64.StdEncoding.EncodeToString(file)), binary.LittleEndian),
		"BER":                inBER(file),
		"BER, RC2":           inBER(legacy),
		"BER around DER":     asBER(t, file, 9),
		"SHA-224":            repack(t, file, nil, macWith(nist+"4")),
		"SHA-384":            repack(t, file, nil, macWith(nist+"2")),
		"SHA-512/256":        repack(t, file, nil, macWith(nist+"6")),
		"PBMAC1 SHA-384":     repack(t, file, nil, macByPBMAC1(rsadsi+"10", rsadsi+"10", 48)),
		"PBMAC1 SHA-512/256": repack(t, file, nil, macByPBMAC1(oidHMACSHA256, rsadsi+"13", 32)),
	} {
		asked := 0
		id, err := fromPKCS12(data, nil, answer("secret", &asked))
		if err != nil || !slices.EqualFunc(id.Chain, chain, (*x509.Certificate).Equal) || asked != 1 {
			t.Errorf("%s: %v, %v, asked %d times", name, id, err, asked)
		}
		if _, err := fromPKCS12(data, nil, answer("wrong", &asked)); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("%s: with a wrong passphrase: %v", name, err)
		}
		if !IsPKCS12(data) {
			t.Errorf("%s: is not taken for PKCS#12", name)
		}
	}
}

// What cannot be read is refused with the command that converts.
func TestPKCS12BeyondUs(t *testing.T) {
	chain := testChain(t, ecKey())
	file := must(pkcs12.Modern2023.Encode(ecKey(), chain[0], chain[1:], "secret"))
	sha384PRF := bytes.ReplaceAll(must(readPKCS12(file)).safe, must(asn1.Marshal(objectID(oidHMACSHA256))), must(asn1.Marshal(objectID("1.2.840.113549.2.10"))))
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"no MAC": {exportPKCS12(t, chain, ecKey(), "-nomac", "-passout", "pass:secret"), "has no MAC"},
		"unknown digest": {repack(t, file, nil, func([]byte) macData {
			m := macWith(oidSHA256)(nil)
			m.Digest.Algorithm.Algorithm = objectID("1.2.3")
			return m
		}), "digest 1.2.3"},
		"PBMAC1 of another kind": {repack(t, file, nil, macByPBMAC1(oidHMACSHA256, oidHMACSHA256, 0)), "unsupported parameters"},
		"unknown PRF":            {repack(t, file, func([]byte) []byte { return sha384PRF }, macWith(oidSHA256)), "pbes2 prf 1.2.840.113549.2.10 is not supported"},
	} {
		_, err := fromPKCS12(test.file, nil, func() ([]byte, error) { return []byte("secret"), nil })
		var problem *Problem
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), test.want) || !strings.Contains(problem.Help, "openssl pkcs12 -in id.p12 -out id.p12.pem") {
			t.Errorf("%s: %v, %+v", name, err, problem)
		}
	}
}

// twoKeys returns a file with two keys that have names, and the certificates of each encrypted apart.
func twoKeys(t testing.TB) (file []byte, first, second []*x509.Certificate) {
	t.Helper()
	first, second = testChain(t, ecKey()), testChain(t, rsaKey())
	second[0] = certificate(t, "RSA Leaf", rsaKey(), second[1], caKey(), nil)
	a := must(readPKCS12(must(pkcs12.Modern2023.Encode(ecKey(), first[0], first[1:], "secret"))))
	b := must(readPKCS12(must(pkcs12.LegacyDES.Encode(rsaKey(), second[0], second[1:], "secret"))))
	name := func(bag safeBag, text string) safeBag {
		value := asn1.RawValue{Tag: asn1.TagBMPString, Bytes: utf16Of(text)}
		bag.Attributes = []attribute{{objectID(oidFriendlyName), asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: must(asn1.Marshal(value))}}}
		return bag
	}
	keys := must(asn1.Marshal([]safeBag{name(a.keys[0], "Büro"), name(b.keys[0], "home")}))
	safe := must(asn1.Marshal(slices.Concat([]contentInfo{dataOf(keys)}, a.encrypted, b.encrypted)))
	return must(asn1.Marshal(pfx{3, dataOf(safe), macWith(oidSHA256)(safe)})), first, second
}

func TestPKCS12WithSeveralKeys(t *testing.T) {
	file, first, second := twoKeys(t)
	files := Files{P12: File{"two.p12", file}}
	secret := func() ([]byte, error) { return []byte("secret"), nil }
	var several *AmbiguousError
	if _, err := FromPKCS12(files, secret); !errors.As(err, &several) || len(several.Choices) != 2 || several.Choices[0].Alias != "Büro" || several.Choices[1].Name != "RSA Leaf" {
		t.Fatalf("error is %v", err)
	}
	for alias, chain := range map[string][]*x509.Certificate{"büro": first, "home": second, "RSA Leaf": second, several.Choices[0].SHA256[:12]: first} {
		files.Alias = alias
		if id, err := FromPKCS12(files, secret); err != nil || !id.Leaf().Equal(chain[0]) {
			t.Errorf("%s: %v, %v", alias, id, err)
		}
	}
}

// encrypted returns contents under PBES2.
func encrypted(bags []byte, secret string) contentInfo {
	salt, iv := []byte("salt"), make([]byte, aes.BlockSize)
	key := must(pbkdf2.Key(sha256.New, secret, salt, 1, 32))
	padding := aes.BlockSize - len(bags)%aes.BlockSize
	padded := append(bytes.Clone(bags), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(must(aes.NewCipher(key)), iv).CryptBlocks(padded, padded)
	kdf := must(asn1.Marshal(pbkdf2Params{Salt: asn1.RawValue{Tag: asn1.TagOctetString, Bytes: salt}, Iterations: 1, PRF: pkix.AlgorithmIdentifier{Algorithm: objectID(oidHMACSHA256)}}))
	scheme := pbes2Params{
		pkix.AlgorithmIdentifier{Algorithm: objectID(oidPBKDF2), Parameters: asn1.RawValue{FullBytes: kdf}},
		pkix.AlgorithmIdentifier{Algorithm: objectID("2.16.840.1.101.3.4.1.42"), Parameters: asn1.RawValue{Tag: asn1.TagOctetString, Bytes: iv}},
	}
	data := must(asn1.Marshal(encryptedData{Info: encryptedInfo{objectID(oidPKCS7Data),
		pkix.AlgorithmIdentifier{Algorithm: objectID(oidPBES2), Parameters: asn1.RawValue{FullBytes: must(asn1.Marshal(scheme))}},
		asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: padded}}}))
	return contentInfo{objectID(oidPKCS7Encrypted), explicit(data)}
}

// A key that stands among the encrypted contents is found there.
func TestPKCS12WithAKeyInside(t *testing.T) {
	chain := testChain(t, ecKey())
	file := exportPKCS12(t, chain, ecKey(), "-passout", "pass:secret")
	s := must(readPKCS12(file))
	if len(s.keys) != 1 || len(s.encrypted) != 1 {
		t.Fatalf("the file has %d keys and %d encrypted contents", len(s.keys), len(s.encrypted))
	}
	inside := must(asn1.Marshal(s.keys))
	safe := must(asn1.Marshal([]contentInfo{encrypted(inside, "secret"), s.encrypted[0]}))
	id, err := fromPKCS12(must(asn1.Marshal(pfx{3, dataOf(safe), macWith(oidSHA256)(safe)})), nil, func() ([]byte, error) { return []byte("secret"), nil })
	if err != nil || !slices.EqualFunc(id.Chain, chain, (*x509.Certificate).Equal) {
		t.Errorf("%v, %v", id, err)
	}
}
