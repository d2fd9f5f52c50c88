//go:build e2e

package e2e

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncguard/internal/cms"
)

// matrixKeys are the kinds of keys that sign profiles.
func matrixKeys(t *testing.T) map[string]crypto.Signer {
	return map[string]crypto.Signer{
		"RSA 2048": newRSA(t, 2048), "RSA 3072": newRSA(t, 3072), "RSA 4096": newRSA(t, 4096),
		"P-256": newECDSA(t, elliptic.P256()), "P-384": newECDSA(t, elliptic.P384()), "P-521": newECDSA(t, elliptic.P521()),
	}
}

// What openssl signs, of every kind that profiles have, is whole, trusted and valid, and its content is what went in.
func TestOpenSSLSignsAndWeVerify(t *testing.T) {
	p := newPKI(t)
	large := bytes.Repeat(aProfile, 50) // streamed in several chunks
	for name, key := range matrixKeys(t) {
		root, middle, leaf := p.chain(name, key)
		for _, digest := range []string{"sha256", "sha384", "sha512"} {
			for _, options := range []string{"", "-nosmimecap", "-noattr", "-keyid", "-stream", "-stream -noattr -keyid", "-cades"} {
				t.Run(strings.Join([]string{name, digest, options}, " "), func(t *testing.T) {
					p.t = t
					signed := p.signedBy(large, leaf, middle, append([]string{"-md", digest}, strings.Fields(options)...)...)
					v := cms.Verify(signed, cms.VerifyOptions{At: time.Now(), Roots: pool(root)})
					if !v.Integrity.OK || !v.Trust.OK || !v.Validity.OK || !bytes.Equal(v.Content, large) {
						t.Errorf("integrity %+v, trust %+v, validity %+v, %d bytes", v.Integrity, v.Trust, v.Validity, len(v.Content))
					}
					if isBER := strings.Contains(options, "-stream"); (v.Form == cms.BER) != isBER {
						t.Errorf("the form is %s", v.Form)
					}
				})
			}
		}
	}
}

func TestOpenSSLSignsForSeveral(t *testing.T) {
	p := newPKI(t)
	root, middle, first := p.chain("first", newRSA(t, 2048))
	second := p.issue("second", newECDSA(t, elliptic.P256()), middle, nil)
	third := p.issue("third", newECDSA(t, elliptic.P384()), root, nil)
	signed := p.signedBy(aProfile, first, middle, "-signer", second.pem, "-inkey", second.pemKey, "-signer", third.pem, "-inkey", third.pemKey)
	v := cms.Verify(signed, cms.VerifyOptions{At: time.Now(), Roots: pool(root)})
	if !v.Integrity.OK || !v.Trust.OK || !v.Validity.OK || len(v.Signers) != 3 {
		t.Errorf("%+v", v)
	}
	v = cms.Verify(signed, cms.VerifyOptions{At: time.Now(), Roots: pool(middle)})
	if v.Trust.OK {
		t.Error("the third signer is trusted without its root")
	}
	for _, s := range v.Signers {
		if s.Trust.OK == s.Certificate.Equal(third.cert) {
			t.Errorf("%q: %+v", s.Name, s.Trust)
		}
	}
}

// What we sign, openssl verifies up to the root, and gives back unchanged.
func TestWeSignAndOpenSSLVerifies(t *testing.T) {
	p := newPKI(t)
	for name, key := range matrixKeys(t) {
		if name == "P-521" {
			continue // verified, not signed with
		}
		root, middle, leaf := p.chain(name, key)
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			t.Run(name+" "+hash.String(), func(t *testing.T) {
				signed, err := cms.Sign(aProfile, key, certificates(leaf, middle), cms.SignOptions{Digest: hash})
				if err != nil {
					t.Fatal(err)
				}
				content := Tool(t, signed, "openssl", "cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-CAfile", root.pem)
				if !bytes.Equal(content, aProfile) {
					t.Error("openssl gives back another content")
				}
				if v := cms.Verify(signed, cms.VerifyOptions{At: time.Now(), Roots: pool(root)}); !v.Integrity.OK || !v.Trust.OK || !v.Validity.OK {
					t.Errorf("%+v", v)
				}
			})
		}
	}
}

