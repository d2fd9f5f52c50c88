package cms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

// asCRLSigner makes a certificate an authority's, for certificates and revocation lists.
func asCRLSigner(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
}

// newListedAuthorities are authorities that may sign revocation lists.
func newListedAuthorities(t *testing.T) *authorities {
	a := newAuthorities(t)
	a.root = issue(t, "Root", a.rootKey.Public(), nil, a.rootKey, asCRLSigner)
	a.middle = issue(t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, asCRLSigner)
	a.issueLeaf(nil)
	a.options.Roots = poolOf(a.root)
	return a
}

// revoke makes the DER of a list that holds certificates.
func revoke(issuer *x509.Certificate, key *ecdsa.PrivateKey, change func(*x509.RevocationList), certs ...*x509.Certificate) []byte {
	template := &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: testTime.Add(-time.Hour), NextUpdate: testTime.Add(time.Hour)}
	for _, cert := range certs {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: cert.SerialNumber, RevocationTime: testTime.Add(-48 * time.Hour), ReasonCode: 1})
	}
	if change != nil {
		change(template)
	}
	return must(x509.CreateRevocationList(rand.Reader, template, issuer, key))
}

func listsOf(t *testing.T, name string, ders ...[]byte) (all []*CRL) {
	t.Helper()
	for _, der := range ders {
		all = append(all, must(ParseCRLs(name, der, testTime))...)
	}
	return all
}

type revocationCase struct {
	name       string
	change     func(*authorities) (lists [][]byte)
	reason     Reason
	revocation Revocation
	detail     string
}

func revocationCases() []revocationCase {
	byRoot := func(a *authorities, certs ...*x509.Certificate) []byte {
		return revoke(a.root, a.rootKey, nil, certs...)
	}
	byMiddle := func(a *authorities, certs ...*x509.Certificate) []byte {
		return revoke(a.middle, a.midKey, nil, certs...)
	}
	return []revocationCase{
		{"no lists", func(*authorities) [][]byte { return nil }, Trusted, RevocationNotChecked, `"Leaf" leads to the root "Root"`},
		{"nobody revoked", func(a *authorities) [][]byte { return [][]byte{byRoot(a), byMiddle(a)} }, Trusted, RevocationGood, "no certificate on the way is revoked"},
		{"others revoked", func(a *authorities) [][]byte { return [][]byte{byRoot(a, a.leaf, a.root), byMiddle(a, a.middle)} }, Trusted, RevocationGood, ""},
		{"signer revoked", func(a *authorities) [][]byte { return [][]byte{byRoot(a), byMiddle(a, a.leaf)} }, Revoked, RevocationRevoked,
			`the certificate "Leaf" was revoked on 2026-03-02 (keyCompromise), by the list x.crl`},
		{"list by the former key of its issuer", func(a *authorities) [][]byte {
			fresh := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
			rolled := issue(a.t, "Intermediate", fresh.Public(), a.middle, a.midKey, asCRLSigner)
			a.leaf = issue(a.t, "Leaf", p256().Public(), rolled, fresh, nil)
			a.embedded = []*x509.Certificate{a.leaf, rolled, a.middle}
			return [][]byte{byRoot(a), byMiddle(a, a.leaf)}
		}, Revoked, RevocationRevoked, `"Leaf" was revoked`},
		{"signer revoked, by the second list", func(a *authorities) [][]byte { return [][]byte{byRoot(a), byMiddle(a), byMiddle(a, a.leaf)} }, Revoked, RevocationRevoked, `"Leaf"`},
		{"intermediate revoked", func(a *authorities) [][]byte { return [][]byte{byRoot(a, a.middle), byMiddle(a)} }, Revoked, RevocationRevoked, `"Intermediate" was revoked`},
		{"revoked comes before unknown", func(a *authorities) [][]byte { return [][]byte{byRoot(a, a.middle)} }, Revoked, RevocationRevoked, `"Intermediate" was revoked`},
		{"hold counts as revoked", func(a *authorities) [][]byte {
			return [][]byte{byRoot(a), revoke(a.middle, a.midKey, func(l *x509.RevocationList) { l.RevokedCertificateEntries[0].ReasonCode = 6 }, a.leaf)}
		}, Revoked, RevocationRevoked, "certificateHold"},
		{"no list of the root", func(a *authorities) [][]byte { return [][]byte{byMiddle(a)} }, RevocationUnknown, RevocationMissing,
			`no revocation list of "Root" was given, so the certificate "Intermediate" may be revoked`},
		{"no list of the intermediate", func(a *authorities) [][]byte { return [][]byte{byRoot(a)} }, RevocationUnknown, RevocationMissing, `so the certificate "Leaf" may`},
		{"list by another of the name", func(a *authorities) [][]byte {
			other := issue(a.t, "Intermediate", p256().Public(), a.root, a.rootKey, asCRLSigner)
			return [][]byte{byRoot(a), revoke(other, p256(), nil)}
		}, RevocationUnknown, RevocationMissing, `no revocation list of "Intermediate"`},
		{"list forged", func(a *authorities) [][]byte {
			return [][]byte{byRoot(a), tamperedEnd(byMiddle(a))}
		}, BadRevocationList, RevocationUnusable, `x.crl was not signed by its issuer "Intermediate"`},
		{"list forged, beside a good one", func(a *authorities) [][]byte {
			return [][]byte{byRoot(a), byMiddle(a), tamperedEnd(byMiddle(a))}
		}, BadRevocationList, RevocationUnusable, "x.crl was not signed"},
		{"issuer may not sign lists", func(a *authorities) [][]byte {
			plain := a.middle
			a.middle = issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, asCA)
			a.issueLeaf(nil)
			return [][]byte{byRoot(a), revoke(plain, a.midKey, nil)}
		}, BadRevocationList, RevocationUnusable, "may not sign any (cRLSign)"},
		{"pinned, with its issuer", func(a *authorities) [][]byte {
			a.options.Roots, a.options.Pin = nil, pinOf(a.leaf)
			a.embedded = append(a.embedded, a.root)
			return [][]byte{byRoot(a), byMiddle(a, a.leaf)}
		}, Revoked, RevocationRevoked, `"Leaf" was revoked`},
		{"pinned, without the root", func(a *authorities) [][]byte {
			a.options.Roots, a.options.Pin = nil, pinOf(a.leaf)
			return [][]byte{byRoot(a), byMiddle(a)}
		}, RevocationUnknown, RevocationMissing, `the issuer of "Intermediate" is not in the file`},
		{"pinned and self-signed", func(a *authorities) [][]byte {
			a.leaf = issue(a.t, "Alone", p256().Public(), nil, p256(), nil)
			a.embedded, a.options.Roots, a.options.Pin = []*x509.Certificate{a.leaf}, nil, pinOf(a.leaf)
			return [][]byte{byRoot(a)}
		}, Pinned, RevocationGood, ""},
		{"another no comes first", func(a *authorities) [][]byte {
			a.embedded = a.embedded[:1]
			return [][]byte{byMiddle(a, a.leaf)}
		}, MissingIssuer, RevocationNotChecked, "missing"},
	}
}

