package identity

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"software.sslmate.com/src/go-pkcs12"
)

// Every form in which tools write certificates yields the same ones.
func TestCertificatesOfEveryForm(t *testing.T) {
	chain := testChain(t, ecKey())
	all := certsPEM(chain...)
	bundle := openssl(t, nil, "crl2pkcs7", "-nocrl", "-certfile", writeTemp(t, all), "-outform", "DER")
	trusted := func(args ...string) []byte {
		return openssl(t, certsPEM(chain[1]), append([]string{"x509", "-trustout", "-addtrust", "emailProtection", "-setalias", "x"}, args...)...)
	}
	for name, test := range map[string]struct {
		data []byte
		want []*x509.Certificate
	}{
		"PEM":                       {all, chain},
		"PEM with key between":      {slices.Concat(certsPEM(chain[0]), keyPEM(ecKey()), certsPEM(chain[1:]...)), chain},
		"text around":               {slices.Concat([]byte("Bag Attributes\n    friendlyName: x\n"), all, []byte("\nend\n")), chain},
		"X509 CERTIFICATE":          {bytes.ReplaceAll(all, []byte(" CERTIFICATE"), []byte(" X509 CERTIFICATE")), chain},
		"TRUSTED CERTIFICATE":       {trusted(), chain[1:2]},
		"trusted in DER":            {trusted("-outform", "DER"), chain[1:2]},
		"PKCS#7":                    {bundle, chain},
		"PKCS#7 in BER":             {asBER(t, bundle, 4), chain},
		"PKCS#7 in PEM":             {toPEM("PKCS7", bundle), chain},
		"CMS in PEM":                {toPEM("CMS", bundle), chain},
		"PKCS #7 SIGNED DATA":       {toPEM("PKCS #7 SIGNED DATA", bundle), chain},
		"PKCS#7 in base64":          {[]byte(base64.StdEncoding.EncodeToString(bundle) + "\n"), chain},
		"PKCS#7 and PEM":            {slices.Concat(toPEM("PKCS7", bundle), certsPEM(chain[0])), append(slices.Clone(chain), chain[0])},
		"DER":                       {chain[0].Raw, chain[:1]},
		"DER one after the other":   {slices.Concat(chain[0].Raw, chain[1].Raw), chain[:2]},
		"base64":                    {[]byte(base64.StdEncoding.EncodeToString(chain[0].Raw)), chain[:1]},
		"CRLF":                      {bytes.ReplaceAll(all, []byte("\n"), []byte("\r\n")), chain},
		"UTF-8 byte order mark":     {slices.Concat([]byte("\xef\xbb\xbf"), all), chain},
		"UTF-16 of PowerShell":      {utf16File(all, binary.LittleEndian), chain},
		"UTF-16 of another machine": {utf16File(all, binary.BigEndian), chain},
		"a request beside it":       {slices.Concat(toPEM("CERTIFICATE REQUEST", []byte("x")), certsPEM(chain[0])), chain[:1]},
	} {
		certs, err := Certificates(File{"f", test.data})
		if err != nil || !slices.EqualFunc(certs, test.want, (*x509.Certificate).Equal) {
			t.Errorf("%s: %d certificates, %v, want %d", name, len(certs), err, len(test.want))
		}
	}
}

