package app

import (
	"context"
	"slices"
	"strings"

	"syncguard/internal/compose"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/document"
	"syncguard/internal/effective"
	"syncguard/internal/lint"
	"syncguard/internal/merge"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// EffectiveOptions are the files that land on one device, and its kind.
type EffectiveOptions struct {
	Paths    []string // profiles, declarations, templates, folders, - for stdin; none for the project's template
	Targets  []string // none for those of the project file
	Template TemplateValues
}

// Effective is what devices end up with. Its JSON is stable: fields are only ever added (docs/json.md).
type Effective struct {
	TargetNotes
	Devices []*effective.Device `json:"devices"` // one for each target
	Rules   []merge.Rule        `json:"rules"`   // those that settings and files refer to

	Settled  bool              `json:"-"` // every value is known
	Findings []diag.Diagnostic `json:"-"` // why an input is unusable; the rest is empty then
	Damaged  bool              `json:"-"` // parts of a file could not be read, and may be missing
}

// WhatIsEffective works out what one device of each target ends up with from several files.
func WhatIsEffective(ctx context.Context, h *Host, o EffectiveOptions) (*Effective, error) {
	if err := o.fillTargets(h); err != nil {
		return nil, err
	}
	targets, notes, err := parseTargets(h, o.Targets)
	if err != nil {
		return nil, err
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	e := &effectiveRun{ctx: ctx, host: h, options: o, catalog: catalog, result: &Effective{TargetNotes: notes, Devices: []*effective.Device{}, Rules: []merge.Rule{}, Settled: true}}
	if err := e.read(); err != nil || e.result.Findings != nil {
		return e.result, err
	}
	for _, t := range targets {
		if err := e.add(t); err != nil {
			return nil, err
		}
	}
	e.nameRules()
	return e.result, nil
}

// fillTargets takes the targets of the project file, if none are given.
func (o *EffectiveOptions) fillTargets(h *Host) error {
	if len(o.Targets) > 0 {
		return nil
	}
	ignores, err := readIgnores(h, nil)
	if err != nil {
		return err
	}
	if ignores.project != nil {
		for _, t := range ignores.project.Targets {
			o.Targets = append(o.Targets, t.Value.String())
		}
	}
	if len(o.Targets) == 0 {
		return diag.Usage("say what the device is, such as --target iOS@26/supervised; or give targets in "+template.ProjectFile, "missing --target")
	}
	h.note("targets of " + ignores.path + ": " + strings.Join(o.Targets, ", "))
	return nil
}

// effectiveRun is one call of WhatIsEffective.
type effectiveRun struct {
	ctx     context.Context
	host    *Host
	options EffectiveOptions
	catalog *schema.Catalog
	files   []effective.File
	specs   []*template.Spec
	result  *Effective
}

// read opens the files, and loads the templates.
func (e *effectiveRun) read() error {
	paths := e.options.Paths
	if len(paths) == 0 {
		path, err := e.host.projectTemplate()
		if err != nil {
			return err
		}
		paths = []string{path}
	}
	finder := inputFinder{e.host, "stdin", e.host.hasProfileName, "profile (*.mobileconfig) or declaration (*.json)"}
	var rest []string
	for _, path := range paths {
		if !e.host.isTemplatePath(path) && !strings.HasPrefix(path, "builtin:") {
			rest = append(rest, path)
			continue
		}
		spec, findings, err := e.options.Template.load(e.host, path, nil)
		if err != nil {
			return err
		}
		if diag.HasErrors(findings) {
			e.result.Findings = findings
			return nil
		}
		e.specs = append(e.specs, spec)
	}
	inputs, failures, err := finder.find(rest)
	if err != nil {
		return err
	}
	if len(failures) > 0 {
		return failures[0]
	}
	for f, err := range eachFile(e.ctx, e.host, "reading", inputs, &failures, e.open) {
		switch {
		case err != nil:
			return err
		case len(failures) > 0:
			return failures[0]
		case f.defect != nil:
			e.result.Findings = append(e.result.Findings, *f.defect)
			continue
		}
		e.result.Damaged = e.result.Damaged || f.damaged
		e.files = append(e.files, f.File)
	}
	if len(failures) > 0 {
		return failures[0]
	}
	return nil
}

// openedFile is a file to work with, or its defect.
type openedFile struct {
	effective.File
	defect  *diag.Diagnostic
	damaged bool
}

func (e *effectiveRun) open(in input, data []byte) (*openedFile, error) {
	doc, findings := document.Open(diag.NewFile(in.path, data))
	secret.Scrub(findings)
	if doc.Defect != nil {
		return &openedFile{defect: doc.Defect}, nil
	}
	if err := e.host.checkOpened(in.path, doc, findings); err != nil {
		return nil, err
	}
	root := diff.Unfold(doc.Root)
	secret.Mark(root)
	return &openedFile{File: effective.File{Name: in.path, Root: root, Declaration: doc.Kind() == document.Declaration}, damaged: diag.HasErrors(findings)}, nil
}

// add works out the device of one target.
func (e *effectiveRun) add(t target.Target) error {
	files := e.reaching(t)
	for _, spec := range e.specs {
		made, err := compose.Compose(spec, t, e.catalog, lint.Options{Interrupted: e.ctx.Err})
		if err != nil {
			return err
		}
		if diag.HasErrors(made.Findings) {
			e.result.Findings = made.Findings
			return nil
		}
		root := diff.Unfold(made.Root)
		secret.Mark(root)
		files = append(files, effective.File{Name: spec.Name, Root: root})
		for i := range made.Declarations {
			if made.Embedded {
				break // the profile holds them
			}
			root, err := made.Declarations[i].Value()
			if err != nil {
				return err
			}
			secret.Mark(root)
			files = append(files, effective.File{Name: spec.Name, Root: root, Declaration: true})
		}
	}
	d, err := effective.On(files, t, e.catalog)
	if err != nil {
		return err
	}
	e.result.Devices = append(e.result.Devices, d)
	e.result.Settled = e.result.Settled && d.Settled()
	return e.ctx.Err()
}

// reaching returns the files, and notes at those which a build made for other targets that they do not reach this one, if the same
// build made some for it.
func (e *effectiveRun) reaching(t target.Target) []effective.File {
	files := slices.Clone(e.files)
	likeIPhone := t // an iPad takes the files for an iPhone, if there are none for it
	likeIPhone.Platform = t.Platform.Schema()
	for _, t := range []target.Target{t, likeIPhone} {
		isFor := func(of string) bool { return of == t.Group() || of == t.Slug() }
		made := map[string]bool{}
		for _, f := range files {
			if before, of := lint.MadeFor(f.Name); isFor(of) && f.Not == "" {
				made[before] = true
			}
		}
		for i := range files {
			if before, of := lint.MadeFor(files[i].Name); made[before] && !isFor(of) {
				files[i].Not = "made for other targets"
			}
		}
	}
	return files
}

// nameRules lists the rules that the result refers to.
func (e *effectiveRun) nameRules() {
	used := map[string]bool{}
	for _, d := range e.result.Devices {
		for _, s := range d.Settings {
			used[s.Rule] = true
		}
		for _, f := range d.Files {
			used[f.Rule] = true
		}
	}
	for _, r := range merge.Rules() {
		if used[r.ID] {
			e.result.Rules = append(e.result.Rules, r)
		}
	}
}
