package cli

import (
	"bytes"
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/secret"
	"syncguard/internal/stable"
	"syncguard/internal/template"
)

// former makes the canonical form of files.
type former struct {
	keepOrder    bool
	uuid         choiceFlag
	organization string
}

// formInput forms one file. A defect of syncguard itself costs one file and not the run.
func (f *former) formInput(env *Env, in input) (r formed) {
	defer func() {
		if p := recover(); p != nil {
			r = formed{name: in.Path(), err: fmt.Errorf("%s: formatting stopped on a defect of syncguard: %v", in.Path(), p)}
		}
	}()
	data, err := in.Read(env.host())
	if err != nil {
		return formed{name: in.Path(), err: err}
	}
	r = formed{name: in.Path(), before: data}
	if isTemplateFile(diag.NewFile(in.Path(), data)) || in.IsStdin() && isTemplate(data) {
		f.template(&r)
	} else {
		f.document(&r)
	}
	return r
}

func (f *former) template(r *formed) {
	if r.after, r.err = template.Form(diag.NewFile(r.name, r.before), f.keepOrder); r.err != nil {
		r.err = withHint(fmt.Errorf("%s: %w", r.name, r.err), "syncguard lint %s says where, if it does not read", r.name)
		return
	}
	r.shownBefore, r.shownAfter = templateShown(r.name, r.before), templateShown(r.name, r.after)
}

// templateShown is a template without its secrets.
func templateShown(name string, data []byte) []byte {
	file := diag.NewFile(name, bytes.Clone(data))
	root, err := template.Parse(file)
	if err != nil {
		return nil
	}
	return secret.Masked(file, root, false)
}

func (f *former) document(r *formed) {
	doc, findings := document.OpenTemplate(diag.NewFile(r.name, bytes.Clone(r.before)))
	if doc.Defect != nil {
		r.findings = []diag.Diagnostic{*doc.Defect}
		return
	}
	if diag.HasErrors(findings) {
		secret.Scrub(findings)
		hideSecrets(doc, true)
		r.findings = slices.DeleteFunc(findings, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
		return
	}
	switch {
	case doc.Signed:
		r.left = "is signed, and another form would break the signature"
		return
	case doc.Format == document.Binary:
		r.left = "is a binary property list; syncguard inspect --format xml writes it as XML"
		return
	}
	if f.uuid.value == "stable" && doc.Kind() == document.Profile {
		if r.renamed, r.err = stable.Derive(doc.Root, f.organization); r.err != nil {
			r.err = fmt.Errorf("%s: %w", r.name, r.err)
			return
		}
	}
	after, err := doc.Form(f.keepOrder)
	if err != nil {
		r.err = fmt.Errorf("%s: %w", r.name, err)
		return
	}
	r.after, r.shownAfter, r.shownBefore = after, documentShown(r.name, after), secret.Masked(doc.File, doc.Root, false)
}

func documentShown(name string, data []byte) []byte {
	doc, _ := document.OpenTemplate(diag.NewFile(name, bytes.Clone(data)))
	return secret.Masked(doc.File, doc.Root, false)
}
