package lint

import (
	"slices"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
)

// rule is a kind of finding and how it is looked for: exactly one of the functions. What it means stands on its page in
// package rules.
type rule struct {
	id string

	value       func(*pass, *node)      // called for every value that a schema describes, and for each payload
	effect      func(*pass, *node)      // called for such a value that meets an obstacle on a target
	settings    func(*pass, *node)      // called for the dictionary of a payload or of a preference domain
	profile     func(*pass, *profile)   // called once
	declaration func(*pass, *profile)   // called once for a declaration
	document    func(*pass, *profile)   // called once for a profile or a declaration
	declared    func(*pass, []*profile) // called for the declarations of a payload
	options     func(*pass, *profile)   // called last
}

// severities are those of the pages of checks, in the same order.
var severities = sync.OnceValue(func() []diag.Severity {
	all := make([]diag.Severity, len(checks))
	for i := range checks {
		all[i] = severityOf(checks[i].id)
	}
	return all
})

// groups are those of the pages of checks, in the same order.
var groups = sync.OnceValue(func() [][]rules.Group {
	all := make([][]rules.Group, len(checks))
	for i := range checks {
		r, _ := rules.Find(checks[i].id)
		all[i] = r.Groups
	}
	return all
})

// chosenRules says of each check whether one of its groups is asked for.
func (p *profile) chosenRules() []bool {
	chosen := make([]bool, len(checks))
	for i, of := range groups() {
		chosen[i] = p.wants(of)
	}
	return chosen
}

// wants says whether one of some groups is asked for.
func (p *profile) wants(of []rules.Group) bool {
	wanted := p.options.Groups
	if len(wanted) == 0 {
		wanted = usualGroups
	}
	return slices.ContainsFunc(of, func(g rules.Group) bool { return slices.Contains(wanted, g) })
}

// usualGroups say whether a profile is right, and what it does. It is a table to read: nobody writes to it.
var usualGroups = []rules.Group{rules.Structure, rules.Schema, rules.Effect, rules.Sync}

// severityOf is the usual severity of a rule. Every rule has a page, as a test holds.
func severityOf(id string) diag.Severity {
	r, ok := rules.Find(id)
	if !ok {
		return diag.Error
	}
	return r.Severity
}

func find(id string) (int, bool) {
	return slices.BinarySearchFunc(checks, id, func(r rule, id string) int { return strings.Compare(r.id, id) })
}
