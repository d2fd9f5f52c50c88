package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/text"
	"syncguard/internal/view"
	"syncguard/internal/view/ci"
)

// lintFlags holds the flags of lint, and of validate: lint with other presets.
type lintFlags struct {
	app.LintOptions
	failOn        severityFlag
	format        choiceFlag
	out           string
	writeBaseline string
	fix, diff     bool
	style         view.LintStyle
}

func newLintCmd(env *Env, version string) *cobra.Command {
	return lintCommand(env, version, &lintFlags{}, &cobra.Command{
		Use:   "lint [PATH…]",
		Short: "Find settings that devices refuse or ignore, that hurt iCloud sync, or that leak",
		Long: `Check profiles (XML or binary, signed or not), declarations (JSON) and templates (YAML) as validate does, and find valid
settings that still go wrong: keys that stop iCloud syncing, secrets in clear text, expiring signers, keys without effect
on a target, content refused by an MDM server. Each finding points at its line. "syncguard rules" lists the rules, and
"syncguard rules RULE" explains one.

A PATH of - is stdin. A folder means every *.mobileconfig, and every *.json and *.yaml with a declaration or a template.
Without a PATH, the project is checked: the paths in .syncguard.yaml, or the folder of this file or of syncguard.yaml,
here or above; without a project, the current folder. The files of one run are checked together, as profiles of one device, so contradictions across files are found; --separate
checks each file alone.

Text such as {{NAME}}, ${NAME}, $NAME, %NAME% or @NAME@ counts as a placeholder for a later step.

To ignore a finding, write a comment before the key or on its line:

  <!-- syncguard:ignore RULE: reason -->   in a profile
  # syncguard:ignore RULE: reason          in YAML

or an entry in .syncguard.yaml, in this folder or one above it. This project file also has settings named as the flags;
a flag wins:

  paths: [profiles]
  targets: [iOS@18/supervised]
  for: jamf
  fail-on: warning
  baseline: lint-baseline.json
  ignore:
    - rule: updates-delayed
      files: "testing/**"
      reason: the test fleet runs behind on purpose`,
		Example: `  syncguard lint
  syncguard lint profiles/
  syncguard lint --target iOS@18/supervised --target macOS corp.mobileconfig
  syncguard lint --format sarif -o lint.sarif profiles/
  syncguard lint --ignore hygiene --fail-on warning profiles/
  syncguard lint --fix --diff profiles/
  syncguard lint --write-baseline lint-baseline.json profiles/`,
	})
}

func newValidateCmd(env *Env, version string) *cobra.Command {
	o := &lintFlags{LintOptions: app.LintOptions{Separate: true, Rules: app.RuleFilter{Selected: []string{"structure", "schema", "effect"}}}}
	return lintCommand(env, version, o, &cobra.Command{
		Use:   "validate [PATH…]",
		Short: "Check profiles and declarations against Apple's schemas",
		Long: `Check profiles (XML or binary, signed or not) and declarations (JSON) against Apple's schemas, down to the last key, and
show all errors at once. A PATH of - is stdin. A folder means every *.mobileconfig, and every *.json and *.yaml with a
declaration or a template. Without a PATH, the project is checked, as by lint.

With --target, settings refused or ignored by its devices count too: version, supervision, enrollment. A target is
PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised.

Apple's schemas lack some keys in real use. Allow one with --ignore unknown-key=TYPE.KEY, or for everybody in
.syncguard.yaml, in this folder or one above it:

  ignore:
    - rule: unknown-key
      key: com.apple.applicationaccess.allowSomething
      reason: new in the beta that we test

validate is lint with --select structure,schema,effect and --separate, and takes the same flags. Without findings a
pipe gets nothing. Signatures are not verified.`,
		Example: `  syncguard validate corp.mobileconfig
  syncguard validate profiles/ --target iOS@18/supervised --target macOS
  syncguard validate --fail-on warning --format json corp.mobileconfig
  curl -s https://example.com/corp.mobileconfig | syncguard validate -`,
	})
}

