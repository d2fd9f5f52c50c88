package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"
	"slices"
	"testing"
)

// rewrite writes element i again, with lengths that fit, after change has been asked what becomes of each element inside:
// it returns the encodings that take its place, given its own.
func (t tree) rewrite(i int, change func(i int, encoded []byte) [][]byte) []byte {
	encoded := t.raw(i)
	if t.elements[i].tag&constructedBit != 0 {
		var parts [][]byte
		for _, c := range t.children(i) {
			parts = append(parts, change(c, t.rewrite(c, change))...)
		}
		encoded = definite(t.elements[i].tag, parts...)
	}
	return encoded
}

// sweeps are what can be done to one element: it is dropped, doubled, followed or filled by another.
var sweeps = map[string]func(encoded []byte) [][]byte{
	"dropped":  func([]byte) [][]byte { return nil },
	"doubled":  func(b []byte) [][]byte { return [][]byte{b, b} },
	"followed": func(b []byte) [][]byte { return [][]byte{b, null()} },
	"replaced": func([]byte) [][]byte { return [][]byte{null()} },
	"in BER":   func(b []byte) [][]byte { return [][]byte{longer(b)} },
}

// longer writes the length of an element in more octets than it needs.
func longer(b []byte) []byte {
	e := must(scan(b))[0]
	n := e.end - e.body
	return slices.Concat(b[:1], []byte{0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, b[e.body:])
}

// Every element of a message counts: whatever is done to one makes the signature false, with these exceptions.
func TestEveryElementCounts(t *testing.T) {
	leaf := issue(t, "leaf", p256().Public(), nil, p256(), nil)
	good := forge(p256(), leaf, crypto.SHA256, func(f *forgery) {
		f.attributes = [][]byte{f.attributes[0], attributeOf(idSigningTime, primitive(tagUTCTime, []byte("260304050607Z"))), nil}
		f.unsigned = [][]byte{attributeOf("1.2.3", octets("x"))}
	})
	tr := tree{good, must(scan(good))}
	parts := tr.children(tr.children(tr.children(0)[1])[0])
	content, certs, signers := parts[2], parts[3], parts[4]
	signer := tr.children(signers)[0]
	unsigned := tr.children(signer)[6]
	inside := func(i, outer int) bool { return i > outer && i < tr.elements[outer].next }
	digests := parts[1]
	harmless := func(what string, i int) bool {
		switch {
		case inside(i, certs) && what != "in BER":
			return true // the certificate is judged by its issuer's signature, and may stand twice
		case what == "in BER": // the layers around the content may be in BER
			return i == 1 || i == 2 || i == 3 || slices.Contains(parts, i) || inside(i, content)
		case what == "doubled" && (inside(i, digests) && tr.elements[i].tag == tagSequence || i == signer):
			return true // the same once more
		case i >= unsigned && (i == unsigned && what == "dropped" || inside(i, unsigned) && what != "in BER"):
			return true // nothing covers them
		}
		return what == "followed" && i == tr.children(tr.children(digests)[0])[0] || // NULL parameters of a digest
			what == "followed" && i == tr.children(tr.children(signer)[2])[0]
	}
	for what, sweep := range sweeps {
		for i := range tr.elements[1:] {
			i++
			input := tr.rewrite(0, func(c int, encoded []byte) [][]byte {
				if c == i {
					return sweep(encoded)
				}
				return [][]byte{encoded}
			})
			v := Verify(input, at)
			if v.Integrity.OK && !harmless(what, i) {
				t.Errorf("element %d at byte %d (tag %#x) is %s, and the message is still verified", i, tr.elements[i].start, tr.elements[i].tag, what)
			}
			if v.Integrity.OK {
				secondOpinion(t, input, v)
				if string(v.Content) != "<plist/>" {
					t.Errorf("element %d is %s, and the content is %q", i, what, v.Content)
				}
			}
		}
	}
}

// richCertificate has every extension that is looked into.
func richCertificate(t testing.TB) *x509.Certificate {
	ca := issue(t, "CA", p256().Public(), nil, p256(), asCA)
	return issue(t, "rich", p256().Public(), ca, p256(), func(c *x509.Certificate) {
		c.IsCA, c.MaxPathLen = true, 3
		c.DNSNames, c.EmailAddresses = []string{"example.org"}, []string{"it@example.org"}
		c.IPAddresses, c.URIs = []net.IP{net.IPv4(192, 0, 2, 1)}, []*url.URL{must(url.Parse("https://example.org"))}
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageEmailProtection}
		c.CRLDistributionPoints = []string{"http://example.org/crl"}
		c.PermittedDNSDomains, c.ExcludedDNSDomains = []string{"example.org"}, []string{"no.example.org"}
		c.PolicyIdentifiers = []asn1.ObjectIdentifier{{2, 23, 140, 1, 2, 1}}
		c.Subject = pkix.Name{CommonName: "rich", Organization: []string{"Acme"}, Country: []string{"DE"}}
	})
}

