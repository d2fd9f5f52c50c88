package lint_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/fix"
	"syncguard/internal/lint"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
)

var fixChecker = lint.New(schema.Embedded())

// checkText checks a profile or a declaration as the commands do, secrets masked.
func checkText(targets ...target.Target) fix.Check {
	return func(f *diag.File) ([]diag.Diagnostic, error) {
		doc, found := document.Open(f)
		defer func() {
			for _, s := range secret.Marked(doc.Root) {
				diag.Mask(s.File.Data[s.Start:s.End])
			}
		}()
		if doc.Root == nil || !doc.Whole {
			return found, nil
		}
		check := fixChecker.Check
		if doc.Kind() == document.Declaration {
			check = fixChecker.CheckDeclaration
		}
		more, err := check(doc.Root, targets, lint.Options{})
		return append(found, more...), err
	}
}

// wifi is a profile with one payload of Wi-Fi; what is between the marks is what a case changes.
const wifi = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Büro -->
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>SSID_STR</key>
			<string>Büro &amp; Café</string>
			<key>EncryptionType</key>
			<string>WPA2</string> <!-- as in the plan -->
			<key>AutoJoin</key>
			<true/>
			<key>Password</key>
			<string>hunter2hunter2</string>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadIdentifier</key>
			<string>org.acme.wifi.office</string>
			<key>PayloadUUID</key>
			<string>1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F</string> <!-- stays -->
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadIdentifier</key>
	<string>org.acme.wifi</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>0D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

const versionLines = "\n\t\t\t<key>PayloadVersion</key>\n\t\t\t<integer>1</integer>"

