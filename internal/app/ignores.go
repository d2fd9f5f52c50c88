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
	"syncguard/internal/text"
)

// Findings are ignored by the command line, the project file and comments, in this file, and then by the baseline.

// ignores holds the entries of the project file, and of --ignore if they name a key. RuleFilter handles the others.
type ignores struct {
	path     string            // project file, "" for none
	project  *template.Project // nil for none
	paths    relativePaths     // relative to it
	mistakes []diag.Diagnostic // findings about the project file itself
	all      []*ignore
}

// ignore is one entry of the command line or the project file.
type ignore struct {
	rule, key string            // a rule, on the command line also a group; an empty key means every key
	entry     *template.Ignored // entry of the project file; nil for the command line
	used      bool              // a finding matched
}

// matches reports whether a file matches the pattern of the entry.
func (e *ignore) matches(paths relativePaths, file string) bool {
	pattern := e.entry.Files.Value
	return combinations(pattern) <= maxCombinations && doublestar.MatchUnvalidated(pattern, paths.of(file))
}

// maxCombinations bounds the patterns that one with alternatives stands for: each is compared with the path of a file.
const maxCombinations = 100

// combinations counts the patterns that one with alternatives stands for, up to maxCombinations+1: {a,b}/{c,d} is four.
func combinations(pattern string) int {
	total, _ := combinationsUpTo(pattern, false)
	return total
}

// combinationsUpTo counts up to the closing brace of a group, or the end, and returns the rest behind it.
func combinationsUpTo(pattern string, inGroup bool) (total int, rest string) {
	sum, product := 0, 1
	for pattern != "" {
		c := pattern[0]
		pattern = pattern[1:]
		switch {
		case c == '\\' && pattern != "":
			pattern = pattern[1:]
		case c == '{':
			n := 0
			n, pattern = combinationsUpTo(pattern, true)
			product = min(product*n, maxCombinations+1)
		case c == ',' && inGroup:
			sum, product = min(sum+product, maxCombinations+1), 1
		case c == '}' && inGroup:
			return min(sum+product, maxCombinations+1), pattern
		}
	}
	return min(sum+product, maxCombinations+1), ""
}

// readIgnores returns the entries of --ignore with a key, followed by the project file's.
func readIgnores(h *Host, flags []string) (*ignores, error) {
	i := &ignores{}
	for _, flag := range flags {
		if name, key, ok := strings.Cut(flag, "="); ok {
			i.all = append(i.all, &ignore{rule: name, key: key})
		}
	}
	var data []byte
	var err error
	if i.path, data, err = h.readProject(); data == nil || err != nil {
		return i, err
	}
	i.paths = h.relativeTo(i.path)
	i.project, i.mistakes = template.ReadProject(diag.NewFile(i.path, data))
	for _, entry := range i.project.Ignore {
		i.all = append(i.all, &ignore{rule: entry.Rule.Value, key: entry.Key.Value, entry: &entry})
	}
	return i, nil
}

// readProject reads the project file to trust. data is nil without one.
func (h *Host) readProject() (path string, data []byte, err error) {
	if h.distrust != nil {
		return h.distrust.project(h)
	}
	if path, err = h.findAbove(template.ProjectFile); path == "" || err != nil {
		return "", nil, err
	}
	folder, err := h.Files.OpenFolder(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	defer folder.Close()
	if data, err = files.ReadIn(folder, template.ProjectFile, path); err == nil && data == nil {
		data = []byte{}
	}
	return path, data, err
}

// cover reports whether an entry matches a finding in a file or in the template it extends.
func (i *ignores) cover(e *ignore, file string, d *diag.Diagnostic) bool {
	if !isListed([]string{e.rule}, d.Rule) || e.key != "" && !d.IsAbout(e.key) {
		return false
	}
	matches := func(name string) bool { return e.matches(i.paths, name) }
	return e.entry == nil || !e.entry.Files.IsSet || matches(file) || !d.Span.IsZero() && matches(d.Span.File.Name)
}

// isIgnored reports whether any comment or entry matches a finding. With counts, it marks the matching entries as used.
func (l *linting) isIgnored(r *checked, d diag.Diagnostic, counts bool) (ignored bool) {
	for _, comments := range [][]*lint.Ignore{r.ignores, r.baseIgnores} {
		for _, comment := range comments {
			ignored = comment.Covers(d) || ignored
		}
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

// finding returns a finding about a malformed or unused entry. wrong is false for a good one.
func (e *ignore) finding(isEnabled func(rule string) bool) (d diag.Diagnostic, wrong bool) {
	d = diag.Diagnostic{Rule: rule.UnusedIgnore, Severity: diag.Warning,
		Message: fmt.Sprintf("%q is ignored, but has no finding in these files", strings.TrimSuffix(e.rule+"="+e.key, "=")), Help: "remove it"}
	if e.entry == nil {
		return d, !e.used && isEnabled(e.rule)
	}
	of, pattern := e.entry.Rule, e.entry.Files
	d.Span, d.Path, d.Help = of.Span, of.Path, "remove the entry"
	if _, known := rules.Find(of.Value); !known {
		d.Rule, d.Severity, d.Message, d.Help = rule.MalformedIgnore, diag.Error, fmt.Sprintf("unknown rule %q", of.Value), nearRule(of.Value, RuleIDs())
		return d, true
	}
	if pattern.IsSet && !doublestar.ValidatePattern(pattern.Value) {
		return diag.Diagnostic{Rule: rule.MalformedIgnore, Severity: diag.Error, Span: pattern.Span, Path: pattern.Path,
			Message: fmt.Sprintf("invalid file pattern %q", pattern.Value), Help: "write one such as legacy/**/*.mobileconfig"}, true
	}
	if pattern.IsSet && combinations(pattern.Value) > maxCombinations {
		return diag.Diagnostic{Rule: rule.MalformedIgnore, Severity: diag.Error, Span: pattern.Span, Path: pattern.Path,
			Message: fmt.Sprintf("file pattern %s stands for more than %d combinations of its alternatives", text.Quote(pattern.Value), maxCombinations),
			Help:    "write an entry for each folder"}, true
	}
	return d, !e.used && isEnabled(of.Value)
}

// report returns the findings about entries: one result for the command line and one for the project file, left out if empty.
// Unused entries of the project file are reported for a whole folder only: other files may need them.
func (i *ignores) report(filter *RuleFilter, wholeFolder bool) []checked {
	flags := checked{name: "--ignore", kind: "option"}
	project := checked{name: i.path, kind: "project", format: "yaml", findings: i.mistakes}
	for _, e := range i.all {
		r := &flags
		if e.entry != nil {
			r = &project
		}
		isEnabled := func(rule string) bool { return (e.entry == nil || wholeFolder) && filter.isEnabled(rule) }
		if d, wrong := e.finding(isEnabled); wrong && filter.keeps(d) {
			r.findings = append(r.findings, d)
		}
	}
	project.findings = diag.Sort(project.findings)
	return slices.DeleteFunc([]checked{flags, project}, func(c checked) bool { return len(c.findings) == 0 })
}

// unusedComments returns findings about the comments of a file without a matching finding, neither there nor elsewhere.
func (l *linting) unusedComments(r *checked, isUsedElsewhere func(*lint.Ignore) bool) (found []diag.Diagnostic) {
	for _, comment := range r.ignores {
		d, unused := comment.Unused(l.o.Rules.isEnabled)
		if unused && l.o.Rules.keeps(d) && !isUsedElsewhere(comment) {
			found = append(found, d)
		}
	}
	return found
}
