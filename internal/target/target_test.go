package target

import (
	"slices"
	"strings"
	"testing"
	"time"
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
		"iOS@":              "want a version such as",
		"iOS@latest":        "want a version such as",
		"iOS@0":             "want a version such as",
		"iOS@1.2.3.4":       "at most three numbers",
		"iOS@-1":            "want a version such as",
		"iOS@99999":         "want a version such as",
		"macOS/shared-ipad": "macOS has no Shared iPad",
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
	for _, n := range []int64{-1, 0, HomePod, int64(len(deviceTypes))} {
		if p := OfDeviceType(n); p != "" {
			t.Errorf("device type %d is %s", n, p)
		}
	}
}

// Versions that no platform ever had are refused with their neighbours, and all others are taken: what is newer than what
// is known may exist.
func TestVersionsExist(t *testing.T) {
	for text, want := range map[string]string{
		"iOS@19":        "iOS 19 was never released; the nearest versions are 18 and 26",
		"iOS@25.4":      "iOS 25.4 was never released; the nearest versions are 18 and 26",
		"iPadOS@12":     "iPadOS 12 was never released; the first version is 13",
		"iPadOS@20/mdm": "unknown enrollment",
		"macOS@16":      "macOS 16 was never released; the nearest versions are 15 and 26",
		"macOS@10.16":   "macOS 10.16 was never released; the nearest versions are 10.15 and 11",
		"macOS@9":       "macOS 9 was never released; the first version is 10",
		"tvOS@8":        "tvOS 8 was never released; the first version is 9",
		"tvOS@19.1":     "tvOS 19.1 was never released; the nearest versions are 18 and 26",
		"visionOS@3":    "visionOS 3 was never released; the nearest versions are 2 and 26",
		"watchOS@12":    "watchOS 12 was never released; the nearest versions are 11 and 26",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"iOS@1", "iOS@18.7", "iOS@18.99", "iOS@26", "iOS@27.1", "iOS@28", "iPadOS@13.1", "macOS@10.7", "macOS@10.15.7",
		"macOS@11", "macOS@15.8.2", "tvOS@9.2", "visionOS@1.1", "visionOS@2.6", "watchOS@11.6", "watchOS@27.2"} {
		if _, err := Parse(text); err != nil {
			t.Error(err)
		}
	}
	for text, want := range map[string]bool{"2.1": true, "16.7": true, "26.7.2": true, "27.1": true, "19.1": false, "25": false} {
		v, err := ParseVersion(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckVersion(v); (err == nil) != want {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// MDM supervises every Mac from macOS 11 on, and every watch that it can enroll; User Enrollment and installing by hand do not.
func TestReadAsSupervised(t *testing.T) {
	for text, want := range map[string]Enrollment{
		"macOS@27/device":            Supervised,
		"macOS@11/device":            Supervised,
		"macOS@10.15/device":         Device, // newer Macs belong to the group, and so do unsupervised ones
		"macOS@27/user":              User,
		"macOS@27/manual":            Manual,
		"macOS@27/manual-supervised": ManualSupervised,
		"watchOS@26/device":          Supervised,
		"watchOS@9/device":           Device,
		"iOS@27/device":              Device,
		"tvOS@27/device":             Device,
		"visionOS@27/device":         Device,
		"iPadOS@27/shared-ipad":      SharedIPad,
	} {
		to, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := to.Effective(); got != want || to.IsSupervised() != want.IsSupervised() || (to.ReadAs() == "") != (to.Enrollment == want) {
			t.Errorf("%s is read as %s (%q), want %s", text, got, to.ReadAs(), want)
		}
		if to.String() != text || !strings.HasSuffix(text, string(to.Enrollment)) {
			t.Errorf("%s is called %s", text, to)
		}
	}
}

// The names of a target do not change by how it is read: profiles on devices are replaced by their identifiers.
func TestNamesStay(t *testing.T) {
	to, err := Parse("macOS@27/device")
	if err != nil || to.Slug() != "macos-27-device" || to.Group() != "macos-device" || to.Describe() != "macOS 27+ · MDM, supervised" {
		t.Errorf("got %s, %s, %s, %v", to.Slug(), to.Group(), to.Describe(), err)
	}
}

// Each date is a day, later than those of the versions before it in the same major version, and after the first of its platform.
func TestReleaseDates(t *testing.T) {
	for p, of := range released().Dates.Of {
		var versions []Version
		for s, day := range of {
			v, err := ParseVersion(s)
			if _, bad := time.Parse(time.DateOnly, day); err != nil || bad != nil || v.String() != s || p.checkReleased(v) != nil {
				t.Errorf("%s %s: %s, %v", p, s, day, err)
			}
			versions = append(versions, v)
		}
		slices.SortFunc(versions, Version.Compare)
		for i, v := range versions[1:] {
			if before := versions[i]; before.Major == v.Major && p.ReleaseDate(before) > p.ReleaseDate(v) {
				t.Errorf("%s %s came out after %s", p, before, v)
			}
		}
	}
	for _, p := range Platforms() {
		if got := p.ReleaseDate(Version{Major: 27}); got != "2026-09-14" {
			t.Errorf("%s: %q", p, got)
		}
		if got := p.ReleaseDate(Version{Major: 27, Minor: 1}); got != "" {
			t.Errorf("%s 27.1: %q", p, got)
		}
	}
}
