package target

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want, slug string }{
		{"iOS", "iOS@26/manual", "ios-manual"},
		{"ios@18.2/SUPERVISED", "iOS@18.2/supervised", "ios-18.2-supervised"},
		{"macOS@10.12.4", "macOS@10.12.4/manual", "macos-10.12.4-manual"},
		{"macos@27/manual", "macOS@27/manual", "macos-27-manual"},
		{"iPadOS@26.0/shared-ipad", "iPadOS@26/shared-ipad", "ipados-shared-ipad"},
		{"visionOS/user", "visionOS@26/user", "visionos-user"},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != c.want || got.Slug() != c.slug {
				t.Errorf("got %s with slug %s, want %s and %s", got, got.Slug(), c.want, c.slug)
			}
			if again, err := Parse(got.String()); err != nil || again != got {
				t.Errorf("%s parses to %v, %v", got, again, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                  `unknown platform ""`,
		"iSO":               `did you mean "iOS"?`,
		"Windows":           "want one of iOS, iPadOS",
		"iOS/superviced":    `did you mean "supervised"?`,
		"iOS@":              "is not a version",
		"iOS@latest":        "is not a version",
		"iOS@0":             "is not a version",
		"iOS@1.2.3.4":       "more than three numbers",
		"iOS@-1":            "is not a version",
		"iOS@99999":         "is not a version",
		"macOS/shared-ipad": "only iPadOS has Shared iPad",
		"tvOS/user":         "has no User Enrollment",
		"iOS/manual/device": "unknown enrollment",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestVersionsCompare(t *testing.T) {
	ordered := []string{"9", "10.12.4", "10.13", "18", "18.2", "26", "27"}
	for i := range ordered {
		for j := range ordered {
			a, errA := ParseVersion(ordered[i])
			b, errB := ParseVersion(ordered[j])
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got := a.Compare(b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s compared with %s is %d", a, b, got)
			}
		}
	}
}

func FuzzParseRoundTrip(f *testing.F) {
	f.Add("iOS@18.2/supervised")
	f.Add("macOS")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(got.String()); err != nil || again != got {
			t.Fatalf("%q parses to %s, which parses to %v, %v", s, got, again, err)
		}
	})
}

func TestDeviceTypes(t *testing.T) {
	for _, p := range Platforms() {
		if got := OfDeviceType(p.DeviceType()); got != p.Schema() {
			t.Errorf("%s has the device type %d, which is that of %q", p, p.DeviceType(), got)
		}
	}
	for _, n := range []int64{-1, 0, HomePod, 7} {
		if p := OfDeviceType(n); p != "" {
			t.Errorf("device type %d is %s", n, p)
		}
	}
}
