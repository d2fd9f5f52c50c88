package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/deploy"
	"syncguard/internal/plist"
	"syncguard/internal/view/ci"
)

// canary is a secret that nothing may show. Its core is what is looked for, in any encoding.
type canary struct{ name, key, core, text string }

// canaries are one of each kind, under keys that nobody knows but for the last ones.
func canaries() []canary {
	body := func(n int) string { return fmt.Sprintf("MIIEvQIBADANBgkqhkiGCANARY%02dAQEFAASCBKcwggSjAgEAAoIBAQ", n) }
	block := func(label string, n int) string {
		return "-----BEGIN " + label + "-----\n" + body(n) + "\n-----END " + label + "-----\n"
	}
	password := func(n int) string { return fmt.Sprintf(`k&n<A>r"y'%02d/s+p=ü`, n) }
	basic := base64.StdEncoding.EncodeToString([]byte("munki:canary-for-basic"))
	all := []canary{
		{"PKCS#8", "Note1", body(1), "Install this first:\n" + block("PRIVATE KEY", 1)}, {"PKCS#1", "Note2", body(2), block("RSA PRIVATE KEY", 2)},
		{"OpenSSH", "Note3", body(3), block("OPENSSH PRIVATE KEY", 3)}, {"PGP", "Note4", body(4), block("PGP PRIVATE KEY BLOCK", 4)},
		{"base64 of PEM", "Note5", base64.StdEncoding.EncodeToString([]byte(block("EC PRIVATE KEY", 5)))[30:70], base64.StdEncoding.EncodeToString([]byte(block("EC PRIVATE KEY", 5)))},
		{"age", "Note6", "CANARYAGE0", "AGE-SECRET-KEY-1CANARYAGE0" + strings.Repeat("QPZRY9X8", 6)}, {"PuTTY", "Note7", body(7), "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\n" + body(7)},
		{"WireGuard", "WgQuickConfig", "Y2FuYXJ5d2lyZWd1YXJkMDEyMzQ1Njc4OTAxMjM0NTY", "[Interface]\nPrivateKey = Y2FuYXJ5d2lyZWd1YXJkMDEyMzQ1Njc4OTAxMjM0NTY=\nAddress = 10.8.0.2/32"},
		{"WireGuard, shared", "Note8", "Y2FuYXJ5cHJlc2hhcmVkMDEyMzQ1Njc4OTAxMjM0NTY", "[Peer]\nPresharedKey = Y2FuYXJ5cHJlc2hhcmVkMDEyMzQ1Njc4OTAxMjM0NTY=\n"},
		{"OpenVPN", "Note9", "0123canary456789abcdef", "client\n<tls-crypt>\n0123canary456789abcdef\n</tls-crypt>\n"}, {"OpenVPN, user", "Note10", "hunter-canary-10", "<auth-user-pass>\nuser\nhunter-canary-10\n</auth-user-pass>"},
		{"basic", "AdditionalHttpHeaders", basic, "Authorization: Basic " + basic}, {"bearer", "Note11", "canary-bearer-0123456789", "Authorization: Bearer canary-bearer-0123456789"},
		{"another header", "Note12", "canary-header-0123456789", "CF-Access-Client-Secret: canary-header-0123456789"},
		{"JWT", "Note13", "eyJjYW5hcnkiOiJqd3QifQ", "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJqd3QifQ.c2lnbmF0dXJl"}, {"GitHub", "Note14", "ghp_CANARYcanary0123456789abcdefghijklmn", "see ghp_CANARYcanary0123456789abcdefghijklmn"},
		{"AWS", "Note15", "AKIACANARYCANARYQQQQ", "AKIACANARYCANARYQQQQ"}, {"Slack", "Note16", "xoxb-123456789012-canary", "xoxb-123456789012-canary"},
		{"an address", "ProxyURL", "hunter-canary-17", "https://user:hunter-canary-17@proxy.example.org:8080/"}, {"a token in an address", "FeedURL", "canary-query-0123456789", "https://example.org/feed?token=canary-query-0123456789&x=1"},
		{"JSON", "Settings", "hunter-canary-json", `{"server": "a", "clientSecret": "hunter-canary-json"}`}, {"clientSecret", "clientSecret", password(20), password(20)},
		{"api_token", "api_token", password(21), password(21)}, {"Password", "Password", password(22), password(22)}, {"Challenge", "Challenge", password(23), password(23)},
	}
	return all
}

