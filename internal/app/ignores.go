package app

import (
	"fmt"

	"github.com/bmatcuk/doublestar/v4"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/template"
)

// projectIgnore is an entry under "ignore" of the project file.
type projectIgnore struct {
	host  *Host
	entry template.Ignored
	path  string // of the project file
	used  bool
}

func (e *exceptions) ignored(h *Host) []*projectIgnore {
	var all []*projectIgnore
	for _, entry := range e.project.Ignore {
		all = append(all, &projectIgnore{host: h, entry: entry, path: e.path})
	}
	return all
}

// covers says whether the entry is for a finding in a file, or in the one that this builds upon.
func (i *projectIgnore) covers(file string, d diag.Diagnostic) bool {
	if d.Rule != i.entry.Rule.Value {
		return false
	}
	return !i.entry.Files.IsSet || i.matches(file) || !d.Span.IsZero() && i.matches(d.Span.File.Name)
}

func (i *projectIgnore) matches(file string) bool {
	return doublestar.MatchUnvalidated(i.entry.Files.Value, i.host.relativeTo(i.path, file))
}

// finding returns what is wrong with the entry itself, and whether anything is. That it was not needed counts only where
// everything that may need it was looked at.
func (i *projectIgnore) finding(whole bool) (diag.Diagnostic, bool) {
	of, files := i.entry.Rule, i.entry.Files
	if help, unknown := unknownRule(of.Value); unknown {
		return diag.Diagnostic{Rule: rule.MalformedIgnore, Severity: diag.Error, Span: of.Span, Path: of.Path,
			Message: fmt.Sprintf("%q is no rule", of.Value), Help: help}, true
	}
	if files.IsSet && !doublestar.ValidatePattern(files.Value) {
		return diag.Diagnostic{Rule: rule.MalformedIgnore, Severity: diag.Error, Span: files.Span, Path: files.Path,
			Message: fmt.Sprintf("%q is no pattern of files", files.Value), Help: "write one such as legacy/**/*.mobileconfig"}, true
	}
	if i.used || !whole {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{Rule: rule.UnusedIgnore, Severity: diag.Warning, Span: of.Span, Path: of.Path,
		Message: fmt.Sprintf("%q is ignored, and finds nothing in these files", of.Value), Help: "remove the entry"}, true
}
