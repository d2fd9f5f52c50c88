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
