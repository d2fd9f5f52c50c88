package report

import "syncguard/internal/diag"

// LintedFile is one file that was linted, with what was found in it.
type LintedFile struct {
	Name      string // as it was given or found
	Kind      string // profile, declaration, template or project; empty where the file could not be read
	Format    string // xml, binary, json or yaml; empty where the file could not be read
	Signed    bool   // places are those in the signed content
	Encrypted bool
	Findings  []diag.Diagnostic // in the order of diag.Sort; one without a place concerns the file as a whole
}

// LintRun is one run of lint, in the order in which the files were given.
type LintRun struct {
	Version string // of syncguard
	Files   []LintedFile
	Totals
	Ignored   int // findings that a comment or the project file takes out
	Baselined int // findings that the baseline knows
}

// Add takes in a file.
func (r *LintRun) Add(f LintedFile) {
	r.Files = append(r.Files, f)
	r.Totals.Add(f.Findings)
}
