package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/text"
	"syncguard/internal/work"
	"syncguard/templates"
)

// TemplateValues are values for the variables of templates.
type TemplateValues struct {
	Set  []string // NAME=VALUE; env:NAME and file:PATH as a value name the source of a secret
	Vars []string // YAML files of variables
}

// input returns the values in the form package template takes.
func (v *TemplateValues) input(h *Host, name string) (template.Input, error) {
	in := template.Input{Name: name, Set: v.Set}
	for _, path := range v.Vars {
		if err := h.checkLink(path); err != nil {
			return in, err
		}
		data, err := h.readFile(path)
		if err != nil {
			return in, err
		}
		file := diag.NewFile(path, data)
		if d, _ := document.Open(file); d.Root != nil && d.Defect == nil && d.Format != document.JSON {
			return in, diag.WithHint(fmt.Errorf("%s is a %s, want a YAML file of variables", path, d.Kind()), "give lines such as name: value")
		}
		in.Vars = append(in.Vars, file)
	}
	return in, nil
}

func (h *Host) readFile(path string) ([]byte, error) { return files.Read(h.Files, path) }

// load reads one template: a file, builtin:NAME or - for stdin. refused gets the references refused to an untrusted one.
func (v *TemplateValues) load(h *Host, name string, refused *[]Refused) (*template.Spec, []diag.Diagnostic, error) {
	in, err := v.input(h, name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case name == "-":
		data, err := files.ReadAll(h.Stdin, "stdin")
		if err != nil {
			return nil, nil, err
		}
		in.Name, in.Data = "stdin", data
		if defect := document.NotATemplate(diag.NewFile(in.Name, data)); defect != nil {
			return nil, []diag.Diagnostic{*defect}, nil
		}
	case !strings.HasPrefix(name, "builtin:"):
		if err := h.checkLink(name); err != nil {
			return nil, nil, err
		}
		info, err := h.Files.Stat(name)
		if err != nil {
			return nil, nil, templateHint(name, err)
		}
		if info.IsDir() {
			return nil, nil, diag.WithHint(fmt.Errorf("%s is a folder, want a template", name), "%s", text.WithFile("name its templates: syncguard build FILE/*.yaml; syncguard lint FILE checks the whole folder", name))
		}
		if data, err := h.readFile(name); err == nil {
			if defect := document.NotATemplate(diag.NewFile(name, data)); defect != nil {
				return nil, []diag.Diagnostic{*defect}, nil
			}
		}
	}
	loader := h.loader(refused)
	loader.Env = h.getSecret
	return loadTemplate(h, in, loader)
}

// loadTemplate reads a template from in.Data, a path or builtin:NAME. Files named in the template must lie in its folder.
func loadTemplate(h *Host, in template.Input, loader template.Loader) (*template.Spec, []diag.Diagnostic, error) {
	loader.Builtin = templates.Files
	dir := "."
	if !strings.HasPrefix(in.Name, "builtin:") {
		path := in.Name
		dir, in.Name = filepath.Dir(path), filepath.Base(path)
		if dir != "." {
			loader.DisplayPrefix = dir + string(filepath.Separator)
		}
		if in.Data != nil {
			in.Name = path // only shown, not read
		}
	}
	root, err := h.Files.OpenFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	loader.Root = root
	return loader.Load(in)
}

// templateHint adds a hint to the error for a missing template.
func templateHint(name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, parseErr := target.Parse("iOS@" + name); parseErr == nil && name[0] >= '0' && name[0] <= '9' { // from --target iOS 18
		return diag.WithHint(err, "a version follows its platform after @, such as --target iOS@%s", name)
	}
	if _, statErr := fs.Stat(templates.Files, name+".yaml"); statErr == nil {
		return diag.WithHint(err, "the built-in template is builtin:%s", name)
	}
	return diag.WithHint(err, "syncguard init writes a template")
}

// atOtherPositions drops findings at a position in already: they would only follow from the first.
func atOtherPositions(findings, already []diag.Diagnostic) []diag.Diagnostic {
	spans := map[diag.Span]bool{}
	for _, a := range already {
		spans[a.Span] = true
	}
	work.Add(len(findings) + len(already))
	return slices.DeleteFunc(findings, func(d diag.Diagnostic) bool { return spans[d.Span] })
}
