package view

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// SignFindings writes the findings in the files to be signed.
func (p *Printer) SignFindings(r *app.SignResult) {
	shown := false
	for _, f := range r.ByFile {
		if len(f.Findings) > 0 {
			p.FileFindings(f.Name, f.Signed, f.Findings)
			p.Line("")
			shown = true
		}
	}
	if r.Refused && shown {
		p.Line("nothing was signed")
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
