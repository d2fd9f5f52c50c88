package profiles_test

import (
	"strings"
	"testing"

	"syncguard/internal/plist"
	"syncguard/profiles"
)

func payload(identifier, id string) *plist.Value {
	return plist.NewDictionary().Set("PayloadIdentifier", plist.NewString(identifier)).Set("PayloadUUID", plist.NewString(id)).
		Set("PayloadDisplayName", plist.NewString(identifier))
}

const (
	one   = "00000000-0000-4000-8000-00000000000a"
	two   = "00000000-0000-4000-8000-00000000000B"
	three = "00000000-0000-4000-8000-00000000000C"
)

func TestDeriveUUIDs(t *testing.T) {
	wifi := payload("com.acme.corp.wifi", three).Set("PayloadCertificateUUID", plist.NewString(strings.ToLower(two))).
		Set("Anchors", plist.NewStrings(two, "00000000-0000-4000-8000-00000000000F"))
	root := payload("com.acme.corp", one).Set("PayloadContent", plist.NewArray(payload("com.acme.corp.root", two), wifi))
	renamed, err := profiles.DeriveUUIDs(root, "")
	if err != nil {
		t.Fatal(err)
	}
	want := profiles.UUID("com.acme", "com.acme.corp.root")
	if got := wifi.Get("PayloadCertificateUUID").Text; got != want {
		t.Errorf("the reference is %s, want %s", got, want)
	}
	if got := wifi.Get("Anchors").Items; got[0].Text != want || got[1].Text != "00000000-0000-4000-8000-00000000000F" {
		t.Errorf("the anchors are %v and %v", got[0].Text, got[1].Text)
	}
	if got := root.Get("PayloadUUID").Text; got != profiles.UUID("com.acme", "com.acme.corp") {
		t.Errorf("the profile has %s", got)
	}
	if len(renamed) != 3 || renamed[1].References != 2 || !renamed[0].Profile {
		t.Errorf("%+v", renamed)
	}
	if again, err := profiles.DeriveUUIDs(root, ""); err != nil || len(again) != 0 {
		t.Errorf("a second time: %v, %v", again, err)
	}
}

func TestDeriveUUIDsRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		root *plist.Value
		want string
	}{
		"no profile":         {plist.NewArray(), "not a profile"},
		"no identifier":      {plist.NewDictionary(), "the profile has no PayloadIdentifier"},
		"no UUID":            {payload("com.acme.a", one).Set("PayloadContent", plist.NewArray(plist.NewDictionary().Set("PayloadIdentifier", plist.NewString("x")))), "PayloadContent[0] has no PayloadUUID"},
		"identifiers repeat": {payload("com.acme.a", one).Set("PayloadContent", plist.NewArray(payload("com.acme.b", two), payload("com.acme.b", three))), "repeats"},
		"UUIDs repeat":       {payload("com.acme.a", one).Set("PayloadContent", plist.NewArray(payload("com.acme.b", two), payload("com.acme.c", two))), "ambiguous"},
		"no organization":    {payload("acme", one), "--organization"},
		"placeholder":        {payload("com.acme.${NAME}", one), "placeholder"},
	} {
		before := plist.NewDictionary()
		before.Fields = append(before.Fields, c.root.Fields...)
		if _, err := profiles.DeriveUUIDs(c.root, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if c.root.Kind == plist.Dictionary && !plist.Equal(before, c.root) {
			t.Errorf("%s: the tree changed", name)
		}
	}
}
