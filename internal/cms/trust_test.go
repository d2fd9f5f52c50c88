package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/pki"
)

// authorities are a root, an intermediate and keys for a leaf, which tests change one at a time.
type authorities struct {
	t               *testing.T
	rootKey, midKey *ecdsa.PrivateKey
	root, middle    *x509.Certificate
	signingTime     string // UTCTime
	embedded        []*x509.Certificate
	leaf            *x509.Certificate
	options         VerifyOptions
}

func newAuthorities(t *testing.T) *authorities {
	a := &authorities{t: t, rootKey: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), midKey: p384()}
	a.root = issue(t, "Root", a.rootKey.Public(), nil, a.rootKey, asCA)
	a.middle = issue(t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, asCA)
	a.issueLeaf(nil)
	a.options = VerifyOptions{At: testTime, Roots: poolOf(a.root)}
	return a
}

// issueLeaf replaces the leaf, and embeds it with its intermediate.
func (a *authorities) issueLeaf(change func(*x509.Certificate)) {
	a.leaf = issue(a.t, "Leaf", p256().Public(), a.middle, a.midKey, change)
	a.embedded = []*x509.Certificate{a.leaf, a.middle}
}

func (a *authorities) verify() *Verdict {
	return Verify(forge(p256(), a.leaf, crypto.SHA256, func(f *forgery) {
		f.certs = nil
		for _, cert := range a.embedded {
			f.certs = append(f.certs, cert.Raw)
		}
		if a.signingTime != "" {
			f.attributes = [][]byte{f.attributes[0], attributeOf(idSigningTime, primitive(tagUTCTime, []byte(a.signingTime))), nil}
		}
	}), a.options)
}

// strayIssuer returns a second certificate for the intermediate, by an absent issuer.
func (a *authorities) strayIssuer(issuer string) *x509.Certificate {
	rogue := issue(a.t, issuer, p256().Public(), nil, p256(), asCA)
	return issue(a.t, "Intermediate", a.midKey.Public(), rogue, p256(), asCA)
}

func reparsed(t *testing.T, der []byte) *x509.Certificate {
	t.Helper()
	return must(x509.ParseCertificate(der))
}

func poolOf(certs ...*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, cert := range certs {
		pool.AddCert(cert)
	}
	return pool
}

func pinOf(cert *x509.Certificate) *[sha256.Size]byte {
	pin := sha256.Sum256(cert.Raw)
	return &pin
}

// trustCase changes one thing about a signer, and has the answers.
type trustCase struct {
	name            string
	change          func(*authorities)
	trust, validity Reason
	detail          string // of the answer that is no, or of trust
}

func later(years int) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = testTime.AddDate(years, 0, 0), testTime.AddDate(years+1, 0, 0)
	}
}

func usage(usages ...x509.ExtKeyUsage) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.ExtKeyUsage = usages }
}

func withCritical(id ...int) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: id, Critical: true, Value: []byte{tagNull, 0}}}
	}
}

