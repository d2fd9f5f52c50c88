package view

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// SignFindings writes the findings in the files to be signed.
func (p *Printer) SignFindings(r *app.SignResult) {
	var seen repeats
	show := func(f app.FileFindings, found []diag.Diagnostic) {
		if len(found) > 0 {
			p.FileFindings(f.Name, f.Signed, found)
			p.Line("")
		}
	}
	errors := 0
	for _, f := range r.ByFile {
		errors += len(AtLeast(f.Findings, diag.Error))
		show(f, p.withoutRepeats(noErrors(f.Findings), &seen, anyFinding))
	}
	p.repeatedBefore(&seen)
	for _, f := range r.ByFile {
		show(f, AtLeast(f.Findings, diag.Error))
	}
	if r.Refused && errors > 0 {
		p.Line("%s; nothing was signed", text.Count(errors, "error"))
		p.Hint(afterErrors(r.Findings))
	}
}

// Signing writes the signed files, and the signer.
func (p *Printer) Signing(s *app.SignResult) {
	if !s.Written {
		return
	}
	width, places := 0, make([]string, len(s.Files))
	for i, f := range s.Files {
		places[i] = Clean(f.Output)
		if f.Output != f.File {
			places[i] = Clean(f.File) + faint.Render(" → ") + Clean(f.Output)
		}
		width = max(width, lipgloss.Width(places[i]))
	}
	for i, f := range s.Files {
		line := fmt.Sprintf("  %s%s  %8s", places[i], strings.Repeat(" ", width-lipgloss.Width(places[i])), size(f.Size))
		if f.Replaced {
			line += yellow.Render("  replaces its old signature")
		}
		if p.Width > 0 && lipgloss.Width(line) > p.Width {
			p.wrappedAfter("  ", strings.TrimSpace(line)) // gives up the columns
		} else {
			p.Line("%s", line)
		}
	}
	by := "the " + bold.Render("development identity") + yellow.Render(` (devices show "Not Verified")`)
	if !s.Signer.Development {
		by = bold.Render(Clean(s.Signer.Name)) + faint.Render(fmt.Sprintf(" (%s, %s, valid until %s)", s.Signer.Key, digestName(s.Digest), s.Signer.NotAfter.Format(time.DateOnly)))
	}
	p.wrapped(2, "%s signed by %s", text.Count(len(s.Files), "profile"), by)
}

func digestName(digest string) string {
	return strings.Replace(strings.ToUpper(digest), "SHA", "SHA-", 1)
}