// Nothing may stand beside the fields of a certificate, where crypto/x509 would pass over it.
func TestCertificatesHoldNothingElse(t *testing.T) {
	raw := richCertificate(t).Raw
	tr := tree{raw, must(scan(raw))}
	if !tr.isCertificate(0) {
		t.Fatal("a good certificate is refused")
	}
	open := 0
	for i := range tr.elements {
		if tr.elements[i].tag&constructedBit == 0 {
			continue
		}
		if tr.elements[i].tag == tagSequence && len(tr.children(i)) == 1 && tr.elements[tr.children(i)[0]].tag == tagOID {
			open++ // an algorithm without parameters, which may have some
			continue
		}
		fill := func(c int, encoded []byte) [][]byte {
			if c == i {
				e := must(scan(encoded))[0]
				encoded = definite(encoded[0], encoded[e.body:], null())
			}
			return [][]byte{encoded}
		}
		filled := fill(0, tr.rewrite(0, fill))[0]
		if x := (tree{filled, must(scan(filled))}); x.isCertificate(0) {
			t.Errorf("the element at byte %d (tag %#x) may hold NULL at its end", tr.elements[i].start, tr.elements[i].tag)
		}
	}
	if open != 2 {
		t.Errorf("%d algorithms have no parameters, want those of the two signatures", open)
	}
	for _, missing := range []int{0, 1, 2} {
		parts := slices.Delete(tr.children(0), missing, missing+1)
		cut := definite(tagSequence, tr.raw(parts[0]), tr.raw(parts[1]))
		if x := (tree{cut, must(scan(cut))}); x.isCertificate(0) {
			t.Errorf("part %d of a certificate may be missing", missing)
		}
	}
}

// Each field of a certificate has its type. Free are only strings in names, and the parameters of algorithms.
func TestCertificateFieldsHaveTheirTypes(t *testing.T) {
	raw := richCertificate(t).Raw
	tr := tree{raw, must(scan(raw))}
	for i, e := range tr.elements {
		isString := e.tag == 0x0c || e.tag == 0x13
		isParameter := e.tag == tagOID && tr.elements[i-1].tag == tagOID
		if i == 0 || isString || isParameter {
			continue
		}
		input := tr.rewrite(0, func(c int, encoded []byte) [][]byte {
			if c == i {
				encoded = null()
			}
			return [][]byte{encoded}
		})
		if x := (tree{input, must(scan(input))}); x.isCertificate(0) {
			t.Errorf("the element at byte %d (tag %#x) may be NULL", e.start, e.tag)
		}
	}
}

// The same holds inside the extensions that libraries act on.
func TestExtensionsHoldNothingElse(t *testing.T) {
	cert := richCertificate(t)
	checked := 0
	for _, ext := range append(cert.Extensions, moreExtensions(t)...) {
		if !isExtensionValue(ext.Id.String(), ext.Value) {
			t.Errorf("%s: a good value is refused: %x", ext.Id, ext.Value)
			continue
		}
		if isExtensionValue(ext.Id.String(), append(bytes.Clone(ext.Value), 0)) || isExtensionValue(ext.Id.String(), nil) || isExtensionValue(ext.Id.String(), longer(ext.Value)) {
			t.Errorf("%s: a value that is more than one element, none, or in BER, is let through", ext.Id)
		}
		tr := tree{ext.Value, must(scan(ext.Value))}
		if tag, _ := tr.extensionShape(ext.Id.String()); tag == 0 {
			continue // nobody acts on it
		}
		checked++
		if isExtensionValue(ext.Id.String(), null()) {
			t.Errorf("%s: a value of another type is let through", ext.Id)
		}
		for i := range tr.elements {
			if tr.elements[i].tag&constructedBit == 0 || isFree(tr, i) {
				continue
			}
			fill := func(c int, encoded []byte) [][]byte {
				if c == i {
					e := must(scan(encoded))[0]
					encoded = definite(encoded[0], encoded[e.body:], null())
				}
				return [][]byte{encoded}
			}
			if filled := fill(0, tr.rewrite(0, fill))[0]; isExtensionValue(ext.Id.String(), filled) {
				t.Errorf("%s: the element at byte %d may hold NULL at its end: %x", ext.Id, tr.elements[i].start, filled)
			}
		}
	}
	if checked < 10 {
		t.Errorf("%d extensions were checked", checked)
	}
}

// isFree says whether the contents of an element are of no concern: subtrees of name constraints, and values of other names.
func isFree(t tree, i int) bool {
	first := i + 1
	return t.elements[i].tag == tagSequence && t.elements[i].next > first && t.elements[first].tag == tagPrimitive2 && len(t.children(i)) == 1 ||
		t.elements[i].tag == tagContext0 && t.elements[first].tag == 0x0c
}

// moreExtensions are forms that Go does not write.
func moreExtensions(t testing.TB) []pkix.Extension {
	name := must(asn1.Marshal(pkix.Name{CommonName: "CA"}.ToRDNSequence()))
	names := definite(tagSequence, definite(tagContext4, name), definite(tagContext0, oidOf("1.2.3"), definite(tagContext0, []byte{0x0c, 1, 'x'})))
	inTag1 := definite(tagContext1, definite(tagContext4, name))
	point := definite(tagSequence, definite(tagContext0, definite(tagContext0, definite(tagContext4, name))), primitive(tagPrimitive1, []byte{1, 2}), definite(tagContext2, definite(tagContext4, name)))
	relative := definite(tagSequence, definite(tagContext0, definite(tagContext1, definite(tagSequence, oidOf("2.5.4.3"), []byte{0x0c, 1, 'x'}))))
	return []pkix.Extension{
		{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: names},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 18}, Value: names},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 31}, Value: definite(tagSequence, point)},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 31}, Value: definite(tagSequence, relative)},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 35}, Value: definite(tagSequence, primitive(tagPrimitive0, []byte("key")), inTag1, primitive(tagPrimitive2, []byte{7}))},
	}
}
