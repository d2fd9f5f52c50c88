package cli

import (
	"context"
	"runtime"

	"github.com/spf13/cobra"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/view"
)

type validateOptions struct {
	paths        []string
	targets      []string
	allowUnknown []string
	failOn       severityFlag
	verbose      bool
	format       choiceFlag
}

func newValidateCmd(env *Env) *cobra.Command {
	var o validateOptions
	cmd := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Check profiles and declarations against Apple's schemas",
		Long: `Check profiles (XML or binary, signed or not) and declarations (JSON) against Apple's schemas, to the last key, and
show everything that is wrong at once. A FILE of - is stdin. In a folder every *.mobileconfig is checked, and every *.json that holds a declaration.

With a target, what its devices would refuse or ignore counts too: versions, supervision, enrollment. A target is
PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised.

Apple's schemas lack keys that are in real use. Allow one with --allow-unknown, or for everybody in .syncguard.yaml, in
this folder or one above it:

  allowUnknown:
    - key: com.apple.applicationaccess.allowSomething
      reason: new in the beta that we test

Nothing is printed when nothing was found. Signatures are not verified.`,
		Example: `  syncguard validate corp.mobileconfig
  syncguard validate profiles/ --target iOS@18/supervised --target macOS
  syncguard validate --fail-on warning --format json corp.mobileconfig
  curl -s https://example.com/corp.mobileconfig | syncguard validate -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a file, a folder, or - for stdin", "nothing to check")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return runValidate(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.targets, "target", nil, "check what these devices would do (repeatable)")
	flags.StringArrayVar(&o.allowUnknown, "allow-unknown", nil, "TYPE[.KEY] that is right although no schema knows it (repeatable)")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "say so when nothing was found")
	o.failOn.addFlags(cmd)
	o.format.addFormats(cmd, "text", "json")
	return cmd
}

func runValidate(ctx context.Context, env *Env, o validateOptions) error {
	targets, err := env.parseTargets(o.targets)
	if err != nil {
		return err
	}
	finder := inputFinder{"stdin", hasProfileName, "profile (*.mobileconfig) and no declaration (*.json)"}
	inputs, failures, err := finder.find(o.paths)
	if err != nil {
		return err
	}
	exceptions, err := loadExceptions(o.allowUnknown)
	if err != nil {
		return err
	}
	v := newValidation(env, o, len(inputs))
	v.result.TargetNotes.TargetNotes = env.targetNotes
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	c := checker{catalog: catalog, lint: lint.New(catalog), targets: targets, exceptions: exceptions, keeps: isAboutValidity}
	for result := range ordered(inputs, runtime.GOMAXPROCS(0), func(in input) checked { return c.checkInput(env, in) }) {
		if err := ctx.Err(); err != nil {
			v.progress.Clear()
			return err
		}
		if result.err != nil {
			failures = append(failures, result.err)
			continue
		}
		exceptions.count(result)
		v.add(result)
	}
	for _, result := range exceptions.report(hasFolder(o.paths)) {
		v.add(result)
	}
	if err := v.finish(); err != nil {
		return err
	}
	return verdict(env, failures, v.result.AtLeast(o.failOn.severity) > 0)
}

// isAboutValidity tells what makes a profile invalid from what a valid one does and might do better.
func isAboutValidity(d diag.Diagnostic) bool {
	r, known := rules.Find(d.Rule)
	return !known || r.Has(rules.Structure) || r.Has(rules.Schema) || r.Has(rules.Effect) || r.ID == rule.InternalError
}

// validation shows the results as they come, so that not all of them are held in memory: text at once, JSON at the end.
type validation struct {
	env      *Env
	o        validateOptions
	text     *view.Printer
	progress *view.Progress // nil where nobody watches
	result   view.Validation
	printed  bool
}

func newValidation(env *Env, o validateOptions, files int) *validation {
	return &validation{env: env, o: o, text: env.out(), progress: newProgress(env, "checking", files),
		result: view.Validation{Files: []view.Checked{}}}
}

func (v *validation) add(c checked) {
	v.progress.Step()
	v.result.Add(c.findings)
	switch {
	case v.o.format.isJSON():
		v.result.Files = append(v.result.Files, view.Checked{File: c.name, Kind: c.kind, Format: c.format,
			Signed: c.signed, Encrypted: c.encrypted, Findings: view.JSONFileFindings(c.name, c.findings)})
	case len(c.findings) > 0:
		v.progress.Clear()
		if v.printed {
			v.text.Line("")
		}
		v.text.FileFindings(c.name, c.signed, c.findings)
		v.printed = true
	}
}

// finish writes what stands at the end.
func (v *validation) finish() error {
	v.progress.Clear()
	if v.o.format.isJSON() {
		return view.WriteJSON(v.env.Stdout, v.result)
	}
	if v.printed {
		v.text.Line("")
	}
	if v.printed || v.o.verbose {
		v.text.Line("%s", v.result.String())
	}
	return nil
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
