package lsp

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/coverage"
	"syncguard/internal/lsp/protocol"
)

// cursor is where the person is in the texts of these tests.
const cursor = "‸"

// at opens a text with a cursor, and returns the position of that.
func (c *client) at(name, marked string) (protocol.TextDocumentIdentifier, protocol.Position) {
	c.Helper()
	before, after, ok := strings.Cut(marked, cursor)
	if !ok {
		c.Fatalf("no cursor in %s", marked)
	}
	c.open(name, before+after)
	return protocol.TextDocumentIdentifier{URI: c.uri(name)}, newText([]byte(before+after)).position(len(before), protocol.PositionEncodingKindUTF16)
}

const (
	profileHead  = "<plist version=\"1.0\">\n<dict>\n\t<key>PayloadIdentifier</key>\n\t<string>com.acme</string>\n\t<key>PayloadContent</key>\n\t<array>\n\t\t<dict>\n\t\t\t<key>PayloadType</key>\n\t\t\t<string>com.apple.wifi.managed</string>\n\t\t\t<key>PayloadUUID</key>\n\t\t\t<string>A</string>\n"
	profileTail  = "\n\t\t</dict>\n\t\t<dict><key>PayloadType</key><string>com.apple.security.root</string><key>PayloadUUID</key><string>9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00</string></dict>\n\t</array>\n</dict>\n</plist>\n"
	templateHead = "organization:\n  name: Acme\n  identifier: com.acme\ntargets: [iOS@18/manual, iOS@18/supervised]\nvariables:\n  ssid: acme\npayloads:\n  - id: root\n    type: com.apple.security.root\n    keys:\n      PayloadContent: {$file: a.cer}\n  - id: wifi\n    type: com.apple.wifi.managed\n    keys:\n"
)

