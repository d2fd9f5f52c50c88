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
	"syncguard/internal/work"
)

// Findings are ignored by the command line, the project file and comments, in this file, and then by the baseline.

// ignores holds the entries of the project file, and of --ignore if they name a key. RuleFilter handles the others.
type ignores struct {
	path     string            // project file, "" for none
	project  *template.Project // nil for none
	paths    relativePaths     // relative to it
	mistakes []diag.Diagnostic // findings about the project file itself
	all      []*ignore
	byRule   map[string]*ignoresOfRule // the same, by rule or group
}

// ignoresOfRule holds entries so that a finding is compared with those of its own key only. The lengths of the keys tell which parts
// of a finding's key to look up.
type ignoresOfRule struct {
	byKey   map[string][]*ignore
	lengths map[int]bool
}

func (i *ignores) add(e *ignore) {
	i.all = append(i.all, e)
	if i.byRule == nil {
		i.byRule = map[string]*ignoresOfRule{}
	}
	of := i.byRule[e.rule]
	if of == nil {
		of = &ignoresOfRule{map[string][]*ignore{}, map[int]bool{}}
		i.byRule[e.rule] = of
	}
	of.byKey[e.key] = append(of.byKey[e.key], e)
	of.lengths[len(e.key)] = true
}

// about returns the entries for a finding in any file: those of its rule without a key, and those of its key or one above. Each
// list has one key.
func (i *ignores) about(d *diag.Diagnostic) (lists [][]*ignore) {
	if len(i.all) == 0 {
		return nil
	}
	full := d.Domain + "." + d.Key
	r, _ := rules.Find(d.Rule)
	names := []string{d.Rule}
	for _, g := range r.Groups {
		names = append(names, string(g))
	}
	for _, name := range names {
		of := i.byRule[name]
		if of == nil {
			continue
		}
		work.Add(len(of.lengths))
		for n := range of.lengths {
			key := full[:min(n, len(full))]
			if list := of.byKey[key]; len(key) == n && list != nil && (n == 0 || d.IsAbout(key)) {
				lists = append(lists, list)
			}
		}
	}
	return lists
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
			i.add(&ignore{rule: name, key: key})
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
		i.add(&ignore{rule: entry.Rule.Value, key: entry.Key.Value, entry: &entry})
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

// withoutIgnored removes the findings that a comment or an entry matches. With counts, it marks the matching entries as used.
func (l *linting) withoutIgnored(r *checked, found []diag.Diagnostic, counts bool) []diag.Diagnostic {
	ignored := lint.Covered(slices.Concat(r.ignores, r.baseIgnores), found)
	matches := l.ignores.matcher(counts)
	kept := found[:0]
	for n := range found {
		for _, list := range l.ignores.about(&found[n]) {
			ignored[n] = matches(list, r.name) || ignored[n]
			if at := found[n].Span; !at.IsZero() && at.File.Name != r.name { // in the template it extends
				ignored[n] = matches(list, at.File.Name) || ignored[n]
			}
		}
		if !ignored[n] {
			kept = append(kept, found[n])
		}
	}
	clear(found[len(kept):])
	return kept
}

// matcher returns a function that reports whether an entry of a list matches a file. It compares each list with each file once.
func (i *ignores) matcher(counts bool) func(list []*ignore, file string) bool {
	type question struct {
		first *ignore // of a list
		file  string
	}
	known := map[question]bool{}
	return func(list []*ignore, file string) bool {
		q := question{list[0], file}
		matched, ok := known[q]
		if ok {
			return matched
		}
		work.Add(len(list))
		for _, e := range list {
			if e.entry == nil || !e.entry.Files.IsSet || e.matches(i.paths, file) {
				if matched = true; counts {
					e.used = true
				}
			}
		}
		known[q] = matched
		return matched
	}
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
