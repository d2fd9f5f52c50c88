package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/compose"
	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/rules/rule"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/view"
	"syncguard/profiles"
	"syncguard/templates"
)

type buildOptions struct {
	templates []string
	out       string
	targets   []string
	forms     formFlags
	handouts  handoutFlags
	template  templateFlags
	hints     bool
	signing   app.SigningOptions
	unsigned  bool
	format    choiceFlag
}

func newBuildCmd(env *Env) *cobra.Command {
	var o buildOptions
	cmd := &cobra.Command{
		Use:   "build [TEMPLATE…]",
		Short: "Build, check and sign profiles and declarations",
		Long: `Build the profiles of each template, one for each target, check them against Apple's schemas, and sign them.
Without a template it builds the prevention profiles. A TEMPLATE of - is read from stdin.

Where a declaration does more than a payload on every device of a target, it is built in its place: as JSON for an MDM
server, each file one declaration, or inside the profile where the device is set up by hand. --output and --dns-form
choose otherwise.

A target is PLATFORM[@VERSION][/ENROLLMENT]. VERSION is the oldest one in the group. Platforms: iOS, iPadOS, macOS, tvOS,
visionOS, watchOS. Enrollments: manual, manual-supervised, device, supervised, user, shared-ipad.

Nothing is written when a check finds an error.`,
		Example: `  syncguard build
  syncguard build --target iOS@18/manual --target iOS@18/supervised
  syncguard build --set organization="Acme" --set identifier=com.acme --unsigned
  syncguard build --target iOS@27/supervised --output declarations
  syncguard build --report html,md
  syncguard build acme.yaml -o out --p12 acme.p12 --passphrase env:P12_PASSPHRASE`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.templates = args
			return runBuild(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "dist", "folder for the profiles")
	flags.StringArrayVar(&o.targets, "target", nil, "build for this target, not for those of the template (repeatable)")
	flags.BoolVar(&o.hints, "hints", false, "list what is left for people to do")
	o.forms.addFlags(cmd)
	o.handouts.addFlags(cmd)
	o.template.addTo(cmd)
	addSigningFlags(cmd, &o.signing)
	flags.BoolVar(&o.unsigned, "unsigned", false, "write plain XML, for an MDM that signs or rewrites profiles itself")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagDirname("out")
	return cmd
}

// built is one composed profile on its way to a file.
type built struct {
	spec   *template.Spec
	result *compose.Result
	data   []byte // what goes into the file

	declarations []builtDeclaration // each a file of its own
}

func runBuild(ctx context.Context, env *Env, o buildOptions) error {
	if err := cmp.Or(o.checkSigning(), o.forms.check(), o.handouts.check()); err != nil {
		return err
	}
	targets, err := env.parseTargets(o.targets)
	if err != nil {
		return err
	}
	profiles, findings, err := composeAll(env, o, targets)
	if err != nil {
		return err
	}
	for _, b := range profiles {
		env.noteTargets([]target.Target{b.result.Target})
	}
	if !o.unsigned {
		said := diag.Said{}
		for _, b := range profiles {
			findings = append(findings, said.New(lint.SignedVariables(b.result.Root))...)
		}
	}
	findings = append(findings, nameClashes(profiles)...)
	findings = diag.Sort(findings)
	if diag.HasErrors(findings) {
		return reportFindings(env, o, findings)
	}
	if err := nothingToBuild(profiles); err != nil {
		return err
	}
	if err := encodeAll(profiles); err != nil {
		return err
	}
	var signer *app.OpenSigner
	if !o.unsigned {
		if signer, err = o.signing.Load(ctx, env.host()); err != nil {
			return err
		}
		defer signer.Close()
	}
	if err := signAll(ctx, profiles, signer); err != nil {
		return err
	}
	if err := encodeDeclarations(profiles); err != nil {
		return err
	}
	b := buildReport(o, profiles, signer, findings)
	b.TargetNotes.TargetNotes = env.targetNotes
	reports, err := o.handouts.outputs(b, profiles)
	if err != nil {
		return err
	}
	written := append(outputs(profiles), reports...)
	if err := writeFiles(o.out, written, env.Now()); err != nil {
		return err
	}
	b.Others = otherProfiles(o.out, written)
	return reportBuild(env, o, b, findings)
}

// otherProfiles counts the profiles in a folder that are not among what was written: a push of the folder would send them, too.
func otherProfiles(dir string, written []output) int {
	entries, _ := os.ReadDir(dir)
	n := 0
	for _, e := range entries {
		if isProfileName(e.Name()) && !slices.ContainsFunc(written, func(o output) bool { return o.name == e.Name() }) {
			n++
		}
	}
	return n
}

func (o *buildOptions) checkSigning() error {
	if o.unsigned && o.signing.Given() {
		return usage("leave --unsigned or the identity out", "--unsigned cannot go with an identity to sign with")
	}
	return o.signing.Check()
}

// composeAll loads every template and composes it for every target, and returns all findings at once.
func composeAll(env *Env, o buildOptions, targets []target.Target) ([]*built, []diag.Diagnostic, error) {
	names := o.templates
	if len(names) == 0 {
		names = []string{"builtin:" + templates.Prevention}
	}
	var all []*built
	var findings []diag.Diagnostic
	said := diag.Said{}
	catalog, _, err := env.catalog()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		spec, found, err := o.template.load(env, name)
		findings = append(findings, found...)
		if err != nil {
			return nil, nil, err
		}
		if spec == nil {
			continue
		}
		chosen := targets
		if len(chosen) == 0 {
			for _, t := range spec.Targets {
				chosen = append(chosen, t.Value)
			}
		}
		for _, t := range chosen {
			result, err := o.forms.options().Compose(spec, t, catalog)
			if err != nil {
				return nil, nil, err
			}
			if diag.HasErrors(found) {
				findings = append(findings, said.New(elsewhere(result.Written(), found))...)
				continue
			}
			all = append(all, &built{spec: spec, result: result})
			findings = append(findings, said.New(result.Findings)...)
		}
	}
	return all, findings, nil
}

