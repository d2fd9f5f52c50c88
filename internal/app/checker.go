package app

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/compose"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/fix"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/work"
)

// checker checks files of one run: the catalog, targets and options they share.
type checker struct {
	host      *Host
	catalog   *schema.Catalog
	lint      *lint.Checker
	targets   []target.Target
	options   lint.Options
	keeps     func(diag.Diagnostic) bool // whether a finding counts
	templates *TemplateValues            // values for templates; nil if templates are not accepted
	set       *lint.Set                  // the files as profiles of one device; nil to check each alone

	// shorten drops findings of a file with very many while they are collected, and counts them in it; nil keeps all.
	shorten func(*checked, []diag.Diagnostic) []diag.Diagnostic
}

// checked is one file with its findings, or err if it could not be read.
type checked struct {
	name              string
	kind, format      string
	signed, encrypted bool
	findings          []diag.Diagnostic
	unlisted          tally           // findings dropped while they were collected
	ignores           []*lint.Ignore  // ignore comments of the file
	baseIgnores       []*lint.Ignore  // ignore comments of the templates it extends
	facts             *lint.FileFacts // facts for the set check; nil without one
	in                input           // file to write corrections to
	fix               *fix.Result     // corrections of lint --fix; nil without any
	refused           []Refused       // by an untrusted run
	shortened         bool            // some findings were dropped while they were collected, if only ignored ones
	err               error
}

// alone returns a checker of files that are no set, with another way to shorten findings.
func (c *checker) alone(shorten func(*checked, []diag.Diagnostic) []diag.Diagnostic) *checker {
	one := *c
	one.set, one.shorten = nil, shorten
	return &one
}

func (c *checker) checkInput(in input) checked {
	data, err := c.host.readInput(in)
	return c.checkData(in.path, data, err)
}

func (c *checker) checkData(name string, data []byte, err error) checked {
	if err != nil {
		return checked{name: name, err: err}
	}
	return c.checkFile(diag.NewFile(name, data))
}

// checkFile checks one file: a profile, a declaration or, if the checker accepts them, a template.
func (c *checker) checkFile(file *diag.File) checked {
	check := c.checkDocument
	if c.templates != nil && isTemplateFile(file) {
		check = c.checkTemplate
	}
	return guarded(file.Name, func(result *checked) error { return check(file, result) })
}

// guarded calls check for one file and turns a panic, a defect of syncguard itself, into a finding: it costs one file and not
// the run.
func guarded(name string, check func(*checked) error) (result checked) {
	result = checked{name: name}
	defer func() {
		if p := recover(); p != nil {
			result.findings = append(result.findings, internalError(p))
		}
	}()
	if err := check(&result); err != nil {
		return checked{name: name, err: fmt.Errorf("checking %s: %w", name, err)}
	}
	return result
}

// checkDocument checks a profile or a declaration.
func (c *checker) checkDocument(file *diag.File, result *checked) error {
	open := document.Open
	if c.options.Placeholders != lint.PlaceholdersPassed {
		open = document.OpenTemplate
	}
	doc, findings := open(file)
	return c.checkOpened(doc, findings, file, result)
}

// checkOpened checks an opened profile or declaration. file is its original text, for checks of size and encoding.
func (c *checker) checkOpened(doc *document.Document, findings []diag.Diagnostic, file *diag.File, result *checked) error {
	secret.Scrub(findings)
	secrets := secret.Mark(doc.Root)
	defer hideSecrets(doc, diag.HasErrors(findings))
	result.kind, result.format = string(doc.Kind()), string(doc.Format)
	result.signed, result.encrypted = doc.Signed, doc.IsEncrypted()
	result.findings = slices.DeleteFunc(findings, c.drops)
	if doc.Foreign {
		result.findings = slices.DeleteFunc([]diag.Diagnostic{*doc.Defect}, c.drops)
		return nil
	}
	if doc.Root == nil {
		return nil
	}
	if doc.Format == document.XML {
		c.ignore(result, doc.File, doc.Root)
	}
	damaged := damagedPlaces(doc.Root, findings)
	bound := c.bound(result, damaged)
	more, err := c.check(doc, file, secrets, bound)
	if err != nil {
		return err
	}
	result.findings = diag.Sort(append(result.findings, withoutFollowUps(more, damaged)...))
	if c.set == nil || !doc.Whole {
		return nil
	}
	if result.facts, err = c.lint.FileFacts(file.Name, doc.File, doc.Root, doc.Kind() == document.Declaration, c.targets); err == nil {
		result.facts.Signed, result.facts.Bound = doc.Signed, bound
	}
	return err
}

