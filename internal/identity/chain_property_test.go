package identity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"syncguard/internal/cms"
	"syncguard/internal/pki"
)

// web is every relation that certificates of authorities have in the field: renewed, expired, not yet valid, signed by several, each by
// the other, with SHA-1, and by one that may not issue.
type web struct {
	key    *ecdsa.PrivateKey
	leaf   *x509.Certificate
	others map[string]*x509.Certificate
}

func newWeb(t testing.TB) *web {
	t.Helper()
	keys := map[string]*ecdsa.PrivateKey{}
	for _, name := range []string{"A", "B", "N", "one", "two"} {
		keys[name] = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	}
	serial := int64(0)
	issue := func(name, issuer string, change func(*x509.Certificate)) *x509.Certificate {
		parent := &x509.Certificate{Subject: nameWith(issuer), SubjectKeyId: []byte(issuer)}
		return certificate(t, name, keys[name], parent, keys[issuer], func(c *x509.Certificate) {
			serial++
			authority(c)
			c.SubjectKeyId, c.SerialNumber = []byte(name), big.NewInt(serial)
			if change != nil {
				change(c)
			}
		})
	}
	w := &web{key: ecKey(), others: map[string]*x509.Certificate{
		"A": issue("A", "A", nil), "B": issue("B", "B", nil), "N": issue("N", "N", nil),
		"A by B": issue("A", "B", nil), "B by A": issue("B", "A", nil), "N by A": issue("N", "A", nil),
		"one": issue("one", "A", nil), "two by one": issue("two", "one", nil), "two by B": issue("two", "B", nil), "two by N": issue("two", "N", nil),
		"two, expired": issue("two", "one", func(c *x509.Certificate) { c.NotAfter = testTime.AddDate(0, 0, -1) }),
		"two, to come": issue("two", "one", func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = testTime.AddDate(0, 1, 0), testTime.AddDate(9, 0, 0)
		}),
		"two, no CA":   issue("two", "B", func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature }),
		"one, path":    issue("one", "A", func(c *x509.Certificate) { c.MaxPathLenZero = true }),
		"two, renewed": issue("two", "one", func(c *x509.Certificate) { c.NotAfter = testTime.AddDate(3, 0, 0) }),
	}}
	parent := &x509.Certificate{Subject: nameWith("two"), SubjectKeyId: []byte("two")}
	w.leaf = certificate(t, "leaf", w.key, parent, keys["two"], nil)
	return w
}

func nameWith(common string) pkix.Name { return pkix.Name{CommonName: common} }

// subset returns some of the others, the same ones for the same source of chance.
func (w *web) subset(random *mathrand.Rand) (names []string, certs []*x509.Certificate) {
	for name := range w.others {
		names = append(names, name)
	}
	slices.Sort(names)
	share := 1 + random.IntN(9)
	names = slices.DeleteFunc(names, func(string) bool { return random.IntN(10) >= share })
	for _, name := range names {
		certs = append(certs, w.others[name])
	}
	return names, certs
}

// Whatever the order, and whatever the files, the same certificates give the same signature; and where crypto/x509 finds a chain among
// them that is valid, at a root that was given, the one in the signature is such a chain.
func TestEveryOrderGivesTheSameSignature(t *testing.T) {
	w := newWeb(t)
	random := mathrand.New(mathrand.NewPCG(3, 14))
	rooted := 0
	for range 100 {
		names, certs := w.subset(random)
		all := append([]*x509.Certificate{w.leaf}, certs...)
		var first []byte
		for i := range 4 {
			random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			id := w.read(t, i, all)
			id.Arrange(testTime)
			signed := must(cms.Sign([]byte("<plist/>"), id.Signer, id.Chain, cms.SignOptions{}))
			if first == nil {
				first = signed
			}
			if !bytes.Equal(signed, first) {
				t.Fatalf("%s: another order gives %q", strings.Join(names, ", "), chainText(id.Chain))
			}
			if i > 0 {
				continue
			}
			if found := findsRoot(w.leaf, certs); found {
				rooted++
				v := cms.Verify(signed, cms.VerifyOptions{At: testTime, Roots: poolOf(certs, pki.IsSelfSigned)})
				if !v.Trust.OK || !v.Validity.OK {
					t.Fatalf("%s: trust is %+v, validity %+v", strings.Join(names, ", "), v.Trust, v.Validity)
				}
			}
		}
	}
	if rooted < 30 {
		t.Errorf("only %d sets have a chain to a root", rooted)
	}
}

