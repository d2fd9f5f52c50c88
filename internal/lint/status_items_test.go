package lint

import (
	"slices"
	"testing"

	"syncguard/internal/schema"
)

// What Apple's schemas of declarations state, seen through the checks.
func TestEmbeddedDeclarations(t *testing.T) {
	const updates = "com.apple.configuration.softwareupdate.enforcement.specific"
	tests := []struct {
		name, declarationType, payload, targets string
		want                                    []string
	}{
		{"status items", statusSubscriptions, `{"StatusItems": [{"Name": "device.model.family"}, {"Name": "{{ITEM}}"}]}`, "", nil},
		{"unheard of item", statusSubscriptions, `{"StatusItems": [{"Name": "device.uptime"}]}`, "",
			[]string{`note: unknown status item "device.uptime"`}},
		{"misspelt item", statusSubscriptions, `{"StatusItems": [{"Name": "device.model.familly"}]}`, "",
			[]string{`warning: unknown status item "device.model.familly"`}},
		{"item of a newer version", statusSubscriptions, `{"StatusItems": [{"Name": "device.system.health"}]}`, "iOS@26/supervised iOS@27/supervised macOS@27/supervised",
			[]string{`note: status item "device.system.health" needs iOS 27`, `note: status item "device.system.health" does nothing on macOS`}},
		{"local time", updates, `{"TargetOSVersion": "26.1", "TargetLocalDateTime": "2026-12-01T18:00:00"}`, "", nil},
		{"time with a zone", updates, `{"TargetOSVersion": "26.1", "TargetLocalDateTime": "2026-12-01T18:00:00Z"}`, "",
			[]string{`error: "TargetLocalDateTime" is "2026-12-01T18:00:00Z", want a local date and time without a time zone, such as 2027-01-31T18:00:00`}},
		{"time with an offset", updates, `{"TargetOSVersion": "26.1", "TargetLocalDateTime": "2026-12-01T18:00:00+01:00"}`, "",
			[]string{`error: "TargetLocalDateTime" is "2026-12-01T18:00:00+01:00", want a local date and time without a time zone, such as 2027-01-31T18:00:00`}},
		{"time with a fraction", updates, `{"TargetOSVersion": "26.1", "TargetLocalDateTime": "2026-12-01T18:00:00.5"}`, "",
			[]string{`error: "TargetLocalDateTime" is "2026-12-01T18:00:00.5", want a local date and time without a time zone, such as 2027-01-31T18:00:00`}},
		{"identity of a relay", "com.apple.configuration.network.relay", `{"VisibleName": "a", "Relays": [{"IdentityAssetReference": "b"}]}`, "", nil},
		{"name that was in no release", "com.apple.configuration.network.relay", `{"VisibleName": "a", "Relays": [{"CredentialAssetReference": "b"}]}`, "",
			[]string{`error: "CredentialAssetReference" is not a key of "Relays[0]"`}},
		{"accounts of 27.2", "com.apple.configuration.account.settings", `{"Exchange": {"Anything": true}}`, "macOS@27.1/supervised",
			[]string{`warning: declaration "com.apple.configuration.account.settings" does nothing before macOS 27.2`}},
		{"single sign-on of 27.2", "com.apple.configuration.extensible-sso", `{"ExtensionComposedIdentifier": "com.acme.sso (ABCDE12345)", "Type": "Credential", "Hosts": ["acme.com"],
			"PlatformSSO": {"AdditionalHTTPHeaders": {"X-Acme": "1"}}}`, "macOS@27.2/supervised", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := readJSON(t, declarationJSON(tt.declarationType, "a", tt.payload))
			found, err := New(schema.Embedded()).CheckDeclaration(root, targets(t, tt.targets), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.Severity.String()+": "+f.Message)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}
