package cli

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	howett "howett.net/plist"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/identity"
	"syncguard/internal/plist"
)

// What inspect prints on a screen of 80 columns, for each kind of file. Each has a golden file beside the fixtures.
func TestInspectGolden(t *testing.T) {
	files := inspectFixtures(t)
	for name, data := range hostileFixtures(t) {
		files[name] = data
	}
	golden := filepath.Join(repository, "internal", "cli", "testdata", "inspect")
	t.Chdir(t.TempDir())
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
			var o app.InspectOptions
			if name == "restrictions.mobileconfig" {
				o.Targets = []string{"iOS@18/manual", "macOS@26/supervised"}
			}
			got := inspectAt(t, 80, name, o)
			checkHarmless(t, got, "")
			for line := range strings.Lines(got) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 && !isLongByRight(line) && name != "hostile.mobileconfig" {
					t.Errorf("%d columns: %s", n, line)
				}
			}
			path := filepath.Join(golden, strings.TrimSuffix(name, filepath.Ext(name))+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// isLongByRight is true of lines that are whole whatever the screen: answers of verify, and fingerprints.
func isLongByRight(line string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch word {
	case "integrity", "trust", "validity", "SHA-256":
		return true
	}
	return false
}

// inspectAt returns what is printed of a file on a screen of some columns.
func inspectAt(t *testing.T, width int, name string, o app.InspectOptions) string {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var out bytes.Buffer
	env := &Env{Stdout: &out, Stderr: &out, Now: func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }}
	o.Paths, o.As = []string{name}, app.InspectTree
	run, err := app.Inspect(t.Context(), env.host(), o)
	if err != nil {
		t.Fatal(err)
	}
	p := env.out()
	p.Width = width
	if err := p.Inspection(run, false, func() {}); err != nil {
		t.Fatal(err)
	}
	if r := run.Footer; out.Len() == 0 || len(r.Failures) > 0 {
		t.Fatal(r.Failures, r.Unreadable)
	}
	return out.String()
}

