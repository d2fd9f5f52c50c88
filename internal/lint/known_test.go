package lint

import (
	"errors"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/target"
)

func TestKnown(t *testing.T) {
	settings := d("A", 1)
	domain := with(pl("com.apple.ManagedClient.preferences", "PayloadContent", d("com.apple.finder", d("Forced", arr(d("mcx_preference_settings", settings))))))
	profile := with(pl("com.example.values", "Flag", 1, "Whatever", 1), pl("com.example.unheard", "Anything", 1))
	known, err := New(testCatalog()).Known(profile, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, second := profile.Get("PayloadContent").Items[0], profile.Get("PayloadContent").Items[1]
	if f := known[first]; len(f.Types) != 1 || f.Types[0].ID != "com.example.values" || f.Key != nil {
		t.Errorf("a payload: got %+v", f)
	}
	if f := known[first.Get("Flag")]; f.Key == nil || f.Key.Name != "Flag" || f.Unknown {
		t.Errorf("a key: got %+v", f)
	}
	if f := known[first.Get("PayloadUUID")]; f.Key == nil {
		t.Errorf("a key of every payload: got %+v", f)
	}
	if f := known[first.Get("Whatever")]; f.Key != nil || !f.Unknown || f.Loose {
		t.Errorf("an unknown key: got %+v", f)
	}
	if f := known[second]; len(f.Types) != 0 {
		t.Errorf("an unknown payload: got %+v", f)
	}
	if f := known[second.Get("Anything")]; f.Unknown {
		t.Errorf("a key of an unknown payload: got %+v", f)
	}
	if f := known[profile.Get("PayloadContent")]; f.Key == nil {
		t.Errorf("a key of the envelope: got %+v", f)
	}
	if known, err = New(testCatalog()).Known(domain, false, nil); err != nil || len(known[settings].Types) == 0 {
		t.Errorf("a preference domain: got %+v, %v", known[settings], err)
	}
}

func TestKnownObstacles(t *testing.T) {
	on, err := target.Parse("tvOS@12/manual")
	if err != nil {
		t.Fatal(err)
	}
	dns := with(pl(dnsSettings, "ProhibitDisablement", true))
	known, err := New(testCatalog()).Known(dns, false, []target.Target{on})
	payload := dns.Get("PayloadContent").Items[0]
	if f := known[payload]; err != nil || len(f.Obstacles) != 1 || !f.Obstacles[0].Blocks || f.Obstacles[0].Text != "does nothing on tvOS" {
		t.Errorf("got %+v, %v", f, err)
	}
	if f := known[payload.Get("ProhibitDisablement")]; len(f.Obstacles) != 0 {
		t.Errorf("what the payload says is said again: %+v", f)
	}
}

func TestKnownTakesAnythingForARoot(t *testing.T) {
	for _, v := range []*plist.Value{nil, {}, plist.NewString("x"), plist.NewDictionary(), plist.NewArray(nil)} {
		for _, isDeclaration := range []bool{false, true} {
			if _, err := New(testCatalog()).Known(v, isDeclaration, nil); err != nil {
				t.Errorf("%s: %v", v.Describe(), err)
			}
		}
	}
}

func TestKnownReportsAnUnreadableCatalog(t *testing.T) {
	if _, err := New(brokenCatalog{testCatalog(), "Common"}).Known(with(pl("com.example.values")), false, nil); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}
