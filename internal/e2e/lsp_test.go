//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const editorProfile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadCertificateUUID</key>
			<string>AAAAAAAA-3C0A-4C2E-8F3A-7D1B8C1B2A00</string>
			<key>PayloadIdentifier</key>
			<string>com.acme.IDENTIFIER.a</string>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadUUID</key>
			<string>CCCCCCCC-7A0C-4B0E-9C59-0C8E5A1D9F00</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>SSID_STR</key>
			<string>é😀</string> <!-- 😀 --> <key>EncryptionType</key> <string>wpa2</string>
		</dict>
		<dict>
			<key>PayloadIdentifier</key>
			<string>com.acme.IDENTIFIER.scep</string>
			<key>PayloadType</key>
			<string>com.apple.security.scep</string>
			<key>PayloadUUID</key>
			<string>AAAAAAAA-3C0A-4C2E-8F3A-7D1B8C1B2A00</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>PayloadContent</key>
			<dict><key>URL</key><string>https://scep.acme.com</string></dict>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>IDENTIFIER</string>
	<key>PayloadIdentifier</key>
	<string>com.acme.IDENTIFIER</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>UUID</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

// scenes are what comes of the scenes that testdata/nvim/scenes.lua plays.
var scenes = [][2]string{
	{"open", `18 wpa2`},
	{"type", `true "NoSuchKey"`},
	{"type back", `gone`},
	{"hover", "**EncryptionType** · string · default `Any`"},
	{"hover", "**iOS@18/manual** enforced"},
	{"hover a type", "**com.apple.wifi.managed**"},
	{"complete a key", "\t\t\t<key>HIDDEN_NETWORK</key>|\t\t\t<true/>"},
	{"fix", `write "WPA2" true`},
	{"fixed", `gone`},
	{"fixed text", "<string>é😀</string> <!-- 😀 --> <key>EncryptionType</key> <string>WPA2</string>"},
	{"complete a value", `true`},
	{"definition", "1 \t\t\t<key>PayloadUUID</key>"},
	{"references", `2`},
	{"rename", `2 0`},
	{"outline", `com.apple.wifi.managed, com.apple.security.scep`},
	{"lens", ` of 1 target`},
	{"format", `true <plist version="1.0">`},
	{"crlf", `dos wpa2`},
	{"fix all", `gone`},
	{"set", `PayloadUUID`},
	{"no set", `gone`},
	{"template", `4 NoSuchKey: 1`},
	{"variable", `base.yaml 4`},
	{"rename in two files", "      SSID_STR: ${network}   network: acme"},
	{"declaration", `**MinimumLength** · integer`},
	{"project", `gone`},
	{"exit", `0 0`},
}

// Neovim's own client opens, types, completes, fixes, renames and ends, with the server of the binary.
func TestNeovim(t *testing.T) {
	nvim, s := Find(t, "nvim"), newSyncguard(t)
	profile := func(identifier, uuid string) string {
		return strings.ReplaceAll(strings.Replace(editorProfile, ">UUID<", ">"+uuid+"<", 1), "IDENTIFIER", identifier)
	}
	for name, text := range map[string]string{
		"wifi.mobileconfig": profile("wifi", "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00"),
		"crlf.mobileconfig": strings.ReplaceAll(strings.ReplaceAll(profile("crlf", "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A01"), "AAAAAAAA", "EEEEEEEE"), "\n", "\r\n"),
		"base.yaml":         "organization:\n  name: Acme\n  identifier: com.acme\nvariables:\n  ssid: acme\ntargets: [iOS@18/manual]\nprevention: false\npayloads:\n  - id: wifi\n    type: com.apple.wifi.managed\n    keys:\n      SSID_STR: ${ssid}\n      EncryptionType: None\n",
		"overlay.yaml":      "extends: base.yaml\npayloads:\n  - id: wifi\n    keys:\n      NoSuchKey: 1\n      SSID_STR: ${ssid}\n",
		"passcode.json":     "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Identifier\": \"com.acme.passcode\", \"ServerToken\": \"1\", \"Payload\": {\"MinimumLength\": 8}}\n",
		".syncguard.yaml":   "targets: [iOS@18/manual]\n",
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lua, err := filepath.Abs("testdata/nvim/scenes.lua")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nvim, "--headless", "-n", "-u", "NONE", "-i", "NONE", "-c", "luafile "+lua, "-c", "qa!")
	home := t.TempDir()
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_STATE_HOME="+home)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := map[string]string{}
	for line := range strings.Lines(strings.ReplaceAll(string(out), "\r", "")) {
		if scene, result, ok := strings.Cut(strings.TrimRight(line, "\n"), ": "); ok {
			said[scene] = result
		}
	}
	for _, scene := range scenes {
		if !strings.Contains(said[scene[0]], scene[1]) {
			t.Errorf("%s: %q, want %q", scene[0], said[scene[0]], scene[1])
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}
