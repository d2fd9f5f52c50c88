package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Verification is the result of verifying files. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Verification struct {
	Files  []Verified `json:"files"`
	Failed int        `json:"failed"` // files of which an answer that was asked for is no
}

// Verified is one file with the three answers.
type Verified struct {
	File         string           `json:"file"`
	OK           bool             `json:"ok"` // every answer that was asked for is yes
	Integrity    VerifiedAnswer   `json:"integrity"`
	Trust        VerifiedAnswer   `json:"trust"`
	Validity     VerifiedAnswer   `json:"validity"`
	Form         string           `json:"form"`   // DER or BER; empty where the file could not be read
	Size         int              `json:"size"`   // of the content, in bytes
	SHA256       string           `json:"sha256"` // of the content; empty without integrity
	Signers      []VerifiedSigner `json:"signers"`
	Certificates []VerifiedCert   `json:"certificates"`
	Warnings     []string         `json:"warnings"`
	Notes        []string         `json:"notes"` // to know, and nothing to do about
}

// VerifiedAnswer is the answer to one question.
type VerifiedAnswer struct {
	OK     bool   `json:"ok"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
	Help   string `json:"help,omitempty"`
	Asked  bool   `json:"asked"` // a no makes the exit code 1
}

// VerifiedSigner is one who signed, or claims to have.
type VerifiedSigner struct {
	Name               string   `json:"name"`
	SHA256             string   `json:"sha256"` // of the certificate; empty where it is not known
	Digest             string   `json:"digest"`
	Key                string   `json:"key"`
	SigningTime        string   `json:"signingTime,omitempty"` // a claim; RFC 3339
	SignedAttributes   []string `json:"signedAttributes"`
	UnsignedAttributes []string `json:"unsignedAttributes"`

	Integrity VerifiedAnswer `json:"integrity"`
	Trust     VerifiedAnswer `json:"trust"`
	Validity  VerifiedAnswer `json:"validity"`
}

// VerifiedCert is a certificate of the file, or a root that a chain ends at.
type VerifiedCert struct {
	Role      string   `json:"role"` // signer, intermediate, root or unused
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Name      string   `json:"-"`
	Serial    string   `json:"serial"`
	SHA256    string   `json:"sha256"`
	NotBefore string   `json:"notBefore"`
	NotAfter  string   `json:"notAfter"`
	Key       string   `json:"key"`
	Signature string   `json:"signature"` // algorithm with which the issuer signed it
	Usages    []string `json:"usages"`    // extended key usages; empty for any
	Embedded  bool     `json:"embedded"`
}

// roleWidth is that of the longest label.
const roleWidth = len("intermediate")

// Verified writes the answers about one file, and each certificate.
//
//	corp.mobileconfig
//	  integrity     ok      12,913 bytes, SHA-256, RSA 2048, everything in the file is covered
//	  trust         failed  the issuer "Corp Issuing CA 2" is neither in the file nor among the roots  [missing-issuer]
func (p *Printer) Verified(v Verified) {
	p.Line("%s", bold.Render(Clean(v.File)))
	p.answer("integrity", v.Integrity)
	p.answer("trust", v.Trust)
	p.answer("validity", v.Validity)
	for _, s := range v.Signers {
		p.signer(s, len(v.Signers) > 1)
	}
	for _, c := range slices.SortedStableFunc(slices.Values(v.Certificates), byRole) {
		p.certificate(c)
	}
	for _, w := range v.Warnings {
		p.Line("  %s %s", yellow.Render("warning:"), Clean(w))
	}
	for _, n := range v.Notes {
		p.Line("  %s %s", blue.Render("note:"), Clean(n))
	}
}

// byRole orders certificates as a chain is read: from the signer up to the root.
func byRole(a, b VerifiedCert) int { return cmp.Compare(roleRank(a.Role), roleRank(b.Role)) }

func roleRank(role string) int {
	return slices.Index([]string{"signer", "intermediate", "root", "unused"}, role)
}

func (p *Printer) answer(question string, a VerifiedAnswer) {
	word := green.Render("ok    ")
	switch {
	case !a.OK && a.Asked:
		word = red.Render("failed")
	case !a.OK:
		word = yellow.Render("no    ")
	}
	code := ""
	if !a.OK {
		code = faint.Render("  [" + a.Reason + "]")
	}
	p.Line("  %-*s  %s  %s%s", roleWidth, question, word, Clean(a.Detail), code)
	if a.Help != "" {
		p.Line("  %s          %s %s", strings.Repeat(" ", roleWidth), cyan.Render("help:"), Clean(a.Help))
	}
}

func (p *Printer) certificate(c VerifiedCert) {
	where := ""
	if !c.Embedded {
		where = ", not in the file"
	}
	p.fact(c.Role, fmt.Sprintf("%q, %s, until %.10s%s", c.Name, c.Key, c.NotAfter, where))
	if c.Role == "signer" {
		p.fact("", "SHA-256 "+c.SHA256)
	}
}

// signer says what only some signatures have.
func (p *Printer) signer(s VerifiedSigner, several bool) {
	for _, a := range []VerifiedAnswer{s.Integrity, s.Trust, s.Validity} {
		if several && !a.OK {
			p.fact("of several", fmt.Sprintf("%q: %s", s.Name, a.Detail))
		}
	}
	if s.SigningTime != "" {
		p.fact("signed at", s.SigningTime+", as the signer claims")
	}
	if len(s.UnsignedAttributes) > 0 {
		p.fact("not covered", "unsigned attribute "+strings.Join(s.UnsignedAttributes, ", "))
	}
}

// fact writes something that is no answer behind a label.
func (p *Printer) fact(label, text string) {
	p.Line("  %s", faint.Render(fmt.Sprintf("%-*s  %s", roleWidth, label, Clean(text))))
}

// String says the result in one line: 2 of 3 files verified, 1 failed.
func (v *Verification) String() string {
	if v.Failed == 0 {
		return Count(len(v.Files), "file") + " verified"
	}
	return fmt.Sprintf("%d of %s failed", v.Failed, Count(len(v.Files), "file"))
}
