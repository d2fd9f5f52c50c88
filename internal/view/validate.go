package view

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
)

// Checked is one file that was checked. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Checked struct {
	File      string            `json:"file"`
	Kind      string            `json:"kind"`   // profile, declaration or project; empty where the file could not be read
	Format    string            `json:"format"` // xml, binary, json or yaml; empty where the file could not be read
	Signed    bool              `json:"signed"`
	Encrypted bool              `json:"encrypted"`
	Findings  []diag.Diagnostic `json:"findings"`
}

// Validation is the result of checking files.
type Validation struct {
	Files []Checked `json:"files"`
	Totals
	TargetNotes
}

// Totals counts what was found in the files that were checked.
type Totals struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`

	Checked      int `json:"-"` // files
	WithFindings int `json:"-"` // files of them
}

// Add counts the findings of one file.
func (t *Totals) Add(ds []diag.Diagnostic) {
	t.Checked++
	if len(ds) > 0 {
		t.WithFindings++
	}
	for _, d := range ds {
		switch d.Severity {
		case diag.Error:
			t.Errors++
		case diag.Warning:
			t.Warnings++
		default:
			t.Notes++
		}
	}
}

// AtLeast counts the findings of a severity and above.
func (t *Totals) AtLeast(s diag.Severity) int {
	switch s {
	case diag.Error:
		return t.Errors
	case diag.Warning:
		return t.Errors + t.Warnings
	}
	return t.Errors + t.Warnings + t.Notes
}

// String says the totals in one line: 2 findings in 1 of 12 files (1 error, 1 warning).
func (t *Totals) String() string {
	all := t.AtLeast(diag.Note)
	if all == 0 {
		return Count(t.Checked, "file") + ", no findings"
	}
	files := Count(t.Checked, "file")
	if t.Checked > 1 {
		files = fmt.Sprintf("%d of %s", t.WithFindings, files)
	}
	var parts []string
	for _, x := range []struct {
		n    int
		noun string
	}{{t.Errors, "error"}, {t.Warnings, "warning"}, {t.Notes, "note"}} {
		if x.n > 0 {
			parts = append(parts, Count(x.n, x.noun))
		}
	}
	return fmt.Sprintf("%s in %s (%s)", Count(all, "finding"), files, strings.Join(parts, ", "))
}

// JSONFileFindings is JSONFindings, with the name of the file at findings that have no place in its text.
func JSONFileFindings(name string, ds []diag.Diagnostic) []diag.Diagnostic {
	findings := JSONFindings(ds)
	for i := range findings {
		findings[i].File = name
	}
	return findings
}

// FileFindings writes the findings of one file as Findings does. Those without a place in the text begin with the name of
// the file.
func (p *Printer) FileFindings(name string, signed bool, ds []diag.Diagnostic) {
	hasPlace := func(d diag.Diagnostic) bool { return !d.Span.IsZero() }
	isInside := func(d diag.Diagnostic) bool { return d.Span.End > 0 } // the rest is about the whole file
	if signed && slices.ContainsFunc(ds, isInside) {
		p.Line("%s", faint.Render(Clean(name)+": positions are in the signed content"))
	}
	ds = slices.Clone(ds)
	for i := range ds {
		switch d := &ds[i]; {
		case hasPlace(*d):
		case d.Path == "":
			d.Path = name
		default:
			d.Path = name + " (" + d.Path + ")"
		}
	}
	p.Findings(ds)
}