// inspectFixtures are the files of testdata/inspect, and forms that are made of them.
func inspectFixtures(t testing.TB) map[string][]byte {
	t.Helper()
	read := func(name ...string) []byte { return testdata(t, name...) }
	files := map[string][]byte{}
	for _, name := range []string{"wifi.mobileconfig", "restrictions.mobileconfig", "preferences.mobileconfig", "broken.mobileconfig", "other.mobileconfig", "declaration.json"} {
		files[name] = read("inspect", name)
	}
	var native any
	if _, err := howett.Unmarshal(files["wifi.mobileconfig"], &native); err != nil {
		t.Fatal(err)
	}
	binary, err := howett.Marshal(native, howett.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	signed := signedByLeaf(t, files["preferences.mobileconfig"])
	root, device := certificateIn(t, read("pki", "root.pem")), certificateIn(t, read("pki", "rsa.pem"))
	device.KeyUsage = 0 // it is one to sign with
	encrypted, err := cms.Encrypt(make([]byte, 1000), []*x509.Certificate{device}, cms.AES256)
	if err != nil {
		t.Fatal(err)
	}
	text, data := plist.NewString, plist.NewData
	declaration := `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "com.corp.passcode", "Payload": {"MinimumLength": 8, "Nonsense": 1}}`
	files["binary.mobileconfig"] = binary
	files["signed.mobileconfig"] = signed
	files["changed.mobileconfig"] = bytes.Replace(signed, []byte("autohide"), []byte("autohidE"), 1)
	files["encrypted.mobileconfig"] = written(t, envelopeOf("PayloadDisplayName", text("Secret"), "PayloadIdentifier", text("com.corp.secret"),
		"EncryptedPayloadContent", data(encrypted)))
	files["certificates.mobileconfig"] = written(t, envelopeOf("PayloadContent", plist.NewArray(
		dictionary("PayloadType", text("com.apple.security.root"), "PayloadContent", data(root.Raw)),
		dictionary("PayloadType", text("com.apple.security.pem"), "PayloadContent", data(slices.Concat(read("pki", "leaf.pem"), read("pki", "expired.pem")))),
		dictionary("PayloadType", text("com.apple.security.pkcs12"), "PayloadContent", data(read("pki", "acme.p12")), "Password", text("hunter2")),
		dictionary("PayloadType", text("com.apple.webClip.managed"), "Icon", data([]byte("\x89PNG\r\n\x1a\n\x00\x00")), "URL", text("https://user:hunter2@example.com/")),
		dictionary("PayloadType", text("com.apple.font"), "Font", data([]byte("\x00\x01\x00\x00\x00\x0f\x00\x80\x00\x03\x00\x70"))))))
	files["declarations.mobileconfig"] = written(t, envelopeOf("PayloadContent", plist.NewArray(
		dictionary("PayloadType", text("com.apple.declarations"), "Declarations", plist.NewArray(data([]byte(declaration)), data([]byte("{ no JSON")))),
		dictionary("PayloadType", text("com.example.carrier"), "Profile", data(signed), "Binary", data(binary)))))
	return files
}

func testdata(t testing.TB, name ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{repository, "internal", "cli", "testdata"}, name...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// signedByLeaf signs with pki/leaf.pem and without its chain.
func signedByLeaf(t testing.TB, content []byte) []byte {
	t.Helper()
	id, err := identity.FromPEM(identity.Files{Cert: identity.File{Data: testdata(t, "pki", "leaf.pem")}, Key: identity.File{Data: testdata(t, "pki", "leaf.key")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := cms.Sign(content, id.Signer, id.Chain, cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// obeyed is text that a terminal or the log of a CI would obey, as far as a property list can hold it.
const obeyed = "\u202eevil\u2028::error::x\n::warning::y\t##[group]z ##vso[a]\u0085\u009b31m\x7f\ufeff"

func hostileFixtures(t testing.TB) map[string][]byte {
	text := plist.NewString
	deep := text("the bottom")
	for range plist.MaxDepth - 4 {
		deep = dictionary("d", deep)
	}
	many := plist.NewArray()
	for i := range 5000 {
		many.Items = append(many.Items, dictionary(fmt.Sprint("key", i), text("a value that is long enough not to stand in one line with others")))
	}
	wide := plist.NewDictionary()
	for i := range 3000 {
		wide.Set(fmt.Sprintf("key%04d", i), plist.NewInteger(int64(i)))
	}
	payload := dictionary("PayloadType", text(obeyed), "PayloadDisplayName", text(obeyed), "PayloadIdentifier", text(obeyed),
		obeyed, text(obeyed), strings.Repeat("long", 100), text(strings.Repeat("x", 1_000_000)), "lines", text("a\n::b\n"), "wide", text(strings.Repeat("漢", 200)),
		"", text(""), "true", text("true"), "tags", plist.NewArray(text(obeyed), text("##[x]")), "data", plist.NewData([]byte(obeyed)),
		"inside", plist.NewData([]byte(`{"Type": "\u001b[31m", "Payload": {"\u001b]0;x\u0007": "\u0000::x"}}`)), "APIToken", text("hunter2 "+obeyed))
	return map[string][]byte{
		"hostile.mobileconfig": written(t, envelopeOf("PayloadDisplayName", text(obeyed), "PayloadUUID", text(strings.Repeat("u", 500)),
			"TargetDeviceType", plist.NewInteger(99), obeyed, text(obeyed), "PayloadContent", plist.NewArray(payload))),
		"deep.mobileconfig":        written(t, envelopeOf("PayloadContent", plist.NewArray(dictionary("PayloadType", text("com.example.deep"), "deep", deep)))),
		"many.mobileconfig":        written(t, envelopeOf("PayloadContent", plist.NewArray(dictionary("PayloadType", text("com.example.many"), "many", many, "wide", wide)))),
		"hostile-declaration.json": []byte(`{"Type": "\u001b[31m\u202e", "Identifier": "\u0000", "Payload": {"\u001b]0;x\u0007": ["::x", "\n::y", "##[z]"]}}`),
	}
}

// Whatever stands in a file, no format has anything in it that a terminal or the log of a CI would obey, but styles of ours.
func TestInspectIsHarmless(t *testing.T) {
	for name, data := range hostileFixtures(t) {
		for _, args := range inspectRuns() {
			checkHarmlessRun(t, name, data, args)
		}
	}
	for name, data := range inspectFixtures(t) {
		for _, args := range inspectRuns() {
			if out := checkHarmlessRun(t, name, data, args); strings.Contains(out, "hunter2") {
				t.Errorf("%s %v shows the secret", name, args)
			}
		}
	}
}

func inspectRuns() [][]string {
	return [][]string{{}, {"--full"}, {"--format", "json"}, {"--format", "yaml"}, {"--format", "xml"}, {"--format", "template"}}
}

func checkHarmlessRun(t *testing.T, name string, data []byte, args []string) string {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{Stdin: bytes.NewReader(data), Stdout: &out, Stderr: &errs, Now: time.Now, Environ: []string{"CLICOLOR_FORCE=1", "TERM=xterm-256color"}}
	Main(context.Background(), env, append([]string{"inspect", "-"}, args...), "test")
	layout := ""
	if strings.Contains(strings.Join(args, " "), "xml") {
		layout = "\t"
	}
	checkHarmless(t, out.String(), layout)
	checkHarmless(t, errs.String(), layout)
	if t.Failed() {
		t.Fatalf("%s %v", name, args)
	}
	if limit := 1 << 20; out.Len() > limit && len(args) == 0 {
		t.Errorf("%s: %d bytes are printed, want at most %d", name, out.Len(), limit)
	}
	return out.String() + errs.String()
}

// checkHarmless wants no character that does something, apart from line feeds, our styles, and the tabs of a layout.
func checkHarmless(t *testing.T, text, layout string) {
	t.Helper()
	for line := range strings.Lines(sgr.ReplaceAllString(text, "")) {
		for _, r := range strings.TrimSuffix(line, "\n") {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) && !strings.ContainsRune(layout, r) {
				t.Fatalf("%U in %.200q", r, line)
			}
		}
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(strings.ToLower(line), "##vso[") {
			t.Fatalf("a command in %.200q", line)
		}
	}
}

func FuzzInspectPrintsNoControlCharacters(f *testing.F) {
	for _, files := range []map[string][]byte{inspectFixtures(f), hostileFixtures(f)} {
		for _, data := range files {
			if len(data) < 20_000 {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, args := range inspectRuns() {
			checkHarmlessRun(t, "fuzz", data, args)
		}
	})
}

func certificateIn(t testing.TB, data []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(data)
	if block == nil {
		t.Fatal("no certificate")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// dictionary makes one of keys and values by turns.
func dictionary(pairs ...any) *plist.Value {
	d := plist.NewDictionary()
	for i := 0; i < len(pairs); i += 2 {
		d.Set(pairs[i].(string), pairs[i+1].(*plist.Value))
	}
	return d
}

func envelopeOf(pairs ...any) *plist.Value {
	return dictionary(append([]any{"PayloadType", plist.NewString("Configuration"), "PayloadVersion", plist.NewInteger(1)}, pairs...)...)
}

func written(t testing.TB, v *plist.Value) []byte {
	t.Helper()
	data, err := plist.Write(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
