package sources

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/target"
)

const export = `<?xml version="1.0" encoding="UTF-8"?>
<os_x_configuration_profile>
  <general>
    <id>12</id>
    <name>Wi-Fi &amp; more</name>
    <distribution_method>Install Automatically</distribution_method>
    <user_removable>false</user_removable>
    <level>System</level>
    <category><id>3</id><name>Network</name></category>
    <payloads>&lt;plist&gt;&lt;dict&gt;&lt;key&gt;A&lt;/key&gt;&lt;string&gt;b &amp;amp; c&lt;/string&gt;&lt;key/&gt;&lt;/dict&gt;&lt;/plist&gt;</payloads>
  </general>
  <scope>
    <all_computers>false</all_computers>
    <all_jss_users>true</all_jss_users>
    <computer_groups><computer_group><id>1</id><name>Office</name></computer_group><computer_group><id>2</id><name>Home</name></computer_group></computer_groups>
    <exclusions><computers><computer><id>1</id><name>mac-01</name></computer></computers></exclusions>
  </scope>
</os_x_configuration_profile>`

func TestJamf(t *testing.T) {
	if !IsJamf([]byte(export)) || IsJamf([]byte("<?xml version='1.0'?><plist/>")) || IsJamf([]byte("<configuration_profiles/>")) {
		t.Error("an export is not told from other files")
	}
	profile, c, err := ReadJamf([]byte(export))
	if err != nil {
		t.Fatal(err)
	}
	if want := "<plist><dict><key>A</key><string>b &amp; c</string></dict></plist>"; string(profile) != want {
		t.Errorf("the profile is %s", profile)
	}
	want := Context{Tool: "Jamf Pro", Name: "Wi-Fi & more", Platforms: []target.Platform{target.MacOS}, Lines: []string{
		"distribution method Install Automatically, user removable false, level System, category Network",
		"scope all jss users", "scope computer groups: Office, Home", "scope exclusions computers: mac-01",
		"left out an empty <key/> without a value, as Jamf Pro adds at times",
	}}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
	if got := c.Comments()[0]; got != `Jamf Pro calls it "Wi-Fi & more".` {
		t.Error(got)
	}
}

// A request to Jamf is escaped once more than XML says. An answer is not, and nor is the request of another tool.
func TestJamfRequest(t *testing.T) {
	for payloads, want := range map[string]string{
		"<![CDATA[<string>a &amp;amp; &amp;lt;b>&#13;c]]&amp;gt;</string>]]>": "<string>a &amp; &lt;b>\nc]]&gt;</string>",
		"<![CDATA[<string>a &amp; b &amp;amp;</string>]]>":                    "<string>a &amp; b &amp;amp;</string>",
		"<![CDATA[<string>plain</string>]]>":                                  "<string>plain</string>",
		"&lt;string&gt;a &amp;amp;amp;&lt;/string&gt;":                        "<string>a &amp;amp;</string>",
	} {
		got, _, err := ReadJamf([]byte("<os_x_configuration_profile><general><payloads>" + payloads + "</payloads></general></os_x_configuration_profile>"))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v", payloads, got, err)
		}
	}
}

func TestJamfForMobileDevices(t *testing.T) {
	_, c, err := ReadJamf([]byte("<configuration_profile><general><level>Device Level</level><payloads>x</payloads></general></configuration_profile>"))
	if err != nil || c.Platforms[0] != target.IOS || c.Lines[0] != "level Device Level" {
		t.Errorf("%v %v", err, c)
	}
}

// What is hostile is refused, and costs no more than its bytes.
func TestJamfRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"entities of its own": `<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><configuration_profile><general><payloads>&a;</payloads></general></configuration_profile>`,
		"no payloads":         "<configuration_profile><general><name>x</name></general></configuration_profile>",
		"depth":               strings.Repeat("<configuration_profile>", 1000),
		"another document":    "<html><configuration_profile/></html>",
		"an end without one":  "</configuration_profile>",
		"half an export":      export[:len(export)/2],
		"another encoding":    `<?xml version="1.0" encoding="EBCDIC"?><configuration_profile/>`,
	} {
		if profile, _, err := ReadJamf([]byte(text)); err == nil {
			t.Errorf("%s: read as %q", name, profile)
		}
	}
}