// fixCases spoil the profile by putting bad in the place of good. The correction is the profile as it was, or with better
// instead of good.
var fixCases = []struct {
	name, good, bad, better string
	unsafe                  bool // the fix is
	none                    bool // there is no fix
}{
	{name: "key in lower case", good: "EncryptionType", bad: "encryptiontype"},
	{name: "key misspelt", good: "SSID_STR", bad: "SSID_STRR"},
	{name: "key misspelt, and its value", good: "<key>AutoJoin</key>\n\t\t\t<true/>", bad: "<key>AutoJion</key>\n\t\t\t<integer>1</integer>"},
	{name: "key of a secret misspelt", good: "<key>Password", bad: "<key>Pasword"},
	{name: "two keys that mean the same", good: "<key>AutoJoin</key>\n\t\t\t<true/>",
		bad: "<key>AutoJion</key>\n\t\t\t<true/>\n\t\t\t<key>AutoJoim</key>\n\t\t\t<false/>", none: true},
	{name: "key that is there already", good: "<true/>", bad: "<true/>\n\t\t\t<key>AutoJoinn</key>\n\t\t\t<false/>", none: true},
	{name: "key whose value means something else", good: "<key>AutoJoin</key>\n\t\t\t<true/>",
		bad: "<key>AutoJion</key>\n\t\t\t<array/>", none: true},
	{name: "allowed value in lower case", good: "<string>WPA2", bad: "<string>wpa2"},
	{name: "allowed value with blanks", good: "<string>WPA2", bad: "<string> WPA2 "},
	{name: "allowed value that may be two", good: "<string>WPA2", bad: "<string>WPA4", none: true},
	{name: "boolean as an integer", good: "<true/>", bad: "<integer>1</integer>"},
	{name: "boolean as a text", good: "<true/>", bad: "<string>True</string>"},
	{name: "boolean as another integer", good: "<true/>", bad: "<integer>2</integer>", none: true},
	{name: "boolean as another word", good: "<true/>", bad: "<string>yes</string>", none: true},
	{name: "text as an integer", good: "<string>Büro &amp; Café</string>", bad: "<integer>42</integer>", better: "<string>42</string>"},
	{name: "text as an integer with zeros", good: "<string>Büro &amp; Café</string>", bad: "<integer>0042</integer>", none: true},
	{name: "secret as an integer", good: "<string>hunter2hunter2</string>", bad: "<integer>12345678</integer>", none: true},
	{name: "payload type misspelt", good: "com.apple.wifi.managed", bad: "com.apple.wifi.manged"},
	{name: "payload type in upper case", good: "com.apple.wifi.managed", bad: "com.apple.WiFi.managed"},
	{name: "version missing", good: versionLines + "\n\t\t</dict>", bad: "\n\t\t</dict>"},
	{name: "version missing in the profile", good: "\n\t<key>PayloadVersion</key>\n\t<integer>1</integer>\n</dict>", bad: "\n</dict>"},
	{name: "version as a text", good: versionLines, bad: strings.ReplaceAll(versionLines, "integer", "string")},
	{name: "version as a real", good: versionLines, bad: "\n\t\t\t<key>PayloadVersion</key>\n\t\t\t<real>1.0</real>"},
	{name: "type missing in the profile", good: "\n\t<key>PayloadType</key>\n\t<string>Configuration</string>", bad: "",
		better: "moved"},
	{name: "key that devices pass over", good: versionLines, bad: "\n\t\t\t<key>PayloadEnabled</key>\n\t\t\t<true/>" + versionLines},
	{name: "key that devices pass over, with a comment", good: versionLines,
		bad: "\n\t\t\t<key>PayloadEnabled</key>\n\t\t\t<true/> <!-- old -->" + versionLines, better: "\n\t\t\t <!-- old -->" + versionLines},
	{name: "UUID in braces", good: "1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F", bad: "{1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F}"},
	{name: "UUID without hyphens", good: "1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F", bad: " 1d3c1b0e5c6f4e2b8b560a1d2c3b4e5f"},
	{name: "UUID in braces that another one is", good: "1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F", bad: "{0D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F}",
		better: "868E1E45-670E-5E22-B3C8-5553B8205CCC", unsafe: true},
	{name: "UUID made up", good: "1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F", bad: "office-wifi", better: "868E1E45-670E-5E22-B3C8-5553B8205CCC", unsafe: true},
	{name: "UUID of zeros in the profile", good: "0D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F", bad: "00000000-0000-0000-0000-000000000000",
		better: "872C0721-DF60-554C-A631-81534253504D", unsafe: true},
	{name: "NUL bytes at the end", good: "</plist>\n", bad: "</plist>\n\x00\x00", better: "</plist>\n"},
	{name: "blank lines at the start", good: "<?xml", bad: "\n \n<?xml"},
	{name: "text at the end", good: "</plist>\n", bad: "</plist>\nbye", better: "</plist>\n", unsafe: true},
	{name: "bare ampersand", good: "Büro &amp; Café", bad: "Büro & Café"},
	{name: "end of CDATA", good: "Büro &amp; Café", bad: "Büro ]]> Café", better: "Büro ]]&gt; Café"},
	{name: "empty data", good: "<string>WPA2</string>", bad: "<data/>", better: "moved"},
	{name: "attribute", good: "<string>WPA2", bad: `<string class="x">WPA2`},
}