// chainCases are about the way to a root.
func chainCases() []trustCase {
	return []trustCase{
		{"whole chain", nil, Trusted, Valid, `"Leaf" leads to the root "Root"`},
		{"root in the file", func(a *authorities) { a.embedded = append(a.embedded, a.root) }, Trusted, Valid, ""},
		{"no roots", func(a *authorities) { a.options.Roots = nil }, NoRoots, Valid, "no trusted roots"},
		{"missing intermediate", func(a *authorities) { a.embedded = a.embedded[:1] }, MissingIssuer, Valid, `the issuer "Intermediate" is missing from the file`},
		{"intermediate among the roots", func(a *authorities) { a.embedded, a.options.Roots = a.embedded[:1], poolOf(a.middle) }, Trusted, Valid, ""},
		{"other roots", func(a *authorities) {
			a.options.Roots = poolOf(issue(a.t, "Other", p256().Public(), nil, p256(), asCA))
		}, MissingIssuer, Valid, `the issuer "Root" is missing from the file`},
		{"other roots, root in the file", func(a *authorities) {
			a.embedded = append(a.embedded, a.root)
			a.options.Roots = poolOf(issue(a.t, "Other", p256().Public(), nil, p256(), asCA))
		}, UntrustedRoot, Valid, `the root "Root" is not among`},
		{"self-signed", func(a *authorities) {
			a.leaf = issue(a.t, "Alone", p256().Public(), nil, p256(), nil)
			a.embedded = []*x509.Certificate{a.leaf}
		}, SelfSigned, Valid, `"Alone" is self-signed`},
		{"self-signed among the roots", func(a *authorities) {
			a.leaf = issue(a.t, "Alone", p256().Public(), nil, p256(), nil)
			a.embedded, a.options.Roots = []*x509.Certificate{a.leaf}, poolOf(a.leaf)
		}, Trusted, Valid, ""},
		{"issuer of the same name with another key", func(a *authorities) {
			a.embedded[1] = issue(a.t, "Intermediate", p256().Public(), a.root, a.rootKey, asCA)
		}, BadCertificateSignature, Valid, `"Leaf" was not signed by its issuer "Intermediate"`},
		{"a second issuer that nobody here signed", func(a *authorities) { a.embedded = append(a.embedded, a.strayIssuer("Root")) }, Trusted, Valid, ""},
		{"the same, where OpenSSL takes it", func(a *authorities) {
			a.embedded = []*x509.Certificate{a.leaf, a.strayIssuer("Root"), a.middle}
		}, AmbiguousIssuer, Valid, `two certificates are named "Intermediate": OpenSSL takes the first, which leads to no root`},
		{"the same, with the name in other letters", func(a *authorities) {
			other := a.strayIssuer("Elsewhere")
			other = reparsed(a.t, bytes.Replace(other.Raw, []byte("Intermediate"), []byte("intermediate"), 1))
			a.embedded = []*x509.Certificate{a.leaf, other, a.middle}
		}, AmbiguousIssuer, Valid, `are named "intermediate"`},
		{"the same, once the right one has expired", func(a *authorities) {
			a.options.At = testTime.AddDate(2, 0, 0)
			a.embedded = []*x509.Certificate{a.leaf, a.strayIssuer("Root"), a.middle}
		}, Trusted, Expired, ""},
		{"a second issuer with a root of its own in the file", func(a *authorities) {
			rogue := issue(a.t, "Elsewhere", p256().Public(), nil, p256(), asCA)
			a.embedded = []*x509.Certificate{a.leaf, issue(a.t, "Intermediate", a.midKey.Public(), rogue, p256(), asCA), rogue, a.middle}
		}, Trusted, Valid, ""},
		{"an expired second issuer, first in the file", func(a *authorities) {
			old := issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) { asCA(c); c.NotAfter = testTime.Add(-time.Hour) })
			a.embedded = []*x509.Certificate{a.leaf, old, a.middle}
		}, Trusted, Valid, ""},
		{"fifty renewed issuers", func(a *authorities) {
			for range 50 {
				a.embedded = append(a.embedded, issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, asCA))
			}
		}, Trusted, Valid, ""},
		{"roots that signed each other", func(a *authorities) {
			other := issue(a.t, "Other", rsaKey().Public(), nil, rsaKey(), asCA)
			a.embedded = append(a.embedded, issue(a.t, "Root", a.rootKey.Public(), other, rsaKey(), asCA), issue(a.t, "Other", rsaKey().Public(), a.root, a.rootKey, asCA))
		}, Trusted, Valid, `leads to the root "Root"`},
		{"a root that another signed, which is trusted", func(a *authorities) {
			other := issue(a.t, "Other", rsaKey().Public(), nil, rsaKey(), asCA)
			a.embedded = append(a.embedded, a.root, issue(a.t, "Root", a.rootKey.Public(), other, rsaKey(), asCA))
			a.options.Roots = poolOf(other)
		}, Trusted, Valid, `leads to the root "Other"`},
		{"a constraint on one of two ways", func(a *authorities) {
			narrow := issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) {
				asCA(c)
				c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.org"}
			})
			a.issueLeaf(func(c *x509.Certificate) { c.DNSNames = []string{"example.com"} })
			a.embedded = append(a.embedded, narrow)
		}, Trusted, Valid, ""},
		{"an issuer of the name and key that names another key of the root", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", a.midKey.Public(), &x509.Certificate{RawSubject: a.root.RawSubject, Subject: a.root.Subject, SubjectKeyId: []byte("another"), IsCA: true}, a.rootKey, asCA)
			a.issueLeaf(nil)
		}, MissingIssuer, Valid, `"Root" is missing from the file and the trusted roots`},
		{"a renewed issuer", func(a *authorities) {
			a.embedded = append(a.embedded, issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, asCA))
		}, Trusted, Valid, ""},
		{"issuer that is no authority", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, nil)
			a.issueLeaf(nil)
		}, IssuerNotCA, Valid, `"Intermediate" is not a certificate authority`},
		{"path length", func(a *authorities) {
			a.root = issue(a.t, "Root", a.rootKey.Public(), nil, a.rootKey, func(c *x509.Certificate) { asCA(c); c.MaxPathLenZero = true })
			a.options.Roots = poolOf(a.root)
		}, ConstraintViolated, Valid, "breaks a constraint"},
		{"name constraint", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) {
				asCA(c)
				c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.org"}
			})
			a.issueLeaf(func(c *x509.Certificate) { c.DNSNames = []string{"example.com"} })
		}, ConstraintViolated, Valid, "breaks a constraint"},
	}
}

