package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"testing"
)

// signedBy returns a signed message of a profile.
func signedBy(t testing.TB, key crypto.Signer, chain []*x509.Certificate) []byte {
	t.Helper()
	return must(Sign([]byte("profile"), key, chain, SignOptions{}))
}

func TestSigners(t *testing.T) {
	chain := testChain(t, p256())
	root := testCert(t, "root", true, nil, p384().Public(), p384())
	for name, tt := range map[string]struct {
		key               crypto.Signer
		chain             []*x509.Certificate
		lacksIssuer, self bool
	}{
		"whole chain":      {p256(), chain, false, false},
		"chain to the top": {p256(), chain[:2], false, false},
		"leaf alone":       {p256(), chain[:1], true, false},
		"self-signed":      {p384(), []*x509.Certificate{root}, false, true},
	} {
		found, err := Signers(signedBy(t, tt.key, tt.chain))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: got %d signers, %v", name, len(found), err)
		}
		s := found[0]
		if s.Certificate == nil || !s.Certificate.Equal(tt.chain[0]) || s.Digest != "SHA-256" || s.IsWeak {
			t.Errorf("%s: got %+v", name, s)
		}
		if s.LacksIssuer != tt.lacksIssuer || s.IsSelfSigned != tt.self {
			t.Errorf("%s: lacks its issuer %t and self-signed %t, want %t and %t", name, s.LacksIssuer, s.IsSelfSigned, tt.lacksIssuer, tt.self)
		}
	}
}

// What openssl smime and old tools write.
func TestSignersNamesDigests(t *testing.T) {
	message := signedBy(t, p256(), testChain(t, p256()))
	for oid, want := range map[string]struct {
		name   string
		isWeak bool
	}{
		"\x06\x05\x2b\x0e\x03\x02\x1a":             {"SHA-1", true},
		"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05": {"MD5", true},
		"\x06\x03\x2a\x03\x04":                     {"1.2.3.4", false},
		"\x06\x02\xff\xff":                         {"unknown", false},
	} {
		src := definite(tagSequence, []byte(oid))
		tr := tree{src: src, elements: must(scan(src))}
		if name, isWeak := tr.digestName(0); name != want.name || isWeak != want.isWeak {
			t.Errorf("got %s, weak %t; want %+v", name, isWeak, want)
		}
	}
	if _, err := Signers(message[:len(message)-3]); err == nil {
		t.Error("a cut off message has signers")
	}
	if _, err := Signers([]byte("<plist/>")); !errors.Is(err, ErrNotSigned) {
		t.Errorf("got %v, want %v", err, ErrNotSigned)
	}
}

func FuzzSignersNeverPanics(f *testing.F) {
	f.Add(signedBy(f, p256(), testChain(f, p256())))
	f.Add(signedData(definite, definite(0x30, oid(oidData), definite(0xa0, octets("profile")))))
	f.Add([]byte("\x30\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		found, err := Signers(b)
		if !bytes.Equal(b, before) {
			t.Fatal("the input changed")
		}
		if len(found) > maxSigners || err != nil && found != nil {
			t.Fatalf("%d signers and error %v", len(found), err)
		}
		if !IsSigned(b) && !errors.Is(err, ErrNotSigned) {
			t.Fatalf("error is %v", err)
		}
	})
}
