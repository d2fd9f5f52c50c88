package lint

import (
	"slices"
	"testing"

	"syncguard/internal/diag"
)

// A finding is about a key by the type that it belongs to, and an ignore for a key is for what is below it, too.
func TestIsAbout(t *testing.T) {
	profile := with(pl("com.example.values", "Whatever", 1, "Flga", true, "Outer", d("Inner", "x", "Odd", 1)), pl("com.example.unheard", "A", 1)).
		Set("PayloadOddity", value(1))
	all := []string{
		"unknown-key PayloadContent[0].Flga",
		"unknown-key PayloadContent[0].Outer.Odd",
		"unknown-key PayloadContent[0].Whatever",
		"unknown-key PayloadOddity",
		"unknown-payload-type PayloadContent[1].PayloadType",
	}
	tests := []struct {
		key  string
		left []int // of all
	}{
		{"com.example.values.Whatever", []int{0, 1, 3, 4}},
		{"com.example.values.Flga", []int{1, 2, 3, 4}},
		{"com.example.values.Outer.Odd", []int{0, 2, 3, 4}},
		{"com.example.values.Outer", []int{0, 2, 3, 4}},
		{"com.example.values", []int{3, 4}},
		{"com.example.unheard", []int{0, 1, 2, 3}},
		{"Configuration.PayloadOddity", []int{0, 1, 2, 4}},
		{"com.example.value", []int{0, 1, 2, 3, 4}},
		{"com.example.values.Out", []int{0, 1, 2, 3, 4}},
		{"com.example", []int{0, 1, 2, 3, 4}},
	}
	found, err := New(testCatalog()).Check(profile, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		left := slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return d.IsAbout(tt.key) })
		var want []string
		for _, i := range tt.left {
			want = append(want, all[i])
		}
		if got := rulesAndPaths(left); !slices.Equal(got, want) {
			t.Errorf("without those about %q: got %q, want %q", tt.key, got, want)
		}
	}
}

// A key within a preference domain is named by the domain, however the domain is set.
func TestIsAboutAPreferenceDomain(t *testing.T) {
	profile := with(pl("com.apple.ManagedClient.preferences", "PayloadContent",
		d("com.apple.finder", d("Forced", arr(d("mcx_preference_settings", d("FXVeiw", "icon")))))))
	found, err := New(testCatalog()).Check(profile, nil, Options{})
	if err != nil || len(found) != 1 || !found[0].IsAbout("com.apple.finder.FXVeiw") || found[0].IsAbout("com.apple.ManagedClient.preferences") {
		t.Errorf("got %v, %v", found, err)
	}
}
