package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"syncguard/internal/decompose"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/intake"
	"syncguard/internal/secret"
	"syncguard/internal/view"
)

// importSource is a file to make a template of.
type importSource struct {
	input
	name    string         // of the template
	context intake.Context // of the folder that it is in
}

// findImports lists the files that arguments name, each with the name of its template and what its folder says of it.
func findImports(paths []string) (sources []importSource, failures []error, err error) {
	finder := inputFinder{"stdin", isImportable, "profile (*.mobileconfig), declaration (*.json) or export of Jamf Pro (*.xml)"}
	inputs, failures, err := finder.find(paths)
	if err != nil {
		return nil, nil, err
	}
	contexts := map[string]intake.Context{}
	for _, path := range paths {
		found, unread := contextsOf(path)
		failures = append(failures, unread...)
		for name, c := range found {
			contexts[filepath.Join(path, filepath.FromSlash(name))] = c
		}
	}
	names := decompose.Names{}
	for _, in := range inputs {
		s := importSource{in, decompose.NameOf(in.Path()), contexts[filepath.Clean(in.Path())]}
		if s.context.Name != "" {
			s.name = decompose.Slug(s.context.Name)
		}
		s.name = names.Unique(s.name, "-")
		sources = append(sources, s)
	}
	return sources, failures, nil
}

// contextsOf reads what a folder says of the profiles in it; anything else says nothing.
func contextsOf(path string) (map[string]intake.Context, []error) {
	if info, err := os.Stat(path); path == "-" || err != nil || !info.IsDir() {
		return nil, nil
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, []error{err}
	}
	defer root.Close()
	contexts, failures := intake.Folder(root.FS())
	for i, err := range failures {
		failures[i] = fmt.Errorf("%s%c%w", filepath.Clean(path), filepath.Separator, err)
	}
	return contexts, failures
}

// isImportable says whether a file in a folder that nobody named can become a template.
func isImportable(path string) bool {
	if !strings.EqualFold(filepath.Ext(path), ".xml") {
		return hasProfileName(path)
	}
	data, err := readFile(path)
	return err == nil && intake.IsJamf(data)
}

// imported is what became of one file.
type imported struct {
	view.Imported
	template *decompose.Template // nil where there is none
	findings []diag.Diagnostic   // why it could not be read
	err      error
}

// template makes a template of a source. A defect of syncguard itself costs one file and not the run.
func (im *importer) template(s importSource) (result imported) {
	defer func() {
		if p := recover(); p != nil {
			result.err = fmt.Errorf("importing %s: a defect of syncguard: %v", s.Path(), p)
		}
	}()
	data, err := s.Read(im.env.host())
	if err != nil {
		return imported{err: err}
	}
	result.Imported = view.Imported{File: s.Path(), Payloads: []view.ImportedPayload{}, Raw: []string{}, Secrets: []view.ImportedSecret{},
		Beside: []string{}, Differences: []string{}, Notes: []string{}}
	context := s.context
	if intake.IsJamf(data) {
		if data, context, err = intake.Jamf(data); err != nil {
			result.Refused = err.Error()
			return result
		}
	}
	result.Tool = context.Tool
	doc, findings := document.Open(diag.NewFile(s.Path(), data))
	secret.Mark(doc.Root)
	if doc.Defect != nil {
		result.Refused = doc.Defect.Message
		if doc.Defect.Help != "" {
			result.Refused += "; " + doc.Defect.Help
		}
		return result
	}
	if !doc.Whole {
		secret.Scrub(findings)
		hideSecrets(doc, true)
		result.Refused, result.findings = "it cannot be read as a whole", findings
		return result
	}
	t, err := im.decomposer.Template(doc, decompose.Options{
		Source: filepath.ToSlash(s.Path()), Name: s.name, Comments: context.Comments(), Platforms: context.Platforms, Managed: context.Tool != "", Beside: im.o.out != "",
	})
	var refused *decompose.RefusedError
	if errors.As(err, &refused) {
		result.Refused = refused.Error()
		return result
	}
	if err != nil {
		return imported{err: fmt.Errorf("importing %s: %w", s.Path(), err)}
	}
	result.add(t, s.name)
	return result
}

// add takes in a template.
func (r *imported) add(t *decompose.Template, name string) {
	r.template, r.Template, r.Target, r.Same = t, name+".yaml", t.Target.String(), len(t.Differences) == 0
	r.Raw = append(r.Raw, t.Raw...)
	r.Differences = append(r.Differences, t.Differences...)
	r.Notes = append(r.Notes, t.Notes...)
	for _, p := range t.Payloads {
		r.Payloads = append(r.Payloads, view.ImportedPayload{ID: p.ID, Type: p.Type, Raw: append([]string{}, p.Raw...)})
	}
	for _, s := range t.Secrets {
		r.Secrets = append(r.Secrets, view.ImportedSecret{Variable: s.Variable, Environment: s.Environment})
	}
	for _, f := range t.Files {
		r.Beside = append(r.Beside, f.Name)
	}
}
