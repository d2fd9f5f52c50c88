package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// validate runs the command in the current folder.
func validate(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs, Now: time.Now}
	code = Main(context.Background(), env, append([]string{"validate"}, args...), "")
	return code, out.String(), errs.String()
}

// der wraps contents in an element, with a length of five bytes.
func der(tag byte, contents ...string) string {
	body := strings.Join(contents, "")
	n := len(body)
	return string([]byte{tag, 0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + body
}

// ber is der with an indefinite length.
func ber(tag byte, contents ...string) string {
	return string([]byte{tag, 0x80}) + strings.Join(contents, "") + "\x00\x00"
}

// signedData is a message around octets, without any signer: validate verifies nothing.
func signedData(wrap func(byte, ...string) string, octets string) string {
	const oid = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
	return wrap(0x30, oid+"\x02", wrap(0xa0, wrap(0x30, "\x02\x01\x01", der(0x31),
		wrap(0x30, oid+"\x01", wrap(0xa0, octets)), der(0x31))))
}

// forms are the ways in which one property list can come.
func forms(t *testing.T, xml string) map[string]string {
	t.Helper()
	var native any
	if _, err := howett.Unmarshal([]byte(xml), &native); err != nil {
		t.Fatal(err)
	}
	binary, err := howett.Marshal(native, howett.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	half := len(xml) / 2
	message := signedData(der, der(0x04, xml))
	return map[string]string{
		"xml":                xml,
		"binary":             string(binary),
		"signed DER":         message,
		"signed BER":         signedData(ber, ber(0x24, der(0x04, xml[:half]), der(0x04, xml[half:]))),
		"signed DER, binary": signedData(der, der(0x04, string(binary))),
		"PEM":                string(pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: []byte(message)})),
	}
}

// The same defect is found in every form, at the same key path, and the repaired twin is clean.
func TestValidateEveryForm(t *testing.T) {
	t.Chdir(t.TempDir())
	good := string(profileOf(t, 2))
	bad := strings.Replace(good, "<string>WPA2</string>", "<string>wpa2</string>", 1)
	wantPEM := func(form string) int {
		if form == "PEM" {
			return 1 // that it is PEM
		}
		return 0
	}
	for form, content := range forms(t, good) {
		if c := testChecker(t)("f", []byte(content)); len(c) != wantPEM(form) {
			t.Errorf("%s: the good one has findings: %v", form, c)
		}
	}
	for form, content := range forms(t, bad) {
		c := testChecker(t)("f", []byte(content))
		found := slices.DeleteFunc(c, func(d diag.Diagnostic) bool { return d.Rule == "signature-in-pem" })
		if len(found) != 1 || found[0].Rule != "value-not-in-rangelist" || found[0].Path.String() != "PayloadContent[0].EncryptionType" {
			t.Errorf("%s: found %v", form, found)
		}
		name := strings.ReplaceAll(form, ", ", "-") + ".mobileconfig"
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		code, stdout, _ := validate(t, "", name)
		place := name + ":"
		if strings.Contains(form, "binary") {
			place = name + " (PayloadContent[0].EncryptionType):"
		}
		if code != 1 || !strings.Contains(stdout, place) {
			t.Errorf("%s: exit code %d, and %q does not stand in\n%s", form, code, place, stdout)
		}
		positions := strings.Count(stdout, "lines and columns are those of the signed content")
		if want := strings.HasPrefix(form, "signed") && !strings.Contains(form, "binary") || form == "PEM"; want != (positions == 1) {
			t.Errorf("%s: positions are explained %d times", form, positions)
		}
	}
}

// Every severity that reading gives is there too, and JSON names the file of findings without a place.
func TestValidateJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	content := forms(t, strings.Replace(string(profileOf(t, 1)), "WPA2", "wpa2", 1))["signed DER, binary"]
	code, stdout, stderr := validate(t, content, "-", "--format", "json")
	var got struct {
		Files []struct {
			File, Kind, Format string
			Signed, Encrypted  bool
			Findings           []struct{ File, Path, Rule string }
		}
		Errors, Warnings, Notes *int
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 1 || stderr != "" {
		t.Fatalf("exit code %d, %v: %s%s", code, err, stdout, stderr)
	}
	f := got.Files[0]
	if f.File != "stdin" || f.Kind != "profile" || f.Format != "binary" || !f.Signed || f.Encrypted || *got.Errors != 1 || *got.Warnings != 0 || *got.Notes != 0 {
		t.Errorf("got %s", stdout)
	}
	if f.Findings[0].File != "stdin" || f.Findings[0].Path != "PayloadContent[0].EncryptionType" {
		t.Errorf("the finding is at %+v", f.Findings[0])
	}
}

// An encrypted profile is recognised: what can be seen of it is checked, and that the rest was not is said.
func TestValidateEncrypted(t *testing.T) {
	t.Chdir(t.TempDir())
	xml := string(profileOf(t, 0))
	xml = strings.Replace(xml, "<key>PayloadContent</key>\n\t<array/>", "<key>EncryptedPayloadContent</key>\n\t<data>eA==</data>", 1)
	code, stdout, _ := validate(t, xml, "-", "--format", "json")
	if code != 0 || !strings.Contains(stdout, `"encrypted": true`) || !strings.Contains(stdout, `"encrypted-content"`) {
		t.Errorf("exit code %d: %s", code, stdout)
	}
}

// Nothing of a file, neither its name nor its content, reaches the terminal as it is.
func TestValidateHostileText(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such names there")
	}
	t.Chdir(t.TempDir())
	const evil = "\x1b]0;evil\a\u202e\u2028"
	name := evil + ".mobileconfig"
	xml := strings.Replace(string(profileOf(t, 1)), "<key>AutoJoin</key>", "<key>AutoJoin\u202e\u009b31m</key>", 1)
	for path, content := range map[string]string{
		name: xml, "binary.mobileconfig": forms(t, xml)["binary"], "d.json": `{"Type": "a\u001b[31m\u202e", "` + "\u202e" + `": 1}`,
		"junk.mobileconfig": evil,
	} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"."}, {name, evil}, {".", "--target", "iOS"}, {".", "--ignore", "unknown-key=" + evil}} {
		_, stdout, stderr := validate(t, "", args...)
		if strings.ContainsAny(stdout+stderr, "\x1b\a\u202e\u2028\u009b") {
			t.Errorf("%q: %q", args, stdout+stderr)
		}
		if !strings.Contains(stdout, "finding") {
			t.Errorf("%q: nothing was found: %s", args, stderr)
		}
	}
}

