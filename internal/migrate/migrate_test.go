package migrate

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

func read(t *testing.T, payload string) *plist.Value {
	t.Helper()
	text := `<plist version="1.0"><dict><key>PayloadIdentifier</key><string>com.acme</string><key>PayloadDisplayName</key><string>Acme</string><key>PayloadContent</key><array><dict>` +
		payload + `</dict></array></dict></plist>`
	doc, findings := plist.Read(diag.NewFile("test", []byte(text)))
	if doc == nil || doc.Root == nil {
		t.Fatal(findings)
	}
	return doc.Root
}

func of(t *testing.T, payload string) *Plan {
	t.Helper()
	p, err := NewPlan(read(t, payload), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// describe is a plan in lines: each change, and each declaration with its payload.
func describe(t *testing.T, p *Plan) string {
	t.Helper()
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s", c.Type, c.Key)
		for _, e := range c.Ends {
			fmt.Fprintf(&b, " [%s %s %s]", e.Platforms, e.Deprecated, e.Removed)
		}
		fmt.Fprintf(&b, " -> %s", c.Replacement)
		for _, l := range c.Lost {
			fmt.Fprintf(&b, "; lost %s", strings.TrimSpace(l.Key+" "+l.Why))
		}
		b.WriteString("\n")
	}
	for _, d := range p.Declarations {
		data, err := plist.WriteJSON(d.Payload)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", d.Identifier, strings.Join(strings.Fields(string(data)), " "))
	}
	return strings.ReplaceAll(b.String(), "com.apple.configuration.", "…")
}

func TestOf(t *testing.T) {
	for _, c := range []struct{ name, payload, want string }{
		{"what stays is not listed", `<key>PayloadType</key><string>com.apple.wifi.managed</string><key>SSID_STR</key><string>a</string>`, ""},
		{"a type that nobody knows", `<key>PayloadType</key><string>com.example</string><key>a</key><true/>`, ""},
		{"DNS", `<key>PayloadType</key><string>com.apple.dnsSettings.managed</string><key>PayloadIdentifier</key><string>com.acme.dns</string><key>PayloadDisplayName</key><string>Cloudflare</string>
			<key>DNSSettings</key><dict><key>DNSProtocol</key><string>HTTPS</string><key>ServerURL</key><string>https://cloudflare-dns.com/dns-query</string><key>PayloadCertificateUUID</key><string>A</string></dict>
			<key>OnDemandRules</key><array><dict><key>Action</key><string>Disconnect</string><key>SSIDMatch</key><array><string>Corp</string></array></dict></array>`,
			`com.apple.dnsSettings.managed  [[iOS macOS visionOS] 27 0] -> …network.dns-settings; lost DNSSettings.PayloadCertificateUUID has no counterpart in the declaration
com.acme.dns.network.dns-settings { "DNSSettings": { "DNSProtocol": "HTTPS", "ServerURL": "https://cloudflare-dns.com/dns-query" }, "OnDemandRules": [ { "Action": "Disconnect", "SSIDMatch": [ "Corp" ] } ], "VisibleName": "Cloudflare" }
`},
		{"DNS without a name has the profile's", `<key>PayloadType</key><string>com.apple.dnsSettings.managed</string><key>DNSSettings</key><dict><key>DNSProtocol</key><string>TLS</string></dict>`,
			`com.apple.dnsSettings.managed  [[iOS macOS visionOS] 27 0] -> …network.dns-settings
com.acme.network.dns-settings { "DNSSettings": { "DNSProtocol": "TLS" }, "VisibleName": "Acme" }
`},
		{"passcode, which Apple names no replacement for", `<key>PayloadType</key><string>com.apple.mobiledevice.passwordpolicy</string><key>PayloadIdentifier</key><string>p</string>
			<key>allowSimple</key><false/><key>minLength</key><integer>8</integer><key>customRegex</key><dict><key>passwordContentRegex</key><string>x</string></dict><key>other</key><true/>`,
			`com.apple.mobiledevice.passwordpolicy  [[iOS macOS visionOS watchOS] 27 0] -> …passcode.settings; lost other is unknown to the schema of the payload
p.passcode.settings { "CustomRegex": { "Regex": "x" }, "MinimumLength": 8, "RequireComplexPasscode": true }
`},
		{"restrictions, a declaration for each replacement", `<key>PayloadType</key><string>com.apple.applicationaccess</string><key>PayloadIdentifier</key><string>r</string>
			<key>allowCamera</key><false/><key>allowGenmoji</key><false/><key>allowSpellCheck</key><false/><key>allowDictation</key><false/><key>allowAssistant</key><false/>`,
			`com.apple.applicationaccess allowGenmoji [[iOS macOS visionOS] 26.4 0] -> …intelligence.settings; lost on macOS it can be given by MDM only, not by hand
com.apple.applicationaccess allowSpellCheck [[iOS] 26.4 0] -> …keyboard.settings
com.apple.applicationaccess allowDictation [[iOS macOS] 26.4 0] -> …keyboard.settings; lost on macOS it can be given by MDM only, not by hand
com.apple.applicationaccess allowAssistant [[iOS macOS visionOS] 26.4 0] -> …siri.settings; lost on iOS, visionOS it needs a supervised device; lost on iOS, macOS, visionOS it can be given by MDM only, not by hand
r.intelligence.settings { "AllowGenmoji": false }
r.keyboard.settings { "AllowDictation": false, "AllowSpellCheck": false }
r.siri.settings { "Enabled": false }
`},
		{"what no key of the declaration matches", `<key>PayloadType</key><string>com.apple.SoftwareUpdate</string><key>AutomaticDownload</key><true/>`,
			"com.apple.SoftwareUpdate  [[macOS] 26 27] -> …softwareupdate.settings\n"},
		{"what nothing replaces", `<key>PayloadType</key><string>com.apple.sso</string><key>Name</key><string>a</string>`, "com.apple.sso  [[iOS] 26 0] -> \n"},
		{"a value of another type", `<key>PayloadType</key><string>com.apple.applicationaccess</string><key>allowGenmoji</key><string>no</string>`,
			"com.apple.applicationaccess allowGenmoji [[iOS macOS visionOS] 26.4 0] -> …intelligence.settings\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := describe(t, of(t, c.payload)); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// What Apple does not name as a replacement is not said to be one by Apple.
func TestNamed(t *testing.T) {
	if c := of(t, `<key>PayloadType</key><string>com.apple.mobiledevice.passwordpolicy</string><key>forcePIN</key><true/>`).Changes[0]; c.Verified || c.Replacement == "" {
		t.Errorf("got verified %t and replacement %q", c.Verified, c.Replacement)
	}
	if c := of(t, `<key>PayloadType</key><string>com.apple.dnsSettings.managed</string>`).Changes[0]; !c.Verified {
		t.Error("Apple names the replacement of the DNS payload")
	}
}

// edited is a file system with some files in the place of its own.
type edited struct {
	fs.FS
	files fstest.MapFS
}

func (e edited) Open(name string) (fs.File, error) {
	if e.files[name] != nil {
		return e.files.Open(name)
	}
	return e.FS.Open(name)
}

// The catalog decides: a payload that is no more deprecated is not listed.
func TestCatalogDecides(t *testing.T) {
	const name = "profiles/com.apple.sso.json"
	files := os.DirFS(filepath.Join("..", "schema", "catalog"))
	data, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), `"deprecated": "26",`, "", 1)
	if text == string(data) {
		t.Fatal("the deprecation does not stand there")
	}
	doctored := schema.Open(edited{files, fstest.MapFS{name: {Data: []byte(text)}}})
	p, err := NewPlan(read(t, `<key>PayloadType</key><string>com.apple.sso</string>`), doctored)
	if err != nil || len(p.Changes) > 0 {
		t.Errorf("got %v, error %v", p.Changes, err)
	}
}

// Whatever the payload holds, what it becomes can be written, and the schema of the declaration has every key.
func FuzzDeclarationsAreWhole(f *testing.F) {
	f.Add(`<key>PayloadType</key><string>com.apple.dnsSettings.managed</string><key>DNSSettings</key><dict><key>DNSProtocol</key><string>TLS</string></dict><key>OnDemandRules</key><array><string>x</string></array>`)
	f.Add(`<key>PayloadType</key><string>com.apple.applicationaccess</string><key>allowGenmoji</key><false/><key>allowGenmoji</key><true/>`)
	f.Add(`<key>PayloadType</key><string>com.apple.mobiledevice.passwordpolicy</string><key>customRegex</key><dict><key>passwordContentDescription</key><dict><key>en</key><string>x</string></dict></dict>`)
	catalog := schema.Embedded()
	checker := lint.New(catalog)
	f.Fuzz(func(t *testing.T, payload string) {
		doc, _ := plist.Read(diag.NewFile("fuzz", []byte(`<plist version="1.0"><dict><key>PayloadContent</key><array><dict>`+payload+`</dict></array></dict></plist>`)))
		if doc == nil || doc.Root == nil {
			return
		}
		p, err := NewPlan(doc.Root, catalog)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Declarations {
			root, err := p.Declarations[i].Value()
			if err != nil {
				continue // what JSON cannot hold is said when it is encoded
			}
			found, err := checker.CheckDeclaration(root, []target.Target{}, lint.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range found {
				if d.Rule == "unknown-key" {
					t.Errorf("%s: %s", p.Declarations[i].Type, d.Message)
				}
			}
		}
	})
}
