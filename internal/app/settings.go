package app

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/rules/rule"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// fill takes from the project file what the command line leaves open, and tells which file is used. A wrong setting is a finding
// about the project file, and fails the run.
func (o *LintOptions) fill(h *Host, i *ignores) error {
	if err := o.fillPaths(h, i); err != nil {
		return err
	}
	if i.project == nil {
		o.FailOn = cmp.Or(o.FailOn, diag.Error)
		return nil
	}
	p := i.project
	if len(o.Targets) == 0 {
		for _, t := range p.Targets {
			o.Targets = append(o.Targets, t.Value.String())
		}
	}
	if server := p.For; o.For == "" && server.IsSet {
		if mdm.Find(server.Value) != nil {
			o.For = server.Value
		} else {
			i.mistake(server, cmp.Or(text.DidYouMean(server.Value, mdm.IDs()), "want "+text.Choices(mdm.IDs())), "unknown MDM server %q", server.Value)
		}
	}
	if o.FailOn == 0 && p.FailOn.IsSet {
		o.FailOn, _ = diag.ParseSeverity(p.FailOn.Value) // another word is a finding already
	}
	o.FailOn = cmp.Or(o.FailOn, diag.Error)
	if len(o.Rules.Selected) == 0 {
		for _, name := range p.Select {
			if known := RuleNames(); slices.Contains(known, name.Value) {
				o.Rules.Selected = append(o.Rules.Selected, name.Value)
			} else {
				i.mistake(name, nearRule(name.Value, known), "unknown rule or group %q", name.Value)
			}
		}
	}
	if o.Baseline == "" && !o.writesBaseline && p.Baseline.IsSet {
		o.Baseline = i.below(p.Baseline)
	}
	used := "using " + i.path
	if h.distrust != nil {
		used += " of " + h.distrust.from
	}
	h.note(used)
	return nil
}

// fillPaths sets the paths of a run without any: those of the project file, or the folder of the project. Without a project it is
// the current folder.
func (o *LintOptions) fillPaths(h *Host, i *ignores) error {
	var paths []string
	folder := "."
	switch {
	case i.project != nil:
		folder = filepath.Dir(i.path)
		for _, setting := range i.project.Paths {
			if path := i.below(setting); path != "" {
				paths = append(paths, path)
			}
		}
	case h.distrust == nil: // a template added by a stranger must not make the project smaller
		found, err := h.findAbove(DefaultTemplate)
		if err != nil {
			return err
		}
		folder = filepath.Dir(found)
	}
	if len(paths) == 0 {
		paths = []string{folder}
	}
	switch {
	case len(o.Paths) == 0:
		o.Paths = paths
	case o.WithinPaths && i.project != nil:
		o.Paths = slices.DeleteFunc(slices.Clone(o.Paths), func(path string) bool { return !h.isWithin(path, paths) })
	}
	return nil
}

// isWithin reports whether a path is one of others, or below one.
func (h *Host) isWithin(path string, others []string) bool {
	full, err := h.abs(path)
	return path == "-" || err != nil || slices.ContainsFunc(others, func(other string) bool {
		folder, err := h.abs(other)
		if err != nil {
			return false
		}
		rel, err := filepath.Rel(folder, full)
		return err == nil && filepath.IsLocal(rel)
	})
}

// below returns the path of a setting, from the current folder. A path out of the project's folder is a mistake.
func (i *ignores) below(setting template.Entry[string]) string {
	path := filepath.FromSlash(setting.Value)
	if !filepath.IsLocal(path) {
		i.mistake(setting, "give a path below the folder of "+template.ProjectFile, "%q leads out of the project", setting.Value)
		return ""
	}
	return filepath.Join(filepath.Dir(i.path), path)
}

// mistake adds a finding about a setting of the project file.
func (i *ignores) mistake(at template.Entry[string], help, message string, args ...any) {
	i.mistakes = append(i.mistakes, diag.Diagnostic{Rule: rule.InvalidTemplateValue, Severity: diag.Error, Span: at.Span, Path: at.Path,
		Message: fmt.Sprintf(message, args...), Help: help})
}
