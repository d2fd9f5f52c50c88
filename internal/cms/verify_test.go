package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// at is the moment at which tests verify.
var at = VerifyOptions{At: testTime}

// Each is refused for its own reason, and its content does not come out.
func TestVerifyRefuses(t *testing.T) {
	seen := map[Reason]bool{NotAPropertyList: true, UnsoundContent: true} // from the reader of the content
	for _, test := range hostileCases(t) {
		seen[test.reason] = true
		before := bytes.Clone(test.input)
		v := Verify(test.input, at)
		if v.Integrity.OK || v.Integrity.Reason != test.reason || v.Content != nil {
			t.Errorf("%s: %+v, want %s", test.name, v.Integrity, test.reason)
		}
		if v.Integrity.Detail == "" || strings.HasSuffix(v.Integrity.Detail, ".") {
			t.Errorf("%s: detail is %q", test.name, v.Integrity.Detail)
		}
		if !bytes.Equal(before, test.input) {
			t.Errorf("%s: the input was changed", test.name)
		}
	}
	for _, r := range Reasons() {
		if r.Question == AboutIntegrity && !r.OK && !seen[r.Reason] {
			t.Errorf("no case is refused as %s", r.Reason)
		}
	}
}

// What is legal is verified, in any of its forms.
func TestVerifyAccepts(t *testing.T) {
	leaf := issue(t, "leaf", p256().Public(), nil, p256(), nil)
	rsaLeaf := issue(t, "rsa", rsaKey().Public(), nil, rsaKey(), nil)
	p521 := must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	p521Leaf := issue(t, "P-521", p521.Public(), nil, p521, nil)
	with := func(change func(*forgery)) []byte { return forge(p256(), leaf, crypto.SHA256, change) }
	for name, test := range map[string]struct {
		input []byte
		form  Form
	}{
		"plain":               {with(nil), DER},
		"RSA":                 {forge(rsaKey(), rsaLeaf, crypto.SHA256, nil), DER},
		"SHA-384":             {forge(rsaKey(), rsaLeaf, crypto.SHA384, nil), DER},
		"SHA-512 on P-521":    {forge(p521, p521Leaf, crypto.SHA512, nil), DER},
		"RSA naming a digest": {forge(rsaKey(), rsaLeaf, crypto.SHA256, func(f *forgery) { f.scheme = algorithmOf("1.2.840.113549.1.1.11") }), DER},
		"no attributes":       {with(func(f *forgery) { f.attributes = nil }), DER},
		"content like a set":  {with(func(f *forgery) { f.attributes, f.content = nil, []byte("1\x02\x05\x00") }), DER},
		"content like text":   {with(func(f *forgery) { f.attributes, f.content = nil, []byte("1 is no set") }), DER},
		"content like a list": {with(func(f *forgery) { f.attributes, f.content = nil, definite(tagSequence, f.attributes[0]) }), DER},
		"signingCertificate":  {with(func(f *forgery) { standard(f, essV1(leaf), essV2(leaf)) }), DER},
		"V2 with SHA-512":     {with(func(f *forgery) { standard(f, essV2With(algorithmOf(hashOIDs[crypto.SHA512]), leaf)) }), DER},
		"empty content":       {with(func(f *forgery) { f.content = []byte{} }), DER},
		"digest with NULL": {with(func(f *forgery) {
			f.digests, f.digest = [][]byte{algorithmOf(hashOIDs[f.hash], null())}, algorithmOf(hashOIDs[f.hash], null())
		}), DER},
		"version 3": {with(func(f *forgery) { f.version = 3 }), DER},
		"key identifier": {with(func(f *forgery) {
			f.version, f.signerVersion, f.signerID = 3, 3, primitive(tagPrimitive0, leaf.SubjectKeyId)
		}), DER},
		"unsigned attribute": {with(func(f *forgery) { f.unsigned = [][]byte{attributeOf("1.2.840.113549.1.9.16.2.14", null())} }), DER},
		"certificate twice":  {with(func(f *forgery) { f.certs = slices.Repeat(f.certs, 2) }), DER},
		"two signers":        {with(func(f *forgery) { f.signers = [][]byte{f.signerInfo2(), f.signerInfo2()} }), DER},
		"chunks": {with(func(f *forgery) {
			f.inContent = [][]byte{definite(tagConstructedOctet, octets("<pl"), octets("ist/>"))}
		}), BER},
		"streamed":        {streamed(with(nil)), BER},
		"length too long": {longForm(with(nil)[:2:2]), BER},
	} {
		if name == "length too long" {
			body := with(nil)[4:]
			test.input = append([]byte{tagSequence, 0x83, 0, byte(len(body) >> 8), byte(len(body))}, body...)
		}
		v := Verify(test.input, at)
		if !v.Integrity.OK || v.Integrity.Reason != Verified || v.Form != test.form {
			t.Errorf("%s: %+v in %s, want %s", name, v.Integrity, v.Form, test.form)
			continue
		}
		if want := must(Content(test.input)); v.Content == nil || !bytes.Equal(v.Content, want) {
			t.Errorf("%s: content is %q, want %q", name, v.Content, want)
		}
	}
}

