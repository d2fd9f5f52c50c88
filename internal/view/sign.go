package view

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/diag"
)

// Signing is the result of signing files. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Signing struct {
	Signer      *app.Signer       `json:"signer"`
	Digest      string            `json:"digest"`      // sha256, sha384 or sha512
	SigningTime string            `json:"signingTime"` // RFC 3339, as it is stated; empty where none is
	Written     bool              `json:"written"`     // all files are, or none
	Files       []Signed          `json:"files"`
	Findings    []diag.Diagnostic `json:"findings"`
}

// Signed is one file that was signed.
type Signed struct {
	File          string `json:"file"` // as it was given; stdin for -
	Output        string `json:"output"`
	Size          int    `json:"size"` // bytes
	SHA256        string `json:"sha256"`
	ContentSHA256 string `json:"contentSHA256"` // of the profile in it
	Replaced      bool   `json:"replaced"`      // another signature was around the profile
}

// Signing writes what was signed, and by whom.
func (p *Printer) Signing(s *Signing) {
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
			line += yellow.Render("  in place of the signature that it had")
		}
		p.Line("%s", line)
	}
	by := "the " + bold.Render("development identity") + yellow.Render(` (devices will call it "Not Verified")`)
	if !s.Signer.Development {
		by = bold.Render(Clean(s.Signer.Name)) + faint.Render(fmt.Sprintf(" (%s, %s, valid until %s)", s.Signer.Key, digestName(s.Digest), s.Signer.NotAfter.Format(time.DateOnly)))
	}
	p.Line("%s signed by %s", Count(len(s.Files), "profile"), by)
}

func digestName(digest string) string {
	return strings.Replace(strings.ToUpper(digest), "SHA", "SHA-", 1)
}
