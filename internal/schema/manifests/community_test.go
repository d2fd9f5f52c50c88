package manifests

import (
	"testing"
	"testing/fstest"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

func TestAddCommunityKeys(t *testing.T) {
	key := func(name, kind, more string) string {
		return `<dict><key>pfm_name</key><string>` + name + `</string><key>pfm_type</key><string>` + kind + `</string>` + more + `</dict>`
	}
	below := func(keys string) string { return `<key>pfm_subkeys</key><array>` + keys + `</array>` }
	files := fstest.MapFS{
		"Manifests/ManifestsApple/com.apple.lamp.plist": manifestFile(`<key>pfm_domain</key><string>com.apple.lamp</string>
			<key>pfm_platforms</key><array><string>macOS</string></array>` + below(
			key("PayloadType", "string", "")+key("Brightness", "real", "")+key("Flicker", "boolean", "")+
				key("Bulbs", "array", below(key("Bulb", "dictionary", below(key("Socket", "string", "")+key("Colour", "string", "")))))+
				key("Free", "dictionary", below(key("Anything", "string", ""))))),
		"Manifests/ManifestsApple/com.apple.lamp-iOS.plist": manifestFile(`<key>pfm_domain</key><string>com.apple.lamp</string>
			<key>pfm_platforms</key><array><string>iOS</string></array>` + below(key("Flicker", "boolean", ""))),
		"Manifests/ManifestsApple/com.apple.door.plist": manifestFile(`<key>pfm_domain</key><string>com.apple.door</string>` + below(key("Bolt", "string", ""))),
		appleFolder + "com.apple.lamp.plist":            manifestFile(`<key>pfm_domain</key><string>com.apple.lamp</string>`),
	}
	apple := &schema.Type{PayloadType: "com.apple.lamp", Family: schema.Payload,
		Sources:      []schema.Source{{Name: "apple/device-management", Version: "1", Path: "lamp.yaml"}},
		Availability: schema.Availabilities{target.IOS: {}, target.MacOS: {}, target.TvOS: {}}, Keys: []*schema.Key{
			{Name: "Brightness", Kind: plist.Real},
			{Name: "Bulbs", Kind: plist.Array, Keys: []*schema.Key{{Name: "Item", Kind: plist.Dictionary, Keys: []*schema.Key{{Name: "Socket", Kind: plist.String}}}}},
			{Name: "Free", Kind: plist.Dictionary},
		}}
	if err := AddCommunityKeys([]*schema.Type{apple}, files, "1"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"Flicker": true, "Bulbs.Colour": true, "Bulbs.Socket": true, "Free.Anything": false, "PayloadType": false} {
		if keys, rest := apple.Resolve(path); (rest == "" && apple.Key(keys...) != nil) != want {
			t.Errorf("%s is there: %v", path, !want)
		}
	}
	if !apple.Key("Flicker").Community || apple.Key("Bulbs", "Socket").Community || apple.Key("Brightness").Community {
		t.Error("the marks are wrong")
	}
	if a := apple.Key("Flicker").Availability; !a[target.TvOS].NotAvailable || a[target.MacOS].NotAvailable || a[target.IOS].NotAvailable {
		t.Errorf("Flicker is on %v", a)
	}
	if apple.Source() != "apple/device-management@1 lamp.yaml" || len(apple.Sources) != 3 {
		t.Errorf("the sources are %v", apple.Sources)
	}
}
