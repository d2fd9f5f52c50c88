package manifests

import (
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

const (
	appleFolder = "Manifests/ManagedPreferencesApple/"
	otherFolder = "Manifests/ManagedPreferencesApplications/"
)

func manifestFile(body string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(`<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>` + body + `</dict></plist>`)}
}

// lamp is a manifest with everything that is read or left out on purpose.
var lamp = manifestFile(`
<key>pfm_domain</key><string>com.example.lamp</string>
<key>pfm_platforms</key><array><string>iOS</string><string>macOS</string></array>
<key>pfm_targets</key><array><string>system</string></array>
<key>pfm_unique</key><true/>
<key>pfm_macos_min</key><string>10.15</string>
<key>pfm_subkeys</key><array>
	<dict><key>pfm_name</key><string>PayloadUUID</string><key>pfm_type</key><string>string</string></dict>
	<dict><key>pfm_name</key><string>PFC_SegmentedControl_0</string><key>pfm_type</key><string>string</string><key>pfm_segments</key><dict/></dict>
	<dict>
		<key>pfm_name</key><string>Brightness</string><key>pfm_type</key><string>float</string>
		<key>pfm_require</key><string>always</string><key>pfm_default</key><integer>1</integer>
		<key>pfm_range_min</key><integer>0</integer><key>pfm_range_max</key><real>1.5</real>
		<key>pfm_description</key><string>How bright the lamp is.</string>
	</dict>
	<dict>
		<key>pfm_name</key><string>Colour</string><key>pfm_type</key><string>string</string>
		<key>pfm_range_list</key><array><string>red</string><string>green</string></array>
		<key>pfm_platforms</key><array><string>macOS</string></array><key>pfm_macos_deprecated</key><string>14.0</string>
	</dict>
	<dict>
		<key>pfm_name</key><string>Shade</string><key>pfm_type</key><string>string</string>
		<key>pfm_range_list</key><array><string>a</string></array><key>pfm_range_list_allow_custom_value</key><true/>
		<key>pfm_default</key><string>This lamp belongs to the people of the second floor.</string>
	</dict>
	<dict>
		<key>pfm_name</key><string>Rooms</string><key>pfm_type</key><string>dictionary</string>
		<key>pfm_subkeys</key><array>
			<dict><key>pfm_name</key><string>{{key}}</string><key>pfm_type</key><string>string</string></dict>
			<dict><key>pfm_name</key><string>{{value}}</string><key>pfm_type</key><string>boolean</string><key>pfm_require</key><string>always</string></dict>
		</array>
	</dict>
	<dict>
		<key>pfm_name</key><string>Bulbs</string><key>pfm_type</key><string>array</string>
		<key>pfm_default</key><array><string>left</string></array><key>pfm_repetition_max</key><integer>3</integer>
		<key>pfm_subkeys</key><array><dict><key>pfm_type</key><string>string</string></dict></array>
	</dict>
	<dict><key>pfm_name</key><string>Slip</string><key>pfm_type</key><string>integer</string><key>pfm_default</key><string>three</string></dict>
	<dict><key>pfm_name</key><string>Slip</string><key>pfm_type</key><string>string</string></dict>
</array>`)

func readLamp(t *testing.T) *schema.Type {
	t.Helper()
	types, err := Read(fstest.MapFS{appleFolder + "com.example.lamp.plist": lamp, otherFolder + "README": {}}, "2026")
	if err != nil || len(types) != 1 {
		t.Fatalf("%d types, %v", len(types), err)
	}
	return types[0]
}

func TestReadType(t *testing.T) {
	x := readLamp(t)
	if x.ID != "com.example.lamp" || x.Family != schema.Preferences || x.Sources[0] != (schema.Source{Name: SourceName, Version: "2026", Path: appleFolder + "com.example.lamp.plist"}) {
		t.Errorf("the type is %+v", x)
	}
	mac := x.Availability[target.MacOS]
	if mac.Introduced.String() != "10.15" || *mac.Multiple || !*mac.DeviceChannel || *mac.UserChannel {
		t.Errorf("macOS is %+v", mac)
	}
	if ios := x.Availability[target.IOS]; !ios.Introduced.IsZero() || ios.DeviceChannel != nil {
		t.Errorf("iOS is %+v", ios)
	}
	if !x.AvailabilityAt(target.TvOS).NotAvailable {
		t.Error("tvOS is available")
	}
	var names []string
	for _, k := range x.Keys {
		names = append(names, k.Name)
	}
	if got, want := strings.Join(names, " "), "Brightness Colour Shade Rooms Bulbs Slip"; got != want {
		t.Errorf("keys are %s, want %s", got, want)
	}
}

