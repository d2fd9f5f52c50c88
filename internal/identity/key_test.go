package identity

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"syncguard/internal/e2e"
)

// openssl runs the real program over stdin.
func openssl(t *testing.T, stdin []byte, args ...string) []byte {
	t.Helper()
	return e2e.Tool(t, stdin, "openssl", args...)
}

// decryptCases holds what every encrypted form must do with passphrases.
func decryptCases(t *testing.T, read func(Passphrase) (*Identity, error)) {
	t.Helper()
	asked := 0
	if id, err := read(answer("correct horse", &asked)); err != nil || id.Signer == nil || asked != 1 {
		t.Errorf("with the passphrase: %v, asked %d times", err, asked)
	}
	if _, err := read(nil); !errors.Is(err, ErrPassphraseNeeded) {
		t.Errorf("without one: %v", err)
	}
	for _, wrong := range []string{"", "wrong"} {
		if _, err := read(answer(wrong, &asked)); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("with %q: %v", wrong, err)
		}
	}
	var handed []byte
	read(func() ([]byte, error) { handed = []byte("correct horse"); return handed, nil })
	if !bytes.Equal(handed, make([]byte, len(handed))) {
		t.Errorf("the passphrase is left in memory as %q", handed)
	}
}

func TestEncryptedKeysOfOpenSSL(t *testing.T) {
	const pass = "pass:correct horse"
	rsaFile, ecFile := keyPEM(rsaKey()), keyPEM(ecKey())
	rsaCerts, ecCerts := certsPEM(testChain(t, rsaKey())...), certsPEM(testChain(t, ecKey())...)
	pkcs8 := []string{"pkcs8", "-topk8", "-passout", pass}
	for name, test := range map[string]struct {
		certs, key []byte
		args       []string
	}{
		"AES-256":                  {rsaCerts, rsaFile, append(pkcs8, "-v2", "aes-256-cbc")},
		"AES-192":                  {ecCerts, ecFile, append(pkcs8, "-v2", "aes-192-cbc")},
		"AES-128, SHA-1":           {ecCerts, ecFile, append(pkcs8, "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1")},
		"triple DES":               {ecCerts, ecFile, append(pkcs8, "-v2", "des3")},
		"scrypt":                   {ecCerts, ecFile, append(pkcs8, "-scrypt")},
		"PKCS#8 in DER":            {ecCerts, ecFile, append(pkcs8, "-outform", "DER")},
		"traditional RSA, AES-256": {rsaCerts, rsaFile, []string{"rsa", "-traditional", "-aes256", "-passout", pass}},
		"traditional RSA, 3DES":    {rsaCerts, rsaFile, []string{"rsa", "-traditional", "-des3", "-passout", pass}},
		"traditional EC, AES-128":  {ecCerts, ecFile, []string{"ec", "-aes128", "-passout", pass}},
	} {
		t.Run(name, func(t *testing.T) {
			key := openssl(t, test.key, test.args...)
			decryptCases(t, func(pass Passphrase) (*Identity, error) { return fromPEM(test.certs, key, nil, pass) })
		})
	}
	for name, args := range map[string][]string{
		"PBES1":         append(pkcs8, "-v1", "PBE-SHA1-3DES"),
		"SHA-512":       append(pkcs8, "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"),
		"Camellia":      append(pkcs8, "-v2", "camellia-256-cbc"),
		"Camellia, old": {"ec", "-camellia256", "-passout", pass},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			_, err := fromPEM(ecCerts, openssl(t, ecFile, args...), nil, answer("correct horse", &asked))
			if err == nil || !strings.Contains(err.Error(), "openssl pkcs8 -topk8 -v2 aes-256-cbc") {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// sealed builds an encrypted PKCS#8 key from parameters; there is no key inside.
func sealed(kdf string, kdfParams any, cipher string, iv, data []byte) []byte {
	scheme := pbes2Params{KDF: algorithm(kdf, kdfParams), Scheme: algorithm(cipher, iv)}
	return must(asn1.Marshal(encryptedKey{Algorithm: algorithm(oidPBES2, scheme), Data: data}))
}

func algorithm(oid string, params any) pkix.AlgorithmIdentifier {
	var arcs asn1.ObjectIdentifier
	for arc := range strings.SplitSeq(oid, ".") {
		arcs = append(arcs, must(strconv.Atoi(arc)))
	}
	return pkix.AlgorithmIdentifier{Algorithm: arcs, Parameters: asn1.RawValue{FullBytes: must(asn1.Marshal(params))}}
}

type (
	pbkdf2Plain struct {
		Salt       []byte
		Iterations int64
	}
	pbkdf2WithLength struct {
		Salt              []byte
		Iterations, Bytes int64
	}
	scryptPlain struct {
		Salt    []byte
		N, R, P int64
	}
)

const aes256 = "2.16.840.1.101.3.4.1.42"

func TestKeyBombsFailAtOnce(t *testing.T) {
	salt, iv, data := make([]byte, 8), make([]byte, 16), make([]byte, 128)
	pbkdf2 := func(n int64) []byte { return sealed(oidPBKDF2, pbkdf2Plain{salt, n}, aes256, iv, data) }
	scrypt := func(n, r, p int64) []byte { return sealed(oidScrypt, scryptPlain{salt, n, r, p}, aes256, iv, data) }
	for name, test := range map[string]struct {
		key  []byte
		want string
	}{
		"2^31-1 iterations":         {pbkdf2(1<<31 - 1), "asks for 2147483647 iterations, want 1 to 10000000"},
		"one too many":              {pbkdf2(maxIterations + 1), "asks for 10000001 iterations"},
		"no iterations":             {pbkdf2(0), "asks for 0 iterations"},
		"negative iterations":       {pbkdf2(-1), "asks for -1 iterations"},
		"scrypt, 2^40 blocks":       {scrypt(1<<40, 8, 1), "more than 256 MiB of memory"},
		"scrypt, huge blocks":       {scrypt(2, 1<<60, 1), "more than 256 MiB of memory"},
		"scrypt, just too large":    {scrypt(1<<18, 9, 1), "more than 256 MiB of memory"},
		"scrypt, parallel":          {scrypt(1<<14, 8, 1<<40), "too much work"},
		"scrypt, no power of two":   {scrypt(1000, 8, 1), "parameters of the encryption are damaged"},
		"scrypt, negative":          {scrypt(1<<14, -8, 1), "parameters of the encryption are damaged"},
		"scrypt, nothing":           {scrypt(0, 0, 0), "parameters of the encryption are damaged"},
		"no KDF parameters":         {sealed(oidPBKDF2, 5, aes256, iv, data), "parameters of the encryption are damaged"},
		"unknown KDF":               {sealed("1.2.3", 5, aes256, iv, data), "key derivation of the private key is not supported"},
		"stated key length":         {sealed(oidPBKDF2, pbkdf2WithLength{salt, 2048, 32}, aes256, iv, data), "key derivation of the private key is not supported"},
		"unknown cipher":            {sealed(oidPBKDF2, pbkdf2Plain{salt, 1}, "1.2.3", iv, data), "cipher of the private key is not supported"},
		"short IV":                  {sealed(oidPBKDF2, pbkdf2Plain{salt, 1}, aes256, iv[:15], data), "encryption parameters of the private key are damaged"},
		"part of a block":           {sealed(oidPBKDF2, pbkdf2Plain{salt, 1}, aes256, iv, data[:17]), "the encrypted private key is truncated"},
		"no data":                   {sealed(oidPBKDF2, pbkdf2Plain{salt, 1}, aes256, iv, nil), "the encrypted private key is truncated"},
		"good, with nothing inside": {pbkdf2(1000), ErrWrongPassphrase.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			start, asked := time.Now(), 0
			_, err := readKey(&pem.Block{Bytes: test.key}, answer("secret", &asked))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", err, test.want)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %v", took)
			}
			if wanted := strings.HasPrefix(name, "good"); (asked > 0) != wanted {
				t.Errorf("asked for the passphrase %d times", asked)
			}
		})
	}
}

