package app

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/compose"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/intent"
	"syncguard/internal/lint"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// BuildOptions are the templates to build and the devices to build them for.
type BuildOptions struct {
	Templates []string // files, builtin:NAME, - for stdin; none for the project's
	Out       string   // folder; empty for dist, beside the project's template
	Targets   []string // none for those of each template
	Form      intent.Choice
	LegacyURL string // https folder of the profiles, for a legacy declaration of each MDM profile; empty for none
	Template  TemplateValues
	Signing   SigningOptions
	Unsigned  bool
	UntrustedOptions

	// Reports returns further files, such as reports, to write in one go with the profiles; nil for none.
	Reports func(*BuildResult) ([]files.File, error)

	Inventory InventoryOptions // whose devices the reports count; may be none
}

// BuildResult is the result of Build. Its JSON is stable: fields are only ever added (docs/json.md).
type BuildResult struct {
	Signer   *Signer           `json:"signer"`   // null if the profiles are unsigned, or not built
	Output   string            `json:"output"`   // the folder; empty if errors among the findings kept every profile from being written
	Profiles []*BuiltProfile   `json:"profiles"` // one for each template and target
	Reports  []string          `json:"reports"`  // file names of the reports in the folder
	Others   int               `json:"others"`   // other profiles in the folder, not from this build
	Findings []diag.Diagnostic `json:"findings"`
	Refused  []Refused         `json:"refused"` // what has no effect, because the templates are untrusted
	TargetNotes

	Parts  []*BuiltPart `json:"-"` // the profiles of each template
	Failed bool         `json:"-"` // errors among the findings: no profile was written
}

// BuiltPart holds the profiles of one template.
type BuiltPart struct {
	Template     string
	BuiltIn      bool
	Name         string // display name of the profiles
	Organization string
	Languages    []string // BCP 47, never empty
	Profiles     []*BuiltProfile
	Effects      []Effect // of the profiles; only for reports
	Resolvers    []compose.Resolver
	Counts       *CoverageCounts // of the devices of an inventory; nil without one

	spec *template.Spec
}

// BuiltProfile is one target of a build.
type BuiltProfile struct {
	Template     string             `json:"template"`     // a file, or the name of a built-in template
	Target       string             `json:"target"`       // PLATFORM@VERSION/ENROLLMENT
	File         string             `json:"file"`         // name in the folder; empty if nothing can be set on the target
	Identifier   string             `json:"identifier"`   // PayloadIdentifier
	Size         int                `json:"size"`         // of the file, in bytes
	SHA256       string             `json:"sha256"`       // of the file, in hexadecimal
	Signed       bool               `json:"signed"`       // whether the file is signed
	Declarations []BuiltDeclaration `json:"declarations"` // declarations for the target, activations included
	Intents      []intent.Outcome   `json:"intents"`      // one for each enabled intent

	Of       target.Target `json:"-"`
	Payloads []string      `json:"-"` // payload types in the profile
	Effects  []Effect      `json:"-"` // on this target; only for reports
}

// BuiltDeclaration is one declaration for a target.
type BuiltDeclaration struct {
	Type        string `json:"type"` // as in the declaration
	Identifier  string `json:"identifier"`
	ServerToken string `json:"serverToken"`
	File        string `json:"file"`   // name in the folder; empty if the profile holds the declaration
	Size        int    `json:"size"`   // of the file, in bytes; 0 without one
	SHA256      string `json:"sha256"` // of the file, in hexadecimal; empty without one
}

