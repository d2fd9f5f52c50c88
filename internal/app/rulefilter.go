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

// RuleFilter says which rules are looked for, by their names and groups.
type RuleFilter struct {
	Selected []string // none for all
	Ignored  []string // those with =TYPE or =TYPE.KEY behind the name only about that
}

// RuleNames lists the groups and the rules.
func RuleNames() []string { return append(RuleGroups(), RuleIDs()...) }

// RuleGroups lists the groups of rules.
func RuleGroups() []string { return Words(rules.Groups()) }

func (f *RuleFilter) check() error {
	names := slices.Clone(f.Selected)
	for _, text := range f.Ignored {
		name, key, hasKey := strings.Cut(text, "=")
		if hasKey && key == "" {
			return diag.Usage("write TYPE or TYPE.KEY behind =", "--ignore %s names no key", text)
		}
		names = append(names, name)
	}
	for _, name := range names {
		if known := RuleNames(); !slices.Contains(known, name) {
			return diag.Usage(nearRule(name, known), "there is no rule or group %q", name)
		}
	}
	return nil
}

// keeps says whether a finding counts. What stopped the check itself always does.
func (f *RuleFilter) keeps(d diag.Diagnostic) bool {
	return d.Rule == rule.InternalError || f.looksFor(d.Rule)
}

func (f *RuleFilter) looksFor(id string) bool {
	return (len(f.Selected) == 0 || isListed(f.Selected, id)) && !isListed(f.Ignored, id)
}

// isListed says whether a list has a rule, or a group of it.
func isListed(list []string, id string) bool {
	if len(list) == 0 {
		return false
	}
	r, _ := rules.Find(id)
	return slices.Contains(list, id) || slices.ContainsFunc(r.Groups, func(g rules.Group) bool { return slices.Contains(list, string(g)) })
}

// nearRule words the help for a rule or group that does not exist.
func nearRule(name string, names []string) string {
	return cmp.Or(text.DidYouMean(name, names), "syncguard rules lists them")
}

// RuleIDs names the rules.
func RuleIDs() []string {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
	}
	return ids
}