// What only follows from a violation that reading reports is not said again.
func TestValidateSaysOnce(t *testing.T) {
	good := string(profileOf(t, 1))
	for _, c := range []struct{ name, from, to, rules string }{
		{"a date that is none", "<key>AutoJoin</key>", "<key>PayloadExpirationDate</key><date>soon</date><key>AutoJoin</key>", "bad-date unknown-key"},
		{"an integer that is none", "<key>PayloadVersion</key>\n\t<integer>1<", "<key>PayloadVersion</key>\n\t<integer>one<", "bad-integer"},
		{"cut off before the keys that are required", "<key>PayloadType</key>\n\t<string>Configuration", "", "truncated-file"},
		{"a required key whose value cannot be read", "<key>PayloadUUID</key>\n\t<string>", "<key>PayloadUUID</key>\n\t<text>", "mismatched-end-tag unknown-element"},
		{"a key that stands twice does not hide the rest", "<string>WPA2</string>", "<string>wpa2</string><key>AutoJoin</key><true/>", "duplicate-key value-not-in-rangelist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after, ok := strings.Cut(good, c.from)
			if !ok {
				t.Fatal("the profile has no such text")
			}
			content := before + c.to + after
			if c.to == "" {
				content = before
			}
			var rules []string
			for _, d := range testChecker(t)("f", []byte(content)) {
				rules = append(rules, d.Rule)
			}
			slices.Sort(rules)
			if got := strings.Join(slices.Compact(rules), " "); got != c.rules {
				t.Errorf("found %q, want %q", got, c.rules)
			}
		})
	}
}

