package profiles_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncguard/profiles"
)

// The UUID is what any implementation of RFC 9562 derives: python's uuid5(uuid5(NAMESPACE_DNS, "com.acme"), "com.acme.clock").
func TestUUID(t *testing.T) {
	if got, want := profiles.UUID("com.acme", "com.acme.clock"), "0181CA0D-D161-52F5-936F-B465A40F7DD5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if profiles.UUID("com.acme", "a") == profiles.UUID("com.acme.", "a") || profiles.UUID("com.acme", "a") == profiles.UUID("com.acme", "b") {
		t.Error("two identities are the same")
	}
}

func full() *profiles.Profile {
	return &profiles.Profile{
		Identifier:           "com.acme.all",
		UUID:                 profiles.UUID("com.acme", "com.acme.all"),
		DisplayName:          "All <of> it & \"more\"",
		Description:          "Two\nlines, ümläut",
		Organization:         "Acme",
		Scope:                "System",
		TargetDeviceType:     profiles.Mac,
		RemovalDisallowed:    true,
		RemovalDate:          time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC),
		DurationUntilRemoval: 36 * time.Hour,
		ExpirationDate:       time.Date(2028, 1, 2, 3, 4, 5, 0, time.UTC),
		ConsentText:          map[string]string{"default": "Agree", "de": "Zustimmen"},
		Payloads: []profiles.Payload{
			{Type: "com.apple.a", Identifier: "com.acme.all.a", UUID: profiles.UUID("com.acme", "com.acme.all.a"), DisplayName: "A",
				Keys: profiles.Dictionary().Set("k", profiles.Strings("x", "y"))},
			{Type: "com.apple.b", Identifier: "com.acme.all.b", UUID: profiles.UUID("com.acme", "com.acme.all.b"), Description: "B"},
		},
	}
}

// Parse undoes Encode: encoding what was parsed gives the same bytes.
func TestParseUndoesEncode(t *testing.T) {
	data, err := full().Encode()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := profiles.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parsed.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(data), string(again)); d != "" {
		t.Error(d)
	}
	want := full()
	parsed.Payloads, want.Payloads = nil, nil
	if d := cmp.Diff(want, parsed); d != "" {
		t.Error(d)
	}
}

func TestParseRefuses(t *testing.T) {
	const head = `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">`
	for name, c := range map[string]struct{ data, want string }{
		"nothing":          {"", "reading profile: "},
		"no property list": {"hello", "reading profile: "},
		"an array":         {head + "<array/></plist>", "not a dictionary"},
		"not a profile":    {head + "<dict><key>PayloadType</key><string>Other</string></dict></plist>", `PayloadType is "Other"`},
		"no type":          {head + "<dict/></plist>", "PayloadType is nothing"},
		"no content":       {head + "<dict><key>PayloadType</key><string>Configuration</string></dict></plist>", "PayloadContent is not an array"},
		"a payload that is text": {head + "<dict><key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array><string/></array></dict></plist>",
			"PayloadContent[0] is not a dictionary"},
		"a duplicate key": {head + "\n<dict><key>a</key><true/><key>a</key><true/></dict></plist>", "2:"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := profiles.Parse([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// What XML cannot carry is refused before it is written.
func TestEncodeRefuses(t *testing.T) {
	p := full()
	p.DisplayName = "bell\a"
	if _, err := p.Encode(); err == nil || !strings.Contains(err.Error(), "PayloadDisplayName") {
		t.Errorf("got %v", err)
	}
}
