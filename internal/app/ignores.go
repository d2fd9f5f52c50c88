package app

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/lint"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/template"
)

// What takes findings out: the command line, the project file, comments. The baseline comes after them.

// ignores are those of the command line with a key, and of the project file.
type ignores struct {
	host     *Host
	path     string            // of the project file, "" for none
	mistakes []diag.Diagnostic // in the project file
	all      []*ignore
}

// ignore is one entry.
type ignore struct {
	rule, key string            // a rule, of the command line also a group; "" for every key
	entry     *template.Ignored // of the project file; nil for one of the command line
	used      bool
}

// readIgnores adds those of the project file to those of the command line.
func readIgnores(h *Host, flags []string) (*ignores, error) {
	i := &ignores{host: h}
	for _, flag := range flags {
		if name, key, ok := strings.Cut(flag, "="); ok {
			i.all = append(i.all, &ignore{rule: name, key: key})
		}
	}
	var err error
	if i.path, err = projectPath(h.Files); i.path == "" || err != nil {
		return i, err
	}
	data, err := files.Read(h.Files, i.path)
	if err != nil {
		return nil, err
	}
	var project *template.Project
	project, i.mistakes = template.ReadProject(diag.NewFile(i.path, data))
	for _, entry := range project.Ignore {
		i.all = append(i.all, &ignore{rule: entry.Rule.Value, key: entry.Key.Value, entry: &entry})
	}
	return i, nil
}

// projectPath finds the project file in the current folder or above it, or returns "".
func projectPath(sys files.System) (string, error) {
	folder, err := sys.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the current folder: %w", err)
	}
	path := template.ProjectFile
	for {
		if _, err := sys.Stat(path); err == nil {
			return path, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", nil
		}
		folder, path = parent, filepath.Join("..", path)
	}
}

// cover reports whether the entry is for a finding in a file, or in the one that this builds upon.
func (i *ignores) cover(e *ignore, file string, d *diag.Diagnostic) bool {
	if !isListed([]string{e.rule}, d.Rule) || e.key != "" && !d.IsAbout(e.key) {
		return false
	}
	matches := func(name string) bool {
		return doublestar.MatchUnvalidated(e.entry.Files.Value, i.host.relativeTo(i.path, name))
	}
	return e.entry == nil || !e.entry.Files.IsSet || matches(file) || !d.Span.IsZero() && matches(d.Span.File.Name)
}

// isIgnored reports whether anything takes a finding out, and remembers what did where it counts.
func (l *linting) isIgnored(r *checked, d diag.Diagnostic, counts bool) (ignored bool) {
	for _, comment := range slices.Concat(r.ignores, r.borrowed) {
		ignored = comment.Covers(d) || ignored
	}
	for _, e := range l.ignores.all {
		if l.ignores.cover(e, r.name, &d) {
			if ignored = true; counts {
				e.used = true
			}
		}
	}
	return ignored
}

// finding returns what is wrong with an entry of the project file, or that it was not needed, and whether anything is.
func (e *ignore) finding(looksFor func(rule string) bool) (d diag.Diagnostic, wrong bool) {
	d = diag.Diagnostic{Rule: rule.UnusedIgnore, Severity: diag.Warning,
		Message: fmt.Sprintf("%q is ignored, and finds nothing in these files", strings.TrimSuffix(e.rule+"="+e.key, "=")), Help: "remove it"}
	if e.entry == nil {
		return d, !e.used && looksFor(e.rule)
	}
	of, pattern := e.entry.Rule, e.entry.Files
	d.Span, d.Path, d.Help = of.Span, of.Path, "remove the entry"
	if _, known := rules.Find(of.Value); !known {
		d.Rule, d.Severity, d.Message, d.Help = rule.MalformedIgnore, diag.Error, fmt.Sprintf("%q is no rule", of.Value), nearRule(of.Value, RuleIDs())
		return d, true
	}
	if pattern.IsSet && !doublestar.ValidatePattern(pattern.Value) {
		return diag.Diagnostic{Rule: rule.MalformedIgnore, Severity: diag.Error, Span: pattern.Span, Path: pattern.Path,
			Message: fmt.Sprintf("%q is no pattern of files", pattern.Value), Help: "write one such as legacy/**/*.mobileconfig"}, true
	}
	return d, !e.used && looksFor(of.Value)
}

// report returns what is wrong with the entries: one result for the command line and one for the project file, each only
// when there is something. That the project file has what no file needs counts only where a whole folder was looked at:
// otherwise other files may need it.
func (i *ignores) report(filter *RuleFilter, wholeFolder bool) []checked {
	flags := checked{name: "--ignore", kind: "option"}
	project := checked{name: i.path, kind: "project", format: "yaml", findings: i.mistakes}
	for _, e := range i.all {
		r := &flags
		if e.entry != nil {
			r = &project
		}
		looksFor := func(rule string) bool { return (e.entry == nil || wholeFolder) && filter.looksFor(rule) }
		if d, wrong := e.finding(looksFor); wrong && filter.keeps(d) {
			r.findings = append(r.findings, d)
		}
	}
	project.findings = diag.Sort(project.findings)
	return slices.DeleteFunc([]checked{flags, project}, func(c checked) bool { return len(c.findings) == 0 })
}

// addUnusedComments reports the comments that nothing needed: no finding of their own file, and none of a template that
// extends it.
func (l *linting) addUnusedComments() {
	for i := range l.results {
		r := &l.results[i]
		for _, comment := range r.ignores {
			d, unused := comment.Unused(l.o.Rules.looksFor)
			if unused && l.o.Rules.keeps(d) && !l.isBorrowed(comment) {
				r.findings = diag.Sort(append(r.findings, d))
			}
		}
	}
}

// isBorrowed says whether a template needed the comment of the one that it extends.
func (l *linting) isBorrowed(comment *lint.Ignore) bool {
	return slices.ContainsFunc(l.results, func(r checked) bool {
		return slices.ContainsFunc(r.borrowed, func(b *lint.Ignore) bool {
			_, unused := b.Unused(l.o.Rules.looksFor)
			return !unused && b.At.Start == comment.At.Start && filepath.Clean(b.At.File.Name) == filepath.Clean(comment.At.File.Name)
		})
	})
}
