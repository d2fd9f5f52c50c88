package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newRulesCmd(env *Env) *cobra.Command {
	var group string
	var format choiceFlag
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
		Args:              oneArgAtMost("ID", "give one ID, or none for the list"),
		ValidArgsFunction: completions(app.RuleIDs),
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := app.Rules(group)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return showMarkdown(env, format, list, (*view.Printer).RuleList, view.RulesMarkdown)
			}
			if group != "" {
				return usage("leave one of them out", "an ID names one rule, and --group lists several")
			}
			page, err := app.Rule(args[0])
			if err != nil {
				return err
			}
			return showMarkdown(env, format, page, (*view.Printer).RulePage, view.RuleMarkdown)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&group, "group", "", "list only the rules of this group")
	format.addFormats(cmd, "text", "json", "markdown")
	_ = cmd.RegisterFlagCompletionFunc("group", cobra.FixedCompletions(app.RuleGroups(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