// What a valid profile does to iCloud is no matter of validity.
func TestValidateLeavesSyncAlone(t *testing.T) {
	xml := `<plist><dict><key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>a.b</string><key>PayloadUUID</key><string>3E9B3F0C-9C5B-4A3F-8A0B-000000000001</string>
<key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.applicationaccess</string>
<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>a.b.c</string>
<key>PayloadUUID</key><string>3E9B3F0C-9C5B-4A3F-8A0B-000000000002</string>
<key>allowCloudDocumentSync</key><false/></dict></array></dict></plist>`
	d, _ := plist.Read(diag.NewFile("f", []byte(xml)))
	all, err := lint.Check(schema.Embedded(), d.Root, nil)
	if err != nil || len(all) == 0 {
		t.Fatalf("no rule about iCloud finds anything: %v %v", all, err)
	}
	if got := testChecker(t)("f", []byte(xml)); len(got) > 0 {
		t.Errorf("found %v", got)
	}
}

// Files are checked at the same time without sharing anything that changes: run with -race.
func TestValidateManyFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	bad := strings.Replace(string(profileOf(t, 2)), "WPA2", "wpa2", 1)
	var want []string
	for i := range 60 {
		name := fmt.Sprintf("%02d.mobileconfig", i)
		content := string(profileOf(t, 2))
		if i%3 == 0 {
			content = bad
			want = append(want, name)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, stdout, _ := validate(t, "", ".")
	var got []string
	for line := range strings.Lines(stdout) {
		if name, _, ok := strings.Cut(line, ".mobileconfig:"); ok {
			got = append(got, name+".mobileconfig")
		}
	}
	if code != 1 || !slices.Equal(got, want) {
		t.Errorf("exit code %d, findings in %v, want %v", code, got, want)
	}
	if !strings.HasSuffix(stdout, "20 findings in 20 of 60 files (20 errors); 20 can be fixed with --fix\n") {
		t.Errorf("ends with %q", stdout[max(0, len(stdout)-200):])
	}
}

// Pipes and folders named like profiles do not stop a walk.
func TestValidateOddFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(filepath.Join("a.mobileconfig", "b.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", "dangling.mobileconfig"); err != nil {
		t.Skip(err)
	}
	code, stdout, stderr := validate(t, "", ".")
	if code != 3 || stdout != "" || strings.Count(stderr, "error: ") != 1 || !strings.Contains(stderr, "dangling.mobileconfig: no such file") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// A link to a folder is a folder.
func TestValidateLinkedFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("real", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("real", "a.mobileconfig"), profileOf(t, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", "link"); err != nil {
		t.Skip(err)
	}
	if code, stdout, stderr := validate(t, "", "link", "-v"); code != 0 || stdout != "1 file, no findings\n" {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// A file larger than any profile is refused by name, and others are checked.
func TestValidateLargeFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("large.mobileconfig", make([]byte, plist.MaxBytes+1), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := validate(t, string(profileOf(t, 1)), "large.mobileconfig", "-", "-v")
	if code != 3 || !strings.Contains(stderr, "large.mobileconfig is too large, want at most 16 MiB") || stdout != "1 file, no findings\n" {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// Whatever the bytes, validate ends with findings and never with a defect of its own.
func FuzzValidateNeverStops(f *testing.F) {
	xml := string(profileOf(f, 1))
	for _, s := range []string{xml, signedData(der, der(0x04, xml)), `{"Type":"com.apple.configuration.passcode.settings","Identifier":"a","ServerToken":"1","Payload":{"RequirePasscode":true}}`} {
		f.Add([]byte(s))
	}
	c := testChecker(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range c("f", data) {
			if d.Rule == "internal-error" {
				t.Fatal(d.Message)
			}
		}
	})
}