func TestFixes(t *testing.T) {
	for _, c := range fixCases {
		for _, form := range []struct {
			name string
			of   func(string) string
		}{
			{"LF", func(s string) string { return s }},
			{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
			{"spaces", func(s string) string { return strings.ReplaceAll(s, "\t", "  ") }},
		} {
			good, bad, better := form.of(c.good), form.of(c.bad), form.of(c.better)
			base := form.of(wifi)
			if strings.Count(base, good) != 1 {
				base = base[:strings.LastIndex(base, good)] + "¦" + base[strings.LastIndex(base, good)+len(good):]
			} else {
				base = strings.Replace(base, good, "¦", 1)
			}
			if c.better == "" {
				better = good
			}
			want := strings.Replace(base, "¦", better, 1)
			spoilt := strings.Replace(base, "¦", bad, 1)
			for _, mark := range []string{"", "\xef\xbb\xbf"} {
				name := fmt.Sprintf("%s, %s, byte order mark: %t", c.name, form.name, mark != "")
				testFix(t, name, []byte(mark+spoilt), []byte(mark+want), c.unsafe, c.none, c.better == "moved")
			}
		}
	}
}

func testFix(t *testing.T, name string, bad, want []byte, unsafe, none, moved bool) {
	t.Helper()
	run := func(data []byte, unsafe bool) fix.Result {
		r, err := fix.Run("f", data, checkText(), unsafe)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if unsafe || none {
		if r := run(bad, false); len(r.Fixed) > 0 || !bytes.Equal(r.Data, bad) || (r.Unsafe > 0) != unsafe {
			t.Errorf("%s: the safe fixes are %v, unsafe %d", name, r.Fixed, r.Unsafe)
		}
		if none {
			want = bad
		}
	}
	r := run(bad, unsafe)
	if !bytes.Equal(r.Data, want) && !moved {
		t.Errorf("%s: got\n%s", name, r.Data)
	}
	if none {
		return
	}
	before, _ := checkText()(diag.NewFile("f", bytes.Clone(bad)))
	if len(r.Fixed) == 0 || len(r.Left) >= len(before) {
		t.Errorf("%s: fixed %v, left %v", name, r.Fixed, r.Left)
	}
	if again := run(r.Data, unsafe); len(again.Fixed) > 0 || !bytes.Equal(again.Data, r.Data) {
		t.Errorf("%s: the second run corrects %v", name, again.Fixed)
	}
	for _, d := range r.Fixed {
		checkPage(t, d)
		if d.Fix.Title == "" || strings.Contains(d.Fix.Title, "hunter2") {
			t.Errorf("%s: title %q", name, d.Fix.Title)
		}
	}
	if strings.Contains(string(r.ShownBefore)+string(r.ShownAfter), "hunter2") {
		t.Errorf("%s: a secret is shown", name)
	}
}

// checkPage holds a fix to what the page of its rule says.
func checkPage(t *testing.T, d diag.Diagnostic) {
	t.Helper()
	page, _ := rules.FindPage(d.Rule)
	isSafe, isUnsafe := strings.HasPrefix(page.Fix, "safe: "), strings.Contains(page.Fix, "unsafe: ")
	if d.Fix.Unsafe && !isUnsafe || !d.Fix.Unsafe && !isSafe {
		t.Errorf("%s: the page of the rule says of a fix %q, unsafe is %t", d.Rule, page.Fix, d.Fix.Unsafe)
	}
}

// Each rule whose page names a fix is among these, or in the tests of templates.
func TestPagesNameFixes(t *testing.T) {
	shown := []string{"byte-order-mark", "dns-without-system-scope", "invalid-template-value", "unknown-declaration-type", "unknown-template-key",
		"unreachable-on-demand-rule", "wrong-template-type", "malformed-code-requirement"}
	for _, c := range fixCases {
		r, err := fix.Run("f", []byte(strings.Replace(wifi, c.good, c.bad, 1)), checkText(), true)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Fixed {
			shown = append(shown, d.Rule)
		}
	}
	for _, r := range rules.Pages() {
		if (r.Fix != "") != slices.Contains(shown, r.ID) {
			t.Errorf("%s: its page says of a fix %q, shown is %t", r.ID, r.Fix, slices.Contains(shown, r.ID))
		}
	}
}

// What is signed, binary or in another encoding is never written anew, though its findings name a fix.
func TestFixesStayOutOfOtherTexts(t *testing.T) {
	spoilt := strings.Replace(wifi, "WPA2", "wpa2", 1)
	wide := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(strings.Replace(spoilt, "UTF-8", "UTF-16", 1))) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	latin := []byte(strings.Replace(spoilt, "UTF-8", "ISO-8859-1", 1))
	for name, data := range map[string][]byte{"UTF-16": wide, "ISO-8859-1": latin} {
		r, err := fix.Run("f", data, checkText(), true)
		if err != nil || len(r.Fixed) > 0 || !bytes.Equal(r.Data, data) || r.Elsewhere != 1 {
			t.Errorf("%s: fixed %v, elsewhere %d, %v", name, r.Fixed, r.Elsewhere, err)
		}
	}
	ascii := []byte(strings.NewReplacer("UTF-8", "US-ASCII", "ü", "u", "é", "e").Replace(spoilt))
	if r, err := fix.Run("f", ascii, checkText(), false); err != nil || len(r.Fixed) != 1 {
		t.Errorf("US-ASCII: fixed %v, %v", r.Fixed, err)
	}
}

// A UUID keeps its references.
func TestFixesKeepReferences(t *testing.T) {
	certificate := `<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadContent</key><dict><key>URL</key><string>https://scep.acme.org</string></dict>` +
		`<key>PayloadIdentifier</key><string>org.acme.scep</string><key>PayloadUUID</key><string>cert</string><key>PayloadVersion</key><integer>1</integer></dict>`
	data := strings.Replace(wifi, "<array>", "<array>"+certificate, 1)
	data = strings.Replace(data, "<key>AutoJoin", "<key>PayloadCertificateUUID</key><string>cert</string><key>AutoJoin", 1)
	r, err := fix.Run("f", []byte(data), checkText(), true)
	if err != nil || len(r.Left) > 0 || strings.Contains(string(r.Data), ">cert<") || len(r.Fixed) != 1 {
		t.Errorf("fixed %v, left %v, %v", r.Fixed, r.Left, err)
	}
}

func TestUnsafeFixes(t *testing.T) {
	dns := `<dict><key>PayloadType</key><string>com.apple.dnsSettings.managed</string><key>DNSSettings</key><dict><key>DNSProtocol</key><string>HTTPS</string><key>ServerURL</key><string>https://dns.acme.org/dns-query</string></dict>¦` +
		`<key>PayloadIdentifier</key><string>org.acme.dns</string><key>PayloadUUID</key><string>1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E60</string><key>PayloadVersion</key><integer>1</integer></dict>`
	inOrder := func(items ...string) string {
		return "<key>OnDemandRules</key>\n<array>\n\t" + strings.Join(items, "\n\t") + "\n</array>\n"
	}
	all, one, two := "<dict><key>Action</key><string>Connect</string></dict>",
		"<dict><key>Action</key><string>Disconnect</string><key>SSIDMatch</key><array><string>A</string></array></dict>",
		"<dict><key>Action</key><string>Disconnect</string><key>SSIDMatch</key><array><string>B</string></array></dict>"
	scope := "\n\t<key>PayloadScope</key>\n\t<string>System</string>"
	identifier := "<string>org.acme.wifi</string>"
	mac, err := target.Parse("macOS@26.1/device")
	if err != nil {
		t.Fatal(err)
	}
	ios, err := target.Parse("iOS@18/manual")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, bad, good string
		on              target.Target
	}{
		{"system scope", "", scope, mac},
		{"system scope instead of another", "\n\t<key>PayloadScope</key>\n\t<string>User</string>", scope, mac},
		{"order of rules", inOrder(one, all, two), inOrder(one, two, all), ios},
		{"order of rules, the first", inOrder(all, one, two), inOrder(one, two, all), ios},
		{"order of rules, which is not clear", inOrder(all, one, all), inOrder(all, one, all), ios},
		{"order of rules, with a comment", inOrder("<!-- A -->", all, one), inOrder("<!-- A -->", all, one), ios},
	} {
		write := func(part string) []byte {
			if c.on == mac {
				return []byte(strings.Replace(strings.Replace(wifi, "<array>", "<array>"+strings.Replace(dns, "¦", "", 1), 1), identifier, identifier+part, 1))
			}
			return []byte(strings.Replace(wifi, "<array>", "<array>"+strings.Replace(dns, "¦", part, 1), 1))
		}
		for _, unsafe := range []bool{false, true} {
			r, err := fix.Run("f", write(c.bad), checkText(c.on), unsafe)
			want := write(c.bad)
			if unsafe {
				want = write(c.good)
			}
			if err != nil || !bytes.Equal(r.Data, want) {
				t.Errorf("%s, unsafe %t: got\n%s\nleft %v", c.name, unsafe, r.Data, r.Left)
			}
		}
	}
}

