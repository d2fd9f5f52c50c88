package app

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// VerifyOptions are the files to verify and the requirements.
type VerifyOptions struct {
	Paths []string // files, folders, - for stdin
	Roots []string // files of certificates to trust, instead of the system's and Apple's roots
	Pin   string   // SHA-256 of the certificate required of every signer
	At    string   // time to verify for; empty for now
	CRLs  []string // files of revocation lists; with any, every certificate below a root needs one
	// RequireRoots refuses to run without Roots and Pin.
	RequireRoots bool
	Require      []string // Questions to be answered with yes
}

// Questions lists the questions asked about each signed file.
func Questions() []string {
	return []string{string(cms.AboutIntegrity), string(cms.AboutTrust), string(cms.AboutValidity)}
}

// VerifyRun is the result of Verify.
type VerifyRun = Stream[struct{}, *VerifiedFile, *VerifyFooter]

// VerifiedFile is one file with the three answers.
type VerifiedFile struct {
	File string `json:"file"` // as given or found; `stdin` for `-`
	*cms.Verdict
}

// VerifyFooter counts the files.
type VerifyFooter struct {
	Failed int    `json:"failed"` // number of files not `ok`
	Trusts string `json:"trusts"` // whose certificates: `roots` given, the `pin`, `roots-and-pin`, or else the `system`'s roots and Apple's own

	Files    int     `json:"-"`
	Failures []error `json:"-"` // why files are unreadable
}

// Verify answers three questions about each signed file: is it whole, is it trusted, and is it valid?
func Verify(ctx context.Context, h *Host, o VerifyOptions) (*VerifyRun, error) {
	v, err := newVerifier(h, o)
	if err != nil {
		return nil, err
	}
	if v.options.AppleRoots {
		h.note("trusted roots: this system's and Apple's; choose others with --roots or --pin")
	}
	inputs, failures, err := findProfiles(h, o.Paths)
	if err != nil {
		return nil, err
	}
	footer := &VerifyFooter{Failures: failures, Trusts: o.trusts()}
	run := &VerifyRun{Footer: footer}
	run.Files = func(yield func(*VerifiedFile, error) bool) {
		verify := func(in input, data []byte) (*VerifiedFile, error) { return v.verify(in.path, data), nil }
		for f, err := range eachFile(ctx, h, "verifying", inputs, &footer.Failures, verify) {
			if err == nil {
				footer.Files++
				if !f.OK {
					footer.Failed++
				}
			}
			if !yield(f, err) {
				return
			}
		}
	}
	return run, nil
}

// trusts names the certificates trusted.
func (o VerifyOptions) trusts() string {
	switch hasRoots, hasPin := len(o.Roots) > 0, o.Pin != ""; {
	case hasRoots && hasPin:
		return "roots-and-pin"
	case hasRoots:
		return "roots"
	case hasPin:
		return "pin"
	}
	return "system"
}

// findProfiles lists the profiles named by arguments.
func findProfiles(h *Host, paths []string) (inputs []input, failures []error, err error) {
	finder := inputFinder{h, "stdin", isProfile, "profile (*.mobileconfig)"}
	return finder.find(paths)
}

// verifier verifies files of one run, with the options they share.
type verifier struct{ options cms.VerifyOptions }

func newVerifier(h *Host, o VerifyOptions) (*verifier, error) {
	v := &verifier{cms.VerifyOptions{At: h.Now()}}
	for _, name := range o.Require {
		if !slices.Contains(Questions(), name) {
			return nil, diag.Usage("want integrity, trust or validity", "invalid --require %q", name)
		}
		v.options.Require = append(v.options.Require, cms.Question(name))
	}
	if len(o.Require) == 0 {
		return nil, diag.Usage("want integrity, trust or validity", "--require is empty")
	}
	var err error
	if o.At != "" {
		if v.options.At, err = parseTime(o.At); err != nil {
			return nil, err
		}
	}
	if o.Pin != "" {
		if v.options.Pin, err = parsePin(o.Pin); err != nil {
			return nil, err
		}
	}
	if v.options.Roots, err = h.readRoots(o.Roots); err != nil {
		return nil, err
	}
	if v.options.CRLs, err = h.readCRLs(o.CRLs, v.options.At); err != nil {
		return nil, err
	}
	if v.options.Roots == nil && v.options.Pin == nil {
		if o.RequireRoots {
			return nil, diag.Usage("give --roots FILE with the roots of your organization, or --pin SHA256 of the signer", "--require-roots without --roots or --pin")
		}
		v.options.AppleRoots = true
		if v.options.Roots, err = x509.SystemCertPool(); err != nil {
			return nil, diag.WithHint(fmt.Errorf("reading the roots of this system: %w", err), "give roots with --roots")
		}
	}
	return v, nil
}

