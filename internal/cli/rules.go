package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/rules"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

type rulesOptions struct {
	id     string
	group  string
	format choiceFlag
}

func newRulesCmd(env *Env) *cobra.Command {
	var o rulesOptions
	cmd := &cobra.Command{
		Use:   "rules [ID]",
		Short: "List the rules, or show the page of one",
		Long: `List the rules by which files are checked, or show the page of one: what a finding of it means,
what comes of it, an example that breaks it and one that does not, how to ignore it, and what it
rests on.

Groups: structure (how a file is written), schema (what Apple's schemas forbid), effect (what does
nothing on a target), sync (what hurts iCloud syncing), security, hygiene, delivery (what an MDM
refuses), template, lint.`,
		Example: `  syncguard rules
  syncguard rules --group sync
  syncguard rules unknown-key
  syncguard rules cellular-toggles-frozen --format markdown`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("give one ID, or none for the list", "%s takes one ID, found %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		ValidArgsFunction: completions(app.RuleIDs),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.id = args[0]
			}
			return runRules(env, o, len(args) > 0)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.group, "group", "", "list only the rules of this group")
	o.format.addFormats(cmd, "text", "json", "markdown")
	_ = cmd.RegisterFlagCompletionFunc("group", cobra.FixedCompletions(groupNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func groupNames() []string {
	var names []string
	for _, g := range rules.Groups() {
		names = append(names, string(g))
	}
	return names
}

func runRules(env *Env, o rulesOptions, hasID bool) error {
	group, err := chooseFlag("group", o.group, groupNames())
	if err != nil {
		return err
	}
	switch {
	case hasID && group != "":
		return usage("leave one of them out", "an ID names one rule, and --group lists several")
	case hasID:
		return showRule(env, o.id, o.format.value)
	}
	all := rules.All()
	if group != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(r rules.Rule) bool { return !r.Has(rules.Group(group)) })
	}
	switch o.format.value {
	case "json":
		return view.WriteJSON(env.Stdout, view.JSONRules(all))
	case "markdown":
		_, err := io.WriteString(env.Stdout, view.RulesMarkdown(all))
		return err
	}
	env.out().RuleList(all)
	return nil
}

func showRule(env *Env, id, format string) error {
	r, ok := rules.Find(id)
	if !ok {
		return usage(cmp.Or(text.DidYouMean(id, app.RuleIDs()), "syncguard rules lists them"), "unknown rule %q", id)
	}
	switch format {
	case "json":
		page, err := view.JSONRule(r)
		if err != nil {
			return fmt.Errorf("showing rule %s: %w", id, err)
		}
		return view.WriteJSON(env.Stdout, page)
	case "markdown":
		_, err := io.WriteString(env.Stdout, view.RuleMarkdown(r))
		return err
	}
	env.out().RulePage(r)
	return nil
}