func lintCommand(env *Env, version string, o *lintFlags, cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.Version, o.Paths = version, args
		return runLint(cmd.Context(), env, o)
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Targets, "target", nil, "check for these devices; for a template, instead of its own targets (repeatable)")
	flags.StringVar(&o.For, "for", "", "check for this MDM server: jamf, intune, fleet, iru, nanomdm, apple-business, …")
	grouped(cmd, "Flags for rules", func() {
		flags.StringSliceVar(&o.Rules.Selected, "select", o.Rules.Selected, "use only these rules and groups (repeatable, or with commas)")
		flags.StringSliceVar(&o.Rules.Ignored, "ignore", nil, "skip these rules and groups; RULE=TYPE.KEY skips at this key and below (repeatable, or with commas)")
		flags.Func("allow-unknown", "", func(key string) error { return fmt.Errorf("--allow-unknown is gone: use --ignore unknown-key=%s", key) })
		_ = flags.MarkHidden("allow-unknown")
		o.failOn.addFlags(cmd)
		flags.StringVar(&o.Baseline, "baseline", "", "file of known findings, which do not count")
		flags.StringVar(&o.writeBaseline, "write-baseline", "", "write the findings to a file for --baseline, and exit with 0")
		flags.DurationVar(&o.ExpiresWithin, "expires-within", 30*24*time.Hour, "report certificates that expire within this time")
		flags.BoolVar(&o.NoPlaceholders, "no-placeholders", false, "report placeholders as errors")
		flags.BoolVar(&o.WithinPaths, "within-paths", false, "of the files named, check only those in the paths of .syncguard.yaml; for hooks")
		flags.BoolVar(&o.Separate, "separate", o.Separate, "check each file alone, not together as profiles of one device")
	})
	grouped(cmd, "Flags for fixes", func() {
		flags.BoolVar(&o.fix, "fix", false, "apply fixes with one right answer, and change nothing else in the file")
		flags.BoolVar(&o.diff, "diff", false, "show the changes of --fix, write nothing")
		flags.BoolVar(&o.UnsafeFixes, "unsafe-fixes", false, "also apply fixes that may change what the profile does; look with --diff first")
	})
	grouped(cmd, "Flags for output", func() {
		o.format.addFormats(cmd, append([]string{"text"}, ci.Formats()...)...)
		flags.StringVarP(&o.out, "out", "o", "", "file for the report instead of stdout")
		flags.BoolVarP(&o.style.Verbose, "verbose", "v", false, "report also when nothing was found, as on a terminal")
		flags.BoolVarP(&o.style.Quiet, "quiet", "q", false, "one line for each finding, and nothing else")
		flags.BoolVar(&o.style.Statistics, "statistics", false, "count the findings by rule instead of listing them")
	})
	flags.StringVar(&o.StdinName, "stdin-filename", "stdin", "name for stdin (-); a .yaml name makes it a template")
	addTemplateFlags(cmd, &o.Template)
	addUntrustedFlags(cmd, &o.UntrustedOptions)
	_ = cmd.RegisterFlagCompletionFunc("for", completions(app.Servers))
	_ = cmd.RegisterFlagCompletionFunc("select", completions(app.RuleNames))
	_ = cmd.RegisterFlagCompletionFunc("ignore", completions(app.RuleNames))
	_ = cmd.MarkFlagFilename("baseline", "json")
	_ = cmd.MarkFlagFilename("write-baseline", "json")
	return cmd
}

