package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/compose"
	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/intent"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/text"
	"syncguard/profiles"
)

// CoverageOptions are the files to evaluate and the devices to evaluate them for.
type CoverageOptions struct {
	Paths    []string // templates, profiles, declarations, - for a profile on stdin; none for the project's template
	Targets  []string // none for those of a template, and coverage.Grid for other files
	Grid     bool     // show templates on coverage.Grid, too
	Keys     bool     // show the keys a template sets instead of its intents
	Explain  string   // intent or key to explain, for every group of targets with the same answer
	Template TemplateValues

	Inventory InventoryOptions // of CountCoverage and ListCoverage
	By        string           // what CountCoverage groups devices by, one of Groupings; empty for none
	List      string           // the cell for ListCoverage: SETTING=CLASS, SETTING, or incomplete
}

// Intents names the intents of templates.
func Intents() []string { return Words(intent.All()) }

// CoverageResult says what each setting really does on each device.
type CoverageResult struct {
	Matrices     []*coverage.Matrix      // one a template, and one of all the profiles; none with Explain
	Explanations []*coverage.Explanation // with Explain
	Findings     []diag.Diagnostic       // why an input is unusable; the rest is empty then
	Damaged      bool                    // parts of a profile or declaration could not be read, and may be missing
}

// CoverageCell is the effect of an intent or key on one target. Its JSON is stable: fields are only ever added (docs/json.md).
type CoverageCell struct {
	Intent    string            `json:"intent"`            // key of the intent in a template, such as `date-time`; TYPE.KEY for a key
	File      string            `json:"file,omitempty"`    // for a key: its file
	Value     string            `json:"value,omitempty"`   // for a boolean key: `true` or `false`
	Target    string            `json:"target"`            // PLATFORM@VERSION/ENROLLMENT
	ReadAs    target.Enrollment `json:"readAs,omitempty"`  // the enrollment with the rules in effect, if not the one of `target`: `supervised` for a Mac under MDM
	Class     intent.Class      `json:"class"`             // `enforced`, `locked`, `preset`, `manual`, `none`
	Missing   bool              `json:"missing,omitempty"` // `none`, because the platform or its version has no such payload, declaration or key
	Mechanism string            `json:"mechanism"`         // payload and key, or declaration, of each setting, separated by commas; empty if nothing is set
	Condition string            `json:"condition"`         // conditions of the class, separated by semicolons; may be empty
	Source    string            `json:"source"`            // source of the class; may be empty if `verified` is false
	Verified  bool              `json:"verified"`          // the class and its condition rest on Apple's word alone
	Notes     []intent.Note     `json:"notes"`             // the conditions one by one, and details too obvious for a table
	Settings  []intent.Setting  `json:"settings"`          // steps a person can take by hand
	Story     []string          `json:"story,omitempty"`   // with `--explain`: sentences; there is one object for each group of targets with the same answer, named by its first target
}

// ToExplain returns the first intent or key of the matrices, as an example for Explain; "" without any.
func (r *CoverageResult) ToExplain() string {
	for _, m := range r.Matrices {
		for _, row := range m.Rows {
			return row.Subject.Name()
		}
	}
	return ""
}

// Cells returns the result for JSON: the matrices row by row, or the explanations.
func (r *CoverageResult) Cells() []CoverageCell {
	cells := []CoverageCell{}
	for _, m := range r.Matrices {
		for _, row := range m.Rows {
			for _, c := range row.Cells {
				cells = append(cells, coverageCell(row.Subject, c))
			}
		}
	}
	for _, s := range r.Explanations {
		c := coverageCell(s.Subject, s.Cell)
		c.Story = s.Sentences()
		cells = append(cells, c)
	}
	return cells
}

func coverageCell(s coverage.Subject, c coverage.Cell) CoverageCell {
	out := CoverageCell{Intent: s.Name(), File: s.File, Value: s.Value, Target: c.Target.String(), Class: c.Class, Missing: c.Effect() == coverage.Missing, Mechanism: c.Mechanism(),
		Condition: c.Condition(), Source: c.Source, Verified: c.Verified(),
		Notes: append([]intent.Note{}, c.Notes...), Settings: append([]intent.Setting{}, c.Settings...)}
	if c.Target.ReadAs() != "" {
		out.ReadAs = c.Target.Effective()
	}
	return out
}

