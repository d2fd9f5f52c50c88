package cli_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncguard/internal/cli"
)

// signedProfile signs a profile with the identity of testdata/pki.
func signedProfile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mobileconfig")
	if err := os.WriteFile(path, []byte(defectProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := runCLI(t, "sign", path, "-o", "-", "--cert", "testdata/pki/leaf.pem", "--key", "testdata/pki/leaf.key", "--chain", "testdata/pki/intermediate.pem")
	if code != 0 {
		t.Fatalf("sign: %s", errs)
	}
	return out
}

func runCLI(t *testing.T, args ...string) (stdout []byte, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Environ: []string{"SYNCGUARD_FLEET_TOKEN=x"}, Now: time.Now}
	code = cli.Main(t.Context(), env, args, "v0")
	return out.Bytes(), errs.String(), code
}

const defectProfile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array/>
	<key>PayloadDisplayName</key>
	<string>Für alle</string>
	<key>PayloadIdentifier</key>
	<string>com.acme.a</string>
	<key>PayloadScope</key>
	<string>System</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>5E0F5C32-6B4D-4F39-A6D1-6D4A7A1A0B01</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

// Whatever is wrong with a file as a whole, every command says it once, in the same words, with the same way out, and writes nothing:
// as a finding where it looks for findings (1), as an error where it cannot do its work (3).
func TestOneCauseOneFinding(t *testing.T) {
	signed := signedProfile(t)
	text := base64.StdEncoding.EncodeToString(signed)
	certificate, err := os.ReadFile("testdata/pki/leaf.pem")
	if err != nil {
		t.Fatal(err)
	}
	files := []struct {
		name, content, cause, wayOut string
		template                     bool // build has the sentence, too
	}{
		{"pem", string(pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: signed})), "the signed message is PEM text", "openssl pkcs7", true},
		{"base64", text, "the signed message is base64 text", "base64 -d", true},
		{"smime", "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\n" + text, "the signed message is inside a mail (S/MIME)", "openssl cms -cmsout", true},
		{"multipart", "Content-Type: multipart/signed; boundary=x\n\n--x\n" + defectProfile, "the file is a mail (S/MIME) with the profile beside its signature", "syncguard sign", true},
		{"mangled", strings.ToValidUTF8(string(signed), "\ufffd"), "the signed message was saved as text, and some of its bytes are lost", "get it again", true},
		{"crlf", strings.ReplaceAll(string(signed), "\n", "\r\n"), "line ends of the signed message were changed from LF to CR LF", "get it again", true},
		{"newline", string(signed) + "\n", "1 byte follows the end of the signed message (a line end)", "head -c", true},
		{"cut", string(signed[:200]), "the signed message is cut off", "get it again", true},
		{"certificate", string(certificate), "the file is a certificate", "com.apple.security.root", true},
		{"html", "<html><body>Sign in</body></html>", "the file is an HTML page", "check that the download", true},
		{"zip", "PK\x03\x04", "the file is a ZIP archive", "unpack it first", true},
		{"empty", "", "the file is empty", "", false},
		{"preferences", "<plist version=\"1.0\"><dict><key>autohide</key><true/></dict></plist>", "the top level has none of the keys of a profile", "ManagedClient", false},
		{"json", `{"a": 1}`, "the top level has none of the keys of a declaration", "syncguard schema list", false},
		{"template", "organization: {name: Acme, identifier: com.acme}\n", "the file is a template", "syncguard build FILE", false},
		{"provisioning", "<plist version=\"1.0\"><dict><key>Entitlements</key><dict/><key>TeamIdentifier</key><array/></dict></plist>", "none of the keys of a profile", "provisioning profile of an app", false},
	}
	dir := t.TempDir()
	good, never := filepath.Join(dir, "good.mobileconfig"), filepath.Join(dir, "never")
	if err := os.WriteFile(good, []byte(defectProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.name+".mobileconfig")
		if err := os.WriteFile(path, []byte(f.content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			code int
			args []string
		}{
			{1, []string{"lint", "--select", "structure", path}},
			{1, []string{"validate", path}},
			{1, []string{"verify", path}},
			{1, []string{"inspect", path}},
			{1, []string{"sign", path, "-o", never}},
			{1, []string{"sign", "--replace", path, "-o", never}},
			{1, []string{"import", path, "-o", never}},
			{1, []string{"coverage", path}},
			{1, []string{"effective", path, "--target", "iOS@26/supervised"}},
			{1, []string{"migrate", path, "-o", never}},
			{1, []string{"push", "fleet", path, "--server", "https://mdm.example", "--dry-run"}},
			{1, []string{"push", "jamf", path, "--server", "https://mdm.example", "--dry-run"}},
			{1, []string{"export", "jamf", path, "-o", never}},
			{1, []string{"export", "fleet", path, "-o", never}},
			{1, []string{"fmt", "--check", path}},
			{3, []string{"diff", path, good}},
			{3, []string{"diff", good, path}},
			{3, []string{"extract", path, "-o", never}},
			{3, []string{"serve", path, "--expires", "1ms"}},
			{3, []string{"encrypt", path, "--recipient", "testdata/pki/rsa.pem", "-o", never}},
			{3, []string{"decrypt", path, "--cert", "testdata/pki/rsa.pem", "--key", "testdata/pki/rsa.key", "-o", never}},
			{3, []string{"sign", path}}, // the file is the mistake, not the missing flag
			{3, []string{"encrypt", path}},
			{3, []string{"decrypt", path}},
			{1, []string{"build", path, "-o", never, "--unsigned"}},
		} {
			if c.args[0] == "build" && !f.template {
				continue
			}
			out, errs, code := runCLI(t, c.args...)
			said := strings.Join(strings.Fields(string(out)+errs), " ") // wherever lines are broken
			if code != c.code || strings.Count(said, f.cause) != 1 || !strings.Contains(said, strings.ReplaceAll(f.wayOut, "FILE", path)) {
				t.Errorf("%s of %s: exit code %d, want %d and once %q with %q:\n%s%s", c.args[0], f.name, code, c.code, f.cause, f.wayOut, out, errs)
			}
			if _, err := os.Stat(never); err == nil {
				t.Fatalf("%s of %s wrote something", c.args[0], f.name)
			}
		}
	}
}
