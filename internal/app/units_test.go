package app

import (
	"slices"
	"strings"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
)

func TestAmount(t *testing.T) {
	for _, tt := range []struct {
		n    float64
		unit facts.Unit
		key  string
		want string
	}{
		{604800, facts.Seconds, "idleTime", "7 days"},
		{900, facts.Seconds, "idleTime", "15 minutes"},
		{60, facts.Seconds, "idleTime", "1 minute"},
		{90, facts.Seconds, "idleTime", "1 minute 30 seconds"},
		{64800, facts.Seconds, "LoginFrequency", "18 hours"},
		{90061, facts.Seconds, "idleTime", "about 1 day 1 hour"},
		{86460, facts.Seconds, "idleTime", "1 day 1 minute"},
		{45, facts.Seconds, "idleTime", "seconds"},
		{45, facts.Seconds, "secondsPerDay", ""},
		{7200, facts.Seconds, "secondsPerDay", "2 hours"},
		{0, facts.Seconds, "idleTime", "seconds"},
		{-1, facts.Seconds, "idleTime", "seconds"},
		{2.5, facts.Seconds, "delaySeconds", ""},
		{2147483647, facts.Seconds, "askForPasswordDelay", "seconds"},
		{15, facts.Minutes, "maxInactivity", "minutes"},
		{15, facts.Minutes, "MaximumInactivityInMinutes", ""},
		{1440, facts.Minutes, "LifeTimeInMinutes", "1 day"},
		{90, facts.Days, "maxPINAgeInDays", ""},
		{30, facts.Days, "enforcedSoftwareUpdateDelay", "days"},
		{500, facts.Milliseconds, "slowKeyDelay", "milliseconds"},
		{1500, facts.Milliseconds, "slowKeyDelay", "1 second 500 milliseconds"},
		{1280, facts.Bytes, "MTU", "bytes"},
		{120000000000, facts.Bytes, "CacheLimit", "120 GB"},
		{500000, facts.Megabytes, "BackupSizeMB", "500 GB"},
		{500, facts.Megabytes, "BackupSizeMB", ""},
	} {
		if got := amount(tt.n, tt.unit, tt.key); got != tt.want {
			t.Errorf("%v %s of %s: got %q, want %q", tt.n, tt.unit, tt.key, got, tt.want)
		}
	}
}

// Every key with a unit is a number in the schema of its type.
func TestUnitsAreOfNumbers(t *testing.T) {
	catalog := schema.Embedded()
	for _, q := range facts.Embedded().Units {
		for _, name := range q.Types {
			types, err := typesNamed(catalog, name)
			if name == facts.Profile {
				of, failed := catalog.Envelope()
				types, err = []*schema.Type{of}, failed
			}
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(types, func(of *schema.Type) bool {
				return isNumber(&schema.Key{Kind: plist.Dictionary, Keys: of.Keys}, strings.Split(q.Path, "."))
			}) {
				t.Errorf("%s has no number %s", name, q.Path)
			}
		}
	}
}

func isNumber(k *schema.Key, path []string) bool {
	switch {
	case k == nil:
		return false
	case len(path) == 0:
		return k.Kind == plist.Integer || k.Kind == plist.Real
	case path[0] != "*":
		return isNumber(k.Key(path[0]), path[1:])
	}
	return slices.ContainsFunc(k.Keys, func(below *schema.Key) bool { return isNumber(below, path[1:]) })
}
