package lint

import (
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/schema/facts"
	"syncguard/profiles"
)

// owner is the function of that name for a place in the profile.
func (p *profile) owner(at diag.Path) (domain, key string) {
	return owner(at[len(p.at.steps()):], p.isDeclaration, func(i int) string {
		if p.isDeclaration {
			return p.root.String("Type")
		}
		return p.root.List("PayloadContent")[i].String("PayloadType")
	})
}

// owner returns the type or preference domain that a place belongs to, as the schemas name it, and the keys that lead there
// from it. typeOf is the type of the payload at an index, or that of a declaration.
func owner(at diag.Path, isDeclaration bool, typeOf func(payload int) string) (domain, key string) {
	domain = facts.Profile
	switch i, isPayload := at.Payload(); {
	case isDeclaration && len(at) > 0 && at[0].Key == "Payload":
		domain, at = typeOf(0), at[1:]
	case isDeclaration:
		domain = facts.Declaration
	case isPayload:
		domain, at = typeOf(i), at[2:]
		if domain == profiles.ManagedPreferences && len(at) > 4 && at[4].Key == profiles.PreferenceSettings {
			domain, at = at[1].Key, at[5:] // PayloadContent, the domain, Forced, its index, and the settings
		}
	}
	var keys []string
	for _, s := range at {
		if !s.IsItem {
			keys = append(keys, s.Key)
		}
	}
	return domain, strings.Join(keys, ".")
}

// keys are the keys that lead to a node from the payload, domain or top level that it belongs to.
func (n *node) keys() []string {
	var keys []string
	for ; n.key != nil && n.parent != nil && n.parent.domain == n.domain; n = n.parent {
		if !n.path.item {
			keys = append([]string{n.path.key}, keys...)
		}
	}
	return keys
}