func writeTemp(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func utf16File(text []byte, order binary.AppendByteOrder) []byte {
	out := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// A file that yields nothing is an error that names it, and says what it holds and what to do.
func TestFilesThatYieldNothing(t *testing.T) {
	chain := testChain(t, ecKey())
	cert, key := certsPEM(chain[0]), keyPEM(ecKey())
	rejecting := openssl(t, cert, "x509", "-trustout", "-addreject", "emailProtection")
	request := must(NewRequest(ecKey(), Subject{Name: "x"}))
	store := must(pkcs12.Modern.Encode(ecKey(), chain[0], nil, "secret"))
	for name, test := range map[string]struct {
		data       []byte
		want, help string
	}{
		"empty":             {nil, "my file: is empty", ""},
		"blank":             {[]byte(" \r\n"), "my file: is empty", ""},
		"only a mark":       {[]byte("\xef\xbb\xbf"), "my file: is empty", ""},
		"text":              {[]byte("hello"), "my file: unknown file format", ""},
		"key":               {key, "my file: holds no certificate, but a private key", "give it with --key"},
		"request":           {request, "my file: holds no certificate, but a certificate request", ""},
		"public key":        {toPEM("PUBLIC KEY", []byte("x")), "but a block of type PUBLIC KEY", ""},
		"rejected":          {rejecting, `the trust settings reject the certificate "Test Leaf"`, "openssl x509 -in 'my file'"},
		"PKCS#12":           {store, "my file: is PKCS#12", "openssl pkcs12 -in 'my file' -nokeys"},
		"PKCS#12 in base64": {[]byte(base64.StdEncoding.EncodeToString(store)), "my file: is PKCS#12", "--p12"},
		"PKCS#12 in PEM":    {toPEM("PKCS12", store), "is PKCS#12", "--p12"},
		"Java keystore":     {[]byte("\xfe\xed\xfe\xed\x00\x00\x00\x02"), "my file: is a Java keystore", "keytool -importkeystore -srckeystore 'my file'"},
		"PuTTY":             {[]byte("PuTTY-User-Key-File-3: ssh-rsa\n"), "is a private key in PuTTY format", "puttygen 'my file'"},
		"bytes behind":      {slices.Concat(chain[0].Raw, []byte("\x02\x01\x01")), "unexpected data after the certificate", ""},
		"cut off PKCS#7":    {openssl(t, cert, "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", "-outform", "DER")[:200], "reading PKCS#7: ", ""},
	} {
		for flag, read := range map[string]func() error{
			"roots": func() error { _, err := Certificates(File{"my file", test.data}); return err },
			"cert": func() error {
				_, err := FromPEM(Files{Cert: File{"my file", test.data}, Key: File{"k", key}}, nil)
				return err
			},
			"chain": func() error {
				_, err := FromPEM(Files{Cert: File{"c", cert}, Key: File{"k", key}, Chain: []File{{"good", cert}, {"my file", test.data}}}, nil)
				return err
			},
		} {
			err := read()
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "my file: ") {
				t.Errorf("%s as --%s: error is %v, want one with %q", name, flag, err, test.want)
			}
			var problem *Problem
			if errors.As(err, &problem) && !strings.Contains(problem.Help, test.help) || problem == nil && test.help != "" {
				t.Errorf("%s as --%s: help is %+v, want %q", name, flag, problem, test.help)
			}
		}
	}
}

// What is said of a certificate names the file that it is from.
func TestNotesNameTheFile(t *testing.T) {
	chain := testChain(t, ecKey())
	stray := certificate(t, "Stray", rsaKey(), nil, nil, nil)
	id := must(fromPEM(certsPEM(chain[0]), keyPEM(ecKey()), [][]byte{certsPEM(chain[1:]...), certsPEM(stray)}, nil))
	found := must(id.Check(testTime.AddDate(0, 1, 0)))
	if len(found) != 1 || found[0].Message != `certificate "Stray" of chain2.pem is not in the chain of "Test Leaf" and is left out` {
		t.Errorf("findings are %v", found)
	}
	if id.FileOf(id.Chain[1]) != "chain1.pem" {
		t.Errorf("the intermediate is from %q", id.FileOf(id.Chain[1]))
	}
}

// Of several keys the one that has a certificate is taken; of several such, the one that is asked for.
func TestSeveralKeys(t *testing.T) {
	ec, other := testChain(t, ecKey()), testChain(t, rsaKey())
	keys := slices.Concat(keyPEM(ecKey()), keyPEM(rsaKey()))
	id, err := FromPEM(Files{Cert: File{"c", certsPEM(ec...)}, Key: File{"k", keys}}, nil)
	if err != nil || !id.Leaf().Equal(ec[0]) {
		t.Errorf("the only fitting key: %v, %v", id, err)
	}
	rsaLeaf := certificate(t, "RSA Leaf", rsaKey(), other[1], caKey(), nil)
	files := Files{Cert: File{"both.pem", slices.Concat(keys, certsPEM(ec[0], rsaLeaf))}}
	var several *AmbiguousError
	if _, err := FromPEM(files, nil); !errors.As(err, &several) || len(several.Choices) != 2 || err.Error() != "both.pem: holds 2 private keys with certificates, want one" {
		t.Fatalf("error is %v", err)
	}
	colons := strings.ToUpper(several.Choices[1].SHA256[:2] + ":" + several.Choices[1].SHA256[2:10])
	for _, alias := range []string{"RSA Leaf", several.Choices[1].SHA256, several.Choices[1].SHA256[:8], colons} {
		files.Alias = alias
		if id, err := FromPEM(files, nil); err != nil || !id.Leaf().Equal(rsaLeaf) {
			t.Errorf("%q: %v, %v", alias, id, err)
		}
	}
	for _, alias := range []string{"rsa leaf", several.Choices[1].SHA256[:7], "nobody"} {
		files.Alias = alias
		if _, err := FromPEM(files, nil); !errors.As(err, &several) || several.Alias != alias {
			t.Errorf("%q: %v", alias, err)
		}
	}
}

// However many keys are encrypted, a person is asked once, and the work is bounded for all of them together.
func TestSeveralEncryptedKeys(t *testing.T) {
	const pass = "pass:correct horse"
	encrypted := openssl(t, keyPEM(ecKey()), "pkcs8", "-topk8", "-passout", pass)
	files := Files{Cert: File{"c", certsPEM(testChain(t, rsaKey())...)}, Key: File{"k", slices.Concat(encrypted, keyPEM(rsaKey()), encrypted)}}
	asked := 0
	if _, err := FromPEM(files, answer("correct horse", &asked)); err != nil || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
	slow := toPEM("ENCRYPTED PRIVATE KEY", sealed(oidPBKDF2, pbkdf2Plain{make([]byte, 8), 6_000_000}, aes256, make([]byte, 16), make([]byte, 128)))
	files.Key.Data = slices.Concat(slow, slow)
	if _, err := FromPEM(files, answer("correct horse", &asked)); err == nil || !strings.Contains(err.Error(), "the parts of the file together ask for 12000000 iterations") || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}