func TestReadKeys(t *testing.T) {
	x := readLamp(t)
	brightness := x.Key("Brightness")
	if !brightness.Required || !plist.Equal(brightness.Default, plist.NewReal(1)) || *brightness.Min != 0 || *brightness.Max != 1.5 {
		t.Errorf("Brightness is %+v", brightness)
	}
	colour := x.Key("Colour")
	if len(colour.RangeList) != 2 || !colour.Availability[target.IOS].NotAvailable || colour.Availability[target.MacOS].Deprecated.Major != 14 {
		t.Errorf("Colour is %+v", colour)
	}
	if shade := x.Key("Shade"); shade.RangeList != nil || shade.Default != nil {
		t.Errorf("Shade has a list of suggestions or a message: %+v", shade)
	}
	if room := x.Key("Rooms", "kitchen"); room == nil || room.Name != schema.Any || room.Kind != plist.Boolean || room.Required {
		t.Errorf("a room is %+v", room)
	}
	bulbs := x.Key("Bulbs")
	if !plist.Equal(bulbs.Default, plist.NewStrings("left")) || *bulbs.MaxItems != 3 || bulbs.Keys[0].Kind != plist.String {
		t.Errorf("Bulbs is %+v", bulbs)
	}
	if slip := x.Key("Slip"); slip.Kind != plist.Integer || slip.Default != nil {
		t.Errorf("Slip is %+v", slip)
	}
}

func TestDomainsThatShareANameHaveParts(t *testing.T) {
	body := `<key>pfm_domain</key><string>com.example.lamp</string><key>pfm_platforms</key><array><string>macOS</string></array>`
	types, err := Read(fstest.MapFS{
		appleFolder + "README":                      {},
		otherFolder + "com.example.lamp-desk.plist": manifestFile(body),
		otherFolder + "com.example.lamp-wall.plist": manifestFile(body),
	}, "")
	if err != nil || len(types) != 2 {
		t.Fatalf("%d types, %v", len(types), err)
	}
	if types[0].ID != "com.example.lamp(desk)" || types[1].ID != "com.example.lamp(wall)" {
		t.Errorf("IDs are %s and %s", types[0].ID, types[1].ID)
	}
}

func TestWhichManifestsAreRead(t *testing.T) {
	file := func(domain string) *fstest.MapFile {
		return manifestFile("<key>pfm_domain</key><string>" + domain + "</string>")
	}
	types, err := Read(fstest.MapFS{
		"Manifests/ManagedPreferencesDeveloper/c.plist":           file("c"),
		appleFolder + "a.plist":                                   file("a"),
		otherFolder + "b.plist":                                   file("b"),
		otherFolder + "b.txt":                                     file("none"),
		"Manifests/ManifestsApple/com.apple.SubmitDiagInfo.plist": file("d"),
		"Manifests/ManifestsApple/com.apple.wifi.managed.plist":   file("none"),
	}, "")
	var domains []string
	for _, x := range types {
		domains = append(domains, x.ID)
	}
	if got := strings.Join(domains, " "); err != nil || got != "a b c d" {
		t.Errorf("domains are %s, %v", got, err)
	}
	if _, err := Read(fstest.MapFS{"README": {}}, ""); err == nil {
		t.Error("a folder without manifests is read")
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"no domain", ``, "no pfm_domain"},
		{"unknown platform", `<key>pfm_domain</key><string>d</string><key>pfm_platforms</key><array><string>Newton</string></array>`, `"Newton"`},
		{"unknown type", `<key>pfm_domain</key><string>d</string><key>pfm_subkeys</key><array><dict><key>pfm_name</key><string>k</string><key>pfm_type</key><string>colour</string></dict></array>`, `key "k": unknown type "colour"`},
		{"bad version", `<key>pfm_domain</key><string>d</string><key>pfm_platforms</key><array><string>iOS</string></array><key>pfm_ios_min</key><string>soon</string>`, `"soon"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(fstest.MapFS{appleFolder + "x.plist": manifestFile(tt.body), otherFolder + "README": {}}, "")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "x.plist") {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
		})
	}
}
