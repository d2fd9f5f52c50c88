package view

import (
	"iter"
	"slices"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// maxRepeats limits the remarks remembered in a run of any size.
const maxRepeats = 100

// repeats are remarks that may come with many files. Each is shown with the first one, and counted for the others.
type repeats struct{ all []repeated }

type repeated struct {
	text string
	more int // how often it came after the first time
}

// first reports whether a remark is to be shown, because it comes for the first time.
func (r *repeats) first(remark string) bool {
	if i := slices.IndexFunc(r.all, func(x repeated) bool { return x.text == remark }); i >= 0 {
		r.all[i].more++
		return false
	}
	if len(r.all) < maxRepeats {
		r.all = append(r.all, repeated{text: remark})
	}
	return true
}

// repeated writes what was shown once, with the number of the others.
func (p *Printer) repeated(r *repeats) {
	for _, x := range r.all {
		if x.more > 0 {
			p.wrapped(2, "the same %s: %s", text.Count(x.more, "more time"), x.text)
		}
	}
}

// repeatedBefore is repeated before errors, with an empty line between them.
func (p *Printer) repeatedBefore(r *repeats) {
	if slices.ContainsFunc(r.all, func(x repeated) bool { return x.more > 0 }) {
		p.repeated(r)
		p.Line("")
	}
}

// firstNotes yields the files without the notes about a whole file that came before: a signer has the same ones for each.
func (p *Printer) firstNotes(all iter.Seq2[*app.LintedFile, error], seen *repeats) iter.Seq2[*app.LintedFile, error] {
	return func(yield func(*app.LintedFile, error) bool) {
		for f, err := range all {
			if err == nil && slices.ContainsFunc(f.Findings, isWholeNote) {
				shown := *f
				shown.Findings = p.withoutRepeats(f.Findings, seen, isWholeNote)
				f = &shown
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// withoutRepeats leaves out findings that say what came before, of those that may be left out.
func (p *Printer) withoutRepeats(all []diag.Diagnostic, seen *repeats, mayRepeat func(diag.Diagnostic) bool) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(all), func(d diag.Diagnostic) bool {
		return mayRepeat(d) && !seen.first(p.severity(d.Severity)+" "+Clean(d.Message)+"  "+p.ruleName(d.Rule))
	})
}

// isWholeNote is true for a note about the whole file.
func isWholeNote(d diag.Diagnostic) bool {
	return d.Severity < diag.Warning && d.Span.IsZero() && len(d.Path) == 0 && len(d.Related) == 0
}

// noErrors returns the findings below an error.
func noErrors(all []diag.Diagnostic) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(all), func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
}

func anyFinding(diag.Diagnostic) bool { return true }

// afterErrors is what to do about errors that ended a command, unless each has its own help.
func afterErrors(all []diag.Diagnostic) string {
	if slices.ContainsFunc(AtLeast(all, diag.Error), func(d diag.Diagnostic) bool { return d.Help == "" }) {
		return "correct what is wrong and run the command again; syncguard rules RULE explains an error"
	}
	return ""
}
