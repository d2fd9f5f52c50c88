package jamf

import (
	"encoding/xml"
	"testing"

	"pgregory.net/rapid"

	"syncguard/internal/plist"
	"syncguard/internal/ship"
)

func tree(t *rapid.T, depth int) *plist.Value {
	kinds := []string{"string", "integer", "data", "boolean"}
	if depth > 0 {
		kinds = append(kinds, "dictionary", "array", "array")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "integer":
		return plist.NewInteger(rapid.Int64().Draw(t, "n"))
	case "boolean":
		return plist.NewBoolean(rapid.Bool().Draw(t, "b"))
	case "data":
		return plist.NewData(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "d"))
	case "array":
		v := plist.NewArray()
		for range rapid.IntRange(0, 4).Draw(t, "items") {
			v.Items = append(v.Items, tree(t, depth-1))
		}
		return v
	case "dictionary":
		return dictionary(t, depth)
	}
	return plist.NewString(rapid.StringMatching(`[ \n\t<>&"'a-z]{0,20}`).Draw(t, "s"))
}

func dictionary(t *rapid.T, depth int) *plist.Value {
	v := plist.NewDictionary()
	for range rapid.IntRange(0, 4).Draw(t, "fields") {
		v.Set(rapid.StringMatching(`[ \n<a-z]{1,8}`).Draw(t, "key"), tree(t, depth-1))
	}
	return v
}

// A profile on one line says what it said before, text included, and so does what a server reads out of the request.
func TestOneLineSaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := dictionary(t, 3)
		root.Set("TargetDeviceType", plist.NewInteger(5)).Set("PayloadDisplayName", plist.NewString("A & <B>"))
		d := &Destination{Redeploy: "All"}
		parcels, err := d.Pack(&ship.Profile{Name: "p", Root: root})
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Request(parcels[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		var got detail
		if err := xml.Unmarshal(r.Body, &got); err != nil {
			t.Fatalf("%v\n%s", err, r.Body)
		}
		read, err := ship.ReadContent([]byte(got.General.Payloads))
		if err != nil || !plist.Equal(read, root) || got.General.Name != "A & <B>" {
			t.Fatalf("%v\n%s", err, got.General.Payloads)
		}
	})
}

func TestWrap(t *testing.T) {
	payload := plist.NewDictionary().Set("PayloadType", plist.NewString("com.acme.app")).Set("PayloadUUID", plist.NewString("U")).Set("On", plist.NewBoolean(true))
	apple := plist.NewDictionary().Set("PayloadType", plist.NewString("com.apple.dock"))
	root := plist.NewDictionary().Set("TargetDeviceType", plist.NewInteger(5)).Set("PayloadContent", plist.NewArray(payload, apple))
	parcels, err := (&Destination{Wrap: true}).Pack(&ship.Profile{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	items := parcels[0].Profile.Root.Get("PayloadContent").Items
	on := items[0].Lookup("PayloadContent", "com.acme.app", "Forced").Items[0].Lookup("mcx_preference_settings", "On")
	if on == nil || !on.Bool || items[0].Get("PayloadType").Text != "com.apple.ManagedClient.preferences" || items[0].Get("PayloadUUID").Text != "U" {
		t.Errorf("wrapped: %v", items[0].Fields)
	}
	if !plist.Equal(items[1], apple) || payload.Get("PayloadType").Text != "com.acme.app" || len(parcels[0].Notes) != 1 {
		t.Error("another payload changed, or the profile that was given, or nothing is said")
	}
}