// nameClashes finds two files that would be the same one, on any file system.
func nameClashes(all []*built) []diag.Diagnostic {
	var found []diag.Diagnostic
	seen := map[string]*built{}
	for _, b := range all {
		for _, file := range b.fileNames() {
			name := strings.ToLower(file)
			if first := seen[name]; first != nil {
				found = append(found, diag.Diagnostic{
					Rule: rule.DuplicateOutput, Severity: diag.Error,
					Message: fmt.Sprintf("two files would be written to %q: %s of %s, and %s of %s",
						file, first.result.Target, first.spec.Name, b.result.Target, b.spec.Name),
					Help: "give each template its own profile.identifier, and each target once",
					Span: b.spec.Profile.Identifier.Span,
				})
				break // what else clashes clashes for the same reason
			}
			seen[name] = b
		}
	}
	return found
}

// nothingToBuild fails where no target takes any setting.
func nothingToBuild(all []*built) error {
	var targets []string
	for _, b := range all {
		if !b.result.SetsNothing() {
			return nil
		}
		targets = append(targets, b.result.Target.String())
	}
	return withHint(fmt.Errorf("nothing can be set on %s", strings.Join(targets, ", ")),
		"docs/prevention.md says what is possible where")
}

func encodeAll(all []*built) error {
	for _, b := range all {
		if b.result.Empty() {
			continue
		}
		var err error
		if b.data, err = profiles.Encode(b.result.Root); err != nil {
			return fmt.Errorf("encoding the profile for %s: %w", b.result.Target, err)
		}
	}
	return nil
}

func signAll(ctx context.Context, all []*built, signer *app.OpenSigner) error {
	if signer == nil {
		return nil
	}
	for _, b := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.result.Empty() {
			continue
		}
		signed, err := signer.Sign(b.data)
		if err != nil {
			return app.ExplainSigning(fmt.Errorf("the profile for %s: %w", b.result.Target, err))
		}
		b.data = signed
	}
	return nil
}

func outputs(all []*built) []output {
	var files []output
	for _, b := range all {
		mode := fs.FileMode(0o644)
		if b.spec.HasSecrets() {
			mode = 0o600
		}
		if !b.result.Empty() {
			files = append(files, output{b.result.FileName(b.spec), b.data, mode})
		}
		for _, d := range b.declarations {
			files = append(files, output{d.file, d.data, mode})
		}
	}
	return files
}

// reportFindings says why nothing was built.
func reportFindings(env *Env, o buildOptions, findings []diag.Diagnostic) error {
	if o.format.isJSON() {
		if err := view.WriteJSON(env.Stdout, view.Build{Profiles: []view.Profile{}, Reports: []string{}, Findings: append([]diag.Diagnostic{}, findings...)}); err != nil {
			return err
		}
		return errFindings
	}
	p := env.err()
	p.Findings(findings)
	p.Line("")
	p.Line("%s; nothing was written", view.Tally(findings))
	return errFindings
}

func buildReport(o buildOptions, all []*built, signer *app.OpenSigner, findings []diag.Diagnostic) *view.Build {
	b := &view.Build{Signer: signer.Report(), Output: o.out, Profiles: []view.Profile{}, Reports: []string{}, Findings: append([]diag.Diagnostic{}, findings...)}
	for _, x := range all {
		b.Profiles = append(b.Profiles, profileReport(x, signer != nil))
	}
	return b
}

func reportBuild(env *Env, o buildOptions, b *view.Build, findings []diag.Diagnostic) error {
	if o.format.isJSON() {
		return view.WriteJSON(env.Stdout, b)
	}
	if worthShowing := view.AtLeast(findings, diag.Warning); len(worthShowing) > 0 {
		p := env.err()
		p.Findings(worthShowing)
		p.Line("")
	}
	env.out().Build(b, o.hints)
	return nil
}

func profileReport(b *built, signed bool) view.Profile {
	p := view.Profile{
		Template:     strings.TrimPrefix(b.spec.Name, "builtin:"),
		Target:       b.result.Target.String(),
		Identifier:   b.result.Profile.Identifier,
		Declarations: declarationReports(b),
		Intents:      view.Intents(b.result.Outcomes),
		Title:        b.result.Target.Describe(),
		Organization: b.spec.Organization.Name.Value,
		Platform:     string(b.result.Target.Platform),
		Of:           b.result.Target,
	}
	for _, payload := range b.result.Profile.Payloads {
		p.Payloads = append(p.Payloads, payload.Type)
	}
	if !b.result.Empty() {
		p.File, p.Size, p.SHA256, p.Signed = b.result.FileName(b.spec), len(b.data), hexSum(b.data), signed
	}
	return p
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
