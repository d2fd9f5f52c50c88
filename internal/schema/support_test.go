package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/target"
)

func at(t *testing.T, s string) target.Target {
	t.Helper()
	x, err := target.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestLimits(t *testing.T) {
	yes, no := true, false
	v := func(major int) target.Version { return target.Version{Major: major} }
	tests := []struct {
		name   string
		a      Availability
		target string
		want   []Limit
	}{
		{"nothing stated", Availability{}, "iOS@26", nil},
		{"not on the platform hides the rest", Availability{NotAvailable: true, Supervised: &yes}, "macOS@26", []Limit{{Obstacle: NotOnPlatform}}},
		{"there from the start", Availability{Introduced: v(26)}, "iOS@26", nil},
		{"on newer devices only", Availability{Introduced: v(27)}, "iOS@26", []Limit{{NotYetIntroduced, v(27)}}},
		{"deprecated", Availability{Deprecated: v(26)}, "iOS@26", []Limit{{Deprecated, v(26)}}},
		{"deprecated on newer devices", Availability{Deprecated: v(27)}, "iOS@26", []Limit{{DeprecatedLater, v(27)}}},
		{"removed hides the rest", Availability{Deprecated: v(26), Removed: v(27), Supervised: &yes}, "iOS@27", []Limit{{Removed, v(27)}}},
		{"removed on newer devices", Availability{Deprecated: v(26), Removed: v(27)}, "iOS@26", []Limit{{RemovedLater, v(27)}, {Deprecated, v(26)}}},
		{"supervision by hand", Availability{Supervised: &yes}, "iOS@26/manual", []Limit{{Obstacle: NeedsSupervision}}},
		{"supervision of MDM", Availability{Supervised: &yes}, "iOS@26/device", []Limit{{Obstacle: NeedsSupervision}}},
		{"supervised by hand", Availability{Supervised: &yes}, "iOS@26/manual-supervised", nil},
		{"Shared iPad is supervised", Availability{Supervised: &yes}, "iPadOS@26/shared-ipad", nil},
		{"no supervision needed", Availability{Supervised: &no}, "iOS@26/manual", nil},
		{"not by hand", Availability{AllowManualInstall: &no}, "iOS@26/manual-supervised", []Limit{{Obstacle: NeedsMDM}}},
		{"by MDM", Availability{AllowManualInstall: &no}, "iOS@26/device", nil},
		{"user approval", Availability{UserApprovedMDM: &yes}, "macOS@10.15/device", []Limit{{Obstacle: NeedsUserApproved}}},
		{"MDM supervises every Mac", Availability{Supervised: &yes, UserApprovedMDM: &yes, AllowedEnrollments: []string{"supervised"}}, "macOS@11/device", nil},
		{"but not before macOS 11", Availability{Supervised: &yes, AllowedEnrollments: []string{"supervised"}}, "macOS@10.15/device",
			[]Limit{{Obstacle: NeedsSupervision}, {Obstacle: NotInEnrollment}}},
		{"nor in User Enrollment", Availability{Supervised: &yes}, "macOS@26/user", []Limit{{Obstacle: NeedsSupervision}}},
		{"nor by hand", Availability{Supervised: &yes}, "macOS@26/manual", []Limit{{Obstacle: NeedsSupervision}}},
		{"MDM supervises every watch", Availability{Supervised: &yes}, "watchOS@26/device", nil},
		{"no Mac is managed without supervision", Availability{AllowedEnrollments: []string{"device"}}, "macOS@26/device", []Limit{{Obstacle: NotInEnrollment}}},
		{"user approval is given by supervision", Availability{UserApprovedMDM: &yes}, "macOS@26/supervised", nil},
		{"automated enrollment", Availability{RequiresDEP: &yes}, "iOS@26/supervised", []Limit{{Obstacle: NeedsADE}}},
		{"user enrollment forbidden", Availability{UserEnrollment: "forbidden"}, "iOS@26/user", []Limit{{Obstacle: NotInUserEnrollment}}},
		{"user enrollment forbidden elsewhere", Availability{UserEnrollment: "forbidden"}, "iOS@26/device", nil},
		{"user enrollment ignored", Availability{UserEnrollment: "ignored"}, "iOS@26/user", []Limit{{Obstacle: IgnoredInUserEnrollment}}},
		{"user enrollment required", Availability{UserEnrollment: "required"}, "iOS@26/device", []Limit{{Obstacle: NeedsUserEnrollment}}},
		{"Shared iPad forbidden", Availability{SharedIPad: SharedIPad{Mode: "forbidden"}}, "iPadOS@26/shared-ipad", []Limit{{Obstacle: NotOnSharedIPad}}},
		{"Shared iPad has no scope", Availability{SharedIPad: SharedIPad{AllowedScopes: []string{}}}, "iPadOS@26/shared-ipad", []Limit{{Obstacle: NotOnSharedIPad}}},
		{"Shared iPad has a scope", Availability{SharedIPad: SharedIPad{AllowedScopes: []string{"system"}}}, "iPadOS@26/shared-ipad", nil},
		{"Shared iPad required", Availability{SharedIPad: SharedIPad{Mode: "required"}}, "iPadOS@26/supervised", []Limit{{Obstacle: NeedsSharedIPad}}},
		{"enrollment left out", Availability{AllowedEnrollments: []string{"supervised"}}, "iOS@26/device", []Limit{{Obstacle: NotInEnrollment}}},
		{"by hand is local", Availability{AllowedEnrollments: []string{"local"}}, "iOS@26/manual", nil},
		{"by hand and supervised is local only", Availability{AllowedEnrollments: []string{"supervised"}}, "iOS@26/manual-supervised", []Limit{{Obstacle: NotInEnrollment}}},
		{"user is allowed", Availability{AllowedEnrollments: []string{"device", "user"}}, "iOS@26/user", nil},
		{"several", Availability{Introduced: v(27), Supervised: &yes, AllowManualInstall: &no}, "iOS@26/manual",
			[]Limit{{NotYetIntroduced, v(27)}, {Obstacle: NeedsSupervision}, {Obstacle: NeedsMDM}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.a.Limits(at(t, tt.target))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOverride(t *testing.T) {
	yes, no := true, false
	full := Availability{
		Introduced: target.Version{Major: 1}, Deprecated: target.Version{Major: 2}, Removed: target.Version{Major: 3},
		Multiple: &yes, Supervised: &yes, AllowManualInstall: &yes, RequiresDEP: &yes, UserApprovedMDM: &yes,
		DeviceChannel: &yes, UserChannel: &yes, UserEnrollment: "forbidden",
		SharedIPad:         SharedIPad{"ignored", &yes, &yes, []string{"system"}},
		AllowedEnrollments: []string{"device"}, AllowedScopes: []string{"system"}, Beta: true,
	}
	if diff := cmp.Diff(full, full.Override(Availability{})); diff != "" {
		t.Errorf("nothing stated changes something:\n%s", diff)
	}
	if diff := cmp.Diff(full, Availability{}.Override(full)); diff != "" {
		t.Errorf("something stated does not count:\n%s", diff)
	}
	if got := full.Override(Availability{Supervised: &no}); *got.Supervised {
		t.Error("the key's false does not count before the payload's true")
	}
	if got := full.Override(Availability{NotAvailable: true}); !got.NotAvailable {
		t.Error("n/a does not count")
	}
	if got := (Availability{NotAvailable: true}).Override(Availability{Introduced: target.Version{Major: 5}}); got.NotAvailable {
		t.Error("a version does not count before n/a")
	}
	if got := full.Override(Availability{SharedIPad: SharedIPad{AllowedScopes: []string{}}}); len(got.SharedIPad.AllowedScopes) != 0 {
		t.Error("an empty list does not count")
	}
}

// Every version that Apple's schemas name is one that the table of releases has.
func TestVersionsOfTheSchemasExist(t *testing.T) {
	c := Embedded()
	seen := map[string]bool{}
	var walk func(all Availabilities, keys []*Key, depth int)
	walk = func(all Availabilities, keys []*Key, depth int) {
		for platform, a := range all {
			for _, v := range []target.Version{a.Introduced, a.Deprecated, a.Removed} {
				if !v.IsZero() {
					seen[string(platform)+"@"+v.String()] = true
				}
			}
		}
		for _, k := range keys {
			if depth < 8 { // a key may lead back up
				walk(k.Availability, k.Keys, depth+1)
			}
		}
	}
	err := c.each(func(e Entry, x *Type) {
		if e.Family != Preferences { // they are of another source
			walk(x.Availability, x.Keys, 0)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for text := range seen {
		if _, err := target.Parse(text); err != nil {
			t.Error(err)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d versions were looked at", len(seen))
	}
}