// read gives the certificates as one file, as several, in the file of the key, or as PKCS#12.
func (w *web) read(t *testing.T, how int, certs []*x509.Certificate) *Identity {
	t.Helper()
	key := keyPEM(w.key)
	half := len(certs) / 2
	front, back := append(slices.Clone(certs[:half]), w.leaf), certs[half:]
	files := Files{Cert: File{Data: slices.Concat(certsPEM(certs...), key)}}
	switch how {
	case 1:
		files = Files{Cert: File{Data: certsPEM(w.leaf)}, Key: File{Data: key}, Chain: []File{{Data: certsPEM(front...)}, {Data: certsPEM(back...)}}}
	case 2:
		files = Files{Cert: File{Data: certsPEM(front...)}, Key: File{Data: slices.Concat(certsPEM(back...), key)}}
	case 3:
		others := slices.DeleteFunc(slices.Clone(certs), w.leaf.Equal)
		return must(FromPKCS12(Files{P12: File{Data: must(pkcs12.Modern.Encode(w.key, w.leaf, others, ""))}}, nil))
	}
	return must(FromPEM(files, nil))
}

func findsRoot(leaf *x509.Certificate, certs []*x509.Certificate) bool {
	_, err := leaf.Verify(x509.VerifyOptions{Roots: poolOf(certs, pki.IsSelfSigned), CurrentTime: testTime, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		Intermediates: poolOf(certs, func(c *x509.Certificate) bool { return !pki.IsSelfSigned(c) })})
	return err == nil
}

func poolOf(certs []*x509.Certificate, which func(*x509.Certificate) bool) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range certs {
		if which(c) {
			pool.AddCert(c)
		}
	}
	return pool
}

func chainText(chain []*x509.Certificate) string {
	var all []string
	for _, c := range chain {
		all = append(all, c.Subject.CommonName+"/"+c.Issuer.CommonName)
	}
	return strings.Join(all, " ")
}

// What is chosen among certificates that fit, and what is said of the others.
func TestChainsAreChosen(t *testing.T) {
	w := newWeb(t)
	for _, test := range []struct{ given, want, note string }{
		{"one, two by one, two by B, A", "leaf/two two/one one/A A/A", `certificate "two", issued by "B", is not in the chain of "leaf" and is left out`},
		{"one, two by one, two by B, B", "leaf/two two/B B/B", `certificate "two", issued by "one", is not in the chain`},
		{"two, expired; two by one; one", "leaf/two two/one one/A", `certificate "two", issued by "one" and valid only from 2025-03-04 to 2026-03-03, is not in the chain`},
		{"two, to come; two by one; one", "leaf/two two/one one/A", `valid only from 2026-04-04 to 2035-03-04,`},
		{"two, expired; one", "leaf/two two/one one/A", ""},
		{"two by one; two, renewed; one", "leaf/two two/one one/A", ""},
		{"two, no CA; two by one; one", "leaf/two two/one one/A", `certificate "two", issued by "B"`},
		{"two by one; one, path; two by B", "leaf/two two/B", `certificate "one"`},
		{"two by N; N; N by A", "leaf/two two/N N/N N/A", ""},
		{"two by N; N by A", "leaf/two two/N N/A", ""},
		{"two by N; N; N by A; A", "leaf/two two/N N/N N/A A/A", ""},
		{"two by N; N; N by A; A; A by B; B; B by A", "leaf/two two/N N/N N/A A/A A/B B/B", `certificate "B", issued by "A"`},
		{"two by B; A by B; B by A", "leaf/two two/B B/A", `certificate "A"`},
		{"two by B; B; B by A; A by B", "leaf/two two/B B/B B/A", `certificate "A"`},
		{"one; A; two by B", "leaf/two two/B", `certificate "one"`},
	} {
		separator := ", "
		if strings.Contains(test.given, ";") {
			separator = "; "
		}
		certs := []*x509.Certificate{w.leaf}
		for name := range strings.SplitSeq(test.given, separator) {
			if w.others[name] == nil {
				t.Fatalf("there is no %q", name)
			}
			certs = append(certs, w.others[name])
		}
		id := must(FromPEM(Files{Cert: File{Data: certsPEM(certs...)}, Key: File{Data: keyPEM(w.key)}}, nil))
		id.Arrange(testTime)
		if got := chainText(id.Chain); got != test.want {
			t.Errorf("%s: %q, want %q", test.given, got, test.want)
		}
		if notes := strings.Join(id.notes, "\n"); !strings.Contains(notes, test.note) || test.note == "" && notes != "" && !strings.Contains(test.given, "renewed") {
			t.Errorf("%s: notes are %q", test.given, notes)
		}
	}
}

