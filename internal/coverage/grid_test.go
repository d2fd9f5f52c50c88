package coverage

import (
	"strings"
	"testing"

	"syncguard/internal/intent"
	"syncguard/internal/schema"
)

// Every cell of the default grid, as research into each platform found it, before there was any code to compute it. A
// line is a platform, way of install and version; then the class of each intent, with the letter of its mechanism.
//
// Where a device takes nothing but a person can do it in Settings, the class is manual; where there is no such setting either,
// none      . So DNS on an Apple TV and updates on a watch are hints, though no profile or declaration reaches them.
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
	checked := 0
	for line := range strings.SplitSeq(strings.TrimSpace(expectedGrid), "\n") {
		words := strings.Fields(line)
		want := words[len(words)-5:]
		way, version := words[len(words)-7], words[len(words)-6]
		for _, platform := range words[:len(words)-7] {
			at := indexOf(m, targets(t, platform+"@"+version+"/"+way)[0])
			if at < 0 {
				t.Errorf("the grid lacks %s", line)
				continue
			}
			for i, id := range intent.All() {
				checkCell(t, m.Rows[i].Cells[at], id, want[i])
				checked++
			}
		}
	}
	if all := len(m.Targets) * len(m.Rows); checked != all || all != 160 {
		t.Errorf("%d of %d cells were checked, want 160", checked, all)
	}
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
	want := [][]bool{ // date-time, dns, cellular, storage, updates
		{true, false, true},
		{true, true, true},
		{true, false, false},
		{true, true, false},
		{true, false, true},
	}
	for i, r := range m.Rows {
		for j, c := range r.Cells {
			if c.Verified() != want[i][j] {
				t.Errorf("%s on %s: verified is %t, want %t (%s)", r.Subject.Name(), c.Target, c.Verified(), want[i][j], c.Condition())
			}
		}
	}
}
