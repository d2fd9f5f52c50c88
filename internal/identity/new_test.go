package identity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
)

func TestNewKeyIsReadBack(t *testing.T) {
	for _, kind := range []string{"p256", "p384", "rsa2048"} {
		for _, secret := range []string{"", "correct horse"} {
			key := must(NewKey(kind))
			encoded := must(EncodeKey(key, []byte(secret)))
			asked := 0
			got, err := ReadKey(File{Data: encoded}, answer(secret, &asked))
			if err != nil || asked != min(len(secret), 1) {
				t.Fatalf("%s with %q: %v, asked %d times", kind, secret, err, asked)
			}
			same := false
			switch k := key.(type) {
			case *ecdsa.PrivateKey:
				same = k.Equal(got)
			case *rsa.PrivateKey:
				same = k.Equal(got)
			}
			if !same || bytes.Contains(encoded, []byte(secret)) && secret != "" {
				t.Errorf("%s with %q comes back as another", kind, secret)
			}
		}
	}
	if _, err := NewKey("dsa"); err == nil || !strings.Contains(err.Error(), `unknown kind of key "dsa": want one of p256, `) {
		t.Errorf("got %v", err)
	}
}

func TestNewRequest(t *testing.T) {
	subject := Subject{Name: "Acme Signing", Organization: "Acme", Email: "it@acme.com"}
	block, _ := pem.Decode(must(NewRequest(ecKey(), subject)))
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := request.CheckSignature(); err != nil || !ecKey().PublicKey.Equal(request.PublicKey) {
		t.Errorf("the request is not signed by the key: %v", err)
	}
	if request.Subject.String() != "CN=Acme Signing,O=Acme" || request.EmailAddresses[0] != "it@acme.com" || len(request.Extensions) != 3 {
		t.Errorf("the request is for %s, %v", request.Subject, request.EmailAddresses)
	}
}

func TestNewSelfSigned(t *testing.T) {
	subject := Subject{Name: "Acme Signing", Organization: "Acme"}
	id := must(fromPEM(must(NewSelfSigned(ecKey(), subject, testTime, 10)), keyPEM(ecKey()), nil, nil))
	if got := SubjectOf(id.Leaf()); got != subject {
		t.Errorf("the subject is %v", got)
	}
	if a := id.Assess(testTime, x509.NewCertPool()); a.Verdict != NotVerified {
		t.Errorf("the verdict is %s", a.Verdict)
	}
	if a := id.Assess(testTime.AddDate(0, 0, 11), nil); a.Verdict != Unusable {
		t.Errorf("the verdict after its days is %s", a.Verdict)
	}
	if _, err := NewSelfSigned(ecKey(), subject, testTime, 0); err == nil {
		t.Error("a certificate of no days is made")
	}
}

func TestAssess(t *testing.T) {
	chain := testChain(t, ecKey())
	trusting := x509.NewCertPool()
	trusting.AddCert(chain[2])
	solo := certificate(t, "Solo Root", caKey(), nil, nil, authority)
	trusting.AddCert(solo)
	direct := []*x509.Certificate{certificate(t, "Direct", ecKey(), solo, caKey(), nil)}
	alone := certificate(t, "Alone", ecKey(), nil, nil, nil)
	tests := []struct {
		name    string
		chain   []*x509.Certificate
		roots   *x509.CertPool
		verdict Verdict
		root    string
	}{
		{"whole chain", chain, x509.NewCertPool(), NeedsRoot, "Test Root"},
		{"without the root", chain[:2], x509.NewCertPool(), NeedsRoot, "Test Root"},
		{"known root", chain[:2], trusting, Verified, "Test Root"},
		{"intermediate missing", chain[:1], trusting, NotVerified, ""},
		{"self-signed", []*x509.Certificate{alone}, trusting, NotVerified, ""},
		{"by a known root itself", direct, trusting, Verified, "Solo Root"},
		{"by an unknown root itself", direct, x509.NewCertPool(), NotVerified, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id := &Identity{Chain: test.chain}
			got := id.Assess(testTime, test.roots)
			if got.Verdict != test.verdict || got.Root != test.root {
				t.Errorf("got %s, root %q, want %s, %q: %v", got.Verdict, got.Root, test.verdict, test.root, got.Findings)
			}
		})
	}
}