// Coverage evaluates the effect of templates, profiles and declarations on devices.
func Coverage(ctx context.Context, h *Host, o CoverageOptions) (*CoverageResult, error) {
	targets, _, err := parseTargets(h, o.Targets)
	if err != nil {
		return nil, err
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	c := &coverageRun{ctx, h, o, catalog, targets, &CoverageResult{}}
	matrices, err := c.read()
	if err != nil || c.result.Findings != nil {
		return c.result, err
	}
	for _, of := range matrices {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := of.make(of.targets)
		if err != nil {
			return nil, err
		}
		c.result.Matrices = append(c.result.Matrices, m)
	}
	if o.Explain != "" {
		return c.result, c.explain(matrices)
	}
	return c.result, nil
}

// coverageRun is one call of Coverage.
type coverageRun struct {
	ctx     context.Context
	host    *Host
	options CoverageOptions
	catalog *schema.Catalog
	targets []target.Target // of the options
	result  *CoverageResult
}

// matrix makes a matrix for other targets, too.
type matrix struct {
	make    coverage.MatrixFunc
	targets []target.Target
	source  func() (coverage.Source, error)
	spec    *template.Spec // nil for profiles
}

// targetsOf returns the targets to show a template on; nil stands for files with no targets of their own.
func (c *coverageRun) targetsOf(spec *template.Spec) (targets []target.Target) {
	switch {
	case len(c.targets) > 0:
		return c.targets
	case spec == nil || c.options.Grid || strings.HasPrefix(spec.Name, "builtin:"): // the built-in one is for anybody
		return coverage.Grid()
	}
	for _, t := range spec.Targets {
		targets = append(targets, t.Value)
	}
	return targets
}

// read returns one matrix for each template, and one for all profiles together.
func (c *coverageRun) read() (matrices []matrix, err error) {
	paths := c.options.Paths
	if len(paths) == 0 {
		path, err := c.host.projectTemplate()
		if err != nil {
			return nil, err
		}
		paths = []string{path}
	}
	finder := inputFinder{c.host, "stdin", c.host.hasProfileName, "profile (*.mobileconfig) or declaration (*.json)"}
	var files []coverage.File
	var failures []error
	for _, path := range paths {
		if c.host.isTemplatePath(path) || strings.HasPrefix(path, "builtin:") {
			of, err := c.template(path)
			if err != nil || c.result.Findings != nil {
				return nil, err
			}
			matrices = append(matrices, of)
			continue
		}
		inputs, failed, err := finder.find([]string{path})
		if err != nil {
			return nil, err
		}
		failures = append(failures, failed...)
		for _, in := range inputs {
			root, err := c.profile(in)
			if err != nil || c.result.Findings != nil {
				return nil, err
			}
			files = append(files, coverage.File{Name: in.path, Root: root})
		}
	}
	if len(failures) > 0 {
		return nil, failures[0]
	}
	if len(files) > 0 {
		matrices = append(matrices, c.keysOf(files, c.targetsOf(nil), nil))
	}
	return matrices, nil
}

func (c *coverageRun) keysOf(files []coverage.File, targets []target.Target, spec *template.Spec) matrix {
	return matrix{func(targets []target.Target) (*coverage.Matrix, error) {
		return coverage.Keys(files, targets, c.catalog)
	}, targets,
		func() (coverage.Source, error) { return coverage.KeySource(files, c.catalog) }, spec}
}

// template returns the matrix of a template's intents or, with Keys, of the keys it sets.
func (c *coverageRun) template(name string) (matrix, error) {
	spec, findings, err := c.options.Template.load(c.host, name, nil)
	if err != nil {
		return matrix{}, err
	}
	if diag.HasErrors(findings) {
		c.result.Findings = findings
		return matrix{}, nil
	}
	targets := c.targetsOf(spec)
	if !c.options.Keys {
		return matrix{func(targets []target.Target) (*coverage.Matrix, error) {
			return coverage.Intents(spec.Prevention, targets, c.catalog)
		}, targets, func() (coverage.Source, error) { return coverage.IntentSource(spec.Prevention, c.catalog) }, spec}, nil
	}
	files, err := c.composed(spec, targets)
	return c.keysOf(files, targets, spec), err
}

// composed composes a template for targets and returns one profile with every payload, and the configurations, each once.
func (c *coverageRun) composed(spec *template.Spec, targets []target.Target) ([]coverage.File, error) {
	all := newComposedFiles(spec)
	for _, t := range targets {
		made, err := compose.Compose(spec, t, c.catalog, lint.Options{Interrupted: c.ctx.Err})
		if err != nil {
			return nil, err
		}
		if err := all.add(made); err != nil {
			return nil, err
		}
	}
	return all.files, nil
}

// composedFiles is what a template composes: a profile with every payload, and the configurations, each once.
type composedFiles struct {
	name    string
	content *plist.Value
	files   []coverage.File
	seen    map[string]bool
}

func newComposedFiles(spec *template.Spec) *composedFiles {
	c := &composedFiles{name: strings.TrimPrefix(spec.Name, "builtin:"), content: profiles.Array(), seen: map[string]bool{}}
	c.files = []coverage.File{{Name: c.name, Root: profiles.Dictionary().Set("PayloadContent", c.content)}}
	return c
}

// add adds what a template composes for one target.
func (c *composedFiles) add(made *compose.Result) error {
	for _, payload := range made.Root.Get("PayloadContent").Items {
		if kind := payload.Get("PayloadType"); kind == nil || kind.Text != declarationsType {
			c.content.Items = append(c.content.Items, payload)
		}
	}
	for i := range made.Declarations {
		d := &made.Declarations[i]
		token, err := d.ServerToken()
		if err != nil {
			return err
		}
		if d.IsConfiguration() && !c.seen[token] {
			c.seen[token] = true
			root, _ := d.Value() // cannot fail: ServerToken encoded it
			c.files = append(c.files, coverage.File{Name: c.name, Root: root})
		}
	}
	return nil
}

// declarationsType is the payload type for declarations inside a profile. The declarations are shown themselves instead.
const declarationsType = "com.apple.declarations"

// profile reads a profile or declaration. It returns the readable part of a damaged one, and nil with Findings for a useless one.
func (c *coverageRun) profile(in input) (*profiles.Value, error) {
	data, err := in.read(c.host)
	if err != nil {
		return nil, err
	}
	doc, findings := document.Open(diag.NewFile(in.path, data))
	if doc.Defect != nil {
		c.result.Findings = []diag.Diagnostic{*doc.Defect}
		return nil, nil
	}
	c.result.Damaged = c.result.Damaged || diag.HasErrors(findings)
	return doc.Root, c.host.checkOpened(in.path, doc, findings)
}

// explain replaces the matrices by explanations of one intent or key.
func (c *coverageRun) explain(matrices []matrix) error {
	name := c.options.Explain
	var names []string
	for i, m := range c.result.Matrices {
		for row, r := range m.Rows {
			names = append(names, r.Subject.Name())
			if !r.Subject.IsCalled(name) {
				continue
			}
			for _, g := range (&coverage.Matrix{Targets: m.Targets, Rows: m.Rows[row : row+1]}).Groups() {
				s, err := coverage.Explain(matrices[i].make, row, m.Targets[g.At], c.catalog)
				if err := cmp.Or(err, c.ctx.Err()); err != nil {
					return err
				}
				s.Where = fmt.Sprintf("%s %s, %s", g.Platforms(), g.Versions(), strings.ReplaceAll(g.Installed(), "by hand", "installed by hand"))
				c.result.Explanations = append(c.result.Explanations, s)
			}
		}
	}
	if c.result.Explanations == nil {
		slices.Sort(names)
		names = slices.Compact(names)
		return diag.Usage(cmp.Or(text.DidYouMean(name, names), "want one such as "+strings.Join(names[:min(len(names), 8)], ", ")), "unknown intent or key %q", name)
	}
	c.result.Matrices = nil
	return nil
}
