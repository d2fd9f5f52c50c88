//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// profileFile writes a profile with line ends and characters that a re-encoding would change, and returns its bytes.
func (s *syncguard) profileFile(name string) []byte {
	s.t.Helper()
	data := []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<plist version=\"1.0\"><dict>\n\t<key>PayloadType</key>\n\r\n" +
		"<string>Configuration</string><key>PayloadDisplayName</key><string>é 日本 &amp; &#x41;</string>  </dict></plist>\n\n")
	if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return data
}

// sign runs sign and wants it to succeed, and returns what was made.
func (s *syncguard) sign(args ...string) []byte {
	s.t.Helper()
	out := filepath.Join(s.dir, "signed.mobileconfig")
	_, stderr, code := s.run(append([]string{"sign", "profile.mobileconfig", "-o", out}, args...)...)
	if code != 0 {
		s.t.Fatalf("sign %v: exit code %d: %s", args, code, stderr)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		s.t.Fatal(err)
	}
	return data
}

// verified has openssl verify the signature, with its default purpose and the whole chain, and compares the content.
func verified(t *testing.T, signed, content []byte, root string) {
	t.Helper()
	got := Tool(t, signed, "openssl", "cms", "-verify", "-inform", "DER", "-binary", "-CAfile", root)
	if !bytes.Equal(got, content) {
		t.Errorf("openssl gives back %d bytes, want the %d that were signed", len(got), len(content))
	}
}

var keyTypes = map[string][]string{
	"RSA 2048": {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
	"RSA 3072": {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"},
	"RSA 4096": {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"},
	"P-256":    {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"},
	"P-384":    {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"},
}

// Every key with every digest, in a file and behind a command, with a chain of three: openssl verifies it up to the root,
// and gives back the very bytes. Signed twice, a key in a file gives the same bytes.
func TestSignMatrix(t *testing.T) {
	for name, algorithm := range keyTypes {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t, algorithm...)
			for _, digest := range []string{"sha256", "sha384", "sha512"} {
				t.Run(digest, func(t *testing.T) {
					s := newSyncguard(t)
					content := s.profileFile("profile.mobileconfig")
					common := []string{"--cert", a.leaf, "--chain", a.intermediate, "--chain", a.root, "--digest", digest}
					inFile := append([]string{"--key", a.key}, common...)
					first, second := s.sign(inFile...), s.sign(inFile...)
					verified(t, first, content, a.root)
					if !bytes.Equal(first, second) {
						t.Error("signed twice, the bytes differ")
					}
					verified(t, s.sign(append(inFile, "--signing-time")...), content, a.root)

					command := "openssl pkeyutl -sign -inkey " + a.key + " -pkeyopt digest:" + digest
					verified(t, s.sign(append([]string{"--signer-command", command}, common...)...), content, a.root)
				})
			}
		})
	}
}

// What identity makes is what openssl and an authority take: the key, the request for it, and the certificate that comes
// back, of a key that is in a file and of one behind a command.
func TestIdentityNewToSignature(t *testing.T) {
	for _, kind := range []string{"p256", "p384", "rsa2048", "rsa3072", "rsa4096"} {
		t.Run(kind, func(t *testing.T) {
			a := newAuthority(t, keyTypes["P-256"]...)
			s := newSyncguard(t)
			path := func(name string) string { return filepath.Join(s.dir, name) }
			if err := os.WriteFile(path("passphrase"), []byte("correct horse\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, stderr, code := s.run("identity", "new", "--name", "Acme é", "--email", "it@acme.com", "--key-type", kind, "--passphrase-file", "passphrase", "-o", "acme"); code != 0 {
				t.Fatal(stderr)
			}
			Tool(t, nil, "openssl", "req", "-verify", "-noout", "-in", path("acme.csr"))
			Tool(t, nil, "openssl", "pkey", "-noout", "-check", "-in", path("acme.key"), "-passin", "file:"+path("passphrase"))
			issuer := filepath.Join(filepath.Dir(a.intermediate), "intermediate.key")
			Tool(t, nil, "openssl", "x509", "-req", "-in", path("acme.csr"), "-CA", a.intermediate, "-CAkey", issuer, "-CAcreateserial",
				"-copy_extensions", "copyall", "-days", "30", "-out", path("acme.pem"))
			content := s.profileFile("profile.mobileconfig")
			verified(t, s.sign("--cert", "acme.pem", "--key", "acme.key", "--chain", a.intermediate, "--passphrase-file", "passphrase"), content, a.root)

			renewal, stderr, code := s.run("identity", "csr", "--cert", a.leaf, "--signer-command", "openssl pkeyutl -sign -inkey "+a.key+" -pkeyopt digest:sha256")
			if code != 0 {
				t.Fatal(stderr)
			}
			Tool(t, []byte(renewal), "openssl", "req", "-verify", "-noout")
		})
	}
}
