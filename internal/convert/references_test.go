package convert_test

import (
	"strings"
	"testing"

	"syncguard/internal/convert"
	"syncguard/internal/schema"
)

// Only a key that names payloads, with the very text of one PayloadUUID, becomes a reference; the same content is built in any case.
func TestReferences(t *testing.T) {
	const own = "7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11"
	const uuid = "a6f0cba3-0e7b-5d0a-9b60-3f2a9c3c0e11"
	scep := func(uuid string) string {
		return `<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadVersion</key><integer>1</integer>
			<key>PayloadIdentifier</key><string>com.acme.corp.` + uuid + `</string><key>PayloadUUID</key><string>` + uuid + `</string>
			<key>PayloadContent</key><dict><key>URL</key><string>https://scep.acme.com</string></dict></dict>`
	}
	const reference = "PayloadCertificateUUID: {$uuid: security.scep}"
	for name, test := range map[string]struct {
		ssid, names, more, want string
	}{
		"a payload":           {"Office", uuid, scep(uuid), reference},
		"text elsewhere":      {uuid, uuid, scep(uuid), "SSID_STR: " + uuid},
		"another case":        {"Office", strings.ToUpper(uuid), scep(uuid), "PayloadCertificateUUID: " + strings.ToUpper(uuid)},
		"itself":              {"Office", own, scep(uuid), "PayloadCertificateUUID: " + own},
		"nobody":              {"Office", uuid, "", "PayloadCertificateUUID: " + uuid},
		"two with one UUID":   {"Office", uuid, scep(uuid) + scep(uuid), "PayloadCertificateUUID: " + uuid},
		"an odd UUID":         {"Office", "odd", scep("odd"), reference},
		"an anchor in a list": {"Office", uuid, scep(uuid), "- {$uuid: security.scep}"},
	} {
		extra := `<key>PayloadCertificateUUID</key><string>` + test.names + `</string>
			<key>EAPClientConfiguration</key><dict><key>AcceptEAPTypes</key><array><integer>13</integer></array>
			<key>PayloadCertificateAnchorUUID</key><array><string>` + test.names + `</string></array></dict>`
		text := strings.Replace(wifi, "<string>Office</string>", "<string>"+test.ssid+"</string>"+extra, 1)
		text = strings.Replace(text, "</array>\n</dict></plist>", test.more+"</array>\n</dict></plist>", 1)
		made, err := convert.New(schema.Embedded()).Template(open(t, text), convert.Options{Source: "corp.mobileconfig", Name: "corp"})
		if err != nil || len(made.Differences) > 0 {
			t.Errorf("%s: %v %v", name, err, made)
			continue
		}
		if !strings.Contains(string(made.Text), test.want) {
			t.Errorf("%s: no %q in\n%s", name, test.want, made.Text)
		}
	}
}
