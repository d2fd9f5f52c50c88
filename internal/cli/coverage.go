package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

func newCoverageCmd(env *Env) *cobra.Command {
	var o app.CoverageOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "coverage [TEMPLATE|PROFILE…]",
		Short: "Show what each setting really does on each device",
		Long: `Show what each setting really does on each device, and why: enforced, locked, preset, by hand, or nothing at all (–).

Without a file, show the project's syncguard.yaml, in this folder or one above it; without a project, the built-in template.
With a TEMPLATE (*.yaml), show its intents:
` + strings.Join(app.Intents(), ", ") + `. With a PROFILE (XML or binary, signed or not) or a
declaration (JSON), show every key; --keys does the same for a template. A FILE of - is a profile on stdin.

Without --target, a template is shown on its own targets. Profiles and the built-in template are shown on each platform,
on the previous and the current major version, installed by hand, by MDM, and by MDM on supervised devices; so is a
template with --all-targets.

With --inventory, count the devices of a list instead: on how many each setting is enforced, locked and so on, why, and what
would do more. The list is CSV exported from an MDM server, or JSON of its API. --list names the devices behind a count.

The classes are computed from Apple's schemas (see "syncguard schema show"), imported ones included, and from a few facts
beside them. Facts from other sources are marked community or unverified.`,
		Example: `  syncguard coverage
  syncguard coverage --explain date-time --target iOS@18/manual
  syncguard coverage corp.mobileconfig --target iOS/manual --target iOS/supervised
  syncguard coverage acme.yaml --format html > coverage.html
  syncguard coverage acme.yaml --inventory devices.csv
  syncguard coverage acme.yaml --inventory devices.csv --by group --format csv > groups.csv
  syncguard coverage acme.yaml --inventory devices.csv --list date-time=manual`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			if o.Inventory.IsSet() {
				return countCoverage(cmd.Context(), env, o, format.value)
			}
			if o.By != "" || o.List != "" || format.value == "csv" {
				return usage("give --inventory FILE, or --inventory-from SERVER", "--by, --list and --format csv are for an inventory")
			}
			result, err := app.Coverage(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			return showCoverage(env, result, format.value)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Targets, "target", nil, "PLATFORM[@VERSION][/ENROLLMENT] to show (repeatable)")
	flags.BoolVar(&o.Grid, "all-targets", false, "show a template on every platform instead of its own targets")
	flags.BoolVar(&o.Keys, "keys", false, "show every key of a template instead of its intents")
	flags.StringVar(&o.Explain, "explain", "", "explain one INTENT or KEY in full")
	addInventoryFlags(cmd, &o.Inventory)
	flags.StringVar(&o.List, "list", "", "name the devices of one CELL of the counts: SETTING=CLASS, SETTING, or incomplete")
	flags.StringVar(&o.By, "by", "", "count the devices of each "+text.Choices(app.Groupings()))
	addTemplateFlags(cmd, &o.Template)
	format.addFormats(cmd, "text", "json", "markdown", "html", "csv")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(app.Groupings(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("explain", cobra.FixedCompletions(app.Intents(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// showCoverage writes matrices or explanations in the chosen format.
func showCoverage(env *Env, r *app.CoverageResult, format string) error {
	if r.Findings != nil {
		env.err().Findings(r.Findings)
		return errFindings
	}
	switch format {
	case "json":
		return view.WriteJSON(env.Stdout, r.Cells())
	case "html":
		return view.CoveragePage(r).HTML(env.Stdout)
	case "markdown":
		return view.Markdown(env.Stdout, 3, view.Coverage(r)...)
	}
	env.out().Blocks(view.Coverage(r)...)
	if name := r.ToExplain(); name != "" {
		env.err().Hint("add --explain " + view.Clean(name) + " for the reasons and sources of one setting")
	}
	return nil
}

// countCoverage counts the devices of an inventory, or names those of one cell.
func countCoverage(ctx context.Context, env *Env, o app.CoverageOptions, format string) error {
	if o.List != "" {
		return listCoverage(ctx, env, o, format)
	}
	c, err := app.CountCoverage(ctx, env.host(), o)
	switch {
	case err != nil:
		return err
	case c.Findings != nil:
		env.err().Findings(c.Findings)
		return errFindings
	}
	switch format {
	case "json":
		return view.WriteJSON(env.Stdout, c)
	case "csv":
		return view.CoverageCSV(env.Stdout, c)
	case "html":
		return view.CountsPage(c).HTML(env.Stdout)
	case "markdown":
		return view.Markdown(env.Stdout, 3, view.CoverageCounts(c, false)...)
	}
	env.out().Blocks(view.CoverageCounts(c, true)...)
	if cell := c.ToList(); cell != "" {
		env.err().Hint("add --list " + view.Clean(cell) + " to name the devices of that count")
	}
	return nil
}

func listCoverage(ctx context.Context, env *Env, o app.CoverageOptions, format string) error {
	if format == "html" || format == "markdown" {
		return usage("want text, csv or json", "--list has no --format %s", format)
	}
	l, err := app.ListCoverage(ctx, env.host(), o)
	switch {
	case err != nil:
		return err
	case l.Findings != nil:
		env.err().Findings(l.Findings)
		return errFindings
	}
	switch format {
	case "json":
		return view.DeviceListJSON(env.Stdout, l)
	case "csv":
		return view.DeviceListCSV(env.Stdout, l)
	}
	return env.out().DeviceList(l)
}