// streamed writes the layers around the content with indefinite lengths, as openssl -stream does.
func streamed(b []byte) []byte {
	t := tree{b, must(scan(b))}
	signed := t.children(t.children(t.children(0)[1])[0])
	var parts [][]byte
	for n, i := range signed {
		if n == 2 {
			content := t.children(t.children(i)[1])[0]
			parts = append(parts, indefinite(tagSequence, t.raw(t.children(i)[0]),
				indefinite(tagContext0, indefinite(tagConstructedOctet, t.raw(content), octets("")))))
			continue
		}
		parts = append(parts, t.raw(i))
	}
	return indefinite(tagSequence, t.raw(1), indefinite(tagContext0, indefinite(tagSequence, parts...)))
}

func TestVerifySays(t *testing.T) {
	leaf := issue(t, "leaf", p256().Public(), nil, p256(), nil)
	v := Verify(forge(p256(), leaf, crypto.SHA256, func(f *forgery) {
		f.content = bytes.Repeat([]byte("x"), 12913)
		f.attributes = [][]byte{f.attributes[0], attributeOf(idSigningTime, primitive(tagUTCTime, []byte("260304050607Z"))), nil}
		f.unsigned = [][]byte{attributeOf("1.2.840.113549.1.9.16.2.14", null()), attributeOf("1.2.3.4", null())}
	}), at)
	if want := "12,913 bytes, SHA-256, ECDSA P-256, everything is covered but 2 unsigned attributes"; v.Integrity.Detail != want {
		t.Errorf("integrity is %q, want %q", v.Integrity.Detail, want)
	}
	s := v.Signers[0]
	if !s.SigningTime.Equal(testTime) || s.Key != "ECDSA P-256" || s.Digest != "SHA-256" || !s.Certificate.Equal(leaf) {
		t.Errorf("the signer is %+v", s)
	}
	if want := []string{"contentType", "signingTime", "messageDigest"}; !slices.Equal(s.SignedAttributes, want) {
		t.Errorf("signed attributes are %v", s.SignedAttributes)
	}
	if want := []string{"timeStampToken", "1.2.3.4"}; !slices.Equal(s.UnsignedAttributes, want) {
		t.Errorf("unsigned attributes are %v", s.UnsignedAttributes)
	}
	if c := v.Certificates; len(c) != 1 || c[0].Role != RoleSigner || !c[0].Embedded {
		t.Errorf("certificates are %+v", c)
	}
}

// No signature covers the certificates, so that anybody can put one in.
func TestVerifySaysWhichCertificatesAreStray(t *testing.T) {
	leaf, other := issue(t, "leaf", p256().Public(), nil, p256(), nil), issue(t, "other", p256().Public(), nil, p256(), nil)
	v := Verify(forge(p256(), leaf, crypto.SHA256, func(f *forgery) {
		f.certs, f.unsigned = append(f.certs, other.Raw), [][]byte{attributeOf("1.2.3.4", null())}
	}), at)
	if want := "everything is covered but one unsigned attribute and one unneeded certificate"; !strings.HasSuffix(v.Integrity.Detail, want) {
		t.Errorf("integrity is %q, want one that ends in %q", v.Integrity.Detail, want)
	}
}

func TestVerifyIsCheap(t *testing.T) {
	for name, input := range hostile() {
		for _, input := range [][]byte{input, append(fromHex(t, "3080 0609 2a864886f70d010702 a080"), input...)} {
			if err := measure(t, func() error { Verify(input, at); return nil }); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	// Of a large legal file a few copies are made: the content, and in BER the file.
	leaf := issue(t, "leaf", p256().Public(), nil, p256(), nil)
	large := forge(p256(), leaf, crypto.SHA256, func(f *forgery) { f.content = make([]byte, 8<<20) })
	for _, input := range [][]byte{large, streamed(large)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if v := Verify(input, at); !v.Integrity.OK {
			t.Fatal(v.Integrity)
		}
		runtime.ReadMemStats(&after)
		if times := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(input)); times > 4 {
			t.Errorf("%d bytes take %.1f times their size", len(input), times)
		}
	}
}

func TestReasonsAreStable(t *testing.T) {
	seen := map[Reason]Question{}
	for _, r := range Reasons() {
		if r.Meaning == "" || strings.HasSuffix(r.Meaning, ".") || strings.ToLower(string(r.Reason)) != string(r.Reason) {
			t.Errorf("%+v", r)
		}
		if q, ok := seen[r.Reason]; ok && q == r.Question {
			t.Errorf("%s stands twice", r.Reason)
		}
		seen[r.Reason] = r.Question
	}
}

func FuzzVerifyAcceptsOnlyWhatTheLibraryAccepts(f *testing.F) {
	for _, test := range hostileCases(f) {
		if len(test.input) < 4096 {
			f.Add(test.input)
		}
	}
	leaf := issue(f, "leaf", p256().Public(), nil, p256(), nil)
	good := forge(p256(), leaf, crypto.SHA256, nil)
	f.Add(good)
	f.Add(streamed(good))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		v := Verify(b, at)
		if !bytes.Equal(b, before) {
			t.Fatal("the input was changed")
		}
		if v.Integrity.OK != (v.Content != nil) || v.Integrity.Reason == "" || v.Trust.Reason == "" || v.Validity.Reason == "" {
			t.Fatalf("%+v", v)
		}
		if v.Integrity.OK {
			secondOpinion(t, b, v)
		}
	})
}
