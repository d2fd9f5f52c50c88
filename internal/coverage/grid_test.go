package coverage

import (
	"slices"
	"strings"
	"testing"

	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Every cell of the default grid, as research into each platform found it, before there was any code to compute it. A
// line is a platform, way of install and version; then the class of each intent, with the letter of its mechanism.
//
// A class is manual where a device takes nothing and a person can do it in Settings, and none where there is no such setting
// either. So DNS on an Apple TV and updates on a watch are manual, though no profile or declaration reaches them.
const expectedGrid = `
iOS iPadOS    manual      26  manual      preset:P    manual      manual      manual
iOS iPadOS    manual      27  manual      preset:D    manual      manual      manual
iOS iPadOS    device      26  manual      preset:P    manual      manual      manual
iOS iPadOS    device      27  manual      preset:D    manual      manual      manual
iOS iPadOS    supervised  26  enforced:A  preset:P    manual      manual      enforced:U
iOS iPadOS    supervised  27  enforced:A  preset:D    manual      manual      enforced:U
macOS         manual      26  locked:T    preset:P    none        manual      enforced:S
macOS         manual      27  locked:T    preset:D    none        manual      manual
macOS         supervised  26  locked:T    preset:P    none        manual      enforced:U
macOS         supervised  27  locked:T    preset:D    none        manual      enforced:U
tvOS          manual      26  manual      manual      none        none        manual
tvOS          manual      27  manual      manual      none        none        manual
tvOS          device      26  manual      manual      none        none        manual
tvOS          device      27  manual      manual      none        none        manual
tvOS          supervised  26  enforced:A  manual      none        none        enforced:U
tvOS          supervised  27  enforced:A  manual      none        none        enforced:U
visionOS      manual      26  manual      preset:P    none        manual      manual
visionOS      manual      27  manual      preset:D    none        manual      manual
visionOS      device      26  manual      preset:P    none        manual      manual
visionOS      device      27  manual      preset:D    none        manual      manual
visionOS      supervised  26  enforced:A  preset:P    none        manual      enforced:U
visionOS      supervised  27  enforced:A  preset:D    none        manual      enforced:U
watchOS       manual      26  none        none        none        none        manual
watchOS       manual      27  none        none        none        none        manual
watchOS       supervised  26  none        none        none        none        manual
watchOS       supervised  27  none        none        none        none        manual`

// expectedMechanisms are the letters of expectedGrid. What begins with the text counts.
var expectedMechanisms = map[string]string{
	"A": "com.apple.applicationaccess.forceAutomaticDateAndTime",
	"T": "com.apple.MCX.timeServer",
	"P": "com.apple.dnsSettings.managed",
	"D": "com.apple.configuration.network.dns-settings",
	"S": "com.apple.SoftwareUpdate",
	"U": "com.apple.configuration.softwareupdate.settings",
}

func TestGrid(t *testing.T) {
	m, err := Intents(prevention(t), Grid(), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	intents, checked := intent.All(), map[target.Target]bool{}
	for line := range strings.SplitSeq(strings.TrimSpace(expectedGrid), "\n") {
		words := strings.Fields(line)
		at := slices.IndexFunc(words, isVersion)
		if at < 2 || len(words)-at-1 != len(intents) {
			t.Fatalf("want PLATFORM… ENROLLMENT VERSION and a class for each of %v: %s", intents, line)
		}
		for _, platform := range words[:at-1] {
			to := targets(t, platform+"@"+words[at]+"/"+words[at-1])[0]
			cell := indexOf(m, to)
			if cell < 0 || len(m.Rows) != len(intents) {
				t.Fatalf("the matrix has %d of %d intents; it lacks %s if it has them all", len(m.Rows), len(intents), to)
			}
			for i, id := range intents {
				checkCell(t, m.Rows[i].Cells[cell], id, words[at+1+i])
			}
			checked[to] = true
		}
	}
	for _, to := range m.Targets {
		if !checked[to] {
			t.Errorf("no line of expectedGrid is for %s", to)
		}
	}
}

func isVersion(word string) bool {
	_, err := target.ParseVersion(word)
	return err == nil
}

func checkCell(t *testing.T, c Cell, id intent.ID, want string) {
	t.Helper()
	class, letter, _ := strings.Cut(want, ":")
	if string(c.Class) != class {
		t.Errorf("%s on %s: got %s, want %s", id, c.Target, c.Class, class)
	}
	if letter == "" && len(c.Mechanisms) > 0 || letter != "" && len(c.Mechanisms) == 0 {
		t.Errorf("%s on %s: got mechanisms %v, want %q", id, c.Target, c.Mechanisms, expectedMechanisms[letter])
	}
	for _, mechanism := range c.Mechanisms {
		if !strings.HasPrefix(mechanism, expectedMechanisms[letter]) {
			t.Errorf("%s on %s: got mechanism %s, want %s", id, c.Target, mechanism, expectedMechanisms[letter])
		}
	}
	if c.Source == "" && !(id == intent.Storage && c.Class == intent.None) {
		t.Errorf("%s on %s: no source", id, c.Target)
	}
}

// What a class rests on besides Apple's word is marked, and nothing else is.
func TestVerified(t *testing.T) {
	m, err := Intents(prevention(t), targets(t, "iOS@26/supervised", "macOS@26/manual", "tvOS@26/manual"), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	want := map[intent.ID][]bool{
		intent.DateTime: {true, false, true},
		intent.DNS:      {true, true, true},
		intent.Cellular: {true, false, false},
		intent.Storage:  {true, true, false},
		intent.Updates:  {true, false, true},
	}
	for _, r := range m.Rows {
		for i, is := range want[r.Subject.Intent] {
			if c := r.Cells[i]; c.Verified() != is {
				t.Errorf("%s on %s: verified is %t, want %t (%s)", r.Subject.Name(), c.Target, c.Verified(), is, c.Condition())
			}
		}
	}
}