// A community's list is corrected in the case of letters alone, and only where that is asked for.
func TestFixesOfCommunityLists(t *testing.T) {
	write := func(value string) []byte {
		okta := "<dict><key>PayloadType</key><string>com.okta.mobile</string><key>OktaVerify.OrgUrl</key><string>https://acme.okta.com</string>" +
			"<key>OktaVerify.EnrollmentOptions</key><string>" + value + "</string><key>PayloadIdentifier</key><string>org.acme.okta</string>" +
			"<key>PayloadUUID</key><string>1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E60</string><key>PayloadVersion</key><integer>1</integer></dict>"
		return []byte(strings.Replace(wifi, "<array>", "<array>"+okta, 1))
	}
	const listed = "SilentEnrollmentDisabled"
	for value, want := range map[string]string{strings.ToLower(listed): listed, "SilentEnrollmentDisable": "", "SilentEnrollmentEnabled": ""} {
		for _, unsafe := range []bool{false, true} {
			good := write(value)
			if unsafe && want != "" {
				good = write(want)
			}
			if r, err := fix.Run("f", write(value), checkText(), unsafe); err != nil || !bytes.Equal(r.Data, good) {
				t.Errorf("%s, unsafe %t: fixed %v, left %v, %v", value, unsafe, r.Fixed, r.Left, err)
			}
		}
	}
}