// Of several certificates for the key the one is taken that devices trust: valid, issued by an authority, and for the longest time.
func TestLeavesAreChosen(t *testing.T) {
	w := newWeb(t)
	parentKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	issuer := certificate(t, "issuer", parentKey, nil, nil, authority)
	leaf := func(from, until int) *x509.Certificate {
		return certificate(t, "leaf", w.key, issuer, parentKey, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = testTime.AddDate(0, from, 0), testTime.AddDate(0, until, 0)
		})
	}
	old, now, longer, coming := leaf(-9, -1), leaf(-1, 9), leaf(-2, 12), leaf(1, 20)
	self := certificate(t, "leaf", w.key, nil, nil, func(c *x509.Certificate) { c.NotAfter = testTime.AddDate(20, 0, 0) })
	for name, test := range map[string]struct {
		given []*x509.Certificate
		want  *x509.Certificate
	}{
		"expired":         {[]*x509.Certificate{old, now}, now},
		"renewed":         {[]*x509.Certificate{now, longer}, longer},
		"not yet valid":   {[]*x509.Certificate{coming, now}, now},
		"self-signed":     {[]*x509.Certificate{self, now}, now},
		"only an expired": {[]*x509.Certificate{old}, old},
		"of another":      {[]*x509.Certificate{w.leaf, now}, now},
	} {
		for range 2 {
			slices.Reverse(test.given)
			id := must(FromPEM(Files{Cert: File{Data: certsPEM(append(slices.Clone(test.given), issuer)...)}, Key: File{Data: keyPEM(w.key)}}, nil))
			if id.Arrange(testTime); !id.Leaf().Equal(test.want) {
				t.Errorf("%s: the certificate is valid from %s to %s", name, pki.Day(id.Leaf().NotBefore), pki.Day(id.Leaf().NotAfter))
			}
		}
	}
}

// Certificates that fit each other by name only are not looked at without end.
func TestTooManyOfOneName(t *testing.T) {
	keys := []*ecdsa.PrivateKey{ecKey()}
	var certs []*x509.Certificate
	for i := range 60 {
		keys = append(keys, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))
		parent := &x509.Certificate{Subject: nameWith("same")} // without a key identifier
		certs = append(certs, certificate(t, "same", keys[i], parent, keys[i+1], authority))
	}
	_, err := FromPEM(Files{Cert: File{Data: certsPEM(certs...)}, Key: File{Data: keyPEM(ecKey())}}, nil)
	if err == nil || !strings.Contains(err.Error(), "too many of the 60 certificates have the same name") {
		t.Errorf("error is %v", err)
	}
}
