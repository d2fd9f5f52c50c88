package mdm

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestChanges(t *testing.T) {
	law := Find("jamf").Storage
	const tcc, settings, restrictions = "com.apple.TCC.configuration-profile-policy", "com.apple.ManagedClient.preferences", "com.apple.applicationaccess"
	for _, tt := range []struct {
		text, devices, payloadType string
		want                       []Change
	}{
		{`identifier "a" > 'b' é` + "\u2028\u0085", Computers, tcc, nil},
		{"a\rb\r\nc", Computers, tcc, nil},
		{"a\nb", Computers, tcc, []Change{LineFeeds}},
		{"a\n", Computers, tcc, nil},
		{"a \n", Computers, tcc, []Change{Ends}},
		{"a\tb & c 🍏 ", Computers, tcc, []Change{Tabs, Escapes, Astral, Ends}},
		{"a]]>b", Computers, tcc, []Change{Escapes}},
		{"a\tb & c\n<d>", Computers, settings, nil},
		{"a 🍏", Computers, settings, []Change{Emptied}},
		{"a\tb & c 🍏", MobileDevices, settings, []Change{Tabs, Escapes, Astral}},
		{"a & b", Computers, restrictions, []Change{Escapes}},
		{"a & b", MobileDevices, restrictions, nil},
		{"a & b", MobileDevices, "", []Change{Escapes}},
	} {
		if got := law.Changes(tt.text, tt.devices, tt.payloadType); !slices.Equal(got, tt.want) {
			t.Errorf("%q in %s for %s: got %v, want %v", tt.text, tt.payloadType, tt.devices, got, tt.want)
		}
	}
}

// A text that nothing happens to has one form, which is itself; and what is sent has the same forms as what was written.
func TestForms(t *testing.T) {
	law := Find("jamf").Storage
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching("([ \\n\\t\\r<>&\"'a-z]|]]>|&amp;|é|🍏){0,12}").Draw(t, "text")
		forms := law.Variants(text)
		if changes := law.Changes(law.ForUpload(text), MobileDevices, "com.acme.app"); (len(changes) == 0) != (len(forms) == 1 && forms[0] == strings.Trim(lines(text), "\n")) {
			t.Fatalf("%v, and the forms are %q", changes, forms)
		}
		if !slices.Equal(forms, law.Variants(law.ForUpload(text))) {
			t.Fatalf("sent it has other forms than %q", forms)
		}
	})
}

// lines is a text with a line feed for each line break.
func lines(text string) string {
	out := []rune{}
	for i, r := range []rune(text) {
		switch {
		case r == '\n' && i > 0 && []rune(text)[i-1] == '\r':
		case r == '\r':
			out = append(out, '\n')
		default:
			out = append(out, r)
		}
	}
	return string(out)
}
