package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newEffectiveCmd(env *Env) *cobra.Command {
	var o app.EffectiveOptions
	var format choiceFlag
	var all bool
	cmd := &cobra.Command{
		Use:   "effective [FILE…]",
		Short: "Show what one device ends up with from several profiles",
		Long: `Show what one device ends up with from several profiles and declarations: each setting once, its value, who set it, who
lost and why.

A FILE is a profile (XML or binary, signed or not), a declaration (JSON), a template (*.yaml), a folder, or - for a profile on
stdin. Without a FILE it is the project's template. All of them are taken to land on one device, and declarations to be
active. --target says which device it is; without it, the targets of the project file count.

Values combine by Apple's statements: the combinetype of declarations, and what its documentation says of payloads. Where
others state it, the output names them: vendor, community or unverified. Where nobody does, the value is undefined, with what
to do about it. Keys that the device does not know or ignores win nothing; they are listed at the end.

Exit code 1 says that a value is undefined, or that a file could not be read whole.`,
		Example: `  syncguard effective it.mobileconfig school.mobileconfig --target iPadOS@26/supervised
  syncguard effective profiles/ declarations/ --target macOS@27/supervised --all
  syncguard effective profiles/ --target iPadOS@26/supervised --format json > effective.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			result, err := app.WhatIsEffective(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			return showEffective(env, result, format.value, all)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Targets, "target", nil, "PLATFORM[@VERSION][/ENROLLMENT] of the device (repeatable)")
	flags.BoolVar(&all, "all", false, "list every setting, however many")
	addTemplateFlags(cmd, &o.Template)
	format.addFormats(cmd, "text", "json", "markdown", "html")
	return cmd
}

// showEffective writes the result in the chosen format.
func showEffective(env *Env, r *app.Effective, format string, all bool) error {
	env.clearProgress()
	if r.Findings != nil {
		env.err().Findings(r.Findings)
		return errFindings
	}
	var err error
	switch format {
	case "json":
		err = view.WriteJSON(env.Stdout, r)
	case "html":
		err = view.EffectivePage(r, all).HTML(env.Stdout)
	case "markdown":
		err = view.Markdown(env.Stdout, 3, view.Effective(r, all)...)
	default:
		env.out().Blocks(view.Effective(r, all)...)
		if len(r.Rules) > 0 {
			env.err().Hint("add --format markdown for the sources of the rules")
		}
	}
	if err == nil && (!r.Settled || r.Damaged) {
		err = errFindings
	}
	return err
}
