package lint

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/target"
)

// areAlternatives reports whether two files are made from one template for different targets, by their names or their
// identifiers. Such files never meet: no device is two targets.
func areAlternatives(a, b *FileFacts) bool {
	return differInTarget(cutTargetOfFile, a, b) || differInTarget(cutTarget, a, b)
}

func differInTarget(cut func(*FileFacts) (before, target string), a, b *FileFacts) bool {
	before, x := cut(a)
	other, y := cut(b)
	return x != "" && y != "" && before == other && x != y
}

// cutTarget cuts an identifier made by build at its target: at the end of a profile's, as in com.acme.wifi.ios-manual, and
// in the middle of a declaration's, as in com.acme.wifi.ios-supervised.updates. group is "" without a target.
func cutTarget(m *FileFacts) (before, group string) {
	parts := strings.Split(m.identifier.text, ".")
	first := len(parts) - 1
	if m.declares != "" {
		first = 1
	}
	for i := len(parts) - 1; i >= max(first, 1); i-- {
		if slices.Contains(target.Groups(), parts[i]) {
			return strings.Join(parts[:i], "."), parts[i]
		}
	}
	return m.identifier.text, ""
}

// targetInName matches the target in the name of a file made by build, with an optional version.
var targetInName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.(?:` + strings.NewReplacer("-", `(?:-[0-9.]+)?-`).Replace(strings.Join(target.Groups(), "|")) + `)\.`)
})

// cutTargetOfFile cuts the name of a file at its target, as in wifi.ios-27-supervised.mobileconfig and
// wifi.ios-27-supervised.dns.json. of is "" without a target.
func cutTargetOfFile(m *FileFacts) (before, of string) {
	folder, name := filepath.Split(m.name)
	at := targetInName().FindStringIndex(name)
	if at == nil {
		return m.name, ""
	}
	return folder + name[:at[0]], name[at[0]+1 : at[1]-1]
}
