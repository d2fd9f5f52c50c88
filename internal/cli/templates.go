package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/template"
	"syncguard/templates"
)

// templateFlags give values to the variables of templates.
type templateFlags struct {
	set, vars []string
}

func (f *templateFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.set, "set", nil, "NAME=VALUE of a variable; a value of env:NAME or file:PATH is read from there and kept secret (repeatable)")
	flags.StringArrayVar(&f.vars, "vars", nil, "YAML file of variables (repeatable)")
	_ = cmd.MarkFlagFilename("vars", "yaml", "yml")
}

// input returns the values as a template takes them.
func (f *templateFlags) input(name string) (template.Input, error) {
	in := template.Input{Name: name, Set: f.set}
	for _, path := range f.vars {
		data, err := readFile(path)
		if err != nil {
			return in, err
		}
		in.Vars = append(in.Vars, diag.NewFile(path, data))
	}
	return in, nil
}

// load reads one template, a file, builtin:NAME or - for stdin.
func (f *templateFlags) load(env *Env, name string) (*template.Spec, []diag.Diagnostic, error) {
	in, err := f.input(name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case name == "-":
		data, err := readAll(env.Stdin, "stdin")
		if err != nil {
			return nil, nil, err
		}
		in.Name, in.Data = "stdin", data
		if defect := document.NotATemplate(diag.NewFile(in.Name, data)); defect != nil {
			return nil, []diag.Diagnostic{*defect}, nil
		}
	case !strings.HasPrefix(name, "builtin:"):
		if _, err := os.Stat(name); err != nil {
			return nil, nil, templateHint(name, err)
		}
		if data, err := readFile(name); err == nil {
			if defect := document.NotATemplate(diag.NewFile(name, data)); defect != nil {
				return nil, []diag.Diagnostic{*defect}, nil
			}
		}
	}
	return loadTemplate(in, template.Loader{Env: env.lookup, ReadFile: readFile})
}

// loadTemplate reads a template by its path, or builtin:NAME, or from Data. Other files that it names must lie in its folder.
func loadTemplate(in template.Input, loader template.Loader) (*template.Spec, []diag.Diagnostic, error) {
	loader.Builtin = templates.Files
	dir := "."
	if !strings.HasPrefix(in.Name, "builtin:") {
		path := in.Name
		dir, in.Name = filepath.Dir(path), filepath.Base(path)
		if dir != "." {
			loader.DisplayPrefix = dir + string(filepath.Separator)
		}
		if in.Data != nil {
			in.Name = path // it is shown as it is, and not read
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	loader.Root = root.FS()
	return loader.Load(in)
}

// templateHint helps where a name was meant that is no file.
func templateHint(name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, statErr := fs.Stat(templates.Files, name+".yaml"); statErr == nil {
		return withHint(err, "the template that is part of syncguard is builtin:%s", name)
	}
	return withHint(err, "syncguard init writes a template")
}

// elsewhere drops findings where there is one already: the second would only say what follows from the first.
func elsewhere(findings, already []diag.Diagnostic) []diag.Diagnostic {
	return slices.DeleteFunc(findings, func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(already, func(a diag.Diagnostic) bool { return a.Span == d.Span })
	})
}