// bound keeps the findings of a file from being very many. Those that follow from a reading error do not count.
func (c *checker) bound(r *checked, damaged map[location]bool) lint.Bound {
	if c.shorten == nil {
		return lint.Bound{}
	}
	return lint.Bound{Room: 2 * maxListed, Shorten: func(found []diag.Diagnostic) []diag.Diagnostic {
		r.shortened = true
		return c.shorten(r, withoutFollowUps(slices.DeleteFunc(found, c.drops), damaged))
	}}
}

// ignore adds a file's ignore comments and the findings about them. Those of an untrusted change do not count.
func (c *checker) ignore(r *checked, file *diag.File, root *plist.Value) {
	ignores, found := lint.Ignores(file, root)
	if c.host.distrust != nil {
		r.dropIgnores(file.Name, len(ignores)+len(found))
		return
	}
	r.ignores, r.findings = append(r.ignores, ignores...), append(r.findings, found...)
}

// hideSecrets masks marked secrets in the text shown in excerpts: a secret can share a line with an unrelated finding. Call it after
// all messages are made. A damaged file may hold secrets missing from its tree, so isDamaged has its whole text searched.
func hideSecrets(doc *document.Document, isDamaged bool) {
	secret.Mask(doc.File, doc.Root, isDamaged || doc.Root == nil)
}

func internalError(p any) diag.Diagnostic {
	return diag.Diagnostic{Rule: rule.InternalError, Severity: diag.Error,
		Message: fmt.Sprintf("checking stopped on a defect of syncguard: %v", p),
		Help:    "report it, with the file if you can share it"}
}

// check runs the lint rules on an opened document with its secrets.
func (c *checker) check(doc *document.Document, file *diag.File, secrets map[*plist.Value]secret.Reason, bound lint.Bound) ([]diag.Diagnostic, error) {
	o := c.options
	o.Secrets, o.Bound = secrets, bound
	o.Container = lint.Container{Size: len(file.Data), Binary: doc.Format == document.Binary, Signed: doc.Signed, Message: doc.Message, Damaged: !doc.Whole}
	if doc.Format == document.XML && !doc.Signed {
		o.Container.Odd = plist.Oddities(file.Data)
	}
	if doc.Signed && o.Placeholders == lint.PlaceholdersNoted {
		o.Placeholders = lint.PlaceholdersSigned
	}
	check := c.lint.Check
	if doc.Kind() == document.Declaration {
		check = c.lint.CheckDeclaration
	}
	all, err := check(doc.Root, c.targets, o)
	for _, d := range doc.Placeholders {
		o.Placeholders.SetSeverity(&d)
		all = append(all, d)
	}
	return slices.DeleteFunc(all, c.drops), err
}

// addSetFindings adds the findings about a file next to those checked before it.
func (c *checker) addSetFindings(r *checked) {
	if r.facts == nil {
		return
	}
	if found := slices.DeleteFunc(c.set.Add(r.facts), c.drops); len(found) > 0 {
		r.findings = diag.Sort(append(r.findings, found...))
	}
	r.facts = nil
}

func (c *checker) drops(d diag.Diagnostic) bool { return !c.keeps(d) }

