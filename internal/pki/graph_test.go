package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var testTime = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// party is a name with a key, which can have any number of certificates.
type party struct {
	name string
	key  *ecdsa.PrivateKey
}

func newParty(name string) *party {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return &party{name, key}
}

var serial int64

// by issues a certificate for an authority; change may be nil.
func (p *party) by(issuer *party, change func(*x509.Certificate)) *x509.Certificate {
	serial++
	id := func(p *party) []byte { return []byte(p.name) }
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: p.name}, SubjectKeyId: id(p),
		NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(1, 0, 0), BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	if change != nil {
		change(template)
	}
	parent := &x509.Certificate{Subject: pkix.Name{CommonName: issuer.name}, SubjectKeyId: id(issuer)}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, p.key.Public(), crypto.Signer(issuer.key))
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

func always(*x509.Certificate) bool { return true }

// text is every path with the serial numbers of its certificates.
func text(g *Graph, from *x509.Certificate, isEnd func(*x509.Certificate) bool) string {
	var all []string
	for path := range g.Paths(from, always, isEnd) {
		all = append(all, strings.Join(names(path), " "))
	}
	return strings.Join(all, ", ")
}

func names(path []*x509.Certificate) (all []string) {
	for _, c := range path {
		all = append(all, c.Subject.CommonName+"/"+c.Issuer.CommonName)
	}
	return all
}

// The paths do not depend on the order of the certificates, nor on copies of them; a circle of authorities has an end.
func TestPaths(t *testing.T) {
	a, b, middle, leaf := newParty("A"), newParty("B"), newParty("M"), newParty("L")
	rootA, rootB := a.by(a, nil), b.by(b, nil)
	aByB, bByA := a.by(b, nil), b.by(a, nil)
	byA, byB, signer := middle.by(a, nil), middle.by(b, nil), leaf.by(middle, nil)
	forged := middle.by(&party{"A", leaf.key}, nil)
	for _, test := range []struct {
		name  string
		certs []*x509.Certificate
		want  string
	}{
		{"alone", nil, "L/M"},
		{"a chain", []*x509.Certificate{byA, rootA}, "L/M M/A A/A"},
		{"two roots", []*x509.Certificate{byA, byB, rootA, rootB}, "L/M M/A A/A, L/M M/B B/B"},
		{"a cross-signed root", []*x509.Certificate{byA, rootA, aByB}, "L/M M/A A/A, L/M M/A A/B"},
		{"roots that signed each other", []*x509.Certificate{byA, rootA, aByB, rootB, bByA}, "L/M M/A A/A, L/M M/A A/B B/B"},
		{"a circle without a root", []*x509.Certificate{byA, aByB, bByA}, "L/M M/A A/B, L/M M/A A/B B/A"},
		{"a gap", []*x509.Certificate{rootA}, "L/M"},
		{"a signature by another key", []*x509.Certificate{forged, rootA}, "L/M M/A"},
	} {
		random := mathrand.New(mathrand.NewPCG(1, 2))
		for range 20 {
			certs := append([]*x509.Certificate{signer, signer}, test.certs...)
			random.Shuffle(len(certs), func(i, j int) { certs[i], certs[j] = certs[j], certs[i] })
			g := NewGraph(certs, false)
			got := strings.Split(text(g, signer, g.IsTop), ", ")
			slices.Sort(got) // the order of two equal paths depends on the keys
			if strings.Join(got, ", ") != test.want {
				t.Fatalf("%s: %q, want %q", test.name, got, test.want)
			}
		}
	}
}

// ladder returns a leaf below levels of copies, each fitting every certificate of the level below: copies to the power of levels paths.
func ladder(levels, copies int) (leaf *x509.Certificate, certs []*x509.Certificate) {
	below := newParty("leaf")
	for level := range levels {
		above := newParty(fmt.Sprintf("level %d", level))
		if level == 0 {
			leaf = below.by(above, nil)
		} else {
			for range copies {
				certs = append(certs, below.by(above, nil))
			}
		}
		below = above
	}
	for range copies {
		certs = append(certs, below.by(below, nil))
	}
	return leaf, append(certs, leaf)
}

// The work is bounded whatever is in a graph: a search gives up, and every signature is verified once.
func TestWorkIsBounded(t *testing.T) {
	for _, test := range []struct{ levels, copies int }{{2, 49}, {13, 7}, {14, 7}, {24, 4}, {90, 1}} {
		leaf, certs := ladder(test.levels, test.copies)
		for name, isEnd := range map[string]func(*x509.Certificate) bool{"an end": IsSelfSigned, "no end": func(*x509.Certificate) bool { return false }} {
			g := NewGraph(certs, false)
			found := 0
			for path := range g.Paths(leaf, always, isEnd) {
				found++
				if len(path) > MaxLength {
					t.Errorf("%+v: a path of %d certificates", test, len(path))
				}
			}
			if found > MaxPaths || (found == 0) == (name == "an end" && test.levels < MaxLength) {
				t.Errorf("%+v, %s: %d paths", test, name, found)
			}
			if len(g.checked) > 2*len(certs) || g.IsExhausted() {
				t.Errorf("%+v: %d signatures of %d certificates were verified", test, len(g.checked), len(certs))
			}
		}
	}
}

// A hundred certificates of one name with keys of their own fit each other by name only.
func TestSignaturesAreBounded(t *testing.T) {
	var certs []*x509.Certificate
	for range 100 {
		p := newParty("same")
		certs = append(certs, p.by(newParty("same"), nil))
	}
	g := NewGraph(certs, false)
	if ends := g.Leaves(); len(ends) != 100 {
		t.Errorf("%d of 100 certificates issued no other", len(ends))
	}
	if len(g.checked) != maxChecks || !g.IsExhausted() {
		t.Errorf("%d signatures were verified, exhausted %t", len(g.checked), g.IsExhausted())
	}
}

func TestMayIssue(t *testing.T) {
	p := newParty("P")
	for name, test := range map[string]struct {
		change func(*x509.Certificate)
		want   bool
	}{
		"an authority":             {nil, true},
		"no authority":             {func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, 0 }, false},
		"no basic constraints":     {func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = false, false }, false},
		"a key usage without it":   {func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign }, false},
		"no key usage":             {func(c *x509.Certificate) { c.KeyUsage = 0 }, true},
		"signing and certificates": {func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageDigitalSignature }, true},
	} {
		if got := MayIssue(p.by(p, test.change)); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

// A certificate that is signed by an older key of the same authority is no root, though it names itself as the issuer.
func TestIsSelfSigned(t *testing.T) {
	p, old := newParty("P"), newParty("P")
	noIDs := func(c *x509.Certificate) { c.SubjectKeyId = nil }
	for name, test := range map[string]struct {
		cert *x509.Certificate
		want bool
	}{
		"a root":                    {p.by(p, nil), true},
		"a rollover":                {p.by(old, nil), false},
		"a rollover without IDs":    {p.by(&party{"P", old.key}, noIDs), false},
		"an issued one":             {p.by(newParty("Q"), nil), false},
		"a leaf that signed itself": {p.by(p, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature }), true},
	} {
		if got := IsSelfSigned(test.cert); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}