// readCRLs returns the revocation lists of files, all valid at a time.
func (h *Host) readCRLs(paths []string, at time.Time) (all []*cms.CRL, err error) {
	for _, path := range paths {
		data, err := h.readFile(path)
		if err != nil {
			return nil, err
		}
		lists, err := cms.ParseCRLs(path, data, at)
		if err != nil {
			return nil, diag.WithHint(err, "get a current list from the authority, in whole; the addresses are in its certificates: openssl x509 -noout -ext crlDistributionPoints -in CERT")
		}
		all = append(all, lists...)
	}
	return all, nil
}

func parseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, diag.Usage("", "invalid time %q for --at: want 2027-01-31 or 2027-01-31T12:00:00Z", text)
}

// parsePin parses a SHA-256 fingerprint as printed by other programs, with or without colons.
func parsePin(text string) (*[sha256.Size]byte, error) {
	if _, digits, found := strings.Cut(text, "Fingerprint="); found { // output of openssl
		text = digits
	}
	b, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	if err != nil || len(b) != sha256.Size {
		return nil, diag.Usage("openssl x509 -noout -fingerprint -sha256 -in cert.pem prints it", "invalid --pin: want a SHA-256 fingerprint of 64 hexadecimal digits")
	}
	return (*[sha256.Size]byte)(b), nil
}

// verify answers the questions for one file. A file without a signature gets the message all commands share.
func (v *verifier) verify(name string, data []byte) *VerifiedFile {
	o := v.options
	o.Read = func(content []byte) cms.ContentJudgement { return judgeContent(name, content) }
	f := &VerifiedFile{name, cms.Verify(data, o)}
	if !f.Integrity.OK && f.Integrity.Reason != cms.UnsoundContent {
		doc, _ := document.Open(diag.NewFile(name, data))
		switch {
		case doc.Defect != nil:
			f.Integrity.Detail, f.Integrity.Help = doc.Defect.Message, doc.Defect.Help
		case doc.Kind() == document.Declaration:
			f.Integrity.Detail, f.Integrity.Help = "the file is a declaration, want a signed profile", "only profiles can be signed"
		}
		f.Integrity.Help = text.WithFile(f.Integrity.Help, name)
	}
	return f
}

// judgeContent checks that signed content is a property list with one reading. Warnings are about an unusual one.
func judgeContent(name string, content []byte) (j cms.ContentJudgement) {
	doc, found := plist.Read(diag.NewFile(name, content))
	if why := unsound(content, found); why != "" {
		j.Reason, j.Detail = cms.UnsoundContent, "the signature is valid, but programs may read the content differently: "+why
		return j
	}
	if doc == nil {
		j.Reason, j.Detail = cms.NotAPropertyList, "the signature is valid, but the content is not a property list"
		return j
	}
	if doc.Format == plist.Binary {
		j.Warnings = append(j.Warnings, "the content is a binary property list; Apple's documentation speaks of XML")
	}
	return j
}

// unsound returns the first reason why two readers may see different settings in a property list, or "". Every error
// counts: Apple's reader refuses the file, or takes one of several values, and other readers take another one.
func unsound(content []byte, found []diag.Diagnostic) string {
	encoding := ""
	switch name := plist.EncodingOf(content); strings.ToUpper(name) {
	case "UTF-8", "UTF8", "US-ASCII", "ASCII":
	default:
		encoding = fmt.Sprintf("the encoding is %q, want UTF-8", name)
	}
	var all []string
	for _, d := range found {
		switch {
		case slices.Contains([]string{rule.NotAPropertyList, rule.EmptyFile, rule.FileTooLarge}, d.Rule): // no content to read twice
			return ""
		case encoding != "" && slices.Contains([]string{rule.EncodingMismatch, rule.UnsupportedEncoding}, d.Rule): // the same again
		case d.Severity == diag.Error, slices.Contains([]string{rule.ContentAfterPlist, rule.NestedPlist, rule.EncodingMismatch}, d.Rule):
			all = append(all, d.Message)
		}
	}
	if encoding != "" {
		all = slices.Insert(all, 0, encoding)
	}
	switch len(all) {
	case 0:
		return ""
	case 1:
		return all[0]
	}
	return fmt.Sprintf("%s (and %s)", all[0], text.Count(len(all)-1, "more problem"))
}
