package schema

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/plist"
)

func TestSearch(t *testing.T) {
	settings := &Type{ID: "com.apple.applicationaccess", PayloadType: "com.apple.applicationaccess", Family: Payload,
		Keys: []*Key{{Name: "forceAutomaticDateAndTime", Kind: plist.Boolean}, {Name: "Other", Kind: plist.String}, {Name: "AutomaticUpdates", Kind: plist.Boolean}}}
	c := catalogOf(t, settings, folders(), simple("com.example.title", "Other", "one"))
	tests := []struct {
		word string
		want []string
	}{
		{"title", []string{"com.example.folders Items[].Title", "com.example.title"}}, // the exact name first
		{"TITLE", []string{"com.example.folders Items[].Title", "com.example.title"}},
		{"items", []string{"com.example.folders Items", "com.example.folders Items[].Items"}},
		{"nothing", nil},
		{"", nil},
		{"other", []string{"com.apple.applicationaccess Other", "com.example.title Other"}},
		{"date automatic", []string{"com.apple.applicationaccess forceAutomaticDateAndTime", "com.apple.applicationaccess AutomaticUpdates"}},
		{"automatic", []string{"com.apple.applicationaccess forceAutomaticDateAndTime", "com.apple.applicationaccess AutomaticUpdates"}},
		{"update", []string{"com.apple.applicationaccess AutomaticUpdates"}},
		{"  Locks   SWITCH ", []string{"com.apple.applicationaccess forceAutomaticDateAndTime"}},
		{"applicationaccess locks", []string{"com.apple.applicationaccess forceAutomaticDateAndTime"}},
		{"com.apple.applicationaccess", []string{"com.apple.applicationaccess"}},
		{"applicationaccess com.apple", []string{"com.apple.applicationaccess"}},
		{"date nothing", nil},
		{"title folders", []string{"com.example.folders Items[].Title"}},
	}
	for _, x := range tests {
		matches, err := c.Search(x.word)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range matches {
			line := m.Entry.ID
			if m.Node != nil {
				line += " " + m.Node.Path
			}
			got = append(got, line)
		}
		if d := cmp.Diff(x.want, got); d != "" {
			t.Errorf("%s: %s", x.word, d)
		}
	}
	words, err := c.Words()
	if err != nil || !slices.Contains(words, "Title") || slices.Contains(words, "Item") {
		t.Errorf("the words are %q, %v", words, err)
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		name string
		want int
	}{{"com.apple.MCX", 6}, {"com.apple.MCX(WiFi)", 1}, {"com.apple.wifi.managed", 1}, {"com.apple.configuration.passcode.settings", 1}, {"com.apple", 0}}
	for _, x := range tests {
		types, err := Embedded().Find(x.name)
		if err != nil || len(types) != x.want {
			t.Errorf("Find(%q) gives %d types, %v, want %d", x.name, len(types), err, x.want)
		}
	}
}
