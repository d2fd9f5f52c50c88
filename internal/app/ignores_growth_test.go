package app

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/work"
)

// A pattern is compared with a path for each combination of its alternatives, so their number is bounded.
func TestCombinations(t *testing.T) {
	for pattern, want := range map[string]int{
		"":              1,
		"legacy/**":     1,
		"{a,b}/{c,d}":   4,
		"{a,{b,c}x,}/*": 4,
		`\{a,b}`:        1,
		"{a":            1,
		strings.Repeat("{a*,a*a*,**}/", 8) + "zz": maxCombinations + 1,
		strings.Repeat("{", 1000):                 1,
	} {
		if got := combinations(pattern); got != want {
			t.Errorf("%.40q has %d combinations, want %d", pattern, got, want)
		}
	}
}

// Twice the entries for twice the findings are twice the work: no entry is compared with every finding.
func TestIgnoresGrow(t *testing.T) {
	for name, entry := range map[string]string{
		"of one key":      "  - {rule: unknown-key, key: com.apple.wifi.managed.Zz%d, reason: why}\n",
		"of all keys":     "  - {rule: unknown-key, reason: why %d}\n",
		"of the file":     "  - {rule: unknown-key, files: a.*, reason: why %d}\n",
		"of the rest":     "  - {rule: unknown-key, files: \"a%d/**\", reason: why}\n",
		"of another rule": "  - {rule: duplicate-key, key: com.apple.wifi.managed.Zz%d, reason: why}\n",
	} {
		t.Run(name, func(t *testing.T) {
			lint := func(n int) int {
				var entries, keys strings.Builder
				for i := range n {
					fmt.Fprintf(&entries, strings.ReplaceAll(entry, "%d", "%[1]d"), i)
					fmt.Fprintf(&keys, "<key>Zz%d</key><true/>", i)
				}
				h := nowhere(newMemory(t, map[string]string{".syncguard.yaml": "ignore:\n" + entries.String(),
					"a.mobileconfig": "<plist version=\"1.0\"><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.wifi.managed</string>" +
						keys.String() + "</dict></array></dict></plist>"}))
				return work.Measure(func() {
					run, err := Lint(t.Context(), h, LintOptions{Paths: []string{"a.mobileconfig"}})
					if err != nil {
						t.Fatal(err)
					}
					for _, err := range run.Files {
						if err != nil {
							t.Fatal(err)
						}
					}
				})
			}
			lint(10)
			if one, two := lint(400), lint(800); 10*two > 25*one {
				t.Errorf("%d units of work for 400 entries and findings, %d for 800", one, two)
			}
		})
	}
}
