package cli

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
)

// ruleFilter is --select and --ignore: which rules are looked for, by their names and groups.
type ruleFilter struct {
	selected, ignored []string
}

func (f *ruleFilter) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.selected, "select", nil, "look only for these rules and groups (repeatable, or with commas)")
	flags.StringSliceVar(&f.ignored, "ignore", nil, "do not look for these rules and groups (repeatable, or with commas)")
	for _, name := range []string{"select", "ignore"} {
		_ = cmd.RegisterFlagCompletionFunc(name, completions(ruleNames))
	}
}

// completions offers words that take time to gather, and only when they are asked for.
func completions(words func() []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words(), cobra.ShellCompDirectiveNoFileComp
	}
}

// ruleNames lists the groups and the rules.
func ruleNames() []string {
	var names []string
	for _, g := range rules.Groups() {
		names = append(names, string(g))
	}
	for _, r := range rules.All() {
		names = append(names, r.ID)
	}
	return names
}

func (f *ruleFilter) check() error {
	for _, name := range slices.Concat(f.selected, f.ignored) {
		if !slices.Contains(ruleNames(), name) {
			return usage(cmp.Or(diag.DidYouMean(name, ruleNames()), "syncguard rules lists them"), "there is no rule or group %q", name)
		}
	}
	return nil
}

// keeps says whether a finding counts. What stopped the check itself always does.
func (f *ruleFilter) keeps(d diag.Diagnostic) bool {
	return d.Rule == rule.InternalError || f.looksFor(d.Rule)
}

func (f *ruleFilter) looksFor(id string) bool {
	return (len(f.selected) == 0 || isListed(f.selected, id)) && !isListed(f.ignored, id)
}

// isListed says whether a list has a rule, or a group of it.
func isListed(list []string, id string) bool {
	if len(list) == 0 {
		return false
	}
	r, _ := rules.Find(id)
	return slices.Contains(list, id) || slices.ContainsFunc(r.Groups, func(g rules.Group) bool { return slices.Contains(list, string(g)) })
}

// unknownRule returns what to say of a rule that does not exist, "" for one that does.
func unknownRule(id string) (help string, unknown bool) {
	if _, ok := rules.Find(id); ok {
		return "", false
	}
	return cmp.Or(diag.DidYouMean(id, ruleIDs()), "syncguard rules lists them"), true
}
