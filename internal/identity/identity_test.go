package identity

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"syncguard/internal/pki"
)

var (
	testTime = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	caKey  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// certificate issues one to the key; issuer nil means self-signed. change may be nil.
func certificate(t testing.TB, name string, key crypto.Signer, issuer *x509.Certificate, issuerKey crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(int64(len(name))),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             testTime.AddDate(-1, 0, 0),
		NotAfter:              testTime.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	if issuer == nil {
		issuer, issuerKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func authority(template *x509.Certificate) {
	template.IsCA = true
	template.KeyUsage = x509.KeyUsageCertSign
}

// fromPEM gives the files names.
func fromPEM(cert, key []byte, chain [][]byte, pass Passphrase) (*Identity, error) {
	files := Files{Cert: File{"cert.pem", cert}, Chain: chainFiles(chain)}
	if key != nil {
		files.Key = File{"key.pem", key}
	}
	return FromPEM(files, pass)
}

func fromPKCS12(file []byte, chain [][]byte, pass Passphrase) (*Identity, error) {
	return FromPKCS12(Files{P12: File{"id.p12", file}, Chain: chainFiles(chain)}, pass)
}

func chainFiles(chain [][]byte) (files []File) {
	for i, data := range chain {
		files = append(files, File{fmt.Sprintf("chain%d.pem", i+1), data})
	}
	return files
}

// testChain returns leaf, intermediate and root for the key.
func testChain(t testing.TB, key crypto.Signer) []*x509.Certificate {
	t.Helper()
	rootKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	root := certificate(t, "Test Root", rootKey, nil, nil, authority)
	middle := certificate(t, "Test Intermediate", caKey(), root, rootKey, authority)
	return []*x509.Certificate{certificate(t, "Test Leaf", key, middle, caKey(), nil), middle, root}
}

func toPEM(kind string, ders ...[]byte) []byte {
	var b []byte
	for _, der := range ders {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
	}
	return b
}

func certsPEM(certs ...*x509.Certificate) []byte {
	var b []byte
	for _, cert := range certs {
		b = append(b, toPEM("CERTIFICATE", cert.Raw)...)
	}
	return b
}

func keyPEM(key crypto.Signer) []byte {
	return toPEM("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))
}

// answer is a Passphrase that counts how often it is asked.
func answer(secret string, asked *int) Passphrase {
	return func() ([]byte, error) {
		*asked++
		return []byte(secret), nil
	}
}

func TestFromPEMOrdersTheChain(t *testing.T) {
	chain := testChain(t, ecKey())
	leaf, middle, root := chain[0], chain[1], chain[2]
	renewed := certificate(t, "Test Leaf", ecKey(), middle, caKey(), func(c *x509.Certificate) { c.NotAfter = testTime.AddDate(2, 0, 0) })
	stranger := certificate(t, "Stranger", rsaKey(), nil, nil, nil)
	impostor := certificate(t, "Test Intermediate", rsaKey(), nil, nil, authority)
	forged := certificate(t, "Test Intermediate", rsaKey(), nil, nil, func(c *x509.Certificate) {
		authority(c)
		c.SubjectKeyId = middle.SubjectKeyId
	})
	key := keyPEM(ecKey())
	tests := []struct {
		name      string
		cert, key []byte
		chain     [][]byte
		want      []*x509.Certificate
		notes     int
	}{
		{"leaf alone", certsPEM(leaf), key, nil, chain[:1], 0},
		{"all in one file", slices.Concat(certsPEM(leaf, middle, root), key), nil, nil, chain, 0},
		{"key first", slices.Concat(key, certsPEM(leaf, middle)), nil, nil, chain[:2], 0},
		{"root first", certsPEM(root, middle, leaf), key, nil, chain, 0},
		{"chain files", certsPEM(leaf), key, [][]byte{certsPEM(root), certsPEM(middle)}, chain, 0},
		{"chain in DER", leaf.Raw, key, [][]byte{slices.Concat(middle.Raw, root.Raw)}, chain, 0},
		{"certificates beside the key", certsPEM(leaf), slices.Concat(certsPEM(middle), key), nil, chain[:2], 0},
		{"leaf only in a chain file", certsPEM(middle), key, [][]byte{certsPEM(leaf)}, chain[:2], 0},
		{"duplicates", certsPEM(leaf, leaf, middle), key, [][]byte{certsPEM(leaf, middle)}, chain[:2], 0},
		{"gap", certsPEM(leaf, root), key, nil, chain[:1], 1},
		{"strangers, one of them twice", certsPEM(leaf, stranger, stranger, impostor, middle), key, nil, chain[:2], 2},
		{"name and key identifier of the issuer", certsPEM(leaf, forged, middle), key, nil, chain[:2], 1},
		{"renewed leaf", certsPEM(leaf, renewed, middle), key, nil, []*x509.Certificate{renewed, middle}, 1},
		{"text around the blocks", slices.Concat([]byte("Bag Attributes\n"), certsPEM(leaf), []byte("\nsubject=CN\n"), key), nil, nil, chain[:1], 0},
		{"CRLF", bytes.ReplaceAll(slices.Concat(certsPEM(leaf), key), []byte("\n"), []byte("\r\n")), nil, nil, chain[:1], 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id, err := fromPEM(test.cert, test.key, test.chain, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(id.Chain, test.want, (*x509.Certificate).Equal) {
				t.Errorf("chain is %v", names(id.Chain))
			}
			if !ecKey().PublicKey.Equal(id.Signer.Public()) || !id.Leaf().Equal(test.want[0]) {
				t.Error("the key does not belong to the leaf")
			}
			if len(id.notes) != test.notes {
				t.Errorf("notes are %q, want %d", id.notes, test.notes)
			}
		})
	}
}

// TestSHA1ChainIsLinked also shows that a chain which Go refuses to verify is not mistaken for a missing issuer.
func TestSHA1ChainIsLinked(t *testing.T) {
	issuer := certificate(t, "Old Issuer", rsaKey(), nil, nil, authority)
	leaf := certificate(t, "Test Leaf", ecKey(), issuer, rsaKey(), func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })
	id, err := fromPEM(certsPEM(leaf, issuer), keyPEM(ecKey()), nil, nil)
	if err != nil || len(id.Chain) != 2 {
		t.Fatalf("identity is %v, %v", id, err)
	}
	warnings, err := id.Check(testTime)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].String(), "SHA1-RSA") {
		t.Errorf("warnings are %q, %v", warnings, err)
	}
}

func names(certs []*x509.Certificate) []string {
	var all []string
	for _, cert := range certs {
		all = append(all, pki.NameOf(cert))
	}
	return all
}

func TestFromPEMReadsEveryKeyForm(t *testing.T) {
	pkcs8 := func(key crypto.Signer) []byte { return must(x509.MarshalPKCS8PrivateKey(key)) }
	pkcs1, sec1 := x509.MarshalPKCS1PrivateKey(rsaKey()), must(x509.MarshalECPrivateKey(ecKey()))
	parameters := toPEM("EC PARAMETERS", []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7})
	for name, test := range map[string]struct {
		key  crypto.Signer
		file []byte
	}{
		"PKCS#8 RSA":           {rsaKey(), keyPEM(rsaKey())},
		"PKCS#8 ECDSA":         {ecKey(), keyPEM(ecKey())},
		"PKCS#1":               {rsaKey(), toPEM("RSA PRIVATE KEY", pkcs1)},
		"SEC 1":                {ecKey(), toPEM("EC PRIVATE KEY", sec1)},
		"SEC 1 and parameters": {ecKey(), slices.Concat(parameters, toPEM("EC PRIVATE KEY", sec1))},
		"PKCS#8 in DER":        {rsaKey(), pkcs8(rsaKey())},
		"PKCS#1 in DER":        {rsaKey(), pkcs1},
		"SEC 1 in DER":         {ecKey(), sec1},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			id, err := fromPEM(certsPEM(testChain(t, test.key)...), test.file, nil, answer("unused", &asked))
			if err != nil {
				t.Fatal(err)
			}
			if !test.key.(interface{ Equal(crypto.PrivateKey) bool }).Equal(id.Signer) {
				t.Error("it is another key")
			}
			if asked != 0 {
				t.Error("the passphrase was asked for")
			}
		})
	}
}