// Build composes templates for targets, then checks, signs and writes the results. It writes all of them, or none if a check
// finds an error: then Failed is set and Findings says why.
func Build(ctx context.Context, h *Host, o BuildOptions) (*BuildResult, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	h, done, err := o.host(ctx, h)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := o.findProject(h); err != nil {
		return nil, err
	}
	if err := h.checkLink(o.Out); err != nil {
		return nil, err
	}
	refused := []Refused{}
	targets, notes, err := parseTargets(h, o.Targets)
	if err != nil {
		return nil, err
	}
	all, findings, err := o.compose(ctx, h, targets, &refused)
	if err != nil {
		return nil, err
	}
	reported := diag.Reported{}
	for _, c := range all {
		notes.add(h, c.result.Target)
		if !o.Unsigned {
			findings = append(findings, reported.New(lint.SignedVariables(c.result.Root))...)
		}
	}
	findings = diag.Sort(append(findings, nameClashes(all)...))
	r := &BuildResult{Profiles: []*BuiltProfile{}, Reports: []string{}, Findings: append([]diag.Diagnostic{}, findings...), Refused: refused}
	if diag.HasErrors(findings) {
		r.Failed = true
		return r, nil
	}
	if err := nothingToBuild(all); err != nil {
		return nil, err
	}
	var s *signer
	if !o.Unsigned {
		if s, err = o.Signing.load(ctx, h); err != nil {
			return nil, err
		}
		defer s.Close()
	}
	r.Signer, r.Output, r.TargetNotes = s.report(), o.Out, notes
	return r, o.write(ctx, h, r, all, s)
}

// findProject fills in the templates and the folder, if none are given.
func (o *BuildOptions) findProject(h *Host) error {
	out := DefaultOutput
	if len(o.Templates) == 0 {
		found, err := h.projectTemplate()
		if err != nil {
			return err
		}
		o.Templates = []string{found}
		if !strings.HasPrefix(found, "builtin:") {
			out = filepath.Join(filepath.Dir(found), out)
		}
	}
	o.Out = cmp.Or(o.Out, out)
	return nil
}

// write encodes, signs and writes the profiles, the declarations and the files of o.Reports.
func (o *BuildOptions) write(ctx context.Context, h *Host, r *BuildResult, all []*composed, s *signer) error {
	var out []files.File
	for _, c := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, made, err := c.finish(s)
		if err != nil {
			return err
		}
		out, r.Profiles = append(out, made...), append(r.Profiles, p)
	}
	if o.Reports != nil {
		if err := addEffects(h, r.Profiles, all); err != nil {
			return err
		}
	}
	r.Parts = partsOf(r.Profiles, all)
	if o.Inventory.IsSet() {
		if err := countParts(ctx, h, o.Inventory, r.Parts, all); err != nil {
			return err
		}
	}
	if o.Reports != nil {
		reports, err := o.Reports(r)
		if err != nil {
			return err
		}
		for _, f := range reports {
			for _, other := range out { // readable by its owner only, like the profiles it is about
				f.Mode &= other.Mode
			}
			out, r.Reports = append(out, f), append(r.Reports, f.Name)
		}
	}
	record, err := o.record(h, r.Profiles, out)
	if err != nil {
		return err
	}
	if err := files.Write(h.Files, o.Out, append(out, record), h.Now()); err != nil {
		return err
	}
	entries, _ := h.Files.ReadDir(o.Out)
	for _, e := range entries { // a push of the folder would send the others, too
		if isProfileName(e.Name()) && !slices.ContainsFunc(out, func(f files.File) bool { return f.Name == e.Name() }) {
			r.Others++
		}
	}
	return nil
}

// Outputs lists the kinds of output for MDM servers, the usual one first.
func Outputs() []string { return Words(intent.Outputs()) }

// DNSForms lists the forms of DNS settings a user can ask for.
func DNSForms() []string { return Words(intent.DNSForms()) }

// check refuses options that exclude each other, and a LegacyURL no device would fetch a profile from.
func (o *BuildOptions) check() error {
	if o.Unsigned && (o.Signing.Identity.given() || o.Signing.StateTime) {
		return diag.Usage("use one of them", "--unsigned and an identity cannot be combined")
	}
	if err := o.Signing.Identity.check(); err != nil {
		return err
	}
	if o.Untrusted && !o.Unsigned {
		return diag.Usage("add --unsigned, and sign after a review", "--untrusted signs nothing")
	}
	if o.LegacyURL == "" {
		return nil
	}
	if u, err := url.Parse(o.LegacyURL); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return diag.Usage("give the folder of the profiles, such as https://mdm.acme.example/profiles", "invalid --legacy-url: want a plain https URL")
	}
	if o.Form.Output == intent.Profiles {
		return diag.Usage("--legacy-url makes declarations, and --output profile leaves them out", "--legacy-url and --output profile cannot be combined")
	}
	return nil
}

