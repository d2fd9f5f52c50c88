package app

import "syncguard/internal/diag"

// Totals counts the findings in the checked files.
type Totals struct {
	Errors   int `json:"errors"` // findings of each severity, in all files
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`

	Checked      int `json:"-"` // number of files
	WithFindings int `json:"-"` // number of files with findings
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

// AtLeast returns the number of findings of a severity and above.
func (t *Totals) AtLeast(s diag.Severity) int {
	switch s {
	case diag.Error:
		return t.Errors
	case diag.Warning:
		return t.Errors + t.Warnings
	}
	return t.Errors + t.Warnings + t.Notes
}