// A key that stands beside the dictionary where it belongs is moved there, if that is asked for.
func TestFixMovesKeys(t *testing.T) {
	eap := "<key>EAPClientConfiguration</key>\n\t\t\t<dict>\n\t\t\t\t<key>AcceptEAPTypes</key>\n\t\t\t\t<array><integer>25</integer></array>¦\n\t\t\t</dict>\n\t\t\t"
	moved := "<key>TLSMinimumVersion</key>\n\t\t\t%s<string>1.2</string>"
	good := strings.Replace(wifi, "<key>AutoJoin", strings.Replace(eap, "¦", "\n\t\t\t\t"+strings.Replace(moved, "%s", "\t", 1), 1)+"<key>AutoJoin", 1)
	bad := strings.Replace(wifi, "<key>AutoJoin", strings.Replace(eap, "¦", "", 1)+strings.Replace(moved, "%s", "", 1)+"\n\t\t\t<key>AutoJoin", 1)
	r, err := fix.Run("f", []byte(bad), checkText(), true)
	if err != nil || string(r.Data) != good || len(r.Left) > 0 {
		t.Errorf("got\n%s\nleft %v", r.Data, r.Left)
	}
}

func TestFixesOfDeclarations(t *testing.T) {
	good := "\xef\xbb\xbf{\r\n  \"Type\": \"com.apple.configuration.passcode.settings\", \"Identifier\": \"a\",\r\n  \"ServerToken\": \"1\",\r\n  \"Payload\": {\"RequirePasscode\": true, \"MinimumLength\": 6}\r\n}"
	bad := strings.NewReplacer("passcode.settings", "passcode.setting", "RequirePasscode", "requirePasscode", "MinimumLength", "MinimumLenght", ": 6", `: "6"`).Replace(good)
	r, err := fix.Run("f", []byte(bad), checkText(), false)
	if want := strings.TrimPrefix(good, "\xef\xbb\xbf"); err != nil || string(r.Data) != want {
		t.Errorf("got %q\nleft %v, %v", r.Data, r.Left, err)
	}
}

// FuzzFixKeepsTheRest corrects arbitrary text: what is a comment stays, reading it gets no harder, and a second run has
// nothing to do.
func FuzzFixKeepsTheRest(f *testing.F) {
	for _, c := range fixCases {
		f.Add([]byte(strings.Replace(wifi, c.good, c.bad, 1)))
		f.Add([]byte(strings.ReplaceAll(strings.Replace(wifi, c.good, c.bad, 1), "\n", "\r\n")))
	}
	f.Add([]byte(`{"Type": "com.apple.configuration.passcode.setting", "Payload": {"requirePasscode": "true"}}`))
	mac, err := target.Parse("macOS@26.1/device")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 20_000 {
			return
		}
		given := bytes.Clone(data)
		r, err := fix.Run("f", data, checkText(mac), true)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(given, data) {
			t.Fatal("the text given was changed")
		}
		if len(r.Fixed) == 0 && !bytes.Equal(r.Data, data) {
			t.Fatalf("nothing is fixed, but the text changed to\n%s", r.Data)
		}
		for _, d := range r.Fixed {
			if d.Rule == "content-after-plist" {
				return // what follows is deleted, comments too
			}
		}
		if was, is := comments(data), comments(r.Data); !slices.Equal(was, is) {
			t.Fatalf("comments were %q, are %q", was, is)
		}
		again, err := fix.Run("f", r.Data, checkText(mac), true)
		if err != nil || len(again.Fixed) > 0 || !bytes.Equal(again.Data, r.Data) {
			t.Fatalf("the second run corrects %v", again.Fixed)
		}
	})
}

