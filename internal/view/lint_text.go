package view

import "fmt"

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
	if printed || verbose || run.Gone > 0 || run.Fixed > 0 {
		p.Line("%s%s", run.Totals.String(), run.aside())
	}
}

// aside says what stands beside the totals: what does not count, and what can be fixed.
func (r *LintRun) aside() string {
	text := ""
	if r.Fixed > 0 {
		text += fmt.Sprintf("; %d fixed", r.Fixed)
	}
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

// fixable counts the findings that lint --fix corrects, and those that it corrects only when a person says so. It writes
// neither a signed file nor another one than was given.
func (r *LintRun) fixable() (safe, unsafe int) {
	for _, f := range r.Files {
		for _, d := range f.Findings {
			switch {
			case d.Fix == nil || f.Signed || !d.Span.IsZero() && d.Span.File.Name != f.Name:
			case d.Fix.Unsafe:
				unsafe++
			default:
				safe++
			}
		}
	}
	return safe, unsafe
}