// options refuses contradictory flags, and returns the options.
func (o *lintFlags) options() (app.LintOptions, error) {
	l := o.LintOptions
	l.FailOn = o.failOn.severity
	switch {
	case l.Baseline != "" && o.writeBaseline != "":
		return l, usage("use one of them", "--baseline and --write-baseline cannot be combined")
	case o.writeBaseline != "" && l.Untrusted:
		return l, usage("write the baseline from trusted files", "--write-baseline and --untrusted cannot be combined")
	case o.writeBaseline != "" && o.out != "":
		return l, usage("--write-baseline writes no report", "--out and --write-baseline cannot be combined")
	case l.UnsafeFixes && !o.fix && !o.diff:
		return l, usage("add --fix, or --diff to look first", "--unsafe-fixes needs --fix or --diff")
	case o.diff && (o.format.value != "text" || o.out != "" || o.writeBaseline != ""):
		return l, usage("--diff writes text to stdout", "--diff and --format, --out or --write-baseline cannot be combined")
	case o.style.Quiet && (o.style.Statistics || o.style.Verbose):
		return l, usage("use one of them", "--quiet and %s cannot be combined", cond(o.style.Statistics, "--statistics")+cond(!o.style.Statistics, "--verbose"))
	case (o.style.Quiet || o.style.Statistics) && (o.diff || o.writeBaseline != "" || o.format.value != "text" && (o.style.Quiet || !o.format.isJSON())):
		return l, usage("they are for text; JSON always has the statistics", "--quiet or --statistics and another output cannot be combined")
	case o.diff:
		l.Fix = app.FixShown
	case o.fix:
		l.Fix = app.FixWritten
	}
	return l, nil
}

func runLint(ctx context.Context, env *Env, o *lintFlags) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	env.quiet = o.style.Quiet
	h := env.host()
	if o.writeBaseline != "" {
		n, failures, err := app.WriteBaseline(ctx, h, options, o.writeBaseline)
		if err != nil || len(failures) > 0 {
			return cmp.Or(err, env.verdict(failures, false))
		}
		env.out().Line("%s: %s, not reported again with --baseline", view.Clean(o.writeBaseline), text.Count(n, "finding"))
		return nil
	}
	run, err := app.Lint(ctx, h, options)
	if err != nil {
		return err
	}
	if err := o.show(env, h, run); err != nil {
		return err
	}
	env.showRefused(run.Footer.Refused)
	return env.verdict(run.Footer.Failures, run.Footer.Failed)
}

// show writes the findings in the chosen format.
func (o *lintFlags) show(env *Env, h *app.Host, run *app.LintRun) error {
	switch {
	case o.diff:
		n, err := env.out().LintDiffs(run, env.clearProgress)
		if n > 0 {
			env.err().Hint(fmt.Sprintf("%s in %s; --fix writes them", text.Count(run.Footer.Fixed, "correction"), text.Count(n, "file")))
		}
		return err
	case o.out != "":
		return files.WriteStream(h.Files, o.out, 0o644, env.Now(), func(w io.Writer) error {
			return o.write(w, view.NewColored(w, env.Environ, 0, view.ColorNever), run, func() {})
		})
	}
	return o.write(env.Stdout, env.out(), run, env.clearProgress)
}

func (o *lintFlags) write(w io.Writer, p *view.Printer, run *app.LintRun, before func()) error {
	if o.format.value == "text" {
		style := o.style
		style.Verbose = style.Verbose || p.Width > 0 // on a terminal, silence would leave a person in doubt
		return p.Lint(run, style, before)
	}
	return ci.Write(w, o.format.value, run)
}

// severityFlag is --fail-on: the lowest severity with exit code 1.
type severityFlag struct{ severity diag.Severity } // 0 unless given

func (f *severityFlag) addFlags(cmd *cobra.Command) {
	cmd.Flags().Var(f, "fail-on", "exit with 1 from this severity on: error, warning or note")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"error", "warning", "note"}, cobra.ShellCompDirectiveNoFileComp))
}

func (f *severityFlag) String() string { return cmp.Or(f.severity, diag.Error).String() }
func (f *severityFlag) Type() string   { return "SEVERITY" }
func (f *severityFlag) Set(s string) (err error) {
	f.severity, err = diag.ParseSeverity(s)
	return err
}

// completions offers words gathered on request, as that takes time.
func completions(words func() []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words(), cobra.ShellCompDirectiveNoFileComp
	}
}
