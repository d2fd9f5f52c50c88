package cms

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/e2e"
)

// crlVector is one set of revocation lists, and the answers about the same signed message. The zero Reason stands for lists
// refused before any message is read. signer is openssl's answer with -crl_check, all that with -crl_check_all.
type crlVector struct {
	name        string
	lists       func(a *authorities) [][]byte
	here        Reason
	signer, all bool
}

const unread Reason = ""

// issuedFor is an issuingDistributionPoint (RFC 5280, 5.2.5): a field by its tag, true.
func issuedFor(field int) []byte {
	return definite(tagSequence, must(asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: field, Bytes: []byte{0xff}})))
}

// extendedBy adds an extension to a list.
func extendedBy(critical bool, value []byte, id ...int) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		l.ExtraExtensions = append(l.ExtraExtensions, pkix.Extension{Id: id, Critical: critical, Value: value})
	}
}

// resigned signs a list anew with only some of its fields, by their place.
func resigned(a *authorities, list []byte, fields ...int) []byte {
	parts := must(elementsOf(must(elementsOf(list))[0].Bytes))
	all := must(elementsOf(parts[0].Bytes))
	var kept [][]byte
	for _, i := range fields {
		kept = append(kept, all[i].FullBytes)
	}
	content := definite(tagSequence, kept...)
	digest := sha256.Sum256(content)
	if strings.Contains(fmt.Sprintf("%x", parts[1].FullBytes), "2a8648ce3d040303") { // ECDSA with SHA-384, of P-384
		sum := crypto.SHA384.New()
		sum.Write(content)
		signature := must(a.midKey.Sign(rand.Reader, sum.Sum(nil), crypto.SHA384))
		return definite(tagSequence, content, parts[1].FullBytes, must(asn1.Marshal(asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)})))
	}
	signature := must(a.rootKey.Sign(rand.Reader, digest[:], crypto.SHA256))
	return definite(tagSequence, content, parts[1].FullBytes, must(asn1.Marshal(asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)})))
}

func crlVectors() []crlVector {
	root := func(a *authorities, certs ...*x509.Certificate) []byte {
		return revoke(a.root, a.rootKey, nil, certs...)
	}
	middle := func(a *authorities, change func(*x509.RevocationList), certs ...*x509.Certificate) []byte {
		return revoke(a.middle, a.midKey, change, certs...)
	}
	// changed is a good list of the root beside a changed one of the intermediate, with nobody or with the signer on it.
	changed := func(change func(*x509.RevocationList)) func(a *authorities) [][]byte {
		return func(a *authorities) [][]byte { return [][]byte{root(a), middle(a, change)} }
	}
	revoking := func(change func(*x509.RevocationList)) func(a *authorities) [][]byte {
		return func(a *authorities) [][]byte { return [][]byte{root(a), middle(a, change, a.leaf)} }
	}
	reason := func(code int) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) { l.RevokedCertificateEntries[0].ReasonCode = code }
	}
	others := func(serials ...int64) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) {
			var all []x509.RevocationListEntry
			for _, n := range serials {
				all = append(all, x509.RevocationListEntry{SerialNumber: big.NewInt(n), RevocationTime: testTime.Add(-time.Hour)})
			}
			l.RevokedCertificateEntries = append(all, l.RevokedCertificateEntries...)
		}
	}
	delta := extendedBy(true, must(asn1.Marshal(1)), 2, 5, 29, 27)
	userCerts, caCerts := extendedBy(true, issuedFor(1), 2, 5, 29, 28), extendedBy(true, issuedFor(2), 2, 5, 29, 28)
	return []crlVector{
		{"nobody revoked", changed(nil), Trusted, true, true},
		{"signer revoked", revoking(nil), Revoked, false, false},
		{"signer on hold", revoking(reason(6)), Revoked, false, false},
		{"signer with removeFromCRL, in a complete list", revoking(reason(8)), Revoked, true, true},
		{"signer revoked from tomorrow on", revoking(func(l *x509.RevocationList) {
			l.RevokedCertificateEntries[0].RevocationTime = testTime.Add(24 * time.Hour)
		}), Revoked, false, false},
		{"signer revoked, entries unsorted", revoking(others(1<<40, 3, 1<<20, 1)), Revoked, false, false},
		{"intermediate revoked", func(a *authorities) [][]byte { return [][]byte{root(a, a.middle), middle(a, nil)} }, Revoked, true, false},
		{"no list of the root", func(a *authorities) [][]byte { return [][]byte{middle(a, nil)} }, RevocationUnknown, true, false},
		{"no list of the intermediate", func(a *authorities) [][]byte { return [][]byte{root(a)} }, RevocationUnknown, false, false},
		{"list of another issuer", func(a *authorities) [][]byte {
			other := issue(a.t, "Other", p256().Public(), a.root, a.rootKey, asCRLSigner)
			return [][]byte{root(a), revoke(other, p256(), nil)}
		}, RevocationUnknown, false, false},
		{"list by another key of the name", func(a *authorities) [][]byte {
			other := issue(a.t, "Intermediate", p256().Public(), a.root, a.rootKey, asCRLSigner)
			return [][]byte{root(a), revoke(other, p256(), nil)}
		}, RevocationUnknown, false, false},
		{"wrong signature", func(a *authorities) [][]byte { return [][]byte{root(a), tamperedEnd(middle(a, nil))} }, BadRevocationList, false, false},
		{"wrong signature, and a good list after it", func(a *authorities) [][]byte {
			return [][]byte{root(a), tamperedEnd(middle(a, nil)), middle(a, nil)}
		}, BadRevocationList, false, false},
		{"stale", changed(func(l *x509.RevocationList) { l.NextUpdate = testTime.Add(-time.Minute) }), unread, false, false},
		{"not yet valid", changed(func(l *x509.RevocationList) { l.ThisUpdate = testTime.Add(time.Minute) }), unread, false, false},
		{"delta, alone", changed(delta), unread, true, true},
		{"delta with the signer, and a complete list", func(a *authorities) [][]byte {
			return [][]byte{root(a), middle(a, nil), middle(a, delta, a.leaf)}
		}, unread, true, true},
		{"onlyContainsUserCerts", changed(userCerts), unread, true, true},
		{"onlyContainsUserCerts, with the signer", revoking(userCerts), unread, false, false},
		{"onlyContainsCACerts", changed(caCerts), unread, false, false},
		{"indirect", changed(extendedBy(true, issuedFor(4), 2, 5, 29, 28)), unread, false, false},
		{"unknown critical extension", changed(extendedBy(true, null(), 1, 2, 3)), unread, false, false},
		{"unknown critical extension of another's entry", changed(func(l *x509.RevocationList) {
			others(99)(l)
			l.RevokedCertificateEntries[0].ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: null()}}
		}), unread, false, false},
		{"version 1", func(a *authorities) [][]byte {
			return [][]byte{root(a), resigned(a, middle(a, others(99)), 1, 2, 3, 4, 5)}
		}, unread, true, true},
		{"version 1, with the signer", func(a *authorities) [][]byte {
			return [][]byte{root(a), resigned(a, middle(a, nil, a.leaf), 1, 2, 3, 4, 5)}
		}, unread, false, false},
		{"without nextUpdate", func(a *authorities) [][]byte {
			return [][]byte{root(a), resigned(a, middle(a, others(99)), 0, 1, 2, 3, 5, 6)}
		}, unread, true, true},
		{"two lists, the second with the signer", func(a *authorities) [][]byte {
			return [][]byte{root(a), middle(a, nil), middle(a, nil, a.leaf)}
		}, Revoked, true, true},
		{"root on its own list", func(a *authorities) [][]byte { return [][]byte{root(a, a.root), middle(a, nil)} }, Trusted, true, false},
	}
}

