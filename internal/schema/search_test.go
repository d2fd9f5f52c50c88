package schema

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSearch(t *testing.T) {
	c := catalogOf(t, folders(), simple("com.example.title", "Other", "one"))
	tests := []struct {
		word string
		want []string
	}{
		{"title", []string{"com.example.folders Items[].Title", "com.example.title"}},
		{"TITLE", []string{"com.example.folders Items[].Title", "com.example.title"}},
		{"items", []string{"com.example.folders Items", "com.example.folders Items[].Items"}},
		{"nothing", nil},
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