func TestFromPEMRefuses(t *testing.T) {
	chain := testChain(t, ecKey())
	cert, key := certsPEM(chain[0]), keyPEM(ecKey())
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	cut := bytes.Replace(certsPEM(chain...), []byte("-----END"), []byte("-----"), 1)
	many := bytes.Repeat(certsPEM(chain[0]), maxCertificates+1)
	for name, test := range map[string]struct {
		cert, key []byte
		chain     [][]byte
		want      string
	}{
		"nothing":                   {nil, nil, nil, "cert.pem: is empty"},
		"text":                      {[]byte("hello"), key, nil, "cert.pem: unknown file format: want PEM, or a certificate, PKCS#7 or private key in DER"},
		"too large":                 {make([]byte, maxInput+1), key, nil, "at most 1048576 are allowed"},
		"key file too large":        {cert, make([]byte, maxInput+1), nil, "key.pem: file has"},
		"chain file too large":      {cert, key, [][]byte{cert, make([]byte, maxInput+1)}, "chain2.pem: file has"},
		"key too large":             {cert, toPEM("PRIVATE KEY", make([]byte, maxKey+1)), nil, "at most 16384 are allowed"},
		"no key":                    {cert, nil, nil, "cert.pem: holds no private key, but a certificate"},
		"no key in the key file":    {cert, cert, nil, "key.pem: holds no private key, but a certificate"},
		"no certificate":            {key, nil, nil, "cert.pem: holds no certificate, but a private key"},
		"another key":               {cert, keyPEM(rsaKey()), nil, `does not match the certificate "Test Leaf"`},
		"key of none":               {certsPEM(chain...), keyPEM(rsaKey()), nil, "matches none of the 3 certificates"},
		"Ed25519 key of none":       {cert, keyPEM(edKey), nil, "does not match"},
		"too many certificates":     {many, key, nil, "there are 101 certificates, at most 100 are allowed"},
		"damaged block":             {cut, key, nil, "PEM blocks damaged: 1 of 3"},
		"damaged certificate":       {toPEM("CERTIFICATE", []byte("x")), key, nil, "cert.pem: reading PEM block 1, CERTIFICATE: "},
		"damaged key":               {cert, toPEM("PRIVATE KEY", []byte("x")), nil, "the private key is damaged"},
		"damaged encrypted key":     {cert, toPEM("ENCRYPTED PRIVATE KEY", []byte("x")), nil, "the private key is damaged"},
		"OpenSSH key":               {cert, toPEM("OPENSSH PRIVATE KEY", []byte("x")), nil, "key.pem: reading PEM block 1, OPENSSH PRIVATE KEY: the private key is in OpenSSH form"},
		"key agreement key":         {cert, toPEM("PRIVATE KEY", x25519PKCS8), nil, "cannot sign"},
		"certificate of huge key":   {certsPEM(withHugeKey(t)), key, nil, "has an RSA key of 8200 bits, at most 8192 are allowed"},
		"second chain file is text": {cert, key, [][]byte{cert, []byte("x")}, "chain2.pem: unknown file format"},
	} {
		id, err := fromPEM(test.cert, test.key, test.chain, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || id != nil {
			t.Errorf("%s: error is %v, want one with %q", name, err, test.want)
		}
	}
}

// x25519PKCS8 is a private key that can only agree on keys: RFC 8410 with 32 zero octets.
var x25519PKCS8 = append([]byte{0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20}, make([]byte, 32)...)

func withHugeKey(t *testing.T) *x509.Certificate {
	t.Helper()
	key := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 8199, 1), E: 65537}
	return certificate(t, "huge", anySigner{public: key}, testChain(t, ecKey())[1], caKey(), nil)
}