// Completion offers what the place takes, the required first, and inserts it whole.
func TestCompletion(t *testing.T) {
	for name, test := range map[string]struct {
		file, text string
		first      string // the first label
		label      string // one to take
		want       string // the line of the cursor and those below it, after that
		not        string // a label not offered
	}{
		"a key in XML":          {"a.mobileconfig", profileHead + "\t\t\tEncr‸" + profileTail, "", "EncryptionType", "\t\t\t<key>EncryptionType</key>\n\t\t\t<string>${1|WEP,WPA,WPA2,WPA3,Any,None|}</string>", "PayloadType"},
		"a tag in XML":          {"a.mobileconfig", profileHead + "\t\t\t<ke‸" + profileTail, "", "AutoJoin", "\t\t\t<key>AutoJoin</key>\n\t\t\t<${1|false,true|}/>", ""},
		"in a key in XML":       {"a.mobileconfig", profileHead + "\t\t\t<key>Enc‸</key>" + profileTail, "", "EncryptionType", "\t\t\t<key>EncryptionType</key>\n\t\t\t<string>${1|WEP,WPA,WPA2,WPA3,Any,None|}</string>", ""},
		"a key with a value":    {"a.mobileconfig", profileHead + "\t\t\t<key>Enc‸</key><string>WPA2</string>" + profileTail, "", "EncryptionType", "\t\t\t<key>EncryptionType</key><string>WPA2</string>", ""},
		"a value in XML":        {"a.mobileconfig", profileHead + "\t\t\t<key>EncryptionType</key><string>w‸</string>" + profileTail, "Any", "WPA2", "\t\t\t<key>EncryptionType</key><string>WPA2</string>", ""},
		"a type in XML":         {"a.mobileconfig", "<plist><dict><key>PayloadContent</key><array><dict>\n<key>PayloadType</key><string>‸</string></dict></array></dict></plist>", "", "com.apple.vpn.managed", "<key>PayloadType</key><string>com.apple.vpn.managed</string></dict></array></dict></plist>", "com.apple.configuration.passcode.settings"},
		"a reference in XML":    {"a.mobileconfig", profileHead + "\t\t\t<key>PayloadCertificateUUID</key><string>‸</string>" + profileTail, "", "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00", "\t\t\t<key>PayloadCertificateUUID</key><string>9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00</string>", "A"},
		"a nested key in XML":   {"a.mobileconfig", profileHead + "\t\t\t<key>EAPClientConfiguration</key>\n\t\t\t<dict>\n\t\t\t\t‸\n\t\t\t</dict>" + profileTail, "", "UserName", "\t\t\t\t<key>UserName</key>\n\t\t\t\t<string>$0</string>\n\t\t\t</dict>", "EncryptionType"},
		"a payload in XML":      {"a.mobileconfig", "<plist><dict>\n\t<key>PayloadIdentifier</key><string>com.acme</string>\n\t<key>PayloadContent</key>\n\t<array>\n\t\t‸\n\t</array></dict></plist>", "", "com.apple.caldav.account", "\t\t<dict>\n\t\t\t<key>CalDAVHostName</key>\n\t\t\t<string>$1</string>\n\t\t\t<key>PayloadIdentifier</key>\n\t\t\t<string>com.acme.caldav</string>\n\t\t\t<key>PayloadType</key>\n\t\t\t<string>com.apple.caldav.account</string>\n\t\t\t<key>PayloadUUID</key>\n\t\t\t<string>", ""},
		"required first":        {"a.mobileconfig", "<plist><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.caldav.account</string>\n‸</dict></array></dict></plist>", "CalDAVHostName", "PayloadUUID", "<key>PayloadUUID</key>", "PayloadType"},
		"a key in YAML":         {"a.yaml", templateHead + "      SSID_STR: ${ssid}\n      Enc‸\n", "", "EncryptionType", "      EncryptionType: ${1|WEP,WPA,WPA2,WPA3,Any,None|}", "SSID_STR"},
		"a value in YAML":       {"a.yaml", templateHead + "      EncryptionType: ‸\n", "", "WPA3", "      EncryptionType: WPA3", ""},
		"a variable in YAML":    {"a.yaml", templateHead + "      SSID_STR: ${‸\n", "ssid", "ssid", "      SSID_STR: ${ssid\\}", ""},
		"a reference in YAML":   {"a.yaml", templateHead + "      PayloadCertificateUUID: {$uuid: ‸}\n", "", "root", "      PayloadCertificateUUID: {$uuid: root}", ""},
		"a target in YAML":      {"a.yaml", "targets: [‸]\n", "", "iOS/supervised", "targets: [iOS/supervised]", ""},
		"a type in YAML":        {"a.yaml", "payloads:\n  - type: ‸\n", "", "com.apple.wifi.managed", "  - type: com.apple.wifi.managed", ""},
		"a template key":        {"a.yaml", "organization:\n  name: a\n  identifier: com.a\npr‸\n", "", "prevention", "prevention:\n  $0", "organization"},
		"a nested template key": {"a.yaml", "prevention:\n  dns:\n    pro‸\n", "", "provider", "    provider: ", ""},
		"a project key":         {".syncguard.yaml", "fai‸", "", "fail-on", "fail-on: ", ""},
		"a key in JSON":         {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Identifier\": \"a\", \"Payload\": {\n  ‸\n}}", "", "MinimumLength", "  \"MinimumLength\": $0\n}}", ""},
		"after a quote in JSON": {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\n    \"MaximumPass‸\n}}", "", "MaximumPasscodeAgeInDays", "    \"MaximumPasscodeAgeInDays\": $0\n}}", ""},
		"a quote and more":      {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\"MaximumPass‸ }}", "", "MaximumPasscodeAgeInDays", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\"MaximumPasscodeAgeInDays\": $0 }}", ""},
		"an empty quote":        {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\n    \"‸\n}}", "", "MaximumPasscodeAgeInDays", "    \"MaximumPasscodeAgeInDays\": $0\n}}", ""},
		"quotes in JSON":        {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\n    \"MaximumPass‸\"\n}}", "", "MaximumPasscodeAgeInDays", "    \"MaximumPasscodeAgeInDays\": $0\n}}", ""},
		"no quote in JSON":      {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\n    MaximumPass‸\n}}", "", "MaximumPasscodeAgeInDays", "    \"MaximumPasscodeAgeInDays\": $0\n}}", ""},
		"no quote, more keys":   {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\n    MaximumPass‸\n    \"MinimumLength\": 8\n}}", "", "MaximumPasscodeAgeInDays", "    \"MaximumPasscodeAgeInDays\": $0\n    \"MinimumLength\": 8\n}}", ""},
		"a quote, more keys":    {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\n    \"MaximumPass‸\n    \"MinimumLength\": 8\n}}", "", "MaximumPasscodeAgeInDays", "    \"MaximumPasscodeAgeInDays\": $0\n    \"MinimumLength\": 8\n}}", ""},
		"a key renamed in JSON": {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\"MaximumPass‸\": 8}}", "", "MaximumPasscodeAgeInDays", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\"MaximumPasscodeAgeInDays\": 8}}", ""},
		"a type in JSON":        {"a.json", "{\"Type\": \"‸\"}", "", "com.apple.configuration.passcode.settings", "{\"Type\": \"com.apple.configuration.passcode.settings\"}", "com.apple.wifi.managed"},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, t.TempDir(), capable())
			doc, at := c.at(test.file, test.text)
			var list protocol.CompletionList
			c.call("textDocument/completion", protocol.CompletionParams{TextDocument: doc, Position: at}, &list)
			var labels []string
			got := ""
			for _, item := range list.Items {
				labels = append(labels, item.Label)
				if item.Label == test.label {
					after := apply(t, strings.Replace(test.text, cursor, "", 1), []protocol.TextEdit{*item.TextEdit}, protocol.PositionEncodingKindUTF16)
					got = strings.Join(strings.Split(after, "\n")[at.Line:], "\n")
				}
				if item.Label == test.not {
					t.Errorf("%s is offered", test.not)
				}
			}
			if !strings.HasPrefix(got, test.want) || test.first != "" && labels[0] != test.first {
				t.Errorf("%s makes\n%s\nwant\n%s\nof %q", test.label, got, test.want, labels[:min(len(labels), 30)])
			}
		})
	}
}

