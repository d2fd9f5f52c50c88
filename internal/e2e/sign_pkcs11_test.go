//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const pin = "987654"

// softHSM is a token of SoftHSM with one key.
type softHSM struct {
	module string
	config string // file
}

func newSoftHSM(t *testing.T, key string) softHSM {
	t.Helper()
	var module string
	for _, pattern := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/*/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			module = found[0]
		}
	}
	if module == "" {
		t.Fatal("libsofthsm2.so is not installed; make e2e installs it")
	}
	dir := t.TempDir()
	h := softHSM{module, filepath.Join(dir, "softhsm2.conf")}
	if err := os.WriteFile(h.config, []byte("directories.tokendir = "+dir+"\nlog.level = ERROR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", h.config)
	Tool(t, nil, "softhsm2-util", "--init-token", "--free", "--label", "corp", "--so-pin", "1234567", "--pin", pin)
	Tool(t, nil, "softhsm2-util", "--import", key, "--token", "corp", "--label", "signing", "--id", "a1b2", "--pin", pin)
	return h
}

func (h softHSM) uri(key, more string) string {
	return "pkcs11:token=corp;" + key + "?module-path=" + h.module + more
}

// A key that never leaves a security module signs, and openssl verifies it. The binary is one built with the tag pkcs11.
func TestSecurityModule(t *testing.T) {
	for _, name := range []string{"RSA 2048", "P-256", "P-384"} {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t, keyTypes[name]...)
			h := newSoftHSM(t, a.key)
			s := newSyncguard(t)
			s.binary, s.environ = os.Getenv("SYNCGUARD_PKCS11"), []string{"SOFTHSM2_CONF=" + h.config, "PIN=" + pin}
			if s.binary == "" {
				t.Fatal("SYNCGUARD_PKCS11 does not name the binary to test; run make e2e")
			}
			for name, text := range map[string]string{"pin": pin + "\n", "wrong": "111111"} {
				if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			content := s.profileFile("profile.mobileconfig")
			common := []string{"--cert", a.leaf, "--chain", a.intermediate}
			for _, how := range [][]string{
				{"--key", h.uri("object=signing", ""), "--passphrase-file", "pin"},
				{"--key", h.uri("id=%a1%b2", ""), "--passphrase", "env:PIN", "--digest", "sha384"},
				{"--key", h.uri("object=signing;type=private", "&pin-source=file:pin"), "--digest", "sha512"},
			} {
				verified(t, s.sign(append(how, common...)...), content, a.root)
			}
			if strings.HasPrefix(name, "RSA") { // whose signatures have nothing random in them
				inModule := s.sign(append(common, "--key", h.uri("object=signing", ""), "--passphrase-file", "pin")...)
				if !bytes.Equal(inModule, s.sign(append(common, "--key", a.key)...)) {
					t.Error("the key signs otherwise in the module than in a file")
				}
			}
			request, stderr, code := s.run("identity", "csr", "--name", "Acme", "--key", h.uri("object=signing", ""), "--passphrase-file", "pin")
			if code != 0 {
				t.Fatal(stderr)
			}
			Tool(t, []byte(request), "openssl", "req", "-verify", "-noout")

			for _, bad := range []struct{ key, file, want string }{
				{h.uri("object=signing", ""), "wrong", "wrong PIN: a few wrong ones lock the token"},
				{h.uri("object=other", ""), "pin", "the token has no private key with that label or id"},
				{strings.Replace(h.uri("object=signing", ""), "corp", "other", 1), "pin", "could not find PKCS#11 token"},
				{strings.Replace(h.uri("object=signing", ""), h.module, "/gone.so", 1), "pin", "opening the library /gone.so: no such file or directory"},
			} {
				_, stderr, code := s.run(append([]string{"sign", "profile.mobileconfig", "-o", "bad", "--key", bad.key, "--passphrase-file", bad.file}, common...)...)
				if code != 3 || !strings.Contains(stderr, bad.want) || strings.Contains(stderr, pin) || strings.Count(stderr, "error:") != 1 {
					t.Errorf("exit code %d, stderr %q, want %q", code, stderr, bad.want)
				}
			}
		})
	}
}

// The command of a security module's maker, too, can be the one that signs: pkcs11-tool of OpenSC.
func TestSecurityModuleByCommand(t *testing.T) {
	a := newAuthority(t, keyTypes["P-256"]...)
	h := newSoftHSM(t, a.key)
	s := newSyncguard(t)
	s.environ = []string{"SOFTHSM2_CONF=" + h.config}
	script := "#!/bin/sh\nexec pkcs11-tool --module " + h.module + " --token-label corp --label signing --login --pin " + pin +
		" --sign --mechanism ECDSA --signature-format openssl --input-file /dev/stdin --output-file /dev/stdout\n"
	if err := os.WriteFile(filepath.Join(s.dir, "signer"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	Find(t, "pkcs11-tool")
	content := s.profileFile("profile.mobileconfig")
	verified(t, s.sign("--cert", a.leaf, "--chain", a.intermediate, "--signer-command", "./signer"), content, a.root)
}

// The released binary has no PKCS#11, and says what to do.
func TestWithoutSecurityModules(t *testing.T) {
	a := newAuthority(t, keyTypes["P-256"]...)
	s := newSyncguard(t)
	s.profileFile("profile.mobileconfig")
	_, stderr, code := s.run("sign", "profile.mobileconfig", "-o", "x", "--cert", a.leaf, "--key", "pkcs11:token=a;object=b?module-path=/x.so&pin-source=pin")
	if code != 3 || !strings.Contains(stderr, "built without support for PKCS#11") || !strings.Contains(stderr, "-tags pkcs11") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}
