package lint

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/target"
)

// areAlternatives says whether two members are made of one template for different targets, and no device is two targets:
// the names of their files say so, or their identifiers.
func areAlternatives(a, b *FileFacts) bool {
	return differInTarget(cutTargetOfName, a, b) || differInTarget(cutTarget, a, b)
}

func differInTarget(cut func(*FileFacts) (before, target string), a, b *FileFacts) bool {
	before, x := cut(a)
	other, y := cut(b)
	return x != "" && y != "" && before == other && x != y
}

// cutTarget parts the target in an identifier that build makes from what is before it: at the end of a profile's, as in
// com.acme.wifi.ios-manual, and in the midst of a declaration's, as in com.acme.wifi.ios-supervised.updates.
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

// targetInName matches the target in the name of a file that build makes, with the version where there is one.
var targetInName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.(?:` + strings.NewReplacer("-", `(?:-[0-9.]+)?-`).Replace(strings.Join(target.Groups(), "|")) + `)\.`)
})

// cutTargetOfName parts the target from what is before it, as in wifi.ios-27-supervised.mobileconfig and
// wifi.ios-27-supervised.dns.json.
func cutTargetOfName(m *FileFacts) (before, of string) {
	folder, name := filepath.Split(m.name)
	at := targetInName().FindStringIndex(name)
	if at == nil {
		return m.name, ""
	}
	return folder + name[:at[0]], name[at[0]+1 : at[1]-1]
}
