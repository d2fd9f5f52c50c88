package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/text"
)

// roleWidth is the width of the longest label.
const roleWidth = len("intermediate")

// Verification writes the answers about each file. before runs before each piece of output, to clear a line of progress.
func (p *Printer) Verification(run *app.VerifyRun, before func()) error {
	first := true
	shown := verified{}
	for f, err := range run.Files {
		if err != nil {
			return err
		}
		before()
		if !first {
			p.Line("")
		}
		first = false
		p.verified(f, &shown)
	}
	before()
	p.repeated(&shown.notes)
	if r := run.Footer; r.Files > 1 {
		p.Line("\n%s", verification(r))
	}
	return nil
}

// verified is what earlier files of a run have shown: what repeats is not shown again.
type verified struct {
	help, notes  repeats
	certificates string
}

// verified writes the answers about one file, and its certificates.
//
//	corp.mobileconfig
//	  integrity     ok      12,913 bytes, SHA-256, RSA 2048, everything in the file is covered
//	  trust         failed  the issuer "Corp Issuing CA 2" is missing from the file and the trusted roots  [missing-issuer]
func (p *Printer) verified(v *app.VerifiedFile, shown *verified) {
	p.Line("%s", bold.Render(Clean(v.File)))
	p.answer("integrity", v.Integrity, &shown.help)
	p.answer("trust", v.Trust, &shown.help)
	p.answer("validity", v.Validity, &shown.help)
	for _, s := range v.Signers {
		p.signer(s, len(v.Signers) > 1)
	}
	all := ""
	for _, c := range v.Certificates {
		all += fmt.Sprintf("%s %q %s %t\n", c.Role, c.Name, c.SHA256, c.Embedded)
	}
	if all != "" && all == shown.certificates {
		p.detail(string(cms.RoleSigner), "as above")
	} else {
		shown.certificates = all
		for _, c := range slices.SortedStableFunc(slices.Values(v.Certificates), byRole) {
			p.certificate(c)
		}
	}
	for _, w := range v.Warnings {
		if label := yellow.Render("warning:") + " "; shown.notes.first(label + Clean(w)) {
			p.wrappedAfter("  "+label, Clean(w))
		}
	}
	for _, n := range v.Notes {
		if label := blue.Render("note:") + " "; shown.notes.first(label + Clean(n)) {
			p.wrappedAfter("  "+label, Clean(n))
		}
	}
}

// byRole orders certificates from the signer up to the root.
func byRole(a, b cms.Certificate) int { return cmp.Compare(roleRank(a.Role), roleRank(b.Role)) }

func roleRank(role cms.Role) int {
	return slices.Index([]cms.Role{cms.RoleSigner, cms.RoleIntermediate, cms.RoleRoot, cms.RoleUnused}, role)
}

func (p *Printer) answer(question string, a cms.Answer, shown *repeats) {
	word := green.Render("ok    ")
	switch {
	case !a.OK && a.Asked:
		word = red.Render("failed")
	case !a.OK:
		word = yellow.Render("no    ")
	}
	code := ""
	if !a.OK {
		code = faint.Render("  [" + string(a.Reason) + "]")
	}
	p.wrappedAfter(fmt.Sprintf("  %-*s  %s  ", roleWidth, question, word), Clean(a.Detail)+code)
	if a.Help != "" && shown.first(a.Help) {
		p.wrappedAfter(fmt.Sprintf("  %s          %s ", strings.Repeat(" ", roleWidth), cyan.Render("help:")), Clean(a.Help))
	}
}

func (p *Printer) certificate(c cms.Certificate) {
	where := ""
	if !c.Embedded {
		where = ", not in the file"
	}
	p.detail(string(c.Role), fmt.Sprintf("%q, %s, until %s%s", c.Name, c.Key, c.NotAfter.Format(time.DateOnly), where))
	if c.Role == cms.RoleSigner {
		p.detail("", "SHA-256 "+c.SHA256)
	}
}

// signer writes the facts of one signer.
func (p *Printer) signer(s cms.Signer, several bool) {
	for _, a := range []cms.Answer{s.Integrity, s.Trust, s.Validity} {
		if several && !a.OK {
			p.detail("of several", fmt.Sprintf("%q: %s", s.Name, a.Detail))
		}
	}
	if !s.SigningTime.IsZero() {
		p.detail("signed at", s.SigningTime.Format(time.RFC3339)+" (claimed by the signer)")
	}
	if len(s.UnsignedAttributes) > 0 {
		p.detail("not covered", "unsigned attribute "+strings.Join(s.UnsignedAttributes, ", "))
	}
}

// detail writes a faint line behind a label.
func (p *Printer) detail(label, text string) {
	p.wrappedAfter(faint.Render(fmt.Sprintf("  %-*s  ", roleWidth, label)), faint.Render(Clean(text)))
}

// verification returns the result in one line: 2 files verified, 1 of 3 files failed.
func verification(r *app.VerifyFooter) string {
	if r.Failed == 0 {
		return text.Count(r.Files, "file") + " verified"
	}
	return fmt.Sprintf("%d of %s failed", r.Failed, text.Count(r.Files, "file"))
}