// damagedPlaces are the places of reading errors, and of the values that could not be read: they stand for nothing.
func damagedPlaces(root *plist.Value, reading []diag.Diagnostic) map[location]bool {
	damaged := map[location]bool{}
	for _, r := range reading {
		if r.Severity == diag.Error {
			damaged[locationOf(r)] = true
		}
	}
	work.Add(len(reading))
	if len(damaged) == 0 {
		return nil
	}
	for n := range plist.Walk(root) {
		if n.Unread {
			damaged[location{span: n.Span}] = true
		}
	}
	return damaged
}

// withoutFollowUps drops findings about a damaged place.
func withoutFollowUps(findings []diag.Diagnostic, damaged map[location]bool) []diag.Diagnostic {
	if len(damaged) == 0 {
		return findings
	}
	work.Add(len(findings))
	return slices.DeleteFunc(findings, func(d diag.Diagnostic) bool {
		at := locationOf(d)
		return at != (location{}) && damaged[at]
	})
}

// location is the span of a finding, or the path of one without.
type location struct {
	span diag.Span
	path string
}

func locationOf(d diag.Diagnostic) location {
	if d.Span.IsZero() && len(d.Path) > 0 {
		return location{path: d.Path.Identity()}
	}
	return location{span: d.Span}
}

// isTemplateName reports whether a file name has the extension of a template.
func isTemplateName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		return true
	}
	return false
}

// isTemplateFile reports whether a file has a template's name, and its content is not a profile or a declaration.
func isTemplateFile(file *diag.File) bool {
	return isTemplateName(file.Name) && document.NotATemplate(file) == nil
}

// isTemplatePath is isTemplateFile for a path. An unreadable file counts by its name.
func (h *Host) isTemplatePath(path string) bool {
	if !isTemplateName(path) {
		return false
	}
	data, err := files.Read(h.Files, path)
	return err != nil || isTemplateFile(diag.NewFile(path, data))
}

// checkTemplate checks a template and its profile for each target. A variable without a value is no mistake: values come with
// the build.
func (c *checker) checkTemplate(file *diag.File, result *checked) error {
	result.kind, result.format = "template", "yaml"
	in, err := c.templates.input(c.host, file.Name)
	if err != nil {
		return err
	}
	in.Data = bytes.Clone(file.Data)
	spec, findings, err := loadTemplate(c.host, in, c.host.loader(&result.refused))
	if err != nil {
		return err
	}
	findings = slices.DeleteFunc(findings, isAboutMissingValue)
	c.ignore(result, file, nil)
	result.findings = append(result.findings, findings...)
	if spec == nil {
		result.findings = diag.Sort(slices.DeleteFunc(result.findings, c.drops))
		return nil
	}
	chosen := c.targets
	if len(chosen) == 0 {
		for _, t := range spec.Targets {
			chosen = append(chosen, t.Value)
		}
	}
	reported := diag.Reported{}
	for _, t := range chosen {
		made, err := compose.Compose(spec, t, c.catalog, c.options)
		if err != nil {
			return err
		}
		found := made.Findings
		if diag.HasErrors(findings) {
			found = atOtherPositions(made.Written(), findings)
		}
		result.findings = append(result.findings, reported.New(found)...)
	}
	if c.host.distrust == nil {
		result.addBaseIgnores()
	}
	result.findings = diag.Sort(slices.DeleteFunc(result.findings, c.drops))
	return nil
}

// addBaseIgnores adds the ignore comments of other templates the findings point into.
func (r *checked) addBaseIgnores() {
	seen := map[*diag.File]bool{}
	for _, d := range r.findings {
		if r.isElsewhere(d) && !seen[d.Span.File] {
			seen[d.Span.File] = true
			ignores, _ := lint.Ignores(d.Span.File, nil)
			r.baseIgnores = append(r.baseIgnores, ignores...)
		}
	}
}

// isAboutMissingValue reports whether a finding is about a variable without a value. Linting does not read the environment, so
// references into it have none either.
func isAboutMissingValue(d diag.Diagnostic) bool {
	return d.Rule == rule.UnsetVariable || d.Rule == rule.UnreadableReference
}