// usageCases are about what certificates may be used for.
func usageCases() []trustCase {
	return []trustCase{
		{"unknown critical extension", func(a *authorities) { a.issueLeaf(withCritical(1, 2, 3, 4)) }, UnknownExtension, Valid, "critical extension 1.2.3.4"},
		{"marker of Apple's", func(a *authorities) { a.issueLeaf(withCritical(1, 2, 840, 113635, 100, 6, 1, 13)) }, Trusted, Valid, ""},
		{"leaf that is an authority", func(a *authorities) {
			a.issueLeaf(func(c *x509.Certificate) { asCA(c); c.KeyUsage |= x509.KeyUsageDigitalSignature })
		}, SignerIsCA, Valid, "certificate authority"},
		{"key usage for encryption only", func(a *authorities) {
			a.issueLeaf(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
		}, WrongKeyUsage, Valid, "neither digitalSignature nor nonRepudiation"},
		{"key usage nonRepudiation", func(a *authorities) {
			a.issueLeaf(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageContentCommitment })
		}, Trusted, Valid, ""},
		{"no key usage", func(a *authorities) { a.issueLeaf(func(c *x509.Certificate) { c.KeyUsage = 0 }) }, Trusted, Valid, ""},
		{"for time stamps only", func(a *authorities) { a.issueLeaf(usage(x509.ExtKeyUsageTimeStamping)) }, WrongExtendedKeyUsage, Valid, "for time stamps only"},
		{"for OCSP only", func(a *authorities) { a.issueLeaf(usage(x509.ExtKeyUsageOCSPSigning)) }, WrongExtendedKeyUsage, Valid, "for OCSP only"},
		{"for IKE only", func(a *authorities) {
			a.issueLeaf(func(c *x509.Certificate) {
				c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 17}}
			})
		}, WrongExtendedKeyUsage, Valid, "for IPsec only"},
		{"for IKE and mail", func(a *authorities) {
			a.issueLeaf(func(c *x509.Certificate) {
				c.ExtKeyUsage, c.UnknownExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}, []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 17}}
			})
		}, Trusted, Valid, ""},
		{"for OCSP and time stamps", func(a *authorities) { a.issueLeaf(usage(x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageOCSPSigning)) }, WrongExtendedKeyUsage, Valid, "for OCSP and time stamps only"},
		{"for servers and time stamps", func(a *authorities) { a.issueLeaf(usage(x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageServerAuth)) }, Trusted, Valid, ""},
		{"for a usage unknown to us", func(a *authorities) {
			a.issueLeaf(func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 2, 3, 4}} })
		}, Trusted, Valid, ""},
		{"issuer with RSA 1024", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", rsa1024().Public(), a.root, a.rootKey, asCA)
			a.leaf = issue(a.t, "Leaf", p256().Public(), a.middle, rsa1024(), nil)
			a.embedded = []*x509.Certificate{a.leaf, a.middle}
		}, WeakCertificateKey, Valid, "RSA key of 1024 bits"},
		{"leaf signed with SHA-1", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", rsaKey().Public(), a.root, a.rootKey, asCA)
			a.leaf = issue(a.t, "Leaf", p256().Public(), a.middle, rsaKey(), func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })
			a.embedded = []*x509.Certificate{a.leaf, a.middle}
		}, WeakCertificateSignature, Valid, "signed with the weak algorithm SHA1-RSA"},
		{"never valid together", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) { asCA(c); later(-9)(c) })
			a.issueLeaf(nil)
		}, NeverValidTogether, IssuerExpired, ""},
	}
}

