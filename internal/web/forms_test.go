package web

import (
	"testing"

	"syncguard/internal/app"
)

func TestForms(t *testing.T) {
	all, _ := ask[app.FormTypes](t, "formTypes", "", nil)
	if len(all.Types) < 300 {
		t.Errorf("%d types", len(all.Types))
	}
	f, _ := ask[struct {
		Title  string
		Types  []struct{ Keys []struct{ Name string } }
		Around *struct{ Keys []struct{ Name string } }
		Hints  map[string]app.FormHint
	}](t, "form", `{"type":"com.apple.wifi.managed"}`, nil)
	if f.Title == "" || len(f.Types) != 1 || f.Around == nil || len(f.Hints["PayloadCertificateUUID"].References) == 0 || !f.Hints["Password"].Secret {
		t.Errorf("form of Wi-Fi: %+v", f.Hints)
	}
	m, _ := ask[app.Minimal](t, "minimal", `{"type":"com.apple.wifi.managed","organization":"org.acmecorp","taken":["org.acmecorp.wifi.wifi"]}`, nil)
	if m.Name != "wifi.mobileconfig" || m.Payload.Kind != "dictionary" {
		t.Errorf("minimal: %+v", m)
	}
	for _, field := range m.Payload.Fields {
		if field.Key == "PayloadIdentifier" && field.Value.Text != "org.acmecorp.wifi.wifi2" {
			t.Errorf("identifier %s", field.Value.Text)
		}
	}
}

// What no source says more of is set, as in the tables of a key.
func TestEffects(t *testing.T) {
	profile := map[string]string{"a.mobileconfig": `<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example</string><key>PayloadUUID</key><string>5A1B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8B</string><key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>com.example.a</string>
<key>PayloadUUID</key><string>5A1B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8C</string><key>SSID_STR</key><string>Acme</string></dict></array></dict></plist>`}
	effects, _ := ask[KeyEffects](t, "effects", `{"targets":["iOS@26/manual"]}`, profile)
	if len(effects.Keys) == 0 || effects.Keys[0].Class != "set" || effects.Keys[0].Condition != "" {
		t.Errorf("effects: %+v", effects.Keys)
	}
}
