package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"syncguard/internal/e2e"
)

// openssl runs the real program over stdin.
func openssl(t *testing.T, stdin []byte, args ...string) []byte {
	t.Helper()
	return e2e.Tool(t, stdin, "openssl", args...)
}

var profile = []byte("<?xml version=\"1.0\"?>\r\n<plist version=\"1.0\"><dict/></plist>\n\n\x00 \xc3\xa9")

func TestOpenSSLVerifiesWhatSignMakes(t *testing.T) {
	keys := map[string]crypto.Signer{"RSA": rsaKey(), "opaque RSA": opaque{rsaKey()}, "P-256": p256(), "opaque P-256": opaque{p256()}, "P-384": p384()}
	for name, key := range keys {
		for _, digest := range []crypto.Hash{0, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			t.Run(name+" "+digest.String(), func(t *testing.T) {
				chain := testChain(t, key)
				root := filepath.Join(t.TempDir(), "root.pem")
				writePEM(t, root, "CERTIFICATE", chain[2].Raw)
				for _, opts := range []SignOptions{{Digest: digest}, {Digest: digest, SigningTime: testTime}} {
					signed := must(Sign(profile, key, chain, opts))
					for _, trust := range [][]string{{"-noverify"}, {"-CAfile", root, "-purpose", "any"}} {
						args := append([]string{"cms", "-verify", "-binary", "-inform", "DER"}, trust...)
						if got := openssl(t, signed, args...); !bytes.Equal(got, profile) {
							t.Errorf("openssl gives back %q", got)
						}
					}
				}
			})
		}
	}
}

func TestContentReadsWhatOpenSSLMakes(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, cert, "CERTIFICATE", testChain(t, p256())[0].Raw)
	writePEM(t, key, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(p256())))
	sign := []string{"cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-signer", cert, "-inkey", key}
	large := bytes.Repeat(profile, 1000)
	tests := []struct {
		name    string
		content []byte
		options []string
	}{
		{"DER", profile, nil},
		{"no signed attributes", profile, []string{"-noattr"}},
		{"signer by key identifier", profile, []string{"-keyid"}},
		{"no certificates", profile, []string{"-nocerts"}},
		{"streamed", profile, []string{"-stream"}},
		{"streamed in many chunks", large, []string{"-stream"}},
		{"empty", nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			signed := openssl(t, test.content, append(sign, test.options...)...)
			if !IsSigned(signed) {
				t.Fatal("IsSigned says no")
			}
			got, err := Content(signed)
			if err != nil || !bytes.Equal(got, test.content) {
				t.Errorf("got %d bytes, want %d: %v", len(got), len(test.content), err)
			}
		})
	}
}

// openssl is more lenient in places. docs/verify.md explains each reason for which we refuse what it accepts.
func TestOpenSSLAcceptsOnlyWhatIsExplained(t *testing.T) {
	program := e2e.Find(t, "openssl")
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "verify.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, explained, _ := strings.Cut(string(data), "## Compared with OpenSSL")
	accepted := 0
	for _, test := range hostileCases(t) {
		cmd := exec.Command(program, "cms", "-verify", "-binary", "-noverify", "-inform", "DER")
		cmd.Stdin = bytes.NewReader(test.input)
		if cmd.Run() != nil {
			continue
		}
		accepted++
		if !strings.Contains(explained, "`"+string(test.reason)+"`") {
			t.Errorf("openssl accepts %q, and docs/verify.md does not explain %s", test.name, test.reason)
		}
	}
	if accepted == 0 {
		t.Error("openssl accepts nothing")
	}
}

func writePEM(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	writeFile(t, path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
