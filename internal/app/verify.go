package app

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// VerifyOptions say whom to trust, and what has to be.
type VerifyOptions struct {
	Paths   []string // files, folders, - for stdin
	Roots   []string // files of certificates to trust, in place of the system's and Apple's own
	Pin     string   // SHA-256 of the certificate that every signer must have
	At      string   // moment to ask about; empty for now
	Require []string // the answers that must be yes, of Questions
}

// Questions names what is asked of each signed file.
func Questions() []string {
	return []string{string(cms.AboutIntegrity), string(cms.AboutTrust), string(cms.AboutValidity)}
}

// VerifyRun is a run of Verify.
type VerifyRun = Stream[struct{}, *VerifiedFile, *VerifyFooter]

// VerifiedFile is one file with the three answers.
type VerifiedFile struct {
	File string `json:"file"` // as it was given or found; `stdin` for `-`
	*cms.Verdict
}

// VerifyFooter counts what was verified.
type VerifyFooter struct {
	Failed int `json:"failed"` // files that are not `ok`

	Files    int     `json:"-"`
	Failures []error `json:"-"` // why files could not be read
}

// Verify answers three questions about each signed file: is it whole, is it trusted, and is it valid?
func Verify(ctx context.Context, h *Host, o VerifyOptions) (*VerifyRun, error) {
	v, err := newVerifier(h, o)
	if err != nil {
		return nil, err
	}
	inputs, failures, err := findProfiles(h, o.Paths)
	if err != nil {
		return nil, err
	}
	footer := &VerifyFooter{Failures: failures}
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

// findProfiles lists the profiles that arguments name.
func findProfiles(h *Host, paths []string) (inputs []input, failures []error, err error) {
	finder := inputFinder{h.Files, "stdin", isProfileName, "profile (*.mobileconfig)"}
	return finder.find(paths)
}

// verifier holds what is the same for every file.
type verifier struct{ options cms.VerifyOptions }

func newVerifier(h *Host, o VerifyOptions) (*verifier, error) {
	v := &verifier{cms.VerifyOptions{At: h.Now()}}
	for _, name := range o.Require {
		if !slices.Contains(Questions(), name) {
			return nil, diag.Usage("the answers are integrity, trust and validity", "--require does not know %q", name)
		}
		v.options.Require = append(v.options.Require, cms.Question(name))
	}
	if len(o.Require) == 0 {
		return nil, diag.Usage("the answers are integrity, trust and validity", "--require asks for nothing")
	}
	var err error
	if o.At != "" {
		if v.options.At, err = parseMoment(o.At); err != nil {
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
	if v.options.Roots == nil && v.options.Pin == nil {
		v.options.AppleRoots = true
		if v.options.Roots, err = x509.SystemCertPool(); err != nil {
			return nil, diag.WithHint(fmt.Errorf("reading the roots of this system: %w", err), "name roots with --roots")
		}
	}
	return v, nil
}

func parseMoment(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, diag.Usage("write 2027-01-31, or 2027-01-31T12:00:00Z", "--at %q is no moment", text)
}

// parsePin takes a fingerprint as programs print it, with or without colons.
func parsePin(text string) (*[sha256.Size]byte, error) {
	if _, digits, found := strings.Cut(text, "Fingerprint="); found { // as openssl prints it
		text = digits
	}
	b, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	if err != nil || len(b) != sha256.Size {
		return nil, diag.Usage("it has 64 hexadecimal digits: openssl x509 -noout -fingerprint -sha256 -in cert.pem prints it", "--pin is no SHA-256 of a certificate")
	}
	return (*[sha256.Size]byte)(b), nil
}

// verify answers for one file. What is no signed file at all is said in the words that every command has for it.
func (v *verifier) verify(name string, data []byte) *VerifiedFile {
	o := v.options
	o.Read = func(content []byte) ([]string, error) { return readSigned(name, content) }
	f := &VerifiedFile{name, cms.Verify(data, o)}
	if !f.Integrity.OK {
		if doc, _ := document.Open(diag.NewFile(name, data)); doc.Defect != nil {
			f.Integrity.Detail, f.Integrity.Help = doc.Defect.Message, doc.Defect.Help
		}
	}
	return f
}

// readSigned holds what was signed against what a profile is: a property list. It returns what deserves a look.
func readSigned(name string, content []byte) (warnings []string, err error) {
	doc, found := plist.Read(diag.NewFile(name, content))
	if doc == nil {
		return nil, errors.New("the signature holds, but the content is no property list, so this is no profile")
	}
	if doc.Format == plist.Binary {
		warnings = append(warnings, "the content is a binary property list; Apple's documentation speaks of XML")
	}
	if diag.HasErrors(found) {
		warnings = append(warnings, "the content is signed, and has errors: syncguard validate lists them")
	}
	return warnings, nil
}