// anySigner claims a public key.
type anySigner struct {
	public crypto.PublicKey
	crypto.Signer
}

func (a anySigner) Public() crypto.PublicKey { return a.public }

func TestNameAndFormatHideTheKey(t *testing.T) {
	key := ecKey()
	chain := testChain(t, key)
	unnamed := certificate(t, "", key, nil, nil, func(c *x509.Certificate) { c.Subject = pkix.Name{Organization: []string{"ACME"}} })
	nameless := certificate(t, "", key, nil, nil, func(c *x509.Certificate) { c.Subject = pkix.Name{} })
	for want, id := range map[string]*Identity{
		"Test Leaf":                      {Signer: key, Chain: chain},
		"O=ACME":                         {Signer: key, Chain: []*x509.Certificate{unnamed}},
		"certificate without a name":     {Signer: key, Chain: []*x509.Certificate{nameless}},
		"development identity":           {Signer: key, Chain: chain, Development: true},
		"identity without a certificate": {Signer: key},
	} {
		if id.Name() != want {
			t.Errorf("name is %q, want %q", id.Name(), want)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			if got := fmt.Sprintf(verb, id); got != want {
				t.Errorf("%s prints %q", verb, got)
			}
		}
		if got := string(must(json.Marshal(id))); got != `"`+want+`"` {
			t.Errorf("JSON is %s", got)
		}
	}
	if leaf := (&Identity{}).Leaf(); leaf != nil {
		t.Errorf("leaf of an empty chain is %v", leaf)
	}
}

func TestPassphraseErrorIsPassedOn(t *testing.T) {
	interrupted := errors.New("interrupted")
	_, err := Passphrase(func() ([]byte, error) { return nil, interrupted }).ask()
	if !errors.Is(err, interrupted) {
		t.Errorf("error is %v", err)
	}
}
