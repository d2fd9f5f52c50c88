package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

// buildFlags holds the command line of build.
type buildFlags struct {
	app.BuildOptions
	reports []string // formats
	byHand  bool
	format  choiceFlag
}

func newBuildCmd(env *Env) *cobra.Command {
	var o buildFlags
	cmd := &cobra.Command{
		Use:   "build [TEMPLATE…]",
		Short: "Build, check and sign profiles and declarations",
		Long: `Build one profile for each target of each template, check it against Apple's schemas, and sign it. Without a
TEMPLATE, build the project's syncguard.yaml, in this folder or one above it, into dist beside it; without a project, the
built-in template (builtin:prevention). A TEMPLATE of - is read from stdin.

A declaration replaces a payload if it does more on every device of the target. For MDM it is a JSON file; for an
installation by hand it goes into the profile. --output and --dns-form choose otherwise.

A target is PLATFORM[@VERSION][/ENROLLMENT]; VERSION is the oldest one to serve.
Platforms: iOS, iPadOS, macOS, tvOS, visionOS, watchOS.
Enrollments: manual, manual-supervised, device, supervised, user, shared-ipad.

An error found by a check stops the build before anything is written.`,
		Example: `  syncguard build
  syncguard build builtin:prevention --target iOS@18/manual --target iOS@18/supervised
  syncguard build --set organization="Acme" --set identifier=com.acme --unsigned
  syncguard build --target iOS@27/supervised --output declarations
  syncguard build --report html,md
  syncguard build acme.yaml -o out --p12 acme.p12 --passphrase env:P12_PASSPHRASE`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Templates = args
			return runBuild(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "out", "o", "", "folder for the profiles (default dist, beside the project's template)")
	flags.StringArrayVar(&o.Targets, "target", nil, "build for this target instead of the template's (repeatable)")
	flags.BoolVar(&o.byHand, "by-hand", false, "list the settings left to do by hand")
	flags.StringVar((*string)(&o.Form.Output), "output", app.Outputs()[0], "build for MDM: profile, declarations, or auto (the form that fits each target)")
	flags.StringVar((*string)(&o.Form.DNS), "dns-form", "", "build DNS settings as profile or declaration (default: the form that fits each target)")
	flags.StringVar(&o.LegacyURL, "legacy-url", "", "also declare each MDM profile as com.apple.configuration.legacy, for download below this URL")
	flags.StringSliceVar(&o.reports, "report", nil, "also write a report for people: html, md, or both")
	addInventoryFlags(cmd, &o.Inventory)
	addTemplateFlags(cmd, &o.Template)
	addUntrustedFlags(cmd, &o.UntrustedOptions)
	addSigningFlags(cmd, &o.Signing)
	flags.BoolVar(&o.Unsigned, "unsigned", false, "write plain XML, for an MDM server that signs or rewrites profiles")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(app.Outputs(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("dns-form", cobra.FixedCompletions(app.DNSForms(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("report", cobra.FixedCompletions(reportFormats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.MarkFlagDirname("out")
	return cmd
}

// check refuses words outside the choices.
func (o *buildFlags) check() error {
	if known := app.Outputs(); !slices.Contains(known, string(o.Form.Output)) {
		return usage("want "+text.Choices(known), "invalid --output %q", o.Form.Output)
	}
	if known := app.DNSForms(); o.Form.DNS != "" && !slices.Contains(known, string(o.Form.DNS)) {
		return usage("want "+text.Choices(known), "invalid --dns-form %q", o.Form.DNS)
	}
	if o.Inventory.IsSet() && len(o.reports) == 0 {
		return usage("add --report html", "--inventory is for a report")
	}
	for _, format := range o.reports {
		if !slices.Contains(reportFormats(), format) {
			return usage("want "+text.Choices(reportFormats()), "invalid --report %q", format)
		}
	}
	return nil
}

func runBuild(ctx context.Context, env *Env, o buildFlags) error {
	if err := o.check(); err != nil {
		return err
	}
	o.Reports = o.writeReports
	r, err := app.Build(ctx, env.host(), o.BuildOptions)
	if err != nil {
		return err
	}
	p := env.err()
	env.showRefused(r.Refused)
	switch {
	case o.format.isJSON():
		err = view.WriteJSON(env.Stdout, r)
	case r.Failed:
		p.BuildFailed(r)
	default:
		p.BuildWarnings(view.AtLeast(r.Findings, diag.Warning))
		env.out().Build(r, o.byHand, o.Templates)
	}
	return cmp.Or(err, env.verdict(nil, r.Failed))
}

// reportFormats are the formats of the report, each the ending of its file.
func reportFormats() []string { return []string{"html", "md"} }

// writeReports are the files of the reports, report.html and report.md.
func (o *buildFlags) writeReports(r *app.BuildResult) (all []files.File, err error) {
	page := view.Guide(r)
	for _, format := range reportFormats() {
		if !slices.Contains(o.reports, format) {
			continue
		}
		write := page.HTML
		if format == "md" {
			write = page.Markdown
		}
		var text bytes.Buffer
		if err := write(&text); err != nil {
			return nil, fmt.Errorf("writing the report: %w", err)
		}
		all = append(all, files.File{Name: "report." + format, Data: text.Bytes(), Mode: 0o644})
	}
	return all, nil
}
