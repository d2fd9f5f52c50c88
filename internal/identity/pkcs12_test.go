package identity

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

func TestPKCS12OfOpenSSL(t *testing.T) {
	const pass = "pass:correct horse"
	for name, options := range map[string][]string{
		"today's":          nil,
		"legacy":           {"-legacy"},
		"triple DES":       {"-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"},
		"certs in clear":   {"-certpbe", "NONE"},
		"SHA-512 MAC":      {"-macalg", "sha512"},
		"other iterations": {"-iter", "100000"},
	} {
		for kind, key := range map[string]crypto.Signer{"RSA": rsaKey(), "ECDSA": ecKey()} {
			t.Run(name+" "+kind, func(t *testing.T) {
				chain := testChain(t, key)
				file := exportPKCS12(t, chain, key, append(options, "-passout", pass)...)
				decryptCases(t, func(pass Passphrase) (*Identity, error) { return fromPKCS12(file, nil, pass) })
				id, err := fromPKCS12(file, nil, func() ([]byte, error) { return []byte("correct horse"), nil })
				if err != nil || !slices.EqualFunc(id.Chain, chain, (*x509.Certificate).Equal) {
					t.Errorf("identity is %v, %v", id, err)
				}
			})
		}
	}
	t.Run("no passphrase", func(t *testing.T) {
		file := exportPKCS12(t, testChain(t, ecKey()), ecKey(), "-passout", "pass:")
		if _, err := fromPKCS12(file, nil, nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("no MAC", func(t *testing.T) {
		file := exportPKCS12(t, testChain(t, ecKey()), ecKey(), "-nomac", "-passout", pass)
		if _, err := fromPKCS12(file, nil, nil); err == nil || !strings.Contains(err.Error(), "the PKCS#12 has no MAC") {
			t.Errorf("error is %v", err)
		}
	})
}

func exportPKCS12(t *testing.T, chain []*x509.Certificate, key crypto.Signer, options ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "all.pem")
	if err := os.WriteFile(path, append(keyPEM(key), certsPEM(chain...)...), 0o600); err != nil {
		t.Fatal(err)
	}
	return openssl(t, nil, append([]string{"pkcs12", "-export", "-in", path}, options...)...)
}

// encodePKCS12 makes a file with 4242 iterations everywhere, and the passphrase "secret".
func encodePKCS12(t testing.TB, encoder *pkcs12.Encoder) []byte {
	t.Helper()
	chain := testChain(t, ecKey())
	file, err := encoder.WithIterations(4242).Encode(ecKey(), chain[0], chain[1:2], "secret")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPKCS12TakesChainFiles(t *testing.T) {
	chain := testChain(t, ecKey())
	file := must(pkcs12.Modern.Encode(ecKey(), chain[0], nil, ""))
	id, err := fromPKCS12(file, [][]byte{certsPEM(chain[2]), chain[1].Raw}, nil)
	if err != nil || !slices.EqualFunc(id.Chain, chain, (*x509.Certificate).Equal) {
		t.Errorf("identity is %v, %v", id, err)
	}
	if _, err := fromPKCS12(file, [][]byte{[]byte("x")}, nil); err == nil || !strings.Contains(err.Error(), "chain1.pem: unknown file format") {
		t.Errorf("error is %v", err)
	}
}

func TestPKCS12BombsFailAtOnce(t *testing.T) {
	for name, encoder := range map[string]*pkcs12.Encoder{
		"2026": pkcs12.Modern2026, "2023": pkcs12.Modern2023, "triple DES": pkcs12.LegacyDES, "RC2": pkcs12.LegacyRC2,
	} {
		t.Run(name, func(t *testing.T) {
			file := encodePKCS12(t, encoder)
			if _, err := fromPKCS12(file, nil, func() ([]byte, error) { return []byte("secret"), nil }); err != nil {
				t.Fatalf("the harmless file: %v", err)
			}
			places := 0
			for ; ; places++ {
				bomb, found := replaceInteger(t, file, 4242, 1<<31-1, places)
				if !found {
					break
				}
				start, asked := time.Now(), 0
				_, err := fromPKCS12(bomb, nil, answer("secret", &asked))
				if err == nil || !strings.Contains(err.Error(), "asks for 2147483647 iterations") || asked > 0 {
					t.Errorf("place %d: error is %v, asked %d times", places, err, asked)
				}
				if took := time.Since(start); took > time.Second {
					t.Errorf("place %d: took %v", places, took)
				}
			}
			if places < 3 { // the MAC, the certificates and the key
				t.Errorf("found only %d places", places)
			}
		})
	}
}

// replaceInteger changes one INTEGER of a value, chosen by skipping others, wherever it is nested.
func replaceInteger(t testing.TB, der []byte, from, to int64, skip int) (changed []byte, found bool) {
	t.Helper()
	var walk func(der []byte) []byte
	walk = func(der []byte) []byte {
		var out []byte
		for len(der) > 0 {
			var value asn1.RawValue
			rest := must(asn1.Unmarshal(der, &value))
			der = rest
			var inner asn1.RawValue
			left, err := asn1.Unmarshal(value.Bytes, &inner)
			isWrapper := value.Tag == asn1.TagOctetString && len(value.Bytes) > 64 && // longer than salts and digests
				err == nil && len(left) == 0 && inner.Tag == asn1.TagSequence
			switch {
			case value.IsCompound || isWrapper:
				value.Bytes, value.FullBytes = walk(value.Bytes), nil
			case bytes.Equal(value.FullBytes, must(asn1.Marshal(from))):
				if skip == 0 {
					value.FullBytes, found = must(asn1.Marshal(to)), true
				}
				skip--
			}
			out = append(out, must(asn1.Marshal(value))...)
		}
		return out
	}
	return walk(der), found
}

func TestPKCS12Refuses(t *testing.T) {
	file := encodePKCS12(t, pkcs12.Modern)
	chain := testChain(t, ecKey())
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":      {nil, "id.p12: is empty"},
		"text":         {[]byte("hello"), "id.p12: is not PKCS#12, or is damaged"},
		"PEM":          {certsPEM(chain...), "id.p12: is not PKCS#12, but separate certificates or keys"},
		"certificate":  {chain[0].Raw, "is not PKCS#12, but separate certificates or keys"},
		"too large":    {make([]byte, maxInput+1), "at most 1048576 are allowed"},
		"cut off":      {file[:len(file)-1], "is not PKCS#12, or is damaged"},
		"bytes behind": {append(bytes.Clone(file), 0), "is not PKCS#12, or is damaged"},
		"trust store":  {must(pkcs12.Modern.EncodeTrustStore(chain, "")), "holds no private key"},
		"another key":  {must(pkcs12.Modern.Encode(rsaKey(), chain[0], nil, "")), "does not match the certificate"},
	} {
		_, err := fromPKCS12(test.file, nil, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error is %v, want one with %q", name, err, test.want)
		}
	}
	if _, err := fromPEM(file, nil, nil, nil); err == nil || !strings.Contains(err.Error(), "is PKCS#12, want PEM or DER") {
		t.Errorf("FromPEM says %v", err)
	}
	if _, err := fromPEM(certsPEM(chain...), file, nil, nil); err == nil || !strings.Contains(err.Error(), "is PKCS#12, want PEM or DER") {
		t.Errorf("FromPEM with it as the key says %v", err)
	}
}

func TestPKCS12PassphraseBeyondUCS2(t *testing.T) {
	_, err := fromPKCS12(encodePKCS12(t, pkcs12.Modern), nil, func() ([]byte, error) { return []byte("sec\U0001F511ret"), nil })
	if !errors.Is(err, ErrWrongPassphrase) || strings.Contains(err.Error(), "\U0001F511") {
		t.Errorf("error is %v", err)
	}
}

// FuzzPKCS12NeverPanics checks files that ask for little work.
func FuzzPKCS12NeverPanics(f *testing.F) {
	chain := testChain(f, ecKey())
	for _, encoder := range []*pkcs12.Encoder{pkcs12.Modern2026, pkcs12.Modern2023, pkcs12.LegacyRC2, pkcs12.Passwordless} {
		passphrase := "secret"
		if encoder == pkcs12.Passwordless {
			passphrase = ""
		}
		f.Add(must(encoder.WithIterations(1).Encode(ecKey(), chain[0], chain[1:], passphrase)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := readPKCS12(file); err != nil {
			return
		}
		start, asked := time.Now(), 0
		id, err := fromPKCS12(file, nil, answer("secret", &asked))
		if (id == nil) == (err == nil) || asked > 1 {
			t.Fatalf("identity %v, error %v, asked %d times", id, err, asked)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Fatalf("took %v", took)
		}
	})
}

// FuzzPKCS12ContentsNeverPanic gives what the MAC covers the right MAC, so that all behind it is reached.
func FuzzPKCS12ContentsNeverPanic(f *testing.F) {
	chain := testChain(f, ecKey())
	for _, encoder := range []*pkcs12.Encoder{pkcs12.Modern2026, pkcs12.Modern2023, pkcs12.LegacyRC2, pkcs12.LegacyDES} {
		f.Add(must(readPKCS12(must(encoder.WithIterations(1).Encode(ecKey(), chain[0], chain[1:], "secret")))).safe)
	}
	f.Add(must(readPKCS12(keysInside(f, "secret", 1, 2))).safe)
	f.Fuzz(func(t *testing.T, safe []byte) {
		file, err := asn1.Marshal(pfx{3, dataOf(safe), macWith(oidSHA256)(safe)})
		if err != nil || len(file) > maxInput {
			return
		}
		if s, err := readPKCS12(file); err != nil || s.work > 1000 {
			return
		}
		if id, err := fromPKCS12(file, nil, func() ([]byte, error) { return []byte("secret"), nil }); (id == nil) == (err == nil) {
			t.Fatalf("identity %v, error %v", id, err)
		}
	})
}
