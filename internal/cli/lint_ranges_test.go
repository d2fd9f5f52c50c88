package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view"
)

// marked is a profile in which « and » stand around the characters that a rule should point at.
type marked struct{ rule, text string }

const (
	envelopeHead = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
	<key>PayloadIdentifier</key>
	<string>com.acme.test</string>
	<key>PayloadUUID</key>
	<string>4D5E2F0A-1B2C-4D3E-8F90-A1B2C3D4E5F6</string>
`
	contentHead = `	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>PayloadIdentifier</key>
			<string>com.acme.test.1</string>
			<key>PayloadUUID</key>
			<string>5E6F3A1B-2C3D-4E4F-9A01-B2C3D4E5F6A7</string>
`
	contentTail = `		</dict>
	</array>
`
	envelopeTail = `</dict>
</plist>
`
)

// payload makes a profile with one payload of a type and some lines in it.
func payload(payloadType string, lines ...string) string {
	return envelopeHead + contentHead + "\t\t\t<key>PayloadType</key>\n\t\t\t<string>" + payloadType + "</string>\n\t\t\t" +
		strings.Join(lines, "\n\t\t\t") + "\n" + contentTail + envelopeTail
}

// envelope makes a profile without payloads, with some lines at its top level.
func envelope(lines ...string) string {
	return envelopeHead + "\t<key>PayloadContent</key>\n\t<array></array>\n\t" + strings.Join(lines, "\n\t") + "\n" + envelopeTail
}

// defects are those whose ranges are held against what a person would mark.
func defects() []marked {
	const wifi, restrictions, dns, passcode = "com.apple.wifi.managed", "com.apple.applicationaccess", "com.apple.dnsSettings.managed", "com.apple.mobiledevice.passwordpolicy"
	ssid := []string{"<key>SSID_STR</key>", "<string>Büro 漢字</string>"}
	resolver := func(lines ...string) []string {
		return append([]string{"<key>DNSSettings</key>", "<dict>"}, append(lines, "</dict>")...)
	}
	return []marked{
		{"value-not-in-rangelist", payload(wifi, append(ssid, "<key>EncryptionType</key>", "<string>«wpa2»</string>")...)},
		{"unknown-key", payload(wifi, append(ssid, "<key>«AutoJion»</key>", "<true/>")...)},
		{"wrong-type", payload(wifi, append(ssid, "<key>AutoJoin</key>", "<string>«true»</string>")...)},
		{"wrong-type", payload(wifi, append(ssid, "<key>AutoJoin</key>", "<integer>«1»</integer>")...)},
		{"wrong-type", payload(wifi, append(ssid, "<key>Password</key>", "«<dict></dict>»")...)},
		{"missing-required-key", payload(dns, "<key>«DNSSettings»</key>", "<dict>", "<key>ServerName</key>", "<string>x</string>", "</dict>")},
		{"unknown-payload-type", payload("«com.apple.wifi.manged»", ssid...)},
		{"value-out-of-range", payload(passcode, "<key>minLength</key>", "<integer>«99»</integer>")},
		{"missing-server-url", payload(dns, "<key>«DNSSettings»</key>", "<dict>", "<key>DNSProtocol</key>", "<string>HTTPS</string>", "</dict>")},
		{"server-url-not-https", payload(dns, resolver("<key>DNSProtocol</key>", "<string>HTTPS</string>", "<key>ServerURL</key>", "<string>«http://dns.acme.com/»</string>")...)},
		{"server-address-not-ip", payload(dns, resolver("<key>DNSProtocol</key>", "<string>TLS</string>", "<key>ServerName</key>", "<string>dns.acme.com</string>",
			"<key>ServerAddresses</key>", "<array>", "<string>1.1.1.1</string>", "<string>«one.one»</string>", "</array>")...)},
		{"cloud-sync-disabled", payload(restrictions, "<key>«allowCloudDocumentSync»</key>", "<false/>")},
		{"updates-delayed", payload(restrictions, "<key>«enforcedSoftwareUpdateDelay»</key>", "<integer>30</integer>")},
		{"needs-supervision", payload(restrictions, "<key>«forceAutomaticDateAndTime»</key>", "<true/>")},
		{"duplicate-payload-uuid", strings.Replace(payload(wifi, ssid...), "5E6F3A1B-2C3D-4E4F-9A01-B2C3D4E5F6A7", "«4d5e2f0a-1b2c-4d3e-8f90-a1b2c3d4e5f6»", 1)},
		{"malformed-uuid", strings.Replace(payload(wifi, ssid...), "5E6F3A1B-2C3D-4E4F-9A01-B2C3D4E5F6A7", "«my-ü-uuid»", 1)},
		{"dangling-certificate-reference", payload(wifi, append(ssid, "<key>PayloadCertificateUUID</key>", "<string>«11111111-2222-4333-8444-555555555555»</string>")...)},
		{"duplicate-key", envelope("<key>PayloadDisplayName</key>", "<string>ü</string>", "<key>«PayloadDisplayName»</key>", "<string>b</string>")},
		{"bad-integer", envelope("<key>TargetDeviceType</key>", "<integer>«five»</integer>")},
		{"bad-date", envelope("<key>RemovalDate</key>", "<date>«2027-02-30T00:00:00Z»</date>")},
		{"bad-data", payload("com.apple.security.root", "<key>PayloadContent</key>", "<data>TUlJ«!»</data>")},
		{"key-without-value", envelope("<key>«PayloadDisplayName»</key>")},
		{"value-without-key", envelope("<string>«stray»</string>")},
		{"unknown-element", envelope("<key>PayloadDisplayName</key>", "«<text>»x</text>")},
		{"unknown-entity", envelope("<key>PayloadDisplayName</key>", "<string>A «&»B</string>")},
		{"text-between-elements", envelope("<key>PayloadDisplayName</key>", "<string>ü</string>", "«stray text»")},
		{"content-in-boolean", envelope("<key>PayloadRemovalDisallowed</key>", "<false>«no»</false>")},
		{"unexpected-attribute", envelope("<key>PayloadDisplayName</key>", `<string «lang="de"»>ü</string>`)},
		{"content-after-plist", envelope("<key>PayloadDisplayName</key>", "<string>ü</string>") + "«<!DOCTYPE x>»\n"},
		{"malformed-ignore", envelope("«<!-- syncguard:ignore updates-delayed -->»", "<key>PayloadDisplayName</key>", "<string>ü</string>")},
		{"placeholder", envelope("<key>PayloadDisplayName</key>", "<string>«@NAME@»</string>")},
	}
}

// variants are other ways to write the same text down. Marks are still in it.
func variants() []struct {
	name   string
	write  func(string) string
	signed bool
} {
	same := func(s string) string { return s }
	return []struct {
		name   string
		write  func(string) string
		signed bool
	}{
		{"as it is", same, false},
		{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, false},
		{"tabs within lines", func(s string) string { return strings.ReplaceAll(s, "\t<", "\t \t<") }, false},
		{"byte order mark", func(s string) string { return "\ufeff" + s }, false},
		{"non-ASCII before it on the line", func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, "\t<", "\t<!-- é 漢 𝄞 --><"), "\t«<", "\t<!-- é 漢 𝄞 -->«<")
		}, false},
		{"signed", same, true},
		{"signed, CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, true},
	}
}

// unmark takes the marks out and returns what they stood around.
func unmark(t *testing.T, marked string) (text string, from, to int) {
	t.Helper()
	from = strings.Index(marked, "«")
	text = strings.Replace(marked, "«", "", 1)
	to = strings.Index(text, "»")
	text = strings.Replace(text, "»", "", 1)
	if from < 0 || to <= from || strings.ContainsAny(text, "«»") {
		t.Fatalf("want one pair of marks: %s", marked)
	}
	return text, from, to
}

func rangeChecker(t *testing.T) func(name string, data []byte) []diag.Diagnostic {
	t.Helper()
	return checkerOf(t, app.LintOptions{Targets: []string{"iOS@18/manual"}})
}

// Each defect is underlined from its first character to its last, however the file is written.
func TestRangesCoverTheDefect(t *testing.T) {
	c := rangeChecker(t)
	for i, d := range defects() {
		for _, v := range variants() {
			t.Run(strings.Join([]string{d.rule, v.name}, ", "), func(t *testing.T) {
				text, from, to := unmark(t, v.write(d.text))
				data := []byte(text)
				if v.signed {
					data = []byte(signedData(der, der(0x04, text)))
				}
				found := c("f", data)
				at := slices.IndexFunc(found, func(f diag.Diagnostic) bool { return f.Rule == d.rule && f.Span.Start == from })
				if at < 0 {
					t.Fatalf("defect %d: no %s at %d: %v", i, d.rule, from, found)
				}
				if got := found[at].Span; got.End != to {
					t.Errorf("defect %d: underlined is %q, want %q", i, got.File.Data[got.Start:got.End], text[from:to])
				}
				start, end := found[at].Span.File.Position(from), found[at].Span.File.Position(to)
				if start != place(text, from) || end != place(text, to) {
					t.Errorf("defect %d: %v to %v, want %v to %v", i, start, end, place(text, from), place(text, to))
				}
			})
		}
	}
}

// place counts lines and code points as an editor shows them, without the code that is tested.
func place(text string, offset int) diag.Position {
	before := text[:offset]
	line := before[strings.LastIndex(before, "\n")+1:]
	return diag.Position{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(strings.TrimPrefix(line, "\ufeff")) + 1}
}

// What a person sees of them: testdata/ranges.txt, rewritten with -update.
func TestCaretsUnderTheDefect(t *testing.T) {
	c := rangeChecker(t)
	var out bytes.Buffer
	p := view.NewPrinter(&out, nil, 0)
	for _, d := range defects() {
		text, from, _ := unmark(t, d.text)
		for _, f := range c(d.rule, []byte(text)) {
			if f.Rule == d.rule && f.Span.Start == from {
				p.Findings([]diag.Diagnostic{f})
				p.Line("")
			}
		}
	}
	path := filepath.Join("testdata", "ranges.txt")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}