// pinCases are about one certificate that is wanted.
func pinCases() []trustCase {
	return []trustCase{
		{"pinned", func(a *authorities) { a.options = VerifyOptions{At: testTime, Pin: pinOf(a.leaf)} }, Pinned, Valid, `pinned certificate, "Leaf"`},
		{"pinned, with roots", func(a *authorities) { a.options.Pin = pinOf(a.leaf) }, Trusted, Valid, ""},
		{"another one pinned", func(a *authorities) { a.options.Pin = pinOf(a.middle) }, PinMismatch, Valid, "not the pinned one"},
		{"pinned, without its chain to the roots", func(a *authorities) { a.options.Pin, a.embedded = pinOf(a.leaf), a.embedded[:1] }, MissingIssuer, Valid, ""},
	}
}

// momentCases are about when.
func momentCases() []trustCase {
	return []trustCase{
		{"expired", func(a *authorities) { a.issueLeaf(later(-2)) }, Trusted, Expired, `"Leaf" expired on 2025-03-04`},
		{"expired, with a signing time before that", func(a *authorities) { a.issueLeaf(later(-2)); a.signingTime = "240601000000Z" }, Trusted, Expired, ""},
		{"not yet valid", func(a *authorities) { a.issueLeaf(later(1)) }, Trusted, NotYetValid, ""},
		{"not yet valid today", func(a *authorities) {
			a.issueLeaf(func(c *x509.Certificate) { c.NotBefore = testTime.Add(time.Hour) })
		}, Trusted, NotYetValid, `"Leaf" is not valid before 2026-03-04`},
		{"expired at another moment", func(a *authorities) { a.options.At = testTime.AddDate(2, 0, 0) }, Trusted, Expired, ""},
		{"intermediate expired", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) { asCA(c); c.NotAfter = testTime.Add(-time.Hour) })
			a.issueLeaf(nil)
		}, Trusted, IssuerExpired, `"Intermediate" expired on`},
		{"intermediate not yet valid", func(a *authorities) {
			a.middle = issue(a.t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) { asCA(c); c.NotBefore = testTime.Add(time.Hour) })
			a.issueLeaf(nil)
		}, Trusted, IssuerNotYetValid, `"Intermediate" is not valid before`},
		{"signed in the future", func(a *authorities) { a.signingTime = "260304060607Z" }, Trusted, SigningTimeInFuture, "2026-03-04T06:06:07Z, in the future"},
		{"clock a little ahead", func(a *authorities) { a.signingTime = "260304051000Z" }, Trusted, Valid, ""},
		{"signed before the certificate", func(a *authorities) { a.signingTime = "200304050607Z" }, Trusted, SigningTimeOutside, "2020-03-04T05:06:07Z"},
		{"signed in the last century", func(a *authorities) { a.signingTime = "680304050607Z" }, Trusted, SigningTimeOutside, "1968-03-04T05:06:07Z"},
	}
}

