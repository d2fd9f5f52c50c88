package view

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view/plain"
)

// LintStyle is how much of a run is written.
type LintStyle struct {
	Verbose    bool // totals, even without findings
	Quiet      bool // a line for each finding, and nothing else
	Statistics bool // the number of findings of each rule instead of the findings
}

// Lint writes a run for a person, each file as soon as it is checked. before runs before each piece of output, to clear a line of
// progress.
func (p *Printer) Lint(run *app.LintRun, style LintStyle, before func()) error {
	printed := false
	var seen repeats
	all := run.Files
	if !style.Quiet && !style.Statistics {
		all = p.firstNotes(all, &seen)
	}
	files := plain.Rendered(all, func(w io.Writer, f *app.LintedFile) error {
		switch file := p.To(w); {
		case len(f.Findings) == 0 || style.Statistics:
		case style.Quiet:
			for _, d := range diag.InFile(f.Name, f.Findings) {
				file.Line("%s", file.headline(d))
			}
		default:
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
	r := run.Footer
	if style.Quiet || !printed && !style.Statistics && !style.Verbose && r.Gone == 0 && r.Fixed == 0 {
		return nil
	}
	p.repeated(&seen)
	offer := ""
	if style.Statistics {
		p.statistics(r.Statistics)
	} else if r.AtLeast(diag.Note) > ManyFindings {
		offer = "; --statistics counts them by rule"
	}
	p.wrapped(2, "%s%s%s", plain.Totals(&r.Totals), otherCounts(r), offer)
	return nil
}

// statistics writes a line for each rule with findings.
//
//	412  errors                 412 fixable  unknown-key
//	 14  3 errors, 11 warnings               duplicate-uuid
func (p *Printer) statistics(all []app.RuleCount) {
	var lines [][2]string
	count, severities, fixable := 0, 0, 0
	for _, c := range all {
		severity := strings.TrimPrefix(plain.SeverityCounts(c.Errors, c.Warnings, c.Notes), strconv.Itoa(c.All())+" ") // one severity has the count already
		x := [2]string{severity, textIf(c.Fixable > 0, fmt.Sprintf("%d fixable", c.Fixable))}
		count, severities, fixable = max(count, len(strconv.Itoa(c.All()))), max(severities, len(x[0])), max(fixable, len(x[1]))
		lines = append(lines, x)
	}
	if fixable > 0 {
		fixable += len("  ")
	}
	for i, c := range all {
		p.wrappedAfter(fmt.Sprintf("%*d  ", count, c.All()), fmt.Sprintf("%-*s%*s  %s", severities, lines[i][0], fixable, lines[i][1], p.ruleLink(c.Rule, Clean(c.Rule))))
	}
	if len(all) > 0 {
		p.Line("")
	}
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

// FileFindings writes the findings of one file like Findings. A finding without a place in the text begins with the name
// of the file.
func (p *Printer) FileFindings(name string, signed bool, ds []diag.Diagnostic) {
	isInside := func(d diag.Diagnostic) bool { return d.Span.End > 0 } // any other is about the whole file
	if signed && slices.ContainsFunc(ds, isInside) {
		p.Line("%s", faint.Render(Clean(name)+": lines and columns are those of the signed content"))
	}
	p.Findings(diag.InFile(name, ds))
}