// openssl cms -verify decides the same vectors, all lists of one in one PEM file. The differences stand in docs/verify.md.
func TestOpenSSLCMSAndOurLists(t *testing.T) {
	program := e2e.Find(t, "openssl")
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "verify.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "### Compared with openssl cms")
	table, _, _ = strings.Cut(table, "\n#")
	answer := map[bool]string{true: "yes", false: "no"}
	for _, v := range crlVectors() {
		t.Run(v.name, func(t *testing.T) {
			a := newListedAuthorities(t)
			lists := v.lists(a)
			dir := t.TempDir()
			var inPEM []byte
			for _, der := range lists {
				inPEM = append(inPEM, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})...)
			}
			here := unread
			if crls, err := ParseCRLs("a.pem", inPEM, testTime); err == nil {
				a.options.CRLs = crls
				here = a.verify().Trust.Reason
			}
			if here != v.here {
				t.Errorf("here: %q, want %q", here, v.here)
			}
			message := forge(p256(), a.leaf, crypto.SHA256, func(f *forgery) {
				f.certs = nil
				for _, cert := range a.embedded {
					f.certs = append(f.certs, cert.Raw)
				}
			})
			store := filepath.Join(dir, "store.pem")
			writeFile(t, store, slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw}), inPEM))
			asked := func(check ...string) (bool, string) {
				args := []string{"cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-attime", "1772600767", "-CAfile", store, "-no-CApath", "-no-CAstore"}
				cmd := exec.Command(program, append(args, check...)...)
				cmd.Stdin = bytes.NewReader(message)
				out, err := cmd.CombinedOutput()
				return err == nil, string(out)
			}
			if ok, out := asked(); !ok {
				t.Fatalf("openssl refuses the message itself: %s", out)
			}
			signer, said := asked("-crl_check")
			all, saidAll := asked("-crl_check", "-crl_check_all")
			if signer != v.signer || all != v.all {
				t.Errorf("openssl: signer %v, all %v, want %v, %v\n%s%s", signer, all, v.signer, v.all, said, saidAll)
			}
			row := fmt.Sprintf("| %s | %s | %s | %s |", v.name, map[bool]string{true: "refused", false: "`" + string(v.here) + "`"}[v.here == unread], answer[v.signer], answer[v.all])
			_, rest, found := strings.Cut(table, row)
			if why, _, _ := strings.Cut(rest, "\n"); !found || (v.here == Trusted) != v.all && len(why) < 10 {
				t.Errorf("docs/verify.md lacks the row, or its reason: %s", row)
			}
		})
	}
}
