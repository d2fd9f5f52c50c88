package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// Lint writes a run for a person, each file as soon as it is checked. Without findings it writes totals only if verbose.
// before runs before each piece of output, to clear a line of progress.
func (p *Printer) Lint(run *app.LintRun, verbose bool, before func()) error {
	printed := false
	files := Rendered(run.Files, func(w io.Writer, f *app.LintedFile) error {
		if len(f.Findings) > 0 {
			file := p.To(w)
			file.FileFindings(f.Name, f.Signed, f.Findings)
			file.Line("")
		}
		return nil
	})
	for text, err := range files {
		if err != nil {
			return err
		}
		if len(text) > 0 {
			before()
			if _, err := p.w.Forward.Write(text); err != nil {
				return err
			}
			printed = true
		}
	}
	before()
	if r := run.Footer; printed || verbose || r.Gone > 0 || r.Fixed > 0 {
		p.wrapped(2, "%s%s", Totals(&r.Totals), otherCounts(r))
	}
	return nil
}

// otherCounts returns the counts after the totals: fixed, ignored and baselined findings, and possible fixes.
func otherCounts(r *app.LintFooter) string {
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
		text += fmt.Sprintf("; %d gone from the baseline: write it again (--write-baseline)", r.Gone)
	}
	switch {
	case r.Fixable > 0:
		text += fmt.Sprintf("; %d can be fixed with --fix", r.Fixable)
	case r.UnsafelyFixable > 0:
		text += fmt.Sprintf("; %d can be fixed with --fix --unsafe-fixes", r.UnsafelyFixable)
	}
	return text
}

// LintDiffs writes the changes of lint --fix as diffs, and returns the number of changed files.
func (p *Printer) LintDiffs(run *app.LintRun, before func()) (files int, err error) {
	for f, err := range run.Files {
		if err != nil {
			return files, err
		}
		if f.After != nil {
			before()
			p.Diff(f.Name, f.Before, f.After)
			files++
		}
	}
	before()
	return files, nil
}

// Totals returns the totals in one line: 2 findings in 1 of 12 files (1 error, 1 warning).
func Totals(t *app.Totals) string {
	all := t.AtLeast(diag.Note)
	if all == 0 {
		return text.Count(t.Checked, "file") + ", no findings"
	}
	files := text.Count(t.Checked, "file")
	if t.Checked > 1 {
		files = fmt.Sprintf("%d of %s", t.WithFindings, files)
	}
	var parts []string
	for _, x := range []struct {
		n    int
		noun string
	}{{t.Errors, "error"}, {t.Warnings, "warning"}, {t.Notes, "note"}} {
		if x.n > 0 {
			parts = append(parts, text.Count(x.n, x.noun))
		}
	}
	return fmt.Sprintf("%s in %s (%s)", text.Count(all, "finding"), files, strings.Join(parts, ", "))
}

// FileFindings writes the findings of one file like Findings. A finding without a place in the text begins with the name
// of the file.
func (p *Printer) FileFindings(name string, signed bool, ds []diag.Diagnostic) {
	isInside := func(d diag.Diagnostic) bool { return d.Span.End > 0 } // any other is about the whole file
	if signed && slices.ContainsFunc(ds, isInside) {
		p.Line("%s", faint.Render(Clean(name)+": lines and columns are those of the signed content"))
	}
	p.Findings(diag.InFile(name, ds))
}