// What is not supported is refused by its name, although openssl makes it.
func TestOpenSSLSignsAndWeRefuse(t *testing.T) {
	p := newPKI(t)
	_, middle, leaf := p.chain("leaf", newRSA(t, 2048))
	weak := p.issue("weak", newRSA(t, 1024), middle, nil)
	sign := func(options ...string) []byte { return p.signedBy(aProfile, leaf, middle, options...) }
	detached := Tool(t, aProfile, "openssl", "cms", "-sign", "-binary", "-outform", "DER", "-signer", leaf.pem, "-inkey", leaf.pemKey)
	for name, test := range map[string]struct {
		signed []byte
		reason cms.Reason
		detail string
	}{
		"RSASSA-PSS":    {sign("-keyopt", "rsa_padding_mode:pss"), cms.UnsupportedSignature, "RSASSA-PSS"},
		"SHA-224":       {sign("-md", "sha224"), cms.UnsupportedDigest, "SHA-224"},
		"SHA3-256":      {sign("-md", "sha3-256"), cms.UnsupportedDigest, "SHA3-256"},
		"SHA-1":         {sign("-md", "sha1"), cms.WeakDigest, "SHA-1"},
		"MD5":           {sign("-md", "md5"), cms.WeakDigest, "MD5"},
		"RSA 1024":      {p.signedBy(aProfile, weak, middle), cms.WeakKey, "1024 bits"},
		"detached":      {detached, cms.Detached, "detached"},
		"nested":        {p.signedBy(sign(), leaf, middle), cms.Nested, "another signed message"},
		"other content": {sign("-econtent_type", "1.2.3.4"), cms.WrongContentType, "1.2.3.4"},
		"no certs":      {p.signedBy(aProfile, leaf, nil, "-nocerts"), cms.MissingSignerCertificate, "not in the file"},
		"enveloped":     {Tool(t, aProfile, "openssl", "cms", "-encrypt", "-binary", "-outform", "DER", leaf.pem), cms.NotSigned, "not signed"},
		"digested":      {Tool(t, aProfile, "openssl", "cms", "-digest_create", "-outform", "DER"), cms.NotSigned, "not signed"},
		"S/MIME":        {Tool(t, aProfile, "openssl", "cms", "-sign", "-nodetach", "-signer", leaf.pem, "-inkey", leaf.pemKey), cms.NotSigned, "not signed"},
		"PEM":           {sign("-outform", "PEM"), cms.NotSigned, "not signed"},
	} {
		v := cms.Verify(test.signed, cms.VerifyOptions{At: time.Now()})
		if v.Integrity.OK || v.Integrity.Reason != test.reason || !strings.Contains(v.Integrity.Detail, test.detail) {
			t.Errorf("%s: %+v, want %s with %q", name, v.Integrity, test.reason, test.detail)
		}
	}
}

// verifyJSON is what verify says of one file.
type verifyJSON struct {
	Files []struct {
		OK                         bool
		Integrity, Trust, Validity struct {
			OK     bool
			Reason string
		}
		SHA256 string
	}
}

// The binary says the same of files, and its exit code can fail for each answer.
func TestVerifyCommand(t *testing.T) {
	p := newPKI(t)
	root, middle, leaf := p.chain("leaf", newECDSA(t, elliptic.P256()))
	expired := p.issue("expired", newECDSA(t, elliptic.P256()), middle, func(c *x509.Certificate) { c.NotAfter = c.NotBefore })
	s := newSyncguard(t)
	good := p.signedBy(aProfile, leaf, middle)
	for name, data := range map[string][]byte{
		"good": good, "plain": aProfile, "expired": p.signedBy(aProfile, expired, middle), "leafonly": p.signedBy(aProfile, leaf, nil),
		"tampered": bytes.Replace(good, []byte("com.acme"), []byte("com.evil"), 1), "trailing": append(bytes.Clone(good), '\n'),
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name+".mobileconfig"), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, integrity, trust, validity string
		code                             int
	}{
		{"good", "verified", "trusted", "valid", 0},
		{"plain", "not-signed", "unknown-signer", "unknown-signer", 1},
		{"expired", "verified", "trusted", "expired", 1},
		{"leafonly", "verified", "missing-issuer", "valid", 1},
		{"tampered", "digest-mismatch", "trusted", "valid", 1},
		{"trailing", "trailing-bytes", "unknown-signer", "unknown-signer", 1},
	} {
		stdout, stderr, code := s.run("verify", "--format", "json", "--roots", root.pem, c.name+".mobileconfig")
		var r verifyJSON
		if err := json.Unmarshal([]byte(stdout), &r); err != nil || len(r.Files) != 1 {
			t.Fatalf("%s: %v: %s", c.name, err, stderr)
		}
		f := r.Files[0]
		if code != c.code || f.OK != (c.code == 0) || f.Integrity.Reason != c.integrity || f.Trust.Reason != c.trust || f.Validity.Reason != c.validity {
			t.Errorf("%s: exit code %d, %+v", c.name, code, f)
		}
		content, _, code := s.run("extract", c.name+".mobileconfig")
		if isWhole := c.integrity == "verified"; isWhole != (code == 0) || isWhole != (content == string(aProfile)) {
			t.Errorf("extract %s: exit code %d, %d bytes", c.name, code, len(content))
		}
	}
}
