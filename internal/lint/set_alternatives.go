package lint

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/target"
)

// targetCuts are the name of a file and its identifier, cut at the target that they name. A cut is zero without a target.
type targetCuts struct{ name, identifier targetCut }

type targetCut struct{ before, target string }

func newTargetCuts(m *FileFacts) (cuts targetCuts) {
	if before, target := cutTargetOfFile(m.name); target != "" {
		cuts.name = targetCut{strings.Clone(before), strings.Clone(target)}
	}
	if before, target := cutTarget(m.identifier.text, m.declares != ""); target != "" {
		cuts.identifier = targetCut{strings.Clone(before), strings.Clone(target)}
	}
	return cuts
}

// areAlternatives reports whether two files are made from one template for different targets, by their names or their
// identifiers. Such files never meet: no device is two targets.
func areAlternatives(a, b *targetCuts) bool {
	return a.name.differs(&b.name) || a.identifier.differs(&b.identifier)
}

func (c *targetCut) differs(other *targetCut) bool {
	return c.target != "" && other.target != "" && c.target != other.target && c.before == other.before
}

// cutTarget cuts an identifier made by build at its target: at the end of a profile's, as in com.acme.wifi.ios-manual, and
// in the middle of a declaration's, as in com.acme.wifi.ios-supervised.updates. group is "" without a target.
func cutTarget(identifier string, isDeclaration bool) (before, group string) {
	parts := strings.Split(identifier, ".")
	first := len(parts) - 1
	if isDeclaration {
		first = 1
	}
	for i := len(parts) - 1; i >= max(first, 1); i-- {
		if slices.Contains(target.Groups(), parts[i]) {
			return strings.Join(parts[:i], "."), parts[i]
		}
	}
	return identifier, ""
}

// MadeFor cuts the path of a file made by build at the target in its name: before names the template's other files, too, and target
// is PLATFORM-ENROLLMENT, maybe with a version in between. target is "" for another file.
func MadeFor(path string) (before, target string) { return cutTargetOfFile(path) }

// targetInName matches the target in the name of a file made by build, with an optional version.
var targetInName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.(?:` + strings.NewReplacer("-", `(?:-[0-9.]+)?-`).Replace(strings.Join(target.Groups(), "|")) + `)\.`)
})

// cutTargetOfFile cuts the name of a file at its target, as in wifi.ios-27-supervised.mobileconfig and
// wifi.ios-27-supervised.dns.json. of is "" without a target.
func cutTargetOfFile(path string) (before, of string) {
	folder, name := filepath.Split(path)
	at := targetInName().FindStringIndex(name)
	if at == nil {
		return path, ""
	}
	return folder + name[:at[0]], name[at[0]+1 : at[1]-1]
}