// tamperedEnd changes the last byte, of the signature.
func tamperedEnd(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)-1] ^= 1
	return b
}

func TestRevocation(t *testing.T) {
	for _, test := range revocationCases() {
		t.Run(test.name, func(t *testing.T) {
			a := newListedAuthorities(t)
			a.options.CRLs = listsOf(t, "x.crl", test.change(a)...)
			v := a.verify()
			if v.Trust.Reason != test.reason || v.Revocation != test.revocation || !strings.Contains(v.Trust.Detail, test.detail) {
				t.Errorf("%s, %s, want %s, %s: %s", v.Trust.Reason, v.Revocation, test.reason, test.revocation, v.Trust.Detail)
			}
			if v.Signers[0].Revocation != v.Revocation || v.Trust.OK && v.Revocation != RevocationGood && v.Revocation != RevocationNotChecked {
				t.Errorf("the signer has %s, trust is %v", v.Signers[0].Revocation, v.Trust.OK)
			}
		})
	}
}

func TestParseCRLsRefuses(t *testing.T) {
	a := newListedAuthorities(t)
	good := revoke(a.middle, a.midKey, nil, a.leaf)
	with := func(change func(*x509.RevocationList)) []byte { return revoke(a.middle, a.midKey, change, a.leaf) }
	extended := func(critical bool, id ...int) []byte {
		return with(func(l *x509.RevocationList) {
			l.ExtraExtensions = append(l.ExtraExtensions, pkix.Extension{Id: id, Critical: critical, Value: []byte{tagNull, 0}})
		})
	}
	entry := func(critical bool, id ...int) []byte {
		return with(func(l *x509.RevocationList) {
			l.RevokedCertificateEntries[0].ExtraExtensions = []pkix.Extension{{Id: id, Critical: critical, Value: []byte{tagNull, 0}}}
		})
	}
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	const isNone = "is not a revocation list in PEM or DER, or is damaged"
	for _, test := range []struct {
		name string
		data []byte
		want string // "" if it is read
	}{
		{"good", good, ""},
		{"PEM", block("X509 CRL", good), ""},
		{"PEM with text before", slices.Concat([]byte("Issuer: x\n"), block("X509 CRL", good)), ""},
		{"two in PEM", slices.Concat(block("X509 CRL", good), block("X509 CRL", good)), ""},
		{"unknown extension", extended(false, 1, 2, 3), ""},
		{"unknown extension of an entry", entry(false, 1, 2, 3), ""},
		{"nothing", nil, isNone},
		{"text", []byte("hello"), isNone},
		{"certificate", a.root.Raw, isNone},
		{"PEM of a certificate", block("CERTIFICATE", a.root.Raw), `holds PEM of the type "CERTIFICATE", want only X509 CRL`},
		{"PEM of both", slices.Concat(block("X509 CRL", good), block("CERTIFICATE", a.root.Raw)), "want only X509 CRL"},
		{"PEM cut off", block("X509 CRL", good)[:200], "the PEM is damaged"},
		{"second PEM cut off", slices.Concat(block("X509 CRL", good), block("X509 CRL", good)[:200]), "the PEM is damaged"},
		{"cut off", good[:len(good)-1], isNone},
		{"bytes behind", append(bytes.Clone(good), 0), isNone},
		{"too large", make([]byte, maxSize+1), "want a revocation list of at most 16777216"},
		{"stale", with(func(l *x509.RevocationList) { l.NextUpdate = testTime.Add(-time.Second) }),
			`the revocation list of "Intermediate" is stale since 2026-03-04T05:06:06Z, want one valid at 2026-03-04T05:06:07Z`},
		{"of the future", with(func(l *x509.RevocationList) { l.ThisUpdate = testTime.Add(time.Second) }), "is not valid before 2026-03-04T05:06:08Z"},
		{"delta", extended(true, 2, 5, 29, 27), "is a delta list"},
		{"distribution point", extended(true, 2, 5, 29, 28), "is for some certificates only (issuingDistributionPoint)"},
		{"distribution point, not critical", extended(false, 2, 5, 29, 28), "is for some certificates only"},
		{"unknown critical extension", extended(true, 1, 2, 3), "has the unknown critical extension 1.2.3"},
		{"repeated extension", extended(false, 2, 5, 29, 35), ""}, // malformed to crypto/x509, see below
		{"indirect", entry(true, 2, 5, 29, 29), "is indirect"},
		{"unknown critical extension of an entry", entry(true, 1, 2, 3), "has an entry with the unknown critical extension 1.2.3"},
	} {
		lists, err := ParseCRLs("a.crl", test.data, testTime)
		if test.name == "repeated extension" {
			if err == nil {
				t.Errorf("%s: no error", test.name)
			}
			continue
		}
		if (err == nil) != (test.want == "") || err != nil && !(strings.HasPrefix(err.Error(), "a.crl: ") && strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: error is %v, want one with %q", test.name, err, test.want)
		}
		if err == nil && (len(lists) == 0 || slices.Contains(lists, nil)) {
			t.Errorf("%s: got %v", test.name, lists)
		}
	}
}

