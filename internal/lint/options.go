package lint

import (
	"strings"

	"syncguard/internal/schema/facts"
)

// allowance is an entry of Options.AllowUnknown.
type allowance struct {
	name string
	used bool
}

func allowances(names []string) []allowance {
	var all []allowance
	for _, name := range names {
		all = append(all, allowance{name: name})
	}
	return all
}

// allows says whether the user allows a key that the schema of a dictionary does not have.
func (p *profile) allows(n *node, key string) bool {
	if len(p.allowed) == 0 {
		return false
	}
	keys := n.keys()
	return p.allowsName(n.typeName(), strings.Join(append(keys, key), "."))
}

// allowsName says whether the user allows a path of keys below a type; no path is the type itself.
func (p *profile) allowsName(typeName, path string) bool {
	full := typeName
	if path != "" {
		full += "." + path
	}
	found := false
	for i := range p.allowed {
		a := &p.allowed[i]
		above, isWide := strings.CutSuffix(a.name, ".*")
		if a.name == typeName || a.name == full || isWide && strings.HasPrefix(full, above+".") {
			a.used, found = true, true
		}
	}
	return found
}

// typeName is the type or domain that a node belongs to, as facts and options name it.
func (n *node) typeName() string {
	switch {
	case n.domain != "":
		return n.domain
	case n.noun == nounDeclaration:
		return facts.Declaration
	}
	return facts.Profile
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

func unusedException(p *pass, profile *profile) {
	for _, a := range profile.allowed {
		if !a.used {
			p.report(place{path: root}, "the exception %s matches no unknown key", quote(a.name)).Help = "remove the exception, or correct its name"
		}
	}
}

func (r *run) reportUnused() {
	if !r.profile.reportsUnused {
		return
	}
	for i := range r.passes {
		if p := &r.passes[i]; p.rule.options != nil {
			p.rule.options(p, r.profile)
		}
	}
}
