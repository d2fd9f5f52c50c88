//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// oddProfile has what is easily lost on the way: text with white space and markup, arrays in arrays, comments, CDATA.
const oddProfile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- a comment -->
<plist version="1.0"><dict>
<key>PayloadContent</key><array><dict>
	<key>PayloadType</key><string>com.apple.homescreenlayout</string>
	<key>PayloadIdentifier</key><string>com.acme.odd.1</string>
	<key>PayloadUUID</key><string>00000000-0000-4000-8000-000000000001</string>
	<key>PayloadVersion</key><integer>1</integer>
	<key>PayloadDescription</key><string>  a &amp;amp; b
	<![CDATA[<string>]]> "c" 'd' — é 🍏 &#10; </string>
	<key>Dock</key><array> </array>
	<key>Pages</key>
	<array>
		<array> <dict><key>Type</key><string>Application</string><key>BundleID</key><string>com.apple.Maps</string></dict> </array>

		<array><!-- a second page -->
			<dict><key>Type</key><string>Folder</string><key>DisplayName</key><string> </string><key>Pages</key><array><array>
				<dict><key>Type</key><string>Application</string><key>BundleID</key><string>com.apple.mobilenotes</string></dict>
			</array></array></dict>
		</array>
	</array>
</dict></array>
<key>PayloadDisplayName</key><string>Odd &lt;&amp;&gt; ' "</string>
<key>PayloadIdentifier</key><string>com.acme.odd</string>
<key>PayloadScope</key><string>System</string>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadUUID</key><string>00000000-0000-4000-8000-000000000002</string>
<key>PayloadVersion</key><integer>1</integer>
<key>TargetDeviceType</key><integer>1</integer>
</dict></plist>
`

// exports are syncguard and profiles to export: signed ones, and an odd one.
type exports struct {
	*syncguard
	content map[string][]byte // of the profiles, by their stems
}

func newExports(t *testing.T) *exports {
	t.Helper()
	x := &exports{newSyncguard(t), map[string][]byte{}}
	x.build("-o", "in", "--target", "iOS/supervised", "--target", "macOS/supervised")
	if err := os.WriteFile(x.path("in/odd.mobileconfig"), []byte(oddProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, data := range profilesIn(t, x.path("in")) {
		content := data
		if !bytes.HasPrefix(data, []byte("<")) {
			content = unsigned(t, data)
		}
		x.content[strings.TrimSuffix(name, ".mobileconfig")] = content
	}
	return x
}

// export runs export and returns what it wrote of each profile.
func (x *exports) export(destination string, args ...string) map[string][]byte {
	x.t.Helper()
	out := destination + ".out"
	stdout, stderr, code := x.run(append([]string{"export", destination, "in", "--others", "-o", out, "--format", "json"}, args...)...)
	var r struct {
		Files []struct{ Name, File, Action string }
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 {
		x.t.Fatalf("export %s: exit code %d, %v: %s", destination, code, err, stderr)
	}
	files := map[string][]byte{}
	for _, f := range r.Files {
		data, err := os.ReadFile(x.path(filepath.Join(out, f.Name)))
		if err != nil {
			x.t.Fatal(err)
		}
		stem := strings.TrimSuffix(filepath.Base(f.File), ".mobileconfig")
		if f.File == "" || filepath.Ext(f.Name) == ".yaml" {
			stem = f.Name
		}
		files[stem] = data
	}
	return files
}

// asJamf decodes a profile once more, as Jamf does with all of its text, and reads carriage returns as line breaks.
const asJamf = `
import io, sys
text = sys.stdin.buffer.read().decode().strip()
assert "\n" not in text
sys.stdin = io.TextIOWrapper(io.BytesIO(text.replace("&amp;", "&").replace("&#13;", "&#10;").encode()))
`

// The files hold the very profile, as programs read them that are not ours.
func TestExportsHoldTheProfile(t *testing.T) {
	x := newExports(t)
	python := func(program string) func([]byte) []byte {
		return func(data []byte) []byte { return Tool(t, data, "python3", "-c", program) }
	}
	for destination, test := range map[string]struct {
		args    []string
		profile func(file []byte) []byte
	}{
		"intune": {nil, python(`import base64, json, sys
sys.stdout.buffer.write(base64.b64decode(json.load(sys.stdin)["payload"], validate=True))`)},
		"apple-business": {nil, python(`import json, sys
