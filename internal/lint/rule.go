package lint

import (
	"sort"
	"strings"

	"syncguard/internal/diag"
)

// Group says what kind of defect a rule finds.
type Group string

// The groups.
const (
	Structure Group = "structure" // how the payloads of a profile stand beside each other
	Schema    Group = "schema"    // what Apple's schemas forbid
	Effect    Group = "effect"    // what does nothing, or is refused, on a declared target
	Condition Group = "condition" // what keys need of each other, which no schema states
	Sync      Group = "sync"      // what stops or slows iCloud syncing
)

// Rule is one kind of finding.
type Rule struct {
	ID       string // kebab-case name of the defect, never renamed or reused
	Summary  string // one line: what is wrong
	Why      string // what comes of it, and why it has its severity
	Group    Group
	Severity diag.Severity // the usual one; Why says when a finding differs
	See      []string      // where the fact behind it can be read

	// How it is checked, one of these; none where internal/schema/facts states all that it reports.
	value       func(*pass, *node)      // called for every value that a schema describes, and for each payload
	effect      func(*pass, *node)      // called for such a value that meets an obstacle on a target
	settings    func(*pass, *node)      // called for the dictionary of a payload or of a preference domain
	profile     func(*pass, *profile)   // called once
	declaration func(*pass, *profile)   // called once for a declaration
	declared    func(*pass, []*profile) // called for the declarations of a payload
	options     func(*pass, *profile)   // called last
}

// Find returns the rule with an ID, and whether there is one.
func Find(id string) (Rule, bool) {
	i, ok := find(id)
	if !ok {
		return Rule{}, false
	}
	return Rules[i], true
}

func find(id string) (int, bool) {
	return sort.Find(len(Rules), func(i int) int { return strings.Compare(id, Rules[i].ID) })
}
