package lint

import (
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/schema/facts"
	"syncguard/profiles"
)

// owner calls the function owner for a path in the profile.
func (p *profile) owner(at diag.Path) (domain, key string) {
	return owner(at[len(p.at.steps()):], p.isDeclaration, func(i int) string {
		if p.types == nil {
			if p.isDeclaration {
				p.types = []string{p.root.String("Type")}
			}
			for _, v := range p.root.List("PayloadContent") {
				p.types = append(p.types, v.String("PayloadType"))
			}
		}
		return p.types[i]
	})
}

// owner returns the payload type, declaration type or preference domain a path belongs to, as named by the schemas, and the
// keys below it joined by dots. typeOf returns the type of the payload at an index, or of the declaration.
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

// keys returns the keys from a node's payload, domain or top level down to the node.
func (n *node) keys() []string {
	var keys []string
	for ; n.key != nil && n.parent != nil && n.parent.domain == n.domain; n = n.parent {
		if !n.path.item {
			keys = append([]string{n.path.key}, keys...)
		}
	}
	return keys
}
