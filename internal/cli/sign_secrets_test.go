package cli

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Whatever a command is asked to do with a key, and however that ends, neither the key nor a passphrase is in what it
// prints or writes.
func TestSecretsStaySecret(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix")
	}
	const passphrase, wrong = "hunter2", "canary-4f1d"
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	keys := filepath.Join(dir, "pki")
	if err := os.CopyFS(keys, os.DirFS(filepath.Join(repository, "internal", "cli", "testdata", "pki"))); err != nil {
		t.Fatal(err)
	}
	secrets := append([]string{passphrase, wrong}, keyMaterial(t, keys)...)
	profile := `<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>`
	for name, text := range map[string]string{"a.mobileconfig": profile, "right": passphrase + "\n", "wrong": wrong,
		"broken.key": strings.Replace(readText(t, filepath.Join(keys, "leaf.key")), "A", "!", 1),
		"cut.key":    readText(t, filepath.Join(keys, "leaf.key"))[:120], "cut.p12": readText(t, filepath.Join(keys, "acme.p12"))[:400]} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil { // others can read it, so that a warning names it
			t.Fatal(err)
		}
	}
	identities := [][]string{
		{"--p12", "pki/acme.p12", "--passphrase-file", "right"}, {"--p12", "pki/acme.p12", "--passphrase", "env:RIGHT"},
		{"--p12", "pki/acme.p12", "--passphrase-file", "wrong"}, {"--p12", "pki/acme.p12", "--passphrase", "env:WRONG"},
		{"--p12", "pki/acme.p12", "--passphrase", wrong}, {"--p12", "cut.p12", "--passphrase-file", "right"},
		{"--cert", "pki/leaf.pem", "--key", "pki/leaf.key"}, {"--cert", "pki/rsa.pem", "--key", "pki/rsa.key"},
		{"--cert", "pki/leaf.pem", "--key", "pki/encrypted.key", "--passphrase-file", "right"},
		{"--cert", "pki/leaf.pem", "--key", "pki/encrypted.key", "--passphrase", "env:WRONG"},
		{"--cert", "pki/leaf.pem", "--key", "pki/encrypted.key"}, {"--cert", "pki/leaf.pem", "--key", "right"},
		{"--cert", "pki/leaf.pem", "--key", "pki/rsa.key"}, {"--cert", "pki/leaf.key", "--key", "pki/leaf.key"},
		{"--cert", "pki/leaf.pem", "--key", "broken.key"}, {"--cert", "pki/leaf.pem", "--key", "cut.key"},
		{"--cert", "pki/leaf.pem", "--key", "pki/leaf.key", "--chain", "pki/rsa.key"},
		{"--cert", "pki/leaf.pem", "--signer-command", "sh -c 'exit 3' " + wrong}, {"--cert", "pki/leaf.pem", "--signer-command", "'" + wrong},
		{"--cert", "pki/leaf.pem", "--key", "pkcs11:token=a;object=b?module-path=/x.so&pin-value=" + wrong},
		{"--cert", "pki/leaf.pem", "--key", "pkcs11:token=a;object=b?module-path=/x.so&pin-source=wrong"},
	}
	commands := [][]string{
		{"sign", "a.mobileconfig", "-o", "out/signed.mobileconfig"}, {"sign", "pki/leaf.key", "-o", "out/x"}, {"sign", "right", "-o", "out/x"},
		{"build", "-o", "out", "--target", "iOS"}, {"identity", "show"}, {"identity", "csr", "--name", "A", "-o", "out/a.csr"},
	}
	runs := 0
	for _, command := range commands {
		for _, who := range identities {
			for _, format := range [][]string{nil, {"--format", "json"}} {
				if command[1] == "csr" && format != nil {
					continue
				}
				args := append(append(append([]string{}, command...), who...), format...)
				out := runWith(t, []string{"RIGHT=" + passphrase, "WRONG=" + wrong, "PATH=" + os.Getenv("PATH")}, args)
				expectNone(t, strings.Join(args, " "), out, secrets)
				runs++
			}
		}
	}
	_ = filepath.WalkDir("out", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			expectNone(t, path, readText(t, path), secrets)
		}
		return err
	})
	if signed := readText(t, "out/signed.mobileconfig"); runs < 200 || !strings.Contains(signed, profile) {
		t.Errorf("%d runs, the profile was signed: %t", runs, strings.Contains(signed, profile))
	}
}

// keyMaterial is what must be seen nowhere: the lines of the keys, and their bytes in several forms.
func keyMaterial(t *testing.T, dir string) (all []string) {
	t.Helper()
	for _, name := range []string{"leaf.key", "rsa.key", "encrypted.key"} {
		text := readText(t, filepath.Join(dir, name))
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) > 40 && !strings.HasPrefix(line, "-") {
				all = append(all, line)
			}
		}
		block, _ := pem.Decode([]byte(text))
		private := block.Bytes[36:68] // of a P-256 key, the number that is secret
		all = append(all, string(private), hex.EncodeToString(private))
	}
	return all
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func runWith(t *testing.T, environ, args []string) string {
	t.Helper()
	var out bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Environ: environ, Now: time.Now}
	code := Main(t.Context(), env, args, "test")
	if code != exitOK && out.Len() == 0 {
		t.Errorf("%v: exit code %d, and not a word", args, code)
	}
	return out.String()
}

func expectNone(t *testing.T, what, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%s: a secret is in\n%s", what, text)
			return
		}
	}
}