func TestWithoutPlaces(t *testing.T) {
	for snippet, want := range map[string]string{"<string>${1|WEP,WPA|}</string>": "<string>WEP</string>", "a$0b$12": "ab", `\$\}\\`: `$}\`, `${1|a\,b,c|}`: "a,b", "${1|x|}": "x"} {
		if got := withoutPlaces(snippet); got != want {
			t.Errorf("%s is %q, want %q", snippet, got, want)
		}
	}
}

// A hover tells what a key does, what it takes, since when, and its effect on each target.
func TestHover(t *testing.T) {
	for name, test := range map[string]struct {
		file, text string
		want       []string
	}{
		"a key in XML":     {"a.mobileconfig", profileHead + "\t\t\t<key>Encryption‸Type</key><string>WPA2</string>" + profileTail, []string{"**EncryptionType** · string", "one of `WEP`", "since iOS", "com.apple.wifi.managed", "**iOS@18/manual, iOS@18/supervised** enforced"}},
		"supervision":      {"a.mobileconfig", strings.Replace(profileHead, "wifi.managed", "applicationaccess", 1) + "\t\t\t<key>forceAutomaticDate‸AndTime</key><true/>" + profileTail, []string{"boolean", "iOS 12 (supervised)", "**iOS@18/manual**", "needs a supervised device"}},
		"a type":           {"a.mobileconfig", strings.Replace(profileHead, "com.apple.wifi", "com.apple.‸wifi", 1) + profileTail, []string{"**com.apple.wifi.managed**", "since iOS"}},
		"the envelope":     {"a.mobileconfig", "<plist><dict><key>Payload‸Scope</key><string>System</string></dict></plist>", []string{"**PayloadScope** · string"}},
		"a key in YAML":    {"a.yaml", templateHead + "      SSID‸_STR: a\n", []string{"**SSID\\_STR** · string", "**iOS@18/manual, iOS@18/supervised** "}},
		"a template key":   {"a.yaml", "prevention:\n  dns:\n    prov‸ider: quad9\n", []string{"**provider** · text"}},
		"a key in JSON":    {"a.json", "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Payload\": {\"Minimum‸Length\": 8}}", []string{"**MinimumLength** · integer", "from 0 to 16"}},
		"an unknown key":   {"a.mobileconfig", profileHead + "\t\t\t<key>No‸Such</key><true/>" + profileTail, nil},
		"between the keys": {"a.mobileconfig", profileHead + "\t\t\t‸" + profileTail, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, write(t, map[string]string{".syncguard.yaml": "targets: [iOS@18/manual, iOS@18/supervised]\n"}), capable())
			doc, at := c.at(test.file, test.text)
			var h *protocol.Hover
			c.call("textDocument/hover", protocol.HoverParams{TextDocument: doc, Position: at}, &h)
			if h == nil || test.want == nil {
				if h != nil || test.want != nil {
					t.Errorf("the hover is %v", h)
				}
				return
			}
			for _, want := range test.want {
				if !strings.Contains(h.Contents.Value, want) {
					t.Errorf("no %q in\n%s", want, h.Contents.Value)
				}
			}
		})
	}
}

// Of a payload with more keys than any real one has, an editor is told nothing about effects, and no error either.
func TestTooManyKeysForEffects(t *testing.T) {
	var keys strings.Builder
	for i := range coverage.MaxKeys + 1 {
		fmt.Fprintf(&keys, "<key>K%d</key><true/>", i)
	}
	c := start(t, write(t, map[string]string{".syncguard.yaml": "targets: [iOS@18/manual]\n"}), capable())
	doc, at := c.at("a.mobileconfig", strings.Replace(profileHead, "wifi.managed", "vpn.managed", 1)+"<key>Vendor‸Config</key><dict>"+keys.String()+"</dict>"+profileTail)
	var hover *protocol.Hover
	c.call("textDocument/hover", protocol.HoverParams{TextDocument: doc, Position: at}, &hover)
	if hover == nil {
		t.Error("no hover")
	}
	var lenses []protocol.CodeLens
	c.call("textDocument/codeLens", protocol.CodeLensParams{TextDocument: doc}, &lenses)
	if len(lenses) > 0 {
		t.Errorf("got %v", lenses)
	}
}

// A number has its unit beside it, or what it comes to.
func TestUnitInlays(t *testing.T) {
	c := start(t, t.TempDir(), capable())
	for _, test := range []struct{ file, text, want string }{
		{"a.mobileconfig", "<plist><dict><key>DurationUntilRemoval</key><real>604800</real><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.mobiledevice.passwordpolicy</string><key>maxInactivity</key><integer>5</integer><key>maxPINAgeInDays</key><integer>90</integer><key>minLength</key><integer>8</integer></dict></array></dict></plist>", "7 days, minutes"},
		{"a.json", `{"Type": "com.apple.configuration.network.vpn.ikev2", "Payload": {"Idle": {"Timer": 900}, "MTU": 1280}}`, "15 minutes, bytes"},
		{"a.yaml", "payloads:\n  - type: com.apple.screensaver\n    keys:\n      loginWindowIdleTime: 1200\n", "20 minutes"},
	} {
		doc, _ := c.at(test.file, test.text+cursor)
		var hints []protocol.InlayHint
		c.call("textDocument/inlayHint", protocol.InlayHintParams{TextDocument: doc, Range: protocol.Range{End: protocol.Position{Line: 100}}}, &hints)
		var got []string
		for _, h := range hints {
			got = append(got, fmt.Sprint(h.Label))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: got %q, want %q", test.file, got, test.want)
		}
	}
}