// Each element added or moved in a list is refused, as its shape is that of RFC 5280.
func TestCRLHoldsNothingElse(t *testing.T) {
	a := newListedAuthorities(t)
	parts := must(elementsOf(must(elementsOf(revoke(a.middle, a.midKey, nil, a.leaf)))[0].Bytes))
	fields := must(elementsOf(parts[0].Bytes))
	encode := func(all ...[]byte) []byte { return definite(tagSequence, all...) }
	raw := func() (all [][]byte) {
		for _, f := range fields {
			all = append(all, f.FullBytes)
		}
		return all
	}
	whole := func(fields [][]byte, more ...[]byte) []byte {
		return encode(slices.Concat([][]byte{encode(fields...), parts[1].FullBytes, parts[2].FullBytes}, more)...)
	}
	if _, err := ParseCRLs("x", whole(raw()), testTime); err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{
		"after the signature":  whole(raw(), null()),
		"after the extensions": whole(append(raw(), null())),
		"entries at the end":   whole(append(slices.Delete(raw(), 5, 6), fields[5].FullBytes)),
		"no version":           whole(raw()[1:]),
	} {
		if _, err := ParseCRLs("x", der, testTime); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzParseCRLsNeverPanics(f *testing.F) {
	key := p256()
	root := issue(f, "Root", key.Public(), nil, key, asCRLSigner)
	f.Add(revoke(root, key, nil, root))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: revoke(root, key, nil)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		lists, err := ParseCRLs("x", data, testTime)
		if (err == nil) != (len(lists) > 0) || slices.Contains(lists, nil) {
			t.Fatalf("%v, %v", lists, err)
		}
	})
}
