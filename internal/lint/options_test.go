package lint

import (
	"slices"
	"testing"
)

func TestAllowUnknown(t *testing.T) {
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
		allow []string
		left  []int // of all
	}{
		{nil, []int{0, 1, 2, 3, 4}},
		{[]string{"com.example.values.Whatever"}, []int{0, 1, 3, 4}},
		{[]string{"com.example.values.Flga"}, []int{1, 2, 3, 4}},
		{[]string{"com.example.values.Outer.Odd"}, []int{0, 2, 3, 4}},
		{[]string{"com.example.values.Outer.*"}, []int{0, 2, 3, 4}},
		{[]string{"com.example.values.*"}, []int{3, 4}},
		{[]string{"com.example.values"}, []int{3, 4}},
		{[]string{"com.example.unheard"}, []int{0, 1, 2, 3}},
		{[]string{"Configuration.PayloadOddity"}, []int{0, 1, 2, 4}},
		{[]string{"com.example.values.Out*", "com.example.value", "com.example.values.Outer", "*", ""}, []int{0, 1, 2, 3, 4}},
	}
	for _, tt := range tests {
		found, err := New(testCatalog()).Check(profile, nil, Options{AllowUnknown: tt.allow})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, i := range tt.left {
			want = append(want, all[i])
		}
		if got := rulesAndPaths(found); !slices.Equal(got, want) {
			t.Errorf("allowing %q: got %q, want %q", tt.allow, got, want)
		}
	}
}

// An exception within a preference domain is named by the domain, however the domain is set.
func TestAllowUnknownInAPreferenceDomain(t *testing.T) {
	profile := with(pl("com.apple.ManagedClient.preferences", "PayloadContent",
		d("com.apple.finder", d("Forced", arr(d("mcx_preference_settings", d("FXVeiw", "icon")))))))
	for allow, want := range map[string]int{"com.apple.finder.FXVeiw": 0, "com.apple.ManagedClient.preferences.*": 1} {
		found, err := New(testCatalog()).Check(profile, nil, Options{AllowUnknown: []string{allow}})
		if err != nil || len(found) != want {
			t.Errorf("allowing %s: got %v, %v; want %d findings", allow, found, err, want)
		}
	}
}

func TestReportUnused(t *testing.T) {
	profile := with(pl("com.example.values", "Whatever", 1))
	found, err := New(testCatalog()).Check(profile, nil, Options{AllowUnknown: []string{"com.example.values.Whatever", "com.example.values.Other"}, ReportUnused: true})
	if err != nil || len(found) != 1 || found[0].Message != `the exception "com.example.values.Other" matches no unknown key` {
		t.Errorf("got %v, %v; want one note about the exception that nothing needs", found, err)
	}
}
