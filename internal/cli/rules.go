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
		Use:   "rules [RULE]",
		Short: "List the rules, or explain one",
		Long: `List the rules, or show the page of one: what a finding means, what happens on a device, a bad and a good example, how to
ignore it, and its sources.

Groups: structure (how a file is written), schema (violations of Apple's schemas), effect (no effect on a target), sync
(hurts iCloud syncing), security, hygiene, delivery (refused by an MDM server), template, lint.`,
		Example: `  syncguard rules
  syncguard rules --group sync
  syncguard rules unknown-key
  syncguard rules cellular-toggles-frozen --format markdown`,
		Args:              oneArgAtMost("RULE", "give one RULE, or none for the list"),
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
				return usage("use one of them", "RULE and --group cannot be combined")
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
