package effective_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/effective"
	"syncguard/internal/work"
)

// result is a device without what tells the files apart.
func result(t *testing.T, d *effective.Device) string {
	t.Helper()
	for i := range d.Settings {
		for _, sources := range [][]effective.Source{d.Settings[i].By, d.Settings[i].Lost} {
			slices.SortFunc(sources, func(a, b effective.Source) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
	data, err := json.Marshal([]any{d.Settings, d.Inert, d.Totals})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// randomFiles are profiles and declarations with settings that meet each other.
func randomFiles(r *rand.Rand) (all []string) {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	bool := func() string { return pick("true", "false") }
	for i := range 2 + r.IntN(6) {
		all = append(all, fmt.Sprintf("f%d%s: ", i, pick("", "", "(User)", "(id=com.acme.same)"))+pick(
			`com.apple.applicationaccess {"allowCamera": `+bool()+`, "forceEncryptedBackup": `+bool()+`, "blockedAppBundleIDs": ["`+pick("a", "b")+`", "c"], "allowAirDrop": false}`,
			`com.apple.mobiledevice.passwordpolicy {"minLength": `+pick("4", "6", "8")+`, "allowSimple": `+bool()+`}`,
			`com.apple.configuration.passcode.settings {"MinimumLength": `+pick("4", "6", "8")+`, "RequirePasscode": `+bool()+`}`,
			`com.apple.configuration.softwareupdate.settings {"AutomaticActions": {"Download": "`+pick("AlwaysOn", "AlwaysOff")+`"}, "Beta": {"RequireProgram": {"Token": "`+pick("a", "b")+`", "Description": "x"}}}`,
			`com.acme.agent {"Server": "`+pick("a", "b")+`", "Only`+fmt.Sprint(i)+`": 1}`,
			`com.apple.wifi.managed {"SSID_STR": "`+pick("Acme", "Guests")+`", "EncryptionType": "`+pick("WPA2", "WPA3")+`"}`,
			`com.apple.dock {"autohide": `+bool()+`}`,
			`com.apple.ManagedClient.preferences {"PayloadContent": {"com.acme.agent": {"`+pick("Forced", "Set-Once")+`": [{"mcx_preference_settings": {"Server": "`+pick("a", "b")+`"}}]}}}`,
		))
	}
	return all
}

// TestLaws: the order of files does not matter, a set given twice is the set, and a file alone is itself.
func TestLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 300 {
		files := randomFiles(r)
		name := []string{"macOS@27/supervised", "iOS@26/supervised", "macOS@15/user"}[n%3]
		want := result(t, on(t, name, filesOf(t, files)))
		shuffled := slices.Clone(files)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := result(t, on(t, name, filesOf(t, shuffled))); got != want {
			t.Fatalf("the order matters for %s:\n%s\n%s\n%s", name, strings.Join(files, "\n"), want, got)
		}
		twice := slices.Concat(filesOf(t, files), filesOf(t, files))
		if got := result(t, on(t, name, twice)); got != want {
			t.Fatalf("a set twice differs on %s:\n%s\n%s\n%s", name, strings.Join(files, "\n"), want, got)
		}
		alone := on(t, name, filesOf(t, files[:1]))
		if alone.Undefined+alone.Combined+alone.Agreed > 0 {
			t.Fatalf("a file alone on %s: %s\n%s", name, files[0], result(t, alone))
		}
	}
}

// TestGrouping: combined settings do not depend on the grouping of files: what two sets come to, set by one profile each, comes to
// what all files come to.
func TestGrouping(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		var all []string
		for i := range 4 {
			all = append(all, fmt.Sprintf(`f%d: com.apple.mobiledevice.passwordpolicy {"minLength": %d, "allowSimple": %v, "maxInactivity": %d}`, i, r.IntN(9), r.IntN(2) == 0, r.IntN(9)))
		}
		valueOf := func(files []string) (keys string) {
			for _, s := range on(t, "iOS@18/supervised", filesOf(t, files)).Settings {
				keys += fmt.Sprintf(", %q: %v", s.Key, s.Value)
			}
			return "{" + strings.TrimPrefix(keys, ", ") + "}"
		}
		a, b := valueOf(all[:2]), valueOf(all[2:])
		both := []string{"a: com.apple.mobiledevice.passwordpolicy " + a, "b: com.apple.mobiledevice.passwordpolicy " + b}
		if got, want := valueOf(both), valueOf(all); got != want {
			t.Fatalf("%v\ngrouped %s, together %s", all, got, want)
		}
	}
}

// TestGrowth: work grows with the files, however their settings meet.
func TestGrowth(t *testing.T) {
	for shape, line := range map[string]string{
		"one setting":   `f%d: com.apple.applicationaccess {"allowCamera": false, "blockedAppBundleIDs": ["com.a%[1]d", "com.b%[1]d"]}`,
		"undefined":     `f%d: com.acme.agent {"Server": "a%[1]d"}`,
		"each its own":  `f%d: com.acme.agent {"Server%[1]d": 1}`,
		"one name":      `f%d(id=com.acme.same): com.apple.dock {"tilesize": %[1]d}`,
		"single":        `f%d: com.apple.dock {"tilesize": %[1]d}`,
		"networks":      `f%d: com.apple.wifi.managed {"SSID_STR": "n%[1]d"}`,
		"one network":   `f%d: com.apple.wifi.managed {"SSID_STR": "n", "Password": "p%[1]d"}`,
		"declarations":  `f%d: com.apple.configuration.passcode.settings {"MinimumLength": %[1]d}`,
		"one structure": `f%d: com.apple.TCC.configuration-profile-policy {"Services": {"SystemPolicyAllFiles": [{"Identifier": "com.a", "Allowed": true, "CodeRequirement": "c%[1]d"}]}}`,
	} {
		measure := func(n int) int {
			var all []string
			for i := range n {
				all = append(all, fmt.Sprintf(line, i))
			}
			files := filesOf(t, all)
			return work.Measure(func() { on(t, "macOS@15/supervised", files) })
		}
		small, large := measure(200), measure(1600)
		if large > 12*small {
			t.Errorf("%s: 8 times the files took %d instead of %d units of work", shape, large, small)
		}
	}
}
