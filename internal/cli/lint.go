package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/mdm"
	"syncguard/internal/rules"
	"syncguard/internal/view"
)

type lintOptions struct {
	paths         []string
	targets       []string
	server        string // --for
	allowUnknown  []string
	rules         ruleFilter
	failOn        severityFlag
	format        choiceFlag
	out           string
	template      templateFlags
	fix           fixFlags
	stdinName     string
	baseline      string
	writeBaseline string
	expiresWithin time.Duration
	refuse        bool // placeholders
	separate      bool
	verbose       bool
	version       string
}

func newLintCmd(env *Env, version string) *cobra.Command {
	var o lintOptions
	cmd := &cobra.Command{
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
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a file, a folder, or - for stdin", "nothing to lint")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			o.version = version
			return runLint(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.targets, "target", nil, "say what these devices would do; for a template in place of its own targets (repeatable)")
	flags.StringVar(&o.server, "for", "", "say what this MDM would refuse or change, such as jamf, intune, fleet, iru, nanomdm or apple-business")
	flags.StringArrayVar(&o.allowUnknown, "allow-unknown", nil, "TYPE[.KEY] that is right although no schema knows it (repeatable)")
	o.rules.addFlags(cmd)
	o.failOn.addFlags(cmd)
	o.format.addFormats(cmd, append([]string{"text"}, view.LintFormats()...)...)
	flags.StringVarP(&o.out, "out", "o", "", "file for the report, in place of stdout")
	flags.StringVar(&o.baseline, "baseline", "", "file of findings that are known and do not count")
	flags.StringVar(&o.writeBaseline, "write-baseline", "", "write what is found into a file for --baseline, and exit with 0")
	flags.DurationVar(&o.expiresWithin, "expires-within", 30*24*time.Hour, "report certificates that expire so soon")
	flags.BoolVar(&o.refuse, "no-placeholders", false, "report what is left to fill in as an error")
	flags.BoolVar(&o.separate, "separate", false, "take each file for itself, and not all of them for one device")
	flags.StringVar(&o.stdinName, "stdin-filename", "stdin", "name of what is read from -, which also tells a template by its ending")
	o.template.addFlags(cmd)
	o.fix.addFlags(cmd)
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "say so when nothing was found")
	_ = cmd.RegisterFlagCompletionFunc("for", completions(mdm.IDs))
	for _, name := range []string{"baseline", "write-baseline"} {
		_ = cmd.MarkFlagFilename(name, "json")
	}
	return cmd
}

func runLint(ctx context.Context, env *Env, o lintOptions) error {
	l, err := newLinting(env, o)
	if err != nil {
		return err
	}
	finder := inputFinder{o.stdinName, isLintable, "profile (*.mobileconfig), declaration (*.json) or template (*.yaml)"}
	inputs, failures, err := finder.find(o.paths)
	if err != nil {
		return err
	}
	for _, err := range failures {
		l.addUnread("", err)
	}
	progress := newProgress(env, "linting", len(inputs))
	for result := range ordered(inputs, runtime.GOMAXPROCS(0), l.lint) {
		if err := ctx.Err(); err != nil {
			progress.Clear()
			return err
		}
		progress.Step()
		if result.err != nil {
			failures = append(failures, result.err)
			l.addUnread(result.name, result.err)
			continue
		}
		if err := l.writeFixed(result); err != nil {
			failures = append(failures, err)
			l.addUnread(result.name, err) // what is left in a file that was not corrected is not known
			continue
		}
		l.add(result)
	}
	progress.Clear()
	if err := l.checker.checkTogether(l.results); err != nil {
		return err
	}
	l.finish(hasFolder(o.paths))
	if o.writeBaseline != "" {
		return l.writeBaseline(failures)
	}
	if err := l.report(); err != nil {
		return err
	}
	return verdict(env, failures, l.run.AtLeast(o.failOn.severity) > 0 || o.fix.diff && l.run.Fixed > 0)
}

// lint checks one file, and corrects it where that is asked for.
func (l *linting) lint(in input) checked {
	if l.o.fix.isOn() {
		return l.fixInput(in)
	}
	return l.checker.checkInput(l.env, in)
}

// newProgress shows progress where a person watches.
func newProgress(env *Env, verb string, files int) *view.Progress {
	if _, ok := terminal(env.Stderr); ok {
		return view.NewProgress(env.Stderr, env.Now, verb, files)
	}
	return nil
}