// Trust is one answer and validity another: each case is no to one of them, and integrity is there in all.
func TestTrustAndValidity(t *testing.T) {
	tests := slices.Concat(chainCases(), usageCases(), pinCases(), momentCases())
	seen := map[Reason]bool{UnknownSigner: true, AppleRoot: true, // see TestVerifyRefuses, TestAppleRoot and TestRevocation
		Revoked: true, RevocationUnknown: true, BadRevocationList: true}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			seen[test.trust], seen[test.validity] = true, true
			a := newAuthorities(t)
			if test.change != nil {
				test.change(a)
			}
			v := a.verify()
			if !v.Integrity.OK {
				t.Fatalf("integrity is %+v", v.Integrity)
			}
			if v.Trust.Reason != test.trust || v.Trust.OK != (test.trust == Trusted || test.trust == Pinned) {
				t.Errorf("trust is %+v, want %s", v.Trust, test.trust)
			}
			if v.Validity.Reason != test.validity || v.Validity.OK != (test.validity == Valid) {
				t.Errorf("validity is %+v, want %s", v.Validity, test.validity)
			}
			detail := v.Trust.Detail
			if !v.Validity.OK {
				detail = v.Validity.Detail
			}
			if !strings.Contains(detail, test.detail) {
				t.Errorf("detail is %q, want one with %q", detail, test.detail)
			}
		})
	}
	for _, r := range Reasons() {
		if r.Question != AboutIntegrity && !seen[r.Reason] {
			t.Errorf("no case is answered with %s", r.Reason)
		}
	}
}

func TestValidityDetail(t *testing.T) {
	a := newAuthorities(t)
	if got, want := a.verify().Validity.Detail, "until 2027-03-04 (365 days)"; got != want {
		t.Errorf("validity is %q, want %q", got, want)
	}
	a.options.At = a.leaf.NotAfter.Add(-25 * time.Hour)
	if got, want := a.verify().Validity.Detail, "until 2027-03-04 (1 day)"; got != want {
		t.Errorf("validity is %q, want %q", got, want)
	}
}

// Each certificate is shown with what it is for.
func TestCertificateRoles(t *testing.T) {
	a := newAuthorities(t)
	stranger := issue(t, "Stranger", rsaKey().Public(), nil, rsaKey(), nil)
	a.embedded = append(a.embedded, stranger)
	want := []struct {
		name     string
		role     Role
		key      string
		embedded bool
	}{{"Leaf", RoleSigner, "ECDSA P-256", true}, {"Intermediate", RoleIntermediate, "ECDSA P-384", true},
		{"Stranger", RoleUnused, "RSA 2048", true}, {"Root", RoleRoot, "ECDSA P-256", false}}
	got := a.verify().Certificates
	if len(got) != len(want) {
		t.Fatalf("got %d certificates, want %d", len(got), len(want))
	}
	for i, w := range want {
		if c := got[i]; c.Name != w.name || c.Role != w.role || c.Key != w.key || c.Embedded != w.embedded {
			t.Errorf("certificate %d is %q, %s, %s, embedded %t; want %+v", i, c.Name, c.Role, c.Key, c.Embedded, w)
		}
	}
}

// Several signers must all pass: the answers are those of the first for whom they are no.
func TestEverySignerCounts(t *testing.T) {
	a := newAuthorities(t)
	expired := issue(t, "Expired", rsaKey().Public(), a.middle, a.midKey, func(c *x509.Certificate) { c.NotAfter = testTime.Add(-time.Hour) })
	alone := issue(t, "Alone", rsaKey().Public(), nil, rsaKey(), nil)
	for _, other := range []*x509.Certificate{expired, alone} {
		b := forge(p256(), a.leaf, crypto.SHA256, func(f *forgery) {
			f.certs = [][]byte{a.leaf.Raw, a.middle.Raw, other.Raw}
			first := f.signerInfo2()
			f.key, f.signerID = rsaKey(), definite(tagSequence, other.RawIssuer, must(asn1.Marshal(other.SerialNumber)))
			f.scheme = algorithmOf(idRSAEncryption, null())
			f.signers = [][]byte{first, f.signerInfo2()}
		})
		v := Verify(b, a.options)
		if !v.Integrity.OK || len(v.Signers) != 2 || !v.Signers[0].Trust.OK || !v.Signers[0].Validity.OK {
			t.Fatalf("%+v", v)
		}
		if v.Trust.OK && v.Validity.OK {
			t.Errorf("with the signer %q all is well", pki.NameOf(other))
		}
		if v.Integrity.Detail != "8 bytes, 2 signers, everything in the file is covered" {
			t.Errorf("integrity is %q", v.Integrity.Detail)
		}
	}
}

