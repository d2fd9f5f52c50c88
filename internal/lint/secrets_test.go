package lint

import (
	"testing"

	"syncguard/internal/plist"
)

func TestMarkSecrets(t *testing.T) {
	payload := plist.NewDictionary().
		Set("PayloadType", plist.NewString("com.apple.security.pkcs12")).
		Set("PayloadContent", plist.NewData([]byte("p12"))).
		Set("Password", plist.NewString("hunter2")).
		Set("URL", plist.NewString("https://user:pass@example.com")).
		Set("SSID_STR", plist.NewString("Office"))
	MarkSecrets(plist.NewDictionary().Set("PayloadContent", plist.NewArray(payload)))
	for _, f := range payload.Fields {
		want := f.Key != "PayloadType" && f.Key != "SSID_STR"
		if f.Value.Secret != want {
			t.Errorf("%s: secret is %v, want %v", f.Key, f.Value.Secret, want)
		}
	}
	if spans := Secrets(payload); spans != nil {
		t.Errorf("values without a place have the spans %v", spans)
	}
}
