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

// A scene is played by testdata/nvim/scenes.lua, testdata/vscode/scenes.mjs or both. What comes of it has these texts in it; an editor
// that does not play it has none.
type scene struct{ name, nvim, vscode string }

var scenes = []scene{
	{"open", `18 wpa2`, `"EncryptionType" is "wpa2", want one of`},
	{"type", `true "NoSuchKey"`, `"NoSuchKey" is not a key of payload`},
	{"type back", `gone`, `gone`},
	{"hover", "**EncryptionType** · string · default `Any`", "EncryptionType · string · default Any"},
	{"hover", "**iOS@18/manual** enforced", "iOS@18/manual enforced"},
	{"hover a type", "**com.apple.wifi.managed**", "com.apple.wifi.managed"},
	{"complete a key", "\t\t\t<key>HIDDEN_NETWORK</key>|\t\t\t<true/>", "<key>HIDDEN_NETWORK</key> <true/>"},
	{"fix", `write "WPA2" true`, `write "WPA2"`},
	{"fixed", `gone`, `gone`},
	{"fixed text", "<string>é😀</string> <!-- 😀 --> <key>EncryptionType</key> <string>WPA2</string>", "<string>é😀</string> <!-- 😀 --> <key>EncryptionType</key> <string>WPA2</string>"},
	{"complete a value", `true`, `true`},
	{"definition", "1 \t\t\t<key>PayloadUUID</key>", `<key>PayloadUUID</key>`},
	{"references", `2`, `2 2 results in 1 file`},
	{"rename", `2 0`, `2 0`},
	{"outline", `com.apple.wifi.managed, com.apple.security.scep`, `com.apple.security.scep`},
	{"lens", ` of 1 target`, ` of 1 target`},
	{"format", `true <plist version="1.0">`, `true <plist version="1.0">`},
	{"crlf", `dos wpa2`, `CRLF "EncryptionType" is "wpa2"`},
	{"fix all", `gone`, `gone true true`},
	{"set", `PayloadUUID`, `"PayloadUUID" is the same as in a payload of "crlf.mobileconfig"`},
	{"no set", `gone`, `gone`},
	{"template", `4 NoSuchKey: 1`, `"NoSuchKey" is not a key of payload`},
	{"hover in a template", "**SSID\\_STR** · string", ``},
	{"fix in a template", `gone`, ``},
	{"value in a template", `EncryptionType: WPA3`, ``},
	{"key in a template", `HIDDEN_NETWORK: `, ``},
	{"variable", `base.yaml 4`, `base.yaml Ln 5`},
	{"rename in two files", "      SSID_STR: ${network}   network: acme", "SSID_STR: ${network} network: acme"},
	{"declaration", `"RequireComplexPasscode" is a string, want a boolean`, `"RequireComplexPasscode" is a string, want a boolean`},
	{"hover in a declaration", `**MinimumLength** · integer`, `MinimumLength · integer`},
	{"fix in a declaration", `gone`, ``},
	{"type in a declaration", `"MinimumLength" is 99`, ``},
	{"type back in a declaration", `gone`, ``},
	{"key in a declaration", `"MaximumPasscodeAgeInDays"`, ``},
	{"definition of a declaration", `passcode.json 2`, ``},
	{"references to a declaration", `2`, ``},
	{"rename a declaration", `true "Identifier": "com.acme.pin"`, ``},
	{"project", `gone`, `gone`},
	{"signed", `0 "EncryptionType" is "wpa2"`, `wpa2`},
	{"binary", `0 "EncryptionType" is "wpa2"`, `wpa2`},
	{"coverage", ``, `HIDDEN_NETWORK`},
	{"inspect", ``, `WPA3`},
	{"explain", ``, `EncryptionType`},
	{"build", ``, `dist`},
	{"no complaint", ``, `notifications: 0`},
	{"exit", `0 0`, ``},
}

// checkScenes compares what an editor printed, a line SCENE: RESULT for each, with what is wanted.
func checkScenes(t *testing.T, out []byte, wanted func(scene) string) {
	t.Helper()
	said := map[string]string{}
	for line := range strings.Lines(strings.ReplaceAll(string(out), "\r", "")) {
		if name, result, ok := strings.Cut(strings.TrimRight(line, "\n"), ": "); ok {
			said[name] = result
		}
	}
	for _, scene := range scenes {
		if want := wanted(scene); !strings.Contains(said[scene.name], want) {
			t.Errorf("%s: %q, want %q", scene.name, said[scene.name], want)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

// editorFiles writes the files that the scenes are about into a folder.
func editorFiles(t *testing.T, dir string) {
	t.Helper()
	profile := func(identifier, uuid string) string {
		return strings.ReplaceAll(strings.Replace(editorProfile, ">UUID<", ">"+uuid+"<", 1), "IDENTIFIER", identifier)
	}
	for name, text := range map[string]string{
		"wifi.mobileconfig": profile("wifi", "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00"),
		"crlf.mobileconfig": strings.ReplaceAll(strings.ReplaceAll(profile("crlf", "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A01"), "AAAAAAAA", "EEEEEEEE"), "\n", "\r\n"),
		"base.yaml":         "organization:\n  name: Acme\n  identifier: com.acme\nvariables:\n  ssid: acme\ntargets: [iOS@18/manual]\nprevention: false\npayloads:\n  - id: wifi\n    type: com.apple.wifi.managed\n    keys:\n      SSID_STR: ${ssid}\n      EncryptionType: None\n",
		"overlay.yaml":      "extends: base.yaml\npayloads:\n  - id: wifi\n    keys:\n      NoSuchKey: 1\n      SSID_STR: ${ssid}\n      EncryptionType: wpa2\n",
		"passcode.json":     "{\n  \"Type\": \"com.apple.configuration.passcode.settings\",\n  \"Identifier\": \"com.acme.passcode\",\n  \"ServerToken\": \"1\",\n  \"Payload\": {\n    \"MinimumLength\": 8,\n    \"RequireComplexPasscode\": \"true\"\n  }\n}\n",
		"activation.json":   "{\n  \"Type\": \"com.apple.activation.simple\",\n  \"Identifier\": \"com.acme.activation\",\n  \"ServerToken\": \"1\",\n  \"Payload\": {\"StandardConfigurations\": [\"com.acme.passcode\"]}\n}\n",
		".syncguard.yaml":   "targets: [iOS@18/manual]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	xml := []byte(strings.ReplaceAll(strings.ReplaceAll(profile("signed", "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A02"), "AAAAAAAA", "11111111"), "CCCCCCCC", "22222222"))
	a := newAuthority(t, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
	signed := Tool(t, xml, "openssl", "cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-signer", a.leaf, "-inkey", a.key, "-certfile", a.intermediate)
	xml = []byte(strings.ReplaceAll(strings.ReplaceAll(profile("binary", "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A03"), "AAAAAAAA", "33333333"), "CCCCCCCC", "44444444"))
	binary := Tool(t, xml, "python3", "-c", "import plistlib, sys; sys.stdout.buffer.write(plistlib.dumps(plistlib.loads(sys.stdin.buffer.read()), fmt=plistlib.FMT_BINARY))")
	for name, data := range map[string][]byte{"signed.mobileconfig": signed, "binary.mobileconfig": binary} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Neovim's own client opens, types, completes, fixes, renames and ends, with the server of the binary.
func TestNeovim(t *testing.T) {
	nvim, s := Find(t, "nvim"), newSyncguard(t)
	editorFiles(t, s.dir)
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
	checkScenes(t, out, func(s scene) string { return s.nvim })
}