func comments(data []byte) []string {
	var all []string
	for _, part := range strings.Split(string(data), "<!--")[1:] {
		if text, _, closed := strings.Cut(part, "-->"); closed {
			all = append(all, text)
		}
	}
	return all
}

// A requirement that has one reading is corrected to it, another is left alone.
func TestRequirementFixes(t *testing.T) {
	const good = `<string>identifier "a.b" and certificate leaf[subject.OU] = "1ABCDE2345"</string>`
	file := strings.Replace(wifi, "<key>SSID_STR</key>", "<key>PayloadType</key>\n\t\t\t<string>com.apple.systempolicy.rule</string>\n\t\t\t<key>Requirement</key>\n\t\t\t"+good+"\n\t\t\t<key>SSID_STR</key>", 1)
	file = strings.Replace(file, "\t\t\t<key>PayloadType</key>\n\t\t\t<string>com.apple.wifi.managed</string>\n", "", 1)
	for bad, isFixed := range map[string]bool{
		`<string>designated =&gt; identifier "a.b" and certificate leaf[subject.OU] = "1ABCDE2345"</string>`: true,
		`<string>identifier "a.b" and certificate leaf[subject.OU] = 1ABCDE2345</string>`:                    true,
		`<string>identifier “a.b” and certificate leaf[subject.OU] = “1ABCDE2345”</string>`:                  true,
		`<string>identifier "a.b and certificate leaf[subject.OU] = "1ABCDE2345"</string>`:                   false,
		`<string>library =&gt; identifier "a.b"</string>`:                                                    false,
	} {
		r, err := fix.Run("f", []byte(strings.Replace(file, good, bad, 1)), checkText(), false)
		if err != nil {
			t.Fatal(err)
		}
		fixed := strings.Contains(string(r.Data), good)
		if fixed != isFixed {
			t.Errorf("%s: fixed %t\n%s", bad, fixed, r.Data)
		}
		for _, d := range r.Fixed {
			checkPage(t, d)
		}
	}
}

// The lines of PEM around one certificate go, from wherever they stand; around anything else they stay.
func TestPEMLinesAreTakenAway(t *testing.T) {
	head, end, ok := strings.Cut(wifi, "<key>SSID_STR</key>")
	if !ok {
		t.Fatal("the file has no network")
	}
	file := func(text string) []byte {
		return []byte(head + "<key>PayloadContent</key>\n\t\t\t<data>" + text + "</data>\n\t\t\t<key>SSID_STR</key>" + end)
	}
	const begin, finish = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
	for text, want := range map[string]string{
		begin + "\nMAEC\nAwQF\n" + finish + "\n":                         "MAEC\nAwQF\n",
		"\r\n\t" + begin + "\r\n\tMAEC\r\n\t" + finish + "\r\n":          "\r\n\tMAEC\r\n",
		begin + "MAEC" + finish:                                          "MAEC",
		begin + "\nMAEC\n" + finish + "\n" + begin + "\nMAEC\n" + finish: "",
		"-----BEGIN PRIVATE KEY-----\nMAEC\n-----END PRIVATE KEY-----\n": "",
		begin + "\nMAEC\n":                             "",
		begin + "\nMAE!\n" + finish:                    "",
		"Certificate:\n" + begin + "\nMAEC\n" + finish: "",
	} {
		r, err := fix.Run("f", file(text), checkText(), false)
		if err != nil {
			t.Fatal(err)
		}
		switch fixed := string(r.Data); {
		case want == "" && fixed != string(file(text)):
			t.Errorf("%q: got\n%s", text, fixed)
		case want != "" && fixed != string(file(want)):
			t.Errorf("%q: got\n%s\nwant\n%s", text, fixed, file(want))
		}
	}
}
