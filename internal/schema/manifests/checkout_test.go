package manifests

import (
	"testing"
	"testing/fstest"

	"syncguard/internal/schema"
)

func TestReadCheckout(t *testing.T) {
	files := fstest.MapFS{
		appleFolder + "com.example.lamp.plist": manifestFile(`
			<key>pfm_domain</key><string>com.example.lamp</string>
			<key>pfm_title</key><string>Lamp</string>
			<key>pfm_platforms</key><array><string>macOS</string></array>
			<key>pfm_subkeys</key><array><dict>
				<key>pfm_name</key><string>Brightness</string><key>pfm_type</key><string>real</string>
				<key>pfm_title</key><string>Light</string><key>pfm_description</key><string>How bright it is.</string>
			</dict></array>`),
		appleFolder + "com.example.twin-left.plist":    manifestFile(`<key>pfm_domain</key><string>com.example.twin</string>`),
		appleFolder + "com.example.twin-right.plist":   manifestFile(`<key>pfm_domain</key><string>com.example.twin</string>`),
		otherFolder + "com.example.cut.plist":          {Data: []byte(`<plist><dict><key>pfm_domain</key>`)},
		otherFolder + "com.example.openstep.plist":     {Data: []byte(`{ "pfm_domain" = "com.example.openstep"; }`)},
		otherFolder + "com.example.nameless.plist":     manifestFile(``),
		otherFolder + "com.example.wrong.plist":        manifestFile(`<key>pfm_domain</key><array/>`),
		otherFolder + "com.example.kindless.plist":     manifestFile(`<key>pfm_domain</key><string>a</string><key>pfm_subkeys</key><array><dict/></array>`),
		"Manifests/ManifestsApple/com.apple.dns.plist": {Data: []byte(`not read`)},
	}
	if !IsCheckout(files) || IsCheckout(fstest.MapFS{"mdm/a": {}}) {
		t.Error("the shape of ProfileManifests is not told")
	}
	c, err := ReadCheckout(files, "2026")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, x := range c.Types {
		ids[x.ID] = true
	}
	for _, id := range []string{"com.example.lamp", "com.example.twin(left)", "com.example.twin(right)"} {
		if !ids[id] {
			t.Errorf("there is no %s among %v", id, ids)
		}
	}
	if len(c.Skipped) != 5 {
		t.Errorf("skipped %v, want 5", c.Skipped)
	}
	made, err := c.Files()
	if err != nil {
		t.Fatal(err)
	}
	on := fstest.MapFS{}
	for name, data := range made {
		on[name] = &fstest.MapFile{Data: data}
	}
	catalog := schema.Open(on)
	types, err := catalog.Preferences("com.example.lamp")
	if err != nil || len(types) != 1 {
		t.Fatal(types, err)
	}
	prose, err := catalog.Prose(types[0])
	if err != nil || prose.Title != "Lamp" || prose.Key("Brightness").Content != "How bright it is." {
		t.Errorf("the words are %+v, %v", prose, err)
	}
}

// A checkout that can be trusted reads the same through the guards.
func TestReadCheckoutReadsWhatReadReads(t *testing.T) {
	files := fstest.MapFS{appleFolder + "com.example.lamp.plist": lamp}
	trusted, err := Read(files, "1")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ReadCheckout(files, "1")
	if err != nil {
		t.Fatal(err)
	}
	want, err := schema.Files(trusted)
	if err != nil {
		t.Fatal(err)
	}
	got, err := schema.Files(c.Types)
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		if string(got[name]) != string(want[name]) {
			t.Errorf("%s is\n%s\nwant\n%s", name, got[name], want[name])
		}
	}
}

// Whatever a file holds, it is read or skipped.
func FuzzReadCheckoutKeepsOrSkips(f *testing.F) {
	f.Add(lamp.Data)
	f.Add([]byte("bplist00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ReadCheckout(fstest.MapFS{appleFolder + "com.example.lamp.plist": {Data: data}}, "1")
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Types)+len(c.Skipped) != 1 {
			t.Fatalf("%d types and %d skipped of one file", len(c.Types), len(c.Skipped))
		}
		if _, err := c.Files(); err != nil && len(c.Skipped) == 0 {
			t.Fatal(err)
		}
	})
}
