package app

import (
	"strings"
	"testing"
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