sys.stdout.buffer.write(json.load(sys.stdin)["data"]["attributes"]["customSettingsValues"]["configurationProfile"].encode())`)},
		"fleet": {[]string{"--team", "Workstations"}, func(file []byte) []byte { return file }},
		"iru":   {nil, func(file []byte) []byte { return file }},
	} {
		files := x.export(destination, test.args...)
		for stem, want := range x.content {
			if got := test.profile(files[stem]); !bytes.Equal(got, want) {
				t.Errorf("%s: %s is another profile:\n%s", destination, stem, got)
			}
		}
	}

	// Jamf's has another form, on one line, and says the same.
	for stem, file := range x.export("jamf") {
		payloads := Tool(t, file, "xmllint", "--nonet", "--xpath", "string(/*/general/payloads)", "-")
		if bytes.Contains(payloads, []byte("> <")) && stem != "odd" {
			t.Errorf("jamf: %s has white space between elements", stem)
		}
		got, want := Tool(t, payloads, "python3", "-c", asJamf+asTyped), Tool(t, x.content[stem], "python3", "-c", asTyped)
		if !bytes.Equal(got, want) {
			t.Errorf("jamf: %s is another profile:\n%s\nwant\n%s", stem, got, want)
		}
		name := bytes.TrimSpace(Tool(t, file, "xmllint", "--nonet", "--xpath", "string(/*/general/name)", "-"))
		if stem == "odd" && string(name) != `Odd <&> ' "` {
			t.Errorf("jamf: the name is %s", name)
		}
	}
}

// The YAML of Fleet and Iru says, to another reader, where the profiles are and for whom.
func TestExportedYAML(t *testing.T) {
	x := newExports(t)
	read := func(data []byte, into any) {
		t.Helper()
		if err := json.Unmarshal(Tool(t, data, "yq", "-c", "."), into); err != nil {
			t.Fatal(err)
		}
	}
	awkward := []string{"#1: a", "- b", "yes", "12", `'q" {x}`, "💻 é"}
	args := []string{"--team", awkward[5]}
	for _, label := range awkward {
		args = append(args, "--label-include-any", label)
	}
	var team struct {
		Name     string
		Controls struct {
			Apple struct {
				Profiles []struct {
					Path   string
					Labels []string `json:"labels_include_any"`
				} `json:"configuration_profiles"`
			} `json:"apple_settings"`
		}
	}
	read(x.export("fleet", args...)["fleets/é.yml"], &team)
	if len(team.Controls.Apple.Profiles) != len(x.content) || team.Name != awkward[5] {
		t.Errorf("fleet: %+v", team)
	}
	for _, p := range team.Controls.Apple.Profiles {
		if strings.Join(p.Labels, "\n") != strings.Join(awkward, "\n") {
			t.Errorf("fleet: the labels are %q", p.Labels)
		}
		if _, err := os.Stat(x.path(filepath.Join("fleet.out/fleets", p.Path))); err != nil {
			t.Error(err)
		}
	}

	var info map[string]any
	read(x.export("iru")["profiles/odd/info.yaml"], &info)
	if info["name"] != `Odd <&> ' "` || info["active"] != false || info["runs_on_iphone"] != true || info["runs_on_mac"] != nil || len(info) != 5 {
		t.Errorf("iru: %v", info)
	}
}

// A command that was exported is put to a real NanoMDM by curl, and the device gets the very bytes.
func TestExportedCommandReachesTheDevice(t *testing.T) {
	p := newPushes(t, "inmem")
	d := p.server.enroll("E2E-DEVICE", p.root)
	d.live()
	if _, stderr, code := p.run("export", "nanomdm", p.profile, "-o", "commands"); code != 0 {
		t.Fatal(stderr)
	}
	command := p.path("commands/" + strings.TrimSuffix(filepath.Base(p.profile), ".mobileconfig") + ".plist")
	Tool(t, nil, "plistutil", "-i", command, "-o", p.path("binary.plist"), "-f", "bin")
	Tool(t, nil, "curl", "--silent", "--show-error", "--fail", "-T", command, "-u", "nanomdm:"+apiKey, "http://"+p.server.address+"/v1/enqueue/"+d.udid+"?nopush=1")
	for range 100 {
		if len(d.got()) > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if got := d.got(); len(got) != 1 || !bytes.Equal(got[0], p.read(p.profile)) {
		t.Errorf("the device got other bytes than were exported, %d times", len(got))
	}
}

// What holds secrets can be read by its owner alone.
func TestExportedSecretsAreTheOwners(t *testing.T) {
	s := newSyncguard(t)
	profile := strings.Replace(oddProfile, "<key>Dock</key><array> </array>", "<key>Password</key><string>hunter2</string>", 1)
	if err := os.WriteFile(s.path("odd.mobileconfig"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, destination := range []string{"jamf", "intune", "apple-business", "nanomdm", "fleet", "iru"} {
		stdout, stderr, _ := s.run("export", destination, "odd.mobileconfig", "-o", destination)
		if strings.Contains(stdout+stderr, "hunter2") {
			t.Errorf("%s shows the secret", destination)
		}
		n := 0
		err := filepath.WalkDir(s.path(destination), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) == ".yml" || filepath.Ext(path) == ".yaml" {
				return err
			}
			n++
			if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
			return nil
		})
		if err != nil || n != 1 {
			t.Errorf("%s: %d files, %v: %s", destination, n, err, stderr)
		}
	}
}
