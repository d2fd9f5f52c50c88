package cli

import (
	"bytes"
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

// lintFlags are those of lint and of validate, which is lint with other presets.
type lintFlags struct {
	app.LintOptions
	failOn        severityFlag
	format        choiceFlag
	out           string
	writeBaseline string
	fix, diff     bool
	verbose       bool
}

func newLintCmd(env *Env, version string) *cobra.Command {
	return lintCommand(env, version, &lintFlags{}, &cobra.Command{
		Use:   "lint PATH…",
		Short: "Find what devices refuse or ignore, what hurts iCloud sync, and what leaks",
		Long: `Check profiles (XML or binary, signed or not), declarations (JSON) and templates (YAML) as
validate does, and for all that is valid and still goes wrong: settings that stop iCloud syncing,
secrets in clear text, signers that expire, keys that do nothing on a target, what an MDM refuses.
Each finding points at its line. syncguard rules lists what is looked for, and syncguard rules RULE
explains one.

A PATH of - is stdin. In a folder every *.mobileconfig is checked, and every *.json and *.yaml that
holds a declaration or a template. The files of one run are taken for what lands on one device, so
settings that contradict each other are found across them (--separate if not).

Text such as {{NAME}}, ${NAME}, $NAME, %NAME% or @NAME@ is taken for what a later step fills in.

A comment takes a finding out: <!-- syncguard:ignore RULE: reason --> before the key or on its line,
# syncguard:ignore RULE: reason in YAML; or .syncguard.yaml, in this folder or one above it:

  ignore:
    - rule: updates-delayed
      files: "testing/**"
      reason: the test fleet runs behind on purpose`,
		Example: `  syncguard lint profiles/
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
		Use:   "validate PATH…",
		Short: "Check profiles and declarations against Apple's schemas",
		Long: `Check profiles (XML or binary, signed or not) and declarations (JSON) against Apple's schemas, to the last key, and
show everything that is wrong at once. A PATH of - is stdin. In a folder
every *.mobileconfig is checked, and every *.json and *.yaml that holds a declaration or a template.

With a target, what its devices would refuse or ignore counts too: versions, supervision, enrollment. A target is
PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised.

Apple's schemas lack keys that are in real use. Allow one with --ignore unknown-key=TYPE.KEY, or for everybody in
.syncguard.yaml, in this folder or one above it:

  ignore:
    - rule: unknown-key
      key: com.apple.applicationaccess.allowSomething
      reason: new in the beta that we test

It is lint with --select structure,schema,effect and --separate, and takes the same flags. Nothing is printed when nothing
was found. Signatures are not verified.`,
		Example: `  syncguard validate corp.mobileconfig
  syncguard validate profiles/ --target iOS@18/supervised --target macOS
  syncguard validate --fail-on warning --format json corp.mobileconfig
  curl -s https://example.com/corp.mobileconfig | syncguard validate -`,
	})
}

func lintCommand(env *Env, version string, o *lintFlags, cmd *cobra.Command) *cobra.Command {
	cmd.Args = someArgs("name a file, a folder, or - for stdin")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.Version, o.Paths = version, args
		return runLint(cmd.Context(), env, o)
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Targets, "target", nil, "say what these devices would do; for a template in place of its own targets (repeatable)")
	flags.StringVar(&o.For, "for", "", "say what this MDM would refuse or change, such as jamf, intune, fleet, iru, nanomdm or apple-business")
	flags.StringSliceVar(&o.Rules.Selected, "select", o.Rules.Selected, "look only for these rules and groups (repeatable, or with commas)")
	flags.StringSliceVar(&o.Rules.Ignored, "ignore", nil, "do not look for these rules and groups; RULE=TYPE.KEY only at that key and below (repeatable, or with commas)")
	flags.Func("allow-unknown", "", func(key string) error { return fmt.Errorf("write --ignore unknown-key=%s in its place", key) })
	_ = flags.MarkHidden("allow-unknown")
	o.failOn.addFlags(cmd)
	o.format.addFormats(cmd, append([]string{"text"}, ci.Formats()...)...)
	flags.StringVarP(&o.out, "out", "o", "", "file for the report, in place of stdout")
	flags.StringVar(&o.Baseline, "baseline", "", "file of findings that are known and do not count")
	flags.StringVar(&o.writeBaseline, "write-baseline", "", "write what is found into a file for --baseline, and exit with 0")
	flags.DurationVar(&o.ExpiresWithin, "expires-within", 30*24*time.Hour, "report certificates that expire so soon")
	flags.BoolVar(&o.NoPlaceholders, "no-placeholders", false, "report what is left to fill in as an error")
	flags.BoolVar(&o.Separate, "separate", o.Separate, "take each file for itself, and not all of them for one device")
	flags.StringVar(&o.StdinName, "stdin-filename", "stdin", "name of what is read from -, which also tells a template by its ending")
	addTemplateFlags(cmd, &o.Template)
	flags.BoolVar(&o.fix, "fix", false, "correct what has one right correction, and change nothing else in the file")
	flags.BoolVar(&o.diff, "diff", false, "show what --fix would change, and write nothing")
	flags.BoolVar(&o.UnsafeFixes, "unsafe-fixes", false, "correct also what may change what the profile does; look at it with --diff first")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "say so when nothing was found")
	_ = cmd.RegisterFlagCompletionFunc("for", completions(app.Servers))
	_ = cmd.RegisterFlagCompletionFunc("select", completions(app.RuleNames))
	_ = cmd.RegisterFlagCompletionFunc("ignore", completions(app.RuleNames))
	_ = cmd.MarkFlagFilename("baseline", "json")
	_ = cmd.MarkFlagFilename("write-baseline", "json")
	return cmd
}

