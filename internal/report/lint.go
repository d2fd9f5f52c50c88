package report

import (
	"fmt"

	"syncguard/internal/diag"
)

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
	Gone      int // findings of the baseline that no longer are
}

// Add takes in a file.
func (r *LintRun) Add(f LintedFile) {
	r.Files = append(r.Files, f)
	r.Totals.Add(f.Findings)
}

// Lint writes a run for a person. Of one in which nothing was found it says so only when asked.
func (p *Printer) Lint(run *LintRun, verbose bool) {
	printed := false
	for _, f := range run.Files {
		if len(f.Findings) == 0 {
			continue
		}
		p.FileFindings(f.Name, f.Signed, f.Findings)
		p.Line("")
		printed = true
	}
	if printed || verbose || run.Gone > 0 {
		p.Line("%s%s", run.Totals.String(), run.aside())
	}
}

// aside says what stands beside the totals: what does not count, and what can be fixed.
func (r *LintRun) aside() string {
	text := ""
	if r.Ignored > 0 {
		text += fmt.Sprintf("; %d ignored", r.Ignored)
	}
	if r.Baselined > 0 {
		text += fmt.Sprintf("; %d in the baseline", r.Baselined)
	}
	if r.Gone > 0 {
		text += fmt.Sprintf("; %d of the baseline are gone, so write it again", r.Gone)
	}
	safe, unsafe := r.fixable()
	switch {
	case safe > 0:
		text += fmt.Sprintf("; %d can be fixed with --fix", safe)
	case unsafe > 0:
		text += fmt.Sprintf("; %d can be fixed with --fix --unsafe-fixes", unsafe)
	}
	return text
}

// fixable counts the findings that lint --fix corrects, and those that it corrects only when a person says so.
func (r *LintRun) fixable() (safe, unsafe int) {
	for _, f := range r.Files {
		for _, d := range f.Findings {
			switch {
			case d.Fix == nil:
			case d.Fix.Unsafe:
				unsafe++
			default:
				safe++
			}
		}
	}
	return safe, unsafe
}