// FuzzReadKeyNeverPanics gives every file a passphrase, so that the decryption is reached too.
func FuzzReadKeyNeverPanics(f *testing.F) {
	salt, iv, data := make([]byte, 8), make([]byte, 16), make([]byte, 128)
	for _, der := range [][]byte{
		sealed(oidPBKDF2, pbkdf2Plain{salt, 1}, aes256, iv, data),
		sealed(oidScrypt, scryptPlain{salt, 16, 1, 1}, aes256, iv, data),
		sealed(oidPBKDF2, pbkdf2Plain{salt, 1}, "1.2.840.113549.3.7", iv[:8], data),
		must(x509.MarshalECPrivateKey(ecKey())),
	} {
		f.Add(toPEM("PRIVATE KEY", der))
		f.Add(der)
	}
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		found, err := File{Data: file}.readContents()
		if err != nil {
			return
		}
		for _, block := range found.keys {
			if isSlow(block.Bytes) {
				continue
			}
			asked := 0
			signer, err := readKey(block, answer("secret", &asked))
			if (signer == nil) == (err == nil) || asked > 1 {
				t.Fatalf("signer %T, error %v, asked %d times", signer, err, asked)
			}
		}
	})
}

// isSlow says whether a key asks for work that is allowed, and too much for a fuzzer.
func isSlow(der []byte) bool {
	encrypted, _ := parseEncrypted(der)
	var scheme pbes2Params
	if unmarshalDER(encrypted.Algorithm.Parameters.FullBytes, &scheme) != nil {
		return false
	}
	var pbkdf2 pbkdf2Params
	if unmarshalDER(scheme.KDF.Parameters.FullBytes, &pbkdf2) == nil && pbkdf2.Iterations > 1000 {
		return true
	}
	var scrypt scryptParams
	return unmarshalDER(scheme.KDF.Parameters.FullBytes, &scrypt) == nil && scrypt.Cost > 1000
}