// composed is a template composed for one target.
type composed struct {
	spec   *template.Spec
	result *compose.Result
}

// compose loads every template and composes it for every target. It returns the findings of all of them.
func (o *BuildOptions) compose(ctx context.Context, h *Host, targets []target.Target, refused *[]Refused) (all []*composed, findings []diag.Diagnostic, err error) {
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, nil, err
	}
	if h.distrust != nil {
		*refused = append(*refused, h.distrust.refused...)
	}
	reported := diag.Reported{}
	for _, name := range o.Templates {
		var ofTemplate []Refused
		spec, found, err := o.Template.load(h, name, &ofTemplate)
		*refused = append(*refused, listed(ofTemplate)...)
		if err != nil {
			return nil, nil, err
		}
		findings = append(findings, found...)
		if spec == nil {
			continue
		}
		made, err := o.composeOne(ctx, spec, targets, catalog)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range made {
			if diag.HasErrors(found) {
				findings = append(findings, reported.New(atOtherPositions(c.result.Written(), found))...)
				continue
			}
			all, findings = append(all, c), append(findings, reported.New(c.result.Findings)...)
		}
	}
	return all, declaredNowhere(findings, len(o.Templates)), nil
}

// declaredNowhere drops the warnings about variables in a file of variables that one of the templates declares: it serves all.
func declaredNowhere(findings []diag.Diagnostic, templates int) []diag.Diagnostic {
	isAbout := func(d diag.Diagnostic) bool { return d.Rule == rule.UndeclaredVariable && d.Severity == diag.Warning }
	type place struct {
		file       string
		start, end int
	}
	times := map[place]int{}
	at := func(d diag.Diagnostic) place { return place{d.Span.File.Name, d.Span.Start, d.Span.End} }
	for _, d := range findings {
		if isAbout(d) {
			times[at(d)]++
		}
	}
	return slices.DeleteFunc(findings, func(d diag.Diagnostic) bool { return isAbout(d) && times[at(d)] < templates })
}

func (o *BuildOptions) composeOne(ctx context.Context, spec *template.Spec, targets []target.Target, catalog *schema.Catalog) (all []*composed, err error) {
	if len(targets) == 0 {
		for _, t := range spec.Targets {
			targets = append(targets, t.Value)
		}
	}
	options := compose.Options{Choice: o.Form, LegacyURL: o.LegacyURL, Lint: lint.Options{Interrupted: ctx.Err}}
	for _, t := range targets {
		result, err := options.Compose(spec, t, catalog)
		if err != nil {
			return nil, err
		}
		all = append(all, &composed{spec, result})
	}
	return all, nil
}

// nameClashes finds output files with the same name, ignoring case as some file systems do: of two templates the first one, since
// the others follow from it.
func nameClashes(all []*composed) []diag.Diagnostic {
	var found []diag.Diagnostic
	seen, told := map[string]*composed{}, map[[2]*template.Spec]bool{}
	for _, c := range all {
		for _, file := range c.fileNames() {
			name := strings.ToLower(file)
			if first := seen[name]; first != nil {
				specs := [2]*template.Spec{first.spec, c.spec}
				if told[specs] && first.spec != c.spec {
					break
				}
				told[specs] = true
				found = append(found, diag.Diagnostic{
					Rule: rule.DuplicateOutput, Severity: diag.Error,
					Message: fmt.Sprintf("two files would be named %q: %s of %s, and %s of %s",
						file, first.result.Target, first.spec.Name, c.result.Target, c.spec.Name),
					Help: "give each template its own profile.identifier, and each target once",
					Span: c.spec.Profile.Identifier.Span,
				})
				break // the other files of this target clash for the same reason
			}
			seen[name] = c
		}
	}
	return found
}

