package lint

import (
	"sort"

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

	value   func(*pass, *node)    // called for every value that a schema describes, and for each payload
	profile func(*pass, *profile) // called once
}

// Find returns the rule with an ID, and whether there is one.
func Find(id string) (Rule, bool) {
	i := sort.Search(len(Rules), func(i int) bool { return Rules[i].ID >= id })
	if i < len(Rules) && Rules[i].ID == id {
		return Rules[i], true
	}
	return Rule{}, false
}
