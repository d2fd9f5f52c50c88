package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	chain := testChain(t, ecKey())
	middle := chain[1]
	leaf := func(key crypto.Signer, change func(*x509.Certificate)) []*x509.Certificate {
		return []*x509.Certificate{certificate(t, "Test Leaf", key, middle, caKey(), change), middle}
	}
	oldMiddle := certificate(t, "Old", caKey(), nil, nil, func(c *x509.Certificate) { authority(c); c.NotAfter = testTime.AddDate(0, 0, -1) })
	weakRSA := anySigner{public: &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1535, 1), E: 65537}}
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	p521 := must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	tests := []struct {
		name  string
		chain []*x509.Certificate
		notes []string
		now   time.Time
		want  []string
		err   string
	}{
		{"good", chain, nil, testTime, nil, ""},
		{"good without the root", chain[:2], nil, testTime, nil, ""},
		{"last second", chain, nil, chain[0].NotAfter, []string{`"Test Leaf" expires on 2027-03-04`}, ""},
		{"31 days left", chain, nil, chain[0].NotAfter.AddDate(0, 0, -31), nil, ""},
		{"29 days left", chain, nil, chain[0].NotAfter.AddDate(0, 0, -29), []string{"expires on"}, ""},
		{"expired", chain, nil, chain[0].NotAfter.Add(time.Second), nil, `certificate "Test Leaf" expired on 2027-03-04`},
		{"not yet valid", chain, nil, chain[0].NotBefore.Add(-time.Second), nil, `is not valid before 2025-03-04`},
		{"issuer missing", chain[:1], nil, testTime, []string{`the chain lacks "CN=Test Intermediate", the issuer of certificate "Test Leaf", so devices show "Not Verified"`}, ""},
		{"self-signed", []*x509.Certificate{certificate(t, "Alone", ecKey(), nil, nil, nil)}, nil, testTime, []string{"is self-signed"}, ""},
		{"expired intermediate", []*x509.Certificate{chain[0], oldMiddle}, nil, testTime, []string{`"Old" in the chain is valid only from 2025-03-04 to 2026-03-03`}, ""},
		{"certificate authority", leaf(ecKey(), func(c *x509.Certificate) { c.IsCA = true }), nil, testTime, []string{"certificate authority"}, ""},
		{"key usage", leaf(ecKey(), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), nil, testTime, []string{`without "digitalSignature"`}, ""},
		{"key usage of a notary", leaf(ecKey(), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageContentCommitment }), nil, testTime, nil, ""},
		{"weak intermediate", []*x509.Certificate{chain[0], certificate(t, "Weak", weakRSA, middle, caKey(), authority)}, nil, testTime, []string{`"Weak" in the chain has an RSA key of 1536 bits`}, ""},
		{"no key usage at all", leaf(ecKey(), func(c *x509.Certificate) { c.KeyUsage = 0 }), nil, testTime, nil, ""},
		{"weak RSA", leaf(weakRSA, nil), nil, testTime, nil, "RSA key of 1536 bits, want at least 2048"},
		{"other curve", leaf(p521, nil), nil, testTime, nil, "curve P-521, want P-256 or P-384"},
		{"Ed25519", leaf(edKey, nil), nil, testTime, nil, "key for Ed25519, want RSA or ECDSA"},
		{"notes come first", chain[:1], []string{"odd"}, testTime, []string{"odd", "the chain lacks"}, ""},
		{"other purpose", leaf(ecKey(), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), nil, testTime, []string{"is for purposes other than signing: clientAuth"}, ""},
		{"unknown purpose", leaf(ecKey(), func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 2, 3}} }), nil, testTime, []string{"is for purposes other than signing: 1.2.3"}, ""},
		{"TLS server", leaf(ecKey(), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), nil, testTime, nil, ""},
		{"TLS server for long", leaf(ecKey(), func(c *x509.Certificate) {
			c.ExtKeyUsage, c.NotAfter = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, c.NotBefore.AddDate(3, 0, 0)
		}), nil, testTime, []string{"valid for 1096 days, but Apple accepts at most 825"}, ""},
		{"no certificate", nil, nil, testTime, nil, "no certificate or no private key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id := &Identity{Signer: ecKey(), Chain: test.chain, notes: test.notes}
			got, err := id.Check(test.now)
			if (err == nil) != (test.err == "") || (err != nil && !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error is %v, want %q", err, test.err)
			}
			contains := func(f Finding, want string) bool { return strings.Contains(f.String(), want) }
			if !slices.EqualFunc(got, test.want, contains) {
				t.Errorf("findings are %q, want %q", got, test.want)
			}
		})
	}
}