// A key of any size is no reason to compute for long.
func TestHugeKeysAreRefusedBeforeUse(t *testing.T) {
	leaf := issue(t, "leaf", p256().Public(), nil, p256(), nil)
	huge := issue(t, "huge", &rsa.PublicKey{N: odd(100_000), E: 65537}, leaf, p256(), nil)
	input := forge(p256(), huge, crypto.SHA256, nil)
	if err := measure(t, func() error {
		if v := Verify(input, at); v.Integrity.Reason != BadCertificate {
			t.Errorf("%+v", v.Integrity)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// Ambiguous issuers on every level make more paths to a root than anybody can try: 7 to the power of 13, each breaking a constraint. The work is
// that of a few.
func TestManyAmbiguousIssuersAreCheap(t *testing.T) {
	a := newAuthorities(t)
	a.root = issue(t, "Root", a.rootKey.Public(), nil, a.rootKey, func(c *x509.Certificate) { asCA(c); c.MaxPathLen = 5 })
	issuer, key := a.root, a.rootKey
	a.embedded = nil
	for level := range 13 {
		below := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		var other *x509.Certificate
		for range 7 {
			other = issue(t, strings.Repeat("i", level+1), below.Public(), issuer, key, asCA)
			a.embedded = append(a.embedded, other)
		}
		issuer, key = other, below
	}
	a.leaf = issue(t, "Leaf", p256().Public(), issuer, key, nil)
	a.embedded = append([]*x509.Certificate{a.leaf}, a.embedded...)
	for reason, roots := range map[Reason]*x509.CertPool{ConstraintViolated: poolOf(a.root), MissingIssuer: poolOf()} {
		a.options.Roots = roots
		var v *Verdict
		if err := measure(t, func() error { v = a.verify(); return nil }); err != nil || v.Trust.Reason != reason {
			t.Errorf("trust is %+v, want %s", v.Trust, reason)
		}
	}
}

// The order of certificates makes no difference to who is trusted, as long as nobody is misled by it.
func TestOrderMakesNoDifference(t *testing.T) {
	a := newAuthorities(t)
	other := issue(t, "Other", rsaKey().Public(), nil, rsaKey(), asCA)
	old := func(c *x509.Certificate) { asCA(c); c.NotAfter = testTime.Add(-time.Hour) }
	certs := []*x509.Certificate{a.leaf, a.middle, a.root, other, issue(t, "Root", a.rootKey.Public(), other, rsaKey(), asCA), issue(t, "Other", rsaKey().Public(), a.root, a.rootKey, asCA),
		issue(t, "Intermediate", a.midKey.Public(), a.root, a.rootKey, old), issue(t, "Intermediate", a.midKey.Public(), other, rsaKey(), asCA)}
	random := mathrand.New(mathrand.NewPCG(3, 5))
	for name, roots := range map[string]*x509.CertPool{"Root": poolOf(a.root), "Other": poolOf(other), "": poolOf()} {
		a.options.Roots = roots
		var first *Verdict
		for range 20 {
			random.Shuffle(len(certs), func(i, j int) { certs[i], certs[j] = certs[j], certs[i] })
			a.embedded = certs
			v := a.verify()
			if first == nil {
				first = v
			}
			if v.Trust != first.Trust || v.Validity != first.Validity || v.Trust.OK != (name != "") || !slices.EqualFunc(v.Signers[0].Chain, first.Signers[0].Chain, (*x509.Certificate).Equal) {
				t.Errorf("roots %q: trust is %+v, before it was %+v", name, v.Trust, first.Trust)
			}
		}
	}
}