// fileNames returns the names of the profile and the declaration files.
func (c *composed) fileNames() []string {
	names := []string{c.result.FileName(c.spec)}
	if !c.result.Embedded {
		for i := range c.result.Declarations {
			names = append(names, c.result.Declarations[i].FileName(c.spec, c.result.Target))
		}
	}
	return names
}

// nothingToBuild returns an error if no target takes any setting.
func nothingToBuild(all []*composed) error {
	var targets []string
	for _, c := range all {
		if !c.result.SetsNothing() {
			return nil
		}
		targets = append(targets, c.result.Target.String())
	}
	return diag.WithHint(fmt.Errorf("nothing can be set on %s", strings.Join(targets, ", ")), "docs/prevention.md lists the settings of each platform")
}

// finish encodes and signs a composed profile, and returns its description and its files. A nil signer leaves it unsigned.
func (c *composed) finish(s *signer) (*BuiltProfile, []files.File, error) {
	p := &BuiltProfile{Template: strings.TrimPrefix(c.spec.Name, "builtin:"), Target: c.result.Target.String(), Identifier: c.result.Profile.Identifier,
		Declarations: []BuiltDeclaration{}, Intents: append([]intent.Outcome{}, c.result.Outcomes...), Of: c.result.Target}
	for _, payload := range c.result.Profile.Payloads {
		p.Payloads = append(p.Payloads, payload.Type)
	}
	mode := fs.FileMode(0o644)
	if c.spec.HasSecrets() {
		mode = 0o600
	}
	var out []files.File
	var data []byte
	if !c.result.Empty() {
		var err error
		if data, err = c.encode(s); err != nil {
			return nil, nil, err
		}
		p.File, p.Size, p.SHA256, p.Signed = c.result.FileName(c.spec), len(data), hexSum(data), s != nil
		out = append(out, files.File{Name: p.File, Data: data, Mode: mode})
	}
	if !c.result.Embedded {
		c.result.Finalize(data) // the server token of a legacy declaration covers the bytes a device fetches
	}
	for i := range c.result.Declarations {
		d := &c.result.Declarations[i]
		token, err := d.ServerToken()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", c.result.Target, err)
		}
		built := BuiltDeclaration{Type: d.Type, Identifier: d.Identifier, ServerToken: token}
		if !c.result.Embedded {
			data, err := d.Encode()
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", c.result.Target, err)
			}
			built.File, built.Size, built.SHA256 = d.FileName(c.spec, c.result.Target), len(data), hexSum(data)
			out = append(out, files.File{Name: built.File, Data: data, Mode: mode})
		}
		p.Declarations = append(p.Declarations, built)
	}
	return p, out, nil
}

// encode returns the bytes of the profile file, signed unless s is nil.
func (c *composed) encode(s *signer) ([]byte, error) {
	data, err := profiles.Encode(c.result.Root)
	if err != nil {
		return nil, fmt.Errorf("encoding the profile for %s: %w", c.result.Target, err)
	}
	if s == nil {
		return data, nil
	}
	signed, err := s.Sign(data)
	if err != nil {
		return nil, explainSigning(fmt.Errorf("the profile for %s: %w", c.result.Target, err))
	}
	return signed, nil
}

// partsOf groups profiles by template. built and all have the same order.
func partsOf(built []*BuiltProfile, all []*composed) (parts []*BuiltPart) {
	for i, c := range all {
		if len(parts) == 0 || parts[len(parts)-1].spec != c.spec {
			parts = append(parts, &BuiltPart{Template: built[i].Template, BuiltIn: strings.HasPrefix(c.spec.Name, "builtin:"), Name: c.spec.Profile.DisplayName.Value,
				Organization: c.spec.Organization.Name.Value, Languages: compose.Languages(c.spec), spec: c.spec})
		}
		p := parts[len(parts)-1]
		p.Profiles, p.Effects = append(p.Profiles, built[i]), append(p.Effects, built[i].Effects...)
		for _, r := range c.result.Resolvers() {
			if !slices.Contains(p.Resolvers, r) {
				p.Resolvers = append(p.Resolvers, r)
			}
		}
	}
	for _, p := range parts {
		p.Effects = mergeEffects(p.Effects)
	}
	return parts
}