// encodings are the forms in which a text could come out.
func encodings(core string) []string {
	quoted, _ := json.Marshal(core)
	all := []string{core, url.QueryEscape(core), url.PathEscape(core), html.EscapeString(core), strings.Trim(string(quoted), `"`), hex.EncodeToString([]byte(core)),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(core)}
	for shift := range 3 { // in base64 a text has three forms, by what stands before it
		encoded := base64.StdEncoding.EncodeToString([]byte("xx"[:min(shift, 2)] + core))
		all = append(all, encoded[4:len(encoded)-4])
	}
	return all
}

// canaryProfile holds every canary as a string, in an array and as data; in an app's preferences, a vendor's dictionary, and in a
// declaration within.
//
// With a server, only canaries whose text it keeps are in it.
func canaryProfile(t *testing.T, salt string, isSound bool, server string) []byte {
	t.Helper()
	dict := plist.NewDictionary
	text := func(s string) *plist.Value {
		if server == "jamf" && (strings.ContainsAny(s, "&<\t") || strings.TrimSpace(s) != s) {
			s = canaries()[11].text // Jamf refuses to be sent the others
		}
		return plist.NewString(s)
	}
	preferences, vendor, declared := dict(), dict(), dict()
	for _, c := range canaries() {
		preferences.Set(c.key, text(c.text))
		vendor.Set(c.key, plist.NewArray(text("plain"), text(c.text)))
		preferences.Set(c.key+"Data", plist.NewData([]byte(c.text)))
		declared.Set(c.key, text(c.text))
	}
	preferences.Set("Title", text("A label that stays"+salt)).Set("PasswordHint", text("ask the desk")).Set("KeyLength", plist.NewInteger(2048))
	inner, err := plist.Write(dict().Set("Blob", declared))
	if err != nil {
		t.Fatal(err)
	}
	payload := func(kind, id string, keys *plist.Value) *plist.Value {
		return keys.Set("PayloadType", text(kind)).Set("PayloadIdentifier", text("org.example."+id)).Set("PayloadVersion", plist.NewInteger(1)).
			Set("PayloadUUID", text("0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0"+id)).Set("PayloadDisplayName", text("Part "+id))
	}
	forced := plist.NewArray(dict().Set("mcx_preference_settings", preferences))
	all := canaries()
	last := all[len(all)-2]
	root := payload("Configuration", "00", dict()).Set("PayloadContent", plist.NewArray(
		payload("com.apple.ManagedClient.preferences", "01", dict().Set("PayloadContent", dict().Set("ManagedInstalls", dict().Set("Forced", forced)))),
		payload("com.apple.vpn.managed", "02", dict().Set("UserDefinedName", text("x")).Set("VPNType", text("VPN")).Set("VPNSubType", text("com.wireguard.ios")).Set("VendorConfig", vendor).Set("VPN", dict().Set("RemoteAddress", text("x")).Set("AuthenticationMethod", text("Passwort")))),
		payload("com.apple.wifi.managed", "03", dict().Set("SSID_STR", text("x")).Set("EncryptionType", text("wpa2")).Set(last.key, text(last.text)).Set("Pasword", text(last.text)).Set("AutoJoin", text("true"))),
		payload("org.example.carrier", "04", dict().Set("Document", plist.NewData(inner))),
		payload("com.apple.dnsSettings.managed", "05", dict().Set("DNSSettings", dict().Set("DNSProtocol", text("HTTPS")).Set("ServerURL", text(all[18].text)).Set("ServerAddresses", plist.NewArray(text(all[18].text))))),
	)).Set("PayloadDescription", text(all[12].text)).Set("PayloadOrganization", text(all[16].text))
	if isSound {
		content := root.Get("PayloadContent")
		content.Items[1].Get("VPN").Set("AuthenticationMethod", text("Password"))
		content.Items = append(content.Items[:2], content.Items[3:]...)
	}
	written, err := plist.Write(root)
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// No command shows a secret, in any format, whatever it is asked to do and however that ends.
func TestCanaries(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	profile, other := canaryProfile(t, "", false, ""), canaryProfile(t, " and another", false, "")
	declaration := canaryDeclaration(t)
	for name, data := range map[string][]byte{
		"devices.csv": devicesCSV(20), "a.mobileconfig": profile, "b.mobileconfig": other, "oneline.mobileconfig": bytes.ReplaceAll(profile, []byte("\t"), nil),
		"cut.mobileconfig": profile[:len(profile)*2/3], "broken.mobileconfig": bytes.Replace(profile, []byte("<integer>1</integer>"), []byte("<integer>one</integr>"), 1),
		"sound.mobileconfig": canaryProfile(t, "", true, ""), "sound-jamf.mobileconfig": canaryProfile(t, "", true, "jamf"), "c.json": declaration, "cut.json": declaration[:len(declaration)-40], "t.yaml": canaryTemplate(t),
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runWith(t, nil, []string{"identity", "new", "--name", "x", "--self-signed"}) // x.pem and x.key
	for _, name := range []string{"device.pem", "device.key"} {
		if err := os.WriteFile(name, testdata(t, "shared", "encrypt", name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runWith(t, nil, strings.Fields("encrypt sound.mobileconfig --recipient device.pem -o encrypted.mobileconfig"))
	var forbidden []string
	for _, c := range canaries() {
		forbidden = append(forbidden, encodings(c.core)...)
	}
	for _, args := range canaryCommands() {
		var out bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now}
		if code := Main(t.Context(), env, strings.Fields(args), "test"); code == exitUsage {
			t.Errorf("%s is no use of a command: %s", args, out.String())
		}
		if strings.Contains(args, "--dry-run") && strings.Contains(args, "sound") && !strings.Contains(args, "kmfddm") && !(strings.Contains(args, "push jamf") && strings.HasSuffix(args, " sound.mobileconfig")) && !strings.Contains(out.String(), "(secret)") {
			t.Errorf("%s shows no request: %s", args, out.String())
		}
		expectNoCanary(t, args, out.String(), forbidden)
	}
	if readText(t, "out/decrypted.mobileconfig") != readText(t, "sound.mobileconfig") {
		t.Error("decrypt shows nothing, and does not decrypt")
	}
	if out := runWith(t, nil, []string{"inspect", "a.mobileconfig"}); !strings.Contains(out, "A label that stays") || !strings.Contains(out, "ask the desk") || !strings.Contains(out, "2048") {
		t.Errorf("what is no secret is not shown:\n%s", out)
	}
	// Files that are made to hold no secret, and the names of all.
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		expectNoCanary(t, "the name of a file", name, forbidden)
		if err == nil && d.Type().IsRegular() && (strings.HasPrefix(name, "templates") && filepath.Base(name) != "secrets.yaml" || strings.HasPrefix(filepath.Base(name), "report.")) {
			expectNoCanary(t, name, readText(t, path), forbidden)
		}
		return nil
	})
}

func canaryCommands() (all []string) {
	add := func(files []string, commands ...string) {
		for _, file := range files {
			for _, command := range commands {
				all = append(all, strings.ReplaceAll(command, "FILE", file))
			}
		}
	}
	var each, opened, pushed []string
	for _, format := range append([]string{"text"}, ci.Formats()...) {
		each = append(each, "lint --for fleet --target macOS@26/supervised --format "+format+" FILE")
		opened = append(opened, "validate --format "+format+" FILE")
	}
	each = append(each, "lint --quiet FILE", "lint --statistics --color always FILE", "lint --fix --diff FILE", "lint --unsafe-fixes --diff FILE", "lint --select security --out report.FILE FILE", "fmt --diff FILE", "fmt --diff --uuid stable --organization org.example FILE")
	for _, format := range []string{"text", "json", "yaml", "xml", "template"} {
		opened = append(opened, "inspect --format "+format+" FILE")
	}
	for _, format := range []string{"text", "json", "markdown"} {
		opened = append(opened, "diff --format "+format+" FILE b.mobileconfig")
	}
	for _, format := range []string{"text", "json"} {
		opened = append(opened, "migrate --format "+format+" FILE", "verify --format "+format+" FILE")
	}
	var jamf []string
	for _, d := range app.Destinations() {
		list := &pushed
		if d.Name == "jamf" { // refuses some of the canaries
			list = &jamf
		}
		*list = append(*list, destinationCommands(d)...)
	}
	pushed = append(pushed, "sign --format json --cert x.pem --key x.key FILE -o out/signed-json/", "sign --cert x.pem --key x.key FILE -o out/signed/", "extract FILE -o out/extracted", "decrypt FILE --key x.key --cert x.pem -o out/decrypted")
	profiles := []string{"a.mobileconfig", "oneline.mobileconfig", "cut.mobileconfig", "broken.mobileconfig"}
	add(append([]string{"c.json", "cut.json", "t.yaml"}, profiles...), each...)
	add(append([]string{"c.json", "cut.json"}, profiles...), append(opened, "import --check FILE", "import FILE", "import --check --format json FILE", "import -o templates/FILE --secrets templates/FILE/secrets.yaml FILE")...)
	add([]string{"sound.mobileconfig", "c.json"}, pushed...)
	add([]string{"sound-jamf.mobileconfig", "sound.mobileconfig"}, jamf...)
	for _, format := range []string{"text", "json", "html", "markdown", "csv"} {
		add([]string{"a.mobileconfig", "c.json", "t.yaml"}, "coverage --inventory devices.csv --format "+format+" FILE")
	}
	add([]string{"a.mobileconfig", "c.json"}, "coverage FILE", "coverage --format json FILE", "coverage --format html FILE", "coverage --format markdown FILE")
	for _, format := range []string{"text", "json", "html", "markdown"} {
		add(append([]string{"c.json", "t.yaml"}, profiles...), "effective --target macOS@27/supervised --all --format "+format+" FILE c.json")
	}
	add([]string{"a.mobileconfig", "c.json", "t.yaml"}, "plan FILE", "plan --format json FILE", "plan --format ics FILE", "plan --format markdown FILE")
	add([]string{"t.yaml"}, "build -o out/built FILE", "build --format json -o out/built FILE", "build --report html -o out/reported FILE", "build --report md -o out/reported FILE", "coverage --keys FILE", "coverage --format json FILE", "coverage --format html FILE", "coverage --format markdown FILE")
	return append(all, "encrypt sound.mobileconfig --recipient device.pem -o out/encrypted", "decrypt encrypted.mobileconfig --cert device.pem --key device.key -o out/decrypted.mobileconfig",
		"decrypt encrypted.mobileconfig --cert device.pem --key x.key -o out/x", "inspect encrypted.mobileconfig", "lint encrypted.mobileconfig", "lint .", "lint --format json .", "migrate -o out/migrated a.mobileconfig")
}

// destinationCommands are the commands of a destination, with the flags that it needs. None asks a server.
func destinationCommands(d *deploy.Destination) (all []string) {
	needed := map[string]string{"intune": " --platform macos", "iru": " --runs-on mac", "jamf": " --devices computers"}[d.Name]
	for _, format := range []string{"text", "json"} {
		if d.Export != nil {
			all = append(all, "export "+d.Name+needed+" --format "+format+" -o out/"+d.Name+"-"+format+" FILE")
		}
		if d.Push != nil {
			address := " --server https://127.0.0.1:1"
			if d.Name == "nanomdm" {
				address += " --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8"
			}
			all = append(all, "push "+d.Name+needed+address+" --dry-run --full --format "+format+" FILE")
		}
	}
	return all
}

// TestCanariesTryEveryFormat proves that TestCanaries runs each command reading profiles in each of its formats.
func TestCanariesTryEveryFormat(t *testing.T) {
	readsNoProfile := []string{"doctor", "identity new", "identity show", "lsp", "rules", "schema diff", "schema import", "schema list", "schema search", "schema show", "schema sources", "version", "web"}
	lines := canaryCommands()
	want := func(command, flag, value string, isDefault bool) {
		for _, line := range lines {
			options, ok := strings.CutPrefix(line, command+" ")
			if ok && (strings.Contains(options, flag+" "+value+" ") || isDefault && !strings.Contains(options, flag)) {
				return
			}
		}
		t.Errorf("no line of canaryCommands tries: %s %s %s", command, flag, value)
	}
	each(newRootCmd(&Env{}, "devel"), func(cmd *cobra.Command) {
		command, flag := strings.TrimPrefix(cmd.CommandPath(), "syncguard "), cmd.Flags().Lookup("format")
		if flag == nil || slices.Contains(readsNoProfile, command) {
			return
		}
		for i, format := range flag.Value.(*oneOf).all {
			want(command, "--format", format, i == 0)
		}
	})
	for _, format := range reportFormats() {
		want("build", "--report", format, false)
	}
}

// canaryDeclaration is a declaration with every canary.
func canaryDeclaration(t *testing.T) []byte {
	t.Helper()
	payload := map[string]any{"Echo": "x"}
	for _, c := range canaries() {
		payload[c.key] = c.text
	}
	data, err := json.MarshalIndent(map[string]any{"Type": "com.apple.configuration.management.test", "Identifier": "org.example.test", "ServerToken": "1", "Payload": payload}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// canaryTemplate is a template with every canary in plain text.
func canaryTemplate(t *testing.T) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("organization:\n  name: Example\n  identifier: org.example\nprofile:\n  identifier: p\ntargets:\n  - macOS@26/supervised\nprevention: false\npayloads:\n  - id: app\n    type: org.example.app\n    keys:\n")
	for _, c := range canaries() {
		quoted, err := json.Marshal(c.text)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "      %s: %s\n", c.key, quoted)
	}
	return []byte(b.String())
}

func expectNoCanary(t *testing.T, what, text string, forbidden []string) {
	t.Helper()
	for _, form := range forbidden {
		if i := strings.Index(text, form); i >= 0 {
			t.Errorf("%s: %q is in …%s…", what, form, text[max(0, i-200):min(len(text), i+120)])
			return
		}
	}
}

// What a damaged file holds in the place of a secret, or a comment holds, is not shown either: its tree does not know of it.
func TestSecretsInDamagedFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	const core = "hunter22canary"
	xml := func(inner string) string {
		return `<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.wifi.managed</string>` + inner +
			`</dict></array><key>PayloadType</key><string>Configuration</string></dict></plist>`
	}
	yaml := "organization:\n  name: A\n  identifier: a\npayloads:\n  - id: x\n    type: com.apple.wifi.managed\n    keys:\n      SSID_STR: 1\n"
	for name, text := range map[string]string{
		"integer.mobileconfig": xml("<key>Password</key><integer>" + core + "</integer>"), "date.mobileconfig": xml("<key>Password</key><date>" + core + "</date>"),
		"element.mobileconfig": xml("<key>Password</key><strng>" + core + "</strng>"), "entity.mobileconfig": xml("<key>Password</key><string>" + core + "&x;</string>"),
		"loose.mobileconfig": xml("<key>Password</key>" + core), "open.mobileconfig": xml("<key>Password</key><string>" + core),
		"after.mobileconfig": xml("<key>Password</key><!-- " + core + " --><string>x</strin>"), "comment.mobileconfig": xml("<!-- <key>Password</key><string>" + core + "</string> --><key>SSID_STR</key><integer>1</integer>"),
		"header.mobileconfig": xml("<!-- X-Api-Key: " + core + " --><key>SSID_STR</key><integer>1</integer>"), "colon.json": `{"Type":"com.apple.configuration.x","Payload":{"Password":"` + core + `" "x":1}}`,
		"map.yaml": yaml + "      Password: " + core + ": x\n", "list.yaml": yaml + "      Password: [" + core + ", x]\n", "comment.yaml": "# token=" + core + "\n" + yaml, "indent.yaml": yaml + "     Password: " + core + "\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"lint", "lint --format sarif", "lint --format json", "validate", "inspect", "import --check", "fmt --diff", "coverage", "effective --all --target macOS@27/supervised", "diff " + name, "migrate", "plan", "lint --fix --diff"} {
			var out bytes.Buffer
			env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now}
			Main(t.Context(), env, append(strings.Fields(command), name), "test")
			expectNoCanary(t, command+" "+name, out.String(), encodings(core))
		}
	}
}
