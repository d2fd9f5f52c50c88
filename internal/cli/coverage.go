package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/baseline"
	"syncguard/internal/compose"
	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/view"
	"syncguard/profiles"
	"syncguard/templates"
)

type coverageOptions struct {
	paths    []string
	targets  []string
	keys     bool
	explain  string
	template templateFlags
	format   choiceFlag
}

func newCoverageCmd(env *Env) *cobra.Command {
	var o coverageOptions
	cmd := &cobra.Command{
		Use:   "coverage [TEMPLATE|PROFILE…]",
		Short: "Say what is really done on each device",
		Long: `Say what really happens on each device, and on what that rests: what is enforced, locked, only set by default, left to a
person, or impossible. Without a file it is about the built-in prevention template, with a TEMPLATE (*.yaml) about that
one's intents: date-time, dns, cellular, storage, updates. Of a PROFILE (XML or binary, signed or not) or a declaration
(JSON) it shows every key; --keys does so for a template. A FILE of - is a profile on stdin.

Without --target it shows each platform, installed by hand, by MDM, and by MDM on supervised devices, on the previous
and the current major version.

Everything is computed from Apple's schemas ("syncguard schema show" has them), imported ones included, and from a few
facts that no schema states. What is no word of Apple's is marked as community or unverified.`,
		Example: `  syncguard coverage
  syncguard coverage --explain date-time --target iOS@18/manual
  syncguard coverage corp.mobileconfig --target iOS/manual --target iOS/supervised
  syncguard coverage acme.yaml --format html > coverage.html`,
		RunE: func(_ *cobra.Command, args []string) error {
			o.paths = args
			return runCoverage(env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.targets, "target", nil, "PLATFORM[@VERSION][/ENROLLMENT] to show (repeatable)")
	flags.BoolVar(&o.keys, "keys", false, "show every key that a template sets, not its intents")
	flags.StringVar(&o.explain, "explain", "", "tell the story of one INTENT or KEY")
	o.template.addTo(cmd)
	o.format.addFormats(cmd, "text", "json", "markdown", "html")
	_ = cmd.RegisterFlagCompletionFunc("explain", cobra.FixedCompletions(intentNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func intentNames() []string {
	var names []string
	for _, i := range baseline.Intents() {
		names = append(names, string(i))
	}
	return names
}

func runCoverage(env *Env, o coverageOptions) error {
	targets, err := env.parseTargets(o.targets)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		targets = coverage.Grid()
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	c := &coverageRun{env: env, o: o, catalog: catalog, targets: targets}
	makers, err := c.read()
	if err != nil {
		return err
	}
	var parts []*coverage.Matrix
	for _, make := range makers {
		m, err := make(targets)
		if err != nil {
			return err
		}
		parts = append(parts, m)
	}
	if o.explain != "" {
		return c.explain(makers, parts)
	}
	return c.show(parts)
}

// coverageRun is one run of the command.
type coverageRun struct {
	env     *Env
	o       coverageOptions
	catalog *schema.Catalog
	targets []target.Target
}

// read returns what makes the matrix of each template, and of all the profiles together.
func (c *coverageRun) read() ([]coverage.Maker, error) {
	var makers []coverage.Maker
	paths := c.o.paths
	if len(paths) == 0 {
		paths = []string{"builtin:" + templates.Prevention}
	}
	finder := inputFinder{"stdin", hasProfileName, "profile (*.mobileconfig) and no declaration (*.json)"}
	var files []coverage.File
	var failures []error
	for _, path := range paths {
		if isTemplatePath(path) || strings.HasPrefix(path, "builtin:") {
			make, err := c.template(path)
			if err != nil {
				return nil, err
			}
			makers = append(makers, make)
			continue
		}
		inputs, failed, err := finder.find([]string{path})
		if err != nil {
			return nil, err
		}
		failures = append(failures, failed...)
		for _, in := range inputs {
			f, err := c.profile(in)
			if err != nil {
				return nil, err
			}
			files = append(files, f)
		}
	}
	if len(failures) > 0 {
		return nil, failures[0]
	}
	if len(files) > 0 {
		makers = append(makers, func(targets []target.Target) (*coverage.Matrix, error) {
			return coverage.Keys(files, targets, c.catalog)
		})
	}
	return makers, nil
}

// template returns what makes the matrix of a template: its intents, or the keys that it sets.
func (c *coverageRun) template(name string) (coverage.Maker, error) {
	spec, findings, err := c.o.template.load(c.env, name)
	if err != nil {
		return nil, err
	}
	if diag.HasErrors(findings) {
		p := c.env.err()
		p.Findings(findings)
		return nil, errFindings
	}
	if !c.o.keys {
		return func(targets []target.Target) (*coverage.Matrix, error) {
			return coverage.Intents(spec.Prevention, targets, c.catalog)
		}, nil
	}
	files, err := c.composed(spec)
	return func(targets []target.Target) (*coverage.Matrix, error) {
		return coverage.Keys(files, targets, c.catalog)
	}, err
}

// composed returns everything that a template makes for any of the targets: one profile with every payload, and the
// configurations.
func (c *coverageRun) composed(spec *template.Spec) ([]coverage.File, error) {
	name := strings.TrimPrefix(spec.Name, "builtin:")
	content := profiles.Array()
	files := []coverage.File{{Name: name, Root: profiles.Dictionary().Set("PayloadContent", content)}}
	seen := map[string]bool{}
	for _, t := range c.targets {
		made, err := compose.Compose(spec, t, c.catalog, lint.Options{})
		if err != nil {
			return nil, err
		}
		for _, payload := range made.Root.Get("PayloadContent").Items {
			if kind := payload.Get("PayloadType"); kind == nil || kind.Text != carrierType {
				content.Items = append(content.Items, payload)
			}
		}
		for i := range made.Declarations {
			d := &made.Declarations[i]
			token, err := d.ServerToken()
			if err != nil {
				return nil, err
			}
			if d.IsConfiguration() && !seen[token] {
				seen[token] = true
				root, _ := d.Value() // its token was made before
				files = append(files, coverage.File{Name: name, Root: root})
			}
		}
	}
	return files, nil
}

// carrierType is the payload by which a profile carries declarations, which are shown themselves.
const carrierType = "com.apple.declarations"

func (c *coverageRun) profile(in input) (coverage.File, error) {
	data, err := in.Read(c.env.host())
	if err != nil {
		return coverage.File{}, err
	}
	doc, findings := document.Open(diag.NewFile(in.Path(), data))
	return openedFile(c.env, in.Path(), doc, findings)
}

// openedFile refuses a file of which nothing can be used, or whose payloads are encrypted.
func openedFile(env *Env, name string, doc *document.Document, findings []diag.Diagnostic) (coverage.File, error) {
	if doc.Defect != nil {
		return coverage.File{}, env.refuse(doc)
	}
	if doc.IsEncrypted() {
		return coverage.File{}, withHint(fmt.Errorf("%s: its payloads are encrypted", name), "decrypt it first; only the device that it is for can")
	}
	if diag.HasErrors(findings) {
		env.err().Warning(name + " has mistakes: only what can be read is shown (syncguard validate lists them)")
	}
	return coverage.File{Name: name, Root: doc.Root}, nil
}

// refuse shows why a file as a whole is of no use, as a finding.
func (e *Env) refuse(doc *document.Document) error {
	e.err().Findings([]diag.Diagnostic{*doc.Defect})
	return errFindings
}

// show writes the matrices in the format that was asked for.
func (c *coverageRun) show(parts []*coverage.Matrix) error {
	switch c.o.format.value {
	case "json":
		cells := []view.CoverageCell{}
		for _, m := range parts {
			cells = append(cells, view.CoverageCells(m)...)
		}
		return view.WriteJSON(c.env.Stdout, cells)
	case "html":
		return view.CoverageHTML(c.env.Stdout, parts, nil)
	case "markdown":
		for _, m := range parts {
			if err := view.CoverageMarkdown(c.env.Stdout, m); err != nil {
				return err
			}
		}
		return nil
	}
	for i, m := range parts {
		if i > 0 {
			c.env.out().Line("")
		}
		c.env.out().Coverage(m)
	}
	return nil
}