// options refuses flags that cannot go together, and returns what they say.
func (o *lintFlags) options() (app.LintOptions, error) {
	l := o.LintOptions
	l.FailOn = o.failOn.severity
	switch {
	case l.Baseline != "" && o.writeBaseline != "":
		return l, usage("give one of the two", "--baseline cannot go with --write-baseline")
	case o.writeBaseline != "" && o.out != "":
		return l, usage("a baseline is written and no report", "--out cannot go with --write-baseline")
	case l.UnsafeFixes && !o.fix && !o.diff:
		return l, usage("add --fix, or --diff to see what it would do", "--unsafe-fixes needs --fix")
	case o.diff && (o.format.value != "text" || o.out != "" || o.writeBaseline != ""):
		return l, usage("a diff is text on stdout", "--diff cannot go with --format, --out or --write-baseline")
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
	h := env.host()
	if o.writeBaseline != "" {
		n, failures, err := app.WriteBaseline(ctx, h, options, o.writeBaseline)
		if err != nil || len(failures) > 0 {
			return cmp.Or(err, env.verdict(failures, false))
		}
		env.out().Line("%s: %d findings that do not count from now on", view.Clean(o.writeBaseline), n)
		return nil
	}
	run, err := app.Lint(ctx, h, options)
	if err != nil {
		return err
	}
	if err := o.show(env, h, run); err != nil {
		return err
	}
	return env.verdict(run.Footer.Failures, run.Footer.Failed)
}

// show writes what was found, in the form that was asked for.
func (o *lintFlags) show(env *Env, h *app.Host, run *app.LintRun) error {
	switch {
	case o.diff:
		n, err := env.out().LintDiffs(run, env.clearProgress)
		if n > 0 {
			env.err().Hint(fmt.Sprintf("%s in %s; --fix writes them", text.Count(run.Footer.Fixed, "correction"), text.Count(n, "file")))
		}
		return err
	case o.out != "":
		var text bytes.Buffer
		if err := o.write(&text, view.NewPrinter(&text, env.Environ, 0), run, func() {}); err != nil {
			return err
		}
		return files.WriteOne(h.Files, o.out, text.Bytes(), 0o644, env.Now())
	}
	return o.write(env.Stdout, env.out(), run, env.clearProgress)
}

func (o *lintFlags) write(w io.Writer, p *view.Printer, run *app.LintRun, before func()) error {
	if o.format.value == "text" {
		return p.Lint(run, o.verbose, before)
	}
	return ci.Write(w, o.format.value, run)
}

// severityFlag is --fail-on: the least severity that gives exit code 1.
type severityFlag struct{ severity diag.Severity }

func (f *severityFlag) addFlags(cmd *cobra.Command) {
	f.severity = diag.Error
	cmd.Flags().Var(f, "fail-on", "exit with 1 for an error, a warning and above, or a note and above")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"error", "warning", "note"}, cobra.ShellCompDirectiveNoFileComp))
}

func (f *severityFlag) String() string { return f.severity.String() }
func (f *severityFlag) Type() string   { return "SEVERITY" }
func (f *severityFlag) Set(s string) (err error) {
	f.severity, err = diag.ParseSeverity(s)
	return err
}

// completions offers words that take time to gather, and only when they are asked for.
func completions(words func() []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words(), cobra.ShellCompDirectiveNoFileComp
	}
}
