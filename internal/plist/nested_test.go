package plist

import (
	"testing"

	"syncguard/internal/diag"
)

// TestNestedPlist holds that the value of an inner <plist> stands in its place, as CoreFoundation reads it.
func TestNestedPlist(t *testing.T) {
	read := func(text string) *Value {
		doc, found := Read(diag.NewFile("a.mobileconfig", []byte(text)))
		if diag.HasErrors(found) {
			t.Fatalf("%s: %v", text, found)
		}
		return doc.Root
	}
	for nested, want := range map[string]string{
		"<plist><plist><dict/></plist></plist>":                                           "<plist><dict/></plist>",
		"<plist><array><plist><true/></plist><false/></array></plist>":                    "<plist><array><true/><false/></array></plist>",
		"<plist><dict><key>a</key><plist><plist><string/></plist></plist></dict></plist>": "<plist><dict><key>a</key><string/></dict></plist>",
	} {
		if !Equal(read(nested), read(want)) {
			t.Errorf("%s is not read as %s", nested, want)
		}
	}
}
