package cli

import (
	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

func newPlanCmd(env *Env) *cobra.Command {
	var o app.PlanOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "plan [TEMPLATE|PROFILE…]",
		Short: "Show what an OS update does to settings, as a checklist",
		Long: `Show what an OS update does to the settings that devices have: what stops working, what means something else, what works
only after the profile is delivered again, what a declaration replaces, and what is new.

Name templates, profiles (XML or binary, signed or not), declarations, or folders; a FILE of - is a profile on stdin. Without
any, plan for the project's syncguard.yaml, or for the built-in template; with --catalog, for everything in Apple's schemas.

--from and --to are versions (26) for every platform that has them, or name one: iOS@26, or iOS@26/supervised with the way of
install. Without one, a setting counts for devices that honor the most, and a template for its own targets. --from may be
repeated. The default is from the previous to the current major version. With --inventory, the installed versions are those
of a list of your devices, and each line tells how many are concerned.

The days are those on which versions came out, as far as a source is known. --on is the day you update your devices.`,
		Example: `  syncguard plan corp.mobileconfig --from iOS@18/supervised --to iOS@27
  syncguard plan profiles/ --from 26 --to 27 --format markdown > ticket.md
  syncguard plan corp.mobileconfig --on 2027-01-15 --format ics > update.ics
  syncguard plan corp.mobileconfig --inventory devices.csv --to 27
  syncguard plan --catalog --from macOS@26 --to macOS@27`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			result, err := app.Plan(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			return showPlan(env, result, format.value)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.From, "from", nil, "installed version: VERSION, or PLATFORM@VERSION[/ENROLLMENT] (repeatable)")
	flags.StringArrayVar(&o.To, "to", nil, "version after the update: VERSION, or PLATFORM@VERSION (repeatable)")
	flags.StringVar(&o.On, "on", "", "the DAY you update the devices, such as 2027-01-15")
	addInventoryFlags(cmd, &o.Inventory)
	flags.BoolVar(&o.Catalog, "catalog", false, "plan for everything in the schemas, without files")
	addTemplateFlags(cmd, &o.Template)
	format.addFormats(cmd, "text", "markdown", "json", "ics")
	return cmd
}

// showPlan writes a plan in the chosen format.
func showPlan(env *Env, r *app.PlanResult, format string) error {
	env.clearProgress()
	if r.Findings != nil {
		env.err().Findings(r.Findings)
		return errFindings
	}
	switch format {
	case "json":
		return view.WriteJSON(env.Stdout, r)
	case "ics":
		return view.PlanCalendar(env.Stdout, r)
	case "markdown":
		return view.PlanPage(r).Markdown(env.Stdout)
	}
	env.out().Blocks(view.Plan(r)...)
	return nil
}
