package app

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// RuleFilter selects rules by ID or group.
type RuleFilter struct {
	Selected []string // none for all
	Ignored  []string // with =TYPE or =TYPE.KEY behind the name: only findings about that key
}

// RuleNames lists the groups, then the rule IDs.
func RuleNames() []string { return append(RuleGroups(), RuleIDs()...) }

// RuleGroups lists the groups of rules.
func RuleGroups() []string { return Words(rules.Groups()) }

func (f *RuleFilter) check() error {
	names := slices.Clone(f.Selected)
	for _, text := range f.Ignored {
		name, key, hasKey := strings.Cut(text, "=")
		if hasKey && key == "" {
			return diag.Usage("write RULE=TYPE or RULE=TYPE.KEY", "invalid --ignore %q: missing key after =", text)
		}
		names = append(names, name)
	}
	for _, name := range names {
		if known := RuleNames(); !slices.Contains(known, name) {
			return diag.Usage(nearRule(name, known), "unknown rule or group %q", name)
		}
	}
	return nil
}

// keeps reports whether a finding counts. An internal error always does.
func (f *RuleFilter) keeps(d diag.Diagnostic) bool {
	return d.Rule == rule.InternalError || f.isEnabled(d.Rule)
}

func (f *RuleFilter) isEnabled(id string) bool {
	return (len(f.Selected) == 0 || isListed(f.Selected, id)) && !isListed(f.Ignored, id)
}

// isListed reports whether a list names a rule or one of its groups.
func isListed(list []string, id string) bool {
	if len(list) == 0 {
		return false
	}
	r, _ := rules.Find(id)
	return slices.Contains(list, id) || slices.ContainsFunc(r.Groups, func(g rules.Group) bool { return slices.Contains(list, string(g)) })
}

// nearRule returns the hint for an unknown rule or group.
func nearRule(name string, names []string) string {
	return cmp.Or(text.DidYouMean(name, names), "syncguard rules lists them")
}

// RuleIDs lists the IDs of all rules.
func RuleIDs() []string {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
	}
	return ids
}
