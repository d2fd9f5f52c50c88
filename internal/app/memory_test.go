package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/files"
)

func newMemory(t *testing.T, texts map[string]string) *files.Memory {
	t.Helper()
	all := map[string][]byte{}
	for name, text := range texts {
		all[name] = []byte(text)
	}
	m, err := files.NewMemory(all)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// nowhere is a host that is no process: no disk, no environment, and a clock that stands.
func nowhere(m *files.Memory) *Host {
	return &Host{Files: m, Stdin: strings.NewReader(""), Getenv: func(string) (string, bool) { return "", false },
		Now: func() time.Time { return time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC) }}
}

const wifiInMemory = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadIdentifier</key>
			<string>com.acme.wifi.a</string>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadUUID</key>
			<string>2B1C1F53-7A0C-5B0E-9C59-0C8E5A1D9F00</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>SSID_STR</key>
			<string>acme</string>
			<key>EncryptionType</key>
			<string>wpa2</string>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>Wi-Fi</string>
	<key>PayloadIdentifier</key>
	<string>com.acme.wifi</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>3B1C1F53-7A0C-5B0E-9C59-0C8E5A1D9F00</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

func TestLintNeedsNoDisk(t *testing.T) {
	m := newMemory(t, map[string]string{"profiles/wifi.mobileconfig": wifiInMemory,
		".syncguard.yaml": "ignore:\n  - rule: no-removal-date\n    reason: no such rule\n"})
	run, err := Lint(context.Background(), nowhere(m), LintOptions{Paths: []string{"profiles"}, Fix: FixWritten, UnsafeFixes: true, FailOn: diag.Error})
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for f, err := range run.Files {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, f.Name)
	}
	if got := strings.Join(seen, " "); got != "profiles/wifi.mobileconfig .syncguard.yaml" {
		t.Errorf("linted %s", got)
	}
	if footer := run.Footer; footer.Fixed != 1 || len(footer.Failures) > 0 {
		t.Errorf("%d corrections, %v", footer.Fixed, footer.Failures)
	}
	if data, err := files.Read(m, "/home/profiles/wifi.mobileconfig"); err != nil || !strings.Contains(string(data), "<string>WPA2</string>") {
		t.Errorf("%v, the file is\n%s", err, data)
	}
}

func TestBuildNeedsNoDisk(t *testing.T) {
	m := newMemory(t, nil)
	result, err := Build(context.Background(), nowhere(m), BuildOptions{Out: "dist", Targets: []string{"iOS@26/supervised"}, Unsigned: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Profiles) != 1 || result.Failed {
		t.Fatalf("built %d profiles, failed: %t", len(result.Profiles), result.Failed)
	}
	data, err := files.Read(m, "/home/dist/"+result.Profiles[0].File)
	if err != nil || len(data) != result.Profiles[0].Size {
		t.Errorf("the file has %d bytes, want %d; %v", len(data), result.Profiles[0].Size, err)
	}
}
