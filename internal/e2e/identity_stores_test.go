//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the stores of other programs export signs as the files do that they were made of: NSS writes PKCS#12 in BER, in its own
// encryption and in the old one; Java puts several keys into one file, and asks which.
func TestIdentitiesOfOtherStores(t *testing.T) {
	a := newAuthority(t, keyTypes["RSA 2048"]...)
	s := newSyncguard(t)
	content := s.profileFile("profile.mobileconfig")
	want := s.sign("--cert", a.leaf, "--key", a.key, "--chain", a.intermediate, "--chain", a.root)
	verified(t, want, content, a.root)
	file := func(name string) string { return filepath.Join(s.dir, name) }
	same := func(name string, args ...string) {
		t.Helper()
		if got := s.sign(args...); string(got) != string(want) {
			t.Errorf("%s: the signature is another one", name)
		}
	}
	export := func(out string, options ...string) {
		t.Helper()
		Tool(t, nil, "openssl", append([]string{"pkcs12", "-export", "-inkey", a.key, "-in", a.leaf, "-certfile", a.intermediate, "-name", "signing",
			"-out", file(out), "-passout", "pass:changeit"}, options...)...)
	}
	if err := os.WriteFile(file("passphrase"), []byte("changeit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pass := []string{"--passphrase-file", file("passphrase")}

	for _, digest := range []string{"sha1", "sha224", "sha256", "sha384", "sha512"} {
		export(digest+".p12", "-macalg", digest)
		same("MAC by "+digest, append([]string{"--p12", file(digest + ".p12")}, pass...)...)
	}

	Tool(t, nil, "certutil", "-N", "-d", "sql:"+s.dir, "--empty-password")
	Tool(t, nil, "pk12util", "-i", file("sha256.p12"), "-d", "sql:"+s.dir, "-W", "changeit")
	for name, options := range map[string][]string{
		"NSS": nil, "NSS, old": {"-c", "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC", "-C", "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC"},
	} {
		out := file(strings.ReplaceAll(name, " ", "") + ".p12")
		Tool(t, nil, "pk12util", append([]string{"-o", out, "-n", "signing", "-d", "sql:" + s.dir, "-W", "changeit"}, options...)...)
		same(name, append([]string{"--p12", out}, pass...)...)
	}

	store := []string{"-storetype", "pkcs12", "-keystore", file("java.p12"), "-storepass", "changeit"}
	Tool(t, nil, "keytool", "-importkeystore", "-noprompt", "-srckeystore", file("sha256.p12"), "-srcstorepass", "changeit",
		"-deststoretype", "pkcs12", "-destkeystore", file("java.p12"), "-deststorepass", "changeit")
	Tool(t, nil, "keytool", append([]string{"-genkeypair", "-alias", "other", "-keyalg", "EC", "-dname", "CN=Other"}, store...)...)
	_, stderr, code := s.run(append([]string{"sign", "profile.mobileconfig", "-o", "x", "--p12", file("java.p12")}, pass...)...)
	if code != 3 || !strings.Contains(stderr, "holds 2 private keys") || !strings.Contains(stderr, "  signing  ") || !strings.Contains(stderr, `  other  "Other"`) {
		t.Errorf("a store of two keys: exit code %d: %s", code, stderr)
	}
	same("Java", append([]string{"--p12", file("java.p12"), "--alias", "signing"}, pass...)...)

	bundle := file("chain.p7b")
	Tool(t, nil, "openssl", "crl2pkcs7", "-nocrl", "-certfile", a.root, "-certfile", a.intermediate, "-certfile", a.leaf, "-outform", "DER", "-out", bundle)
	same("PKCS#7", "--cert", bundle, "--key", a.key)
	trusted := file("trusted.pem")
	Tool(t, nil, "openssl", "x509", "-in", a.intermediate, "-trustout", "-addtrust", "emailProtection", "-out", trusted)
	same("TRUSTED CERTIFICATE", "--cert", a.leaf, "--key", a.key, "--chain", trusted)
}