func FuzzJamfNeverPanics(f *testing.F) {
	f.Add([]byte(export))
	f.Fuzz(func(_ *testing.T, data []byte) {
		IsJamf(data)
		_, _, _ = ReadJamf(data)
	})
}

func files(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestFleet(t *testing.T) {
	found, failures := ReadFolder(files(map[string]string{
		"default.yml": `controls: {macos_settings: {custom_settings: [{path: lib/all.mobileconfig}]}}`,
		"teams/workstations.yml": `
name: Workstations
controls:
  apple_settings:
    configuration_profiles:
      - path: ../lib/all.mobileconfig
        labels_include_any: [Office, Home]
      - paths: ../lib/more/*.mobileconfig
      - path: ../lib/gone.mobileconfig
      - path: ../../etc/passwd
`,
		"fleets/broken.yml":         "controls: [",
		"lib/all.mobileconfig":      "",
		"lib/more/a.mobileconfig":   "",
		"lib/more/b.mobileconfig":   "",
		"lib/unused.mobileconfig":   "",
		"teams/not-yaml.txt":        "",
		"teams/of-other-tools.json": "{",
	}))
	want := map[string]Context{
		"lib/all.mobileconfig": {Tool: "Fleet", Lines: []string{
			"delivered by default.yml (default.yml)", "delivered by teams/workstations.yml (Workstations), labels include any Office, Home"}},
		"lib/more/a.mobileconfig": {Tool: "Fleet", Lines: []string{"delivered by teams/workstations.yml (Workstations)"}},
		"lib/more/b.mobileconfig": {Tool: "Fleet", Lines: []string{"delivered by teams/workstations.yml (Workstations)"}},
	}
	if d := cmp.Diff(want, found); d != "" {
		t.Error(d)
	}
	var said []string
	for _, err := range failures {
		said = append(said, err.Error())
	}
	if len(said) != 3 || !strings.HasPrefix(said[0], "fleets/broken.yml: ") || !strings.Contains(said[1], "gone.mobileconfig") || !strings.Contains(said[2], "passwd") {
		t.Errorf("failures: %q", said)
	}
}

func TestIru(t *testing.T) {
	const info = "{\"name\": \"Dock\", \"active\": false, \"id\": \"54bef6b3\", \"runs_on_iphone\": true, \"runs_on_ipad\": true, \"runs_on_mac\": false}"
	fsys := files(map[string]string{
		"profiles/Dock/info.json":            info,
		"profiles/Dock/profile.mobileconfig": "",
		"profiles/Wi-Fi/info.plist": `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>name</key><string>Wi-Fi</string><key>runs_on_mac</key><true/></dict></plist>`,
		"profiles/Wi-Fi/x.mobileconfig": "",
		"profiles/Two/info.yaml":        "name: Two",
		"profiles/Two/a.mobileconfig":   "",
		"profiles/Two/b.mobileconfig":   "",
	})
	found, failures := ReadFolder(fsys)
	want := map[string]Context{
		"profiles/Dock/profile.mobileconfig": {Tool: "Iru", Name: "Dock", Platforms: []target.Platform{target.IOS},
			Lines: []string{"runs on iphone, ipad", "not active", "id 54bef6b3"}},
		"profiles/Wi-Fi/x.mobileconfig": {Tool: "Iru", Name: "Wi-Fi", Platforms: []target.Platform{target.MacOS}, Lines: []string{"runs on mac"}},
	}
	if d := cmp.Diff(want, found); d != "" || len(failures) > 0 {
		t.Error(d, failures)
	}
}
