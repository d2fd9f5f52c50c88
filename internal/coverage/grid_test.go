package coverage

import (
	"strings"
	"testing"

	"syncguard/internal/baseline"
	"syncguard/internal/schema"
)

// Every cell of the default grid, as research into each platform found it, before there was any code to compute it. A
// line is a platform, way of install and version; then the class of each intent, with the letter of its mechanism.
//
// Where a device takes nothing but a person can do it in Settings, the class is hint; where there is no such setting either,
// impossible. So DNS on an Apple TV and updates on a watch are hints, though no profile or declaration reaches them.
const expectedGrid = `
iOS iPadOS    manual      26  hint        default:P   hint        hint        hint
iOS iPadOS    manual      27  hint        default:D   hint        hint        hint
iOS iPadOS    device      26  hint        default:P   hint        hint        hint
iOS iPadOS    device      27  hint        default:D   hint        hint        hint
iOS iPadOS    supervised  26  enforced:A  default:P   hint        hint        enforced:U
iOS iPadOS    supervised  27  enforced:A  default:D   hint        hint        enforced:U
macOS         manual      26  locked:T    default:P   impossible  hint        enforced:S
macOS         manual      27  locked:T    default:D   impossible  hint        hint
macOS         supervised  26  locked:T    default:P   impossible  hint        enforced:U
macOS         supervised  27  locked:T    default:D   impossible  hint        enforced:U
tvOS          manual      26  hint        hint        impossible  impossible  hint
tvOS          manual      27  hint        hint        impossible  impossible  hint
tvOS          device      26  hint        hint        impossible  impossible  hint
tvOS          device      27  hint        hint        impossible  impossible  hint
tvOS          supervised  26  enforced:A  hint        impossible  impossible  enforced:U
tvOS          supervised  27  enforced:A  hint        impossible  impossible  enforced:U
visionOS      manual      26  hint        default:P   impossible  hint        hint
visionOS      manual      27  hint        default:D   impossible  hint        hint
visionOS      device      26  hint        default:P   impossible  hint        hint
visionOS      device      27  hint        default:D   impossible  hint        hint
visionOS      supervised  26  enforced:A  default:P   impossible  hint        enforced:U
visionOS      supervised  27  enforced:A  default:D   impossible  hint        enforced:U
watchOS       manual      26  impossible  impossible  impossible  impossible  hint
watchOS       manual      27  impossible  impossible  impossible  impossible  hint
watchOS       supervised  26  impossible  impossible  impossible  impossible  hint
watchOS       supervised  27  impossible  impossible  impossible  impossible  hint`

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
			for i, intent := range baseline.Intents() {
				checkCell(t, m.Rows[i].Cells[at], intent, want[i])
				checked++
			}
		}
	}
	if all := len(m.Targets) * len(m.Rows); checked != all || all != 160 {
		t.Errorf("%d of %d cells were checked, want 160", checked, all)
	}
}

func checkCell(t *testing.T, c Cell, intent baseline.Intent, want string) {
	t.Helper()
	class, letter, _ := strings.Cut(want, ":")
	if string(c.Class) != class {
		t.Errorf("%s on %s: got %s, want %s", intent, c.Target, c.Class, class)
	}
	if letter == "" && len(c.Mechanisms) > 0 || letter != "" && len(c.Mechanisms) == 0 {
		t.Errorf("%s on %s: got mechanisms %v, want %q", intent, c.Target, c.Mechanisms, expectedMechanisms[letter])
	}
	for _, mechanism := range c.Mechanisms {
		if !strings.HasPrefix(mechanism, expectedMechanisms[letter]) {
			t.Errorf("%s on %s: got mechanism %s, want %s", intent, c.Target, mechanism, expectedMechanisms[letter])
		}
	}
	if c.Source == "" && !(intent == baseline.Storage && c.Class == baseline.Impossible) {
		t.Errorf("%s on %s: no source", intent, c.Target)
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