// linting is one run of lint.
type linting struct {
	env        *Env
	o          lintOptions
	checker    *checker
	exceptions *exceptions
	ignored    []*projectIgnore
	baseline   *knownFindings // nil for none
	results    []checked
	run        view.LintRun
}

func newLinting(env *Env, o lintOptions) (*linting, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	targets, err := env.parseTargets(o.targets)
	if err != nil {
		return nil, err
	}
	exceptions, err := loadExceptions(o.allowUnknown)
	if err != nil {
		return nil, err
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return nil, err
	}
	l := &linting{env: env, o: o, exceptions: exceptions, ignored: exceptions.ignored()}
	if o.baseline != "" {
		if l.baseline, err = readBaseline(o.baseline); err != nil {
			return nil, err
		}
	}
	options := lint.Options{Groups: rules.Groups(), Now: env.Now(), ExpiresWithin: o.expiresWithin, For: mdm.Find(o.server), Placeholders: lint.PlaceholdersNoted}
	if o.refuse {
		options.Placeholders = lint.PlaceholdersRefused
	}
	l.run = view.LintRun{Version: o.version, FailOn: o.failOn.severity}
	l.run.TargetNotes.TargetNotes = env.targetNotes
	if l.run.Root, err = os.Getwd(); err != nil {
		return nil, fmt.Errorf("finding the current folder: %w", err)
	}
	l.checker = &checker{catalog: catalog, lint: lint.New(catalog), targets: targets, options: options, exceptions: exceptions,
		keeps: o.rules.keeps, templates: &o.template, asSet: !o.separate}
	return l, nil
}

// check refuses combinations that cannot be meant, and names that do not exist.
func (o *lintOptions) check() error {
	switch {
	case o.server != "" && mdm.Find(o.server) == nil:
		hint := cmp.Or(diag.DidYouMean(o.server, mdm.IDs()), "it is one of "+strings.Join(mdm.IDs(), ", "))
		return usage(hint, "nothing is known of the MDM %q", o.server)
	case o.baseline != "" && o.writeBaseline != "":
		return usage("give one of the two", "--baseline cannot go with --write-baseline")
	case o.writeBaseline != "" && o.out != "":
		return usage("a baseline is written and no report", "--out cannot go with --write-baseline")
	case slices.Contains(o.paths, "-") && o.fix.isOn() && !o.fix.diff:
		return usage("--diff shows what would be corrected", "stdin cannot be corrected in place")
	case o.fix.unsafe && !o.fix.isOn():
		return usage("add --fix, or --diff to see what it would do", "--unsafe-fixes needs --fix")
	case o.fix.diff && (o.format.value != "text" || o.out != "" || o.writeBaseline != ""):
		return usage("a diff is text on stdout", "--diff cannot go with --format, --out or --write-baseline")
	case o.expiresWithin < 0:
		return usage("give a duration such as 720h", "--expires-within is negative")
	}
	return o.rules.check()
}

func (l *linting) add(r checked) {
	l.exceptions.count(r)
	l.results = append(l.results, r)
}

// report writes what was found, in the form that was asked for.
func (l *linting) report() error {
	if l.o.fix.diff {
		l.showDiffs()
		return nil
	}
	if l.o.format.value != "text" {
		return l.write(func(w io.Writer) error { return view.WriteLint(w, l.o.format.value, &l.run) })
	}
	if l.o.out == "" {
		l.env.out().Lint(&l.run, l.o.verbose)
		return nil
	}
	return l.write(func(w io.Writer) error {
		view.NewPrinter(w, l.env.Environ, 0).Lint(&l.run, l.o.verbose)
		return nil
	})
}

// write gives stdout, or what becomes the file of --out when it is whole.
func (l *linting) write(to func(io.Writer) error) error {
	if l.o.out == "" {
		return to(l.env.Stdout)
	}
	var text bytes.Buffer
	if err := to(&text); err != nil {
		return err
	}
	return writeFiles(filepath.Dir(l.o.out), []output{{filepath.Base(l.o.out), text.Bytes(), 0o644}}, l.env.Now())
}

// relativeTo returns a path as it is seen from the folder of a file, with slashes.
func relativeTo(file, path string) string {
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return filepath.ToSlash(path)
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	if rel, err := filepath.Rel(folder, full); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}

// verdict is the error that gives the exit code: what could not be checked at all weighs more than what is wrong.
func verdict(env *Env, failures []error, failed bool) error {
	for i, err := range failures {
		if i == len(failures)-1 {
			return err
		}
		env.err().Failure(plain(err))
	}
	if failed {
		return errFindings
	}
	return nil
}
