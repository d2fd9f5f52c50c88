package app

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/lint"
	"syncguard/internal/rules/rule"
	"syncguard/internal/secret"
)

// SignOptions are the files to sign, the outputs and the signer.
type SignOptions struct {
	Paths          []string // files, - for stdin
	Out            string   // file or folder; - for stdout, the default with stdin
	InPlace        bool
	Replace        bool // replace an existing signature
	AllowVariables bool // sign despite variables for an MDM server to fill in
	Digests        bool // compute the SHA-256 of each result, for the JSON output
	Signing        SigningOptions

	NoStdout error // why stdout cannot be used; nil if it can
}

// SignResult is the result of Sign: all files are signed, or none.
type SignResult struct {
	Signer      *Signer           `json:"signer"`
	Digest      string            `json:"digest"`      // `sha256`, `sha384` or `sha512`
	SigningTime string            `json:"signingTime"` // RFC 3339, as stated in the signature; empty without one
	Written     bool              `json:"written"`     // whether the files were written, all of them
	Files       []SignedFile      `json:"files"`       // empty if nothing was written
	Findings    []diag.Diagnostic `json:"findings"`    // an `error` keeps all files from being written

	ByFile   []FileFindings `json:"-"` // the findings by file
	Refused  bool           `json:"-"` // an error is among the findings
	Failures []error        `json:"-"` // why files could not be signed
	Stdout   []byte         `json:"-"` // the signed profile, if not written to a file
}

// SignedFile is one signed file.
type SignedFile struct {
	File          string `json:"file"`          // as given; `stdin` for `-`
	Output        string `json:"output"`        // path of the signed file
	Size          int    `json:"size"`          // of the signed file, in bytes
	SHA256        string `json:"sha256"`        // of the signed file, in hexadecimal
	ContentSHA256 string `json:"contentSHA256"` // of the profile inside, in hexadecimal
	Replaced      bool   `json:"replaced"`      // the new signature replaces another one
}

// FileFindings is one file with its findings.
type FileFindings struct {
	Name     string
	Signed   bool // positions refer to the signed content
	Findings []diag.Diagnostic
}

// Sign signs profiles without changing a byte of them. It writes nothing unless every file can be signed.
func Sign(ctx context.Context, h *Host, o SignOptions) (*SignResult, error) {
	if err := o.Signing.Identity.check(); err != nil {
		return nil, err
	}
	jobs, err := o.plan(h)
	if err != nil {
		return nil, err
	}
	signer, err := o.Signing.load(ctx, h)
	if err != nil {
		return nil, err
	}
	defer signer.Close()
	s := &signing{host: h, o: o, signer: signer, files: h.Files.Stage(h.Now())}
	defer s.files.Close()
	r := &SignResult{Signer: signer.report(), Digest: o.Signing.Digest, Files: []SignedFile{}, Findings: []diag.Diagnostic{}}
	if !signer.time.IsZero() {
		r.SigningTime = signer.time.UTC().Format(time.RFC3339)
	}
	for f, err := range each(ctx, h, "signing", jobs, func(j signJob) string { return j.in.path }, &r.Failures, s.sign) {
		if err != nil {
			return nil, err
		}
		r.add(f)
	}
	if r.Written = len(r.Failures) == 0 && !r.Refused; !r.Written {
		r.Files, r.Stdout = []SignedFile{}, nil
		return r, nil
	}
	return r, s.files.Commit()
}

func (r *SignResult) add(f *signed) {
	r.Files, r.Stdout = append(r.Files, f.SignedFile), f.stdout
	r.Findings = append(r.Findings, diag.InFile(f.File, f.findings)...)
	r.ByFile = append(r.ByFile, FileFindings{f.File, f.Replaced, f.findings})
	r.Refused = r.Refused || diag.HasErrors(f.findings)
}

// signJob is one file to sign, with its output.
type signJob struct {
	in   input
	out  string      // - for stdout
	mode fs.FileMode // permissions of the output
}

// plan pairs the files with their outputs, and refuses to overwrite one.
func (o *SignOptions) plan(h *Host) ([]signJob, error) {
	if err := o.checkOutput(h); err != nil {
		return nil, err
	}
	folder := files.IsFolder(h.Files, o.Out) || strings.HasSuffix(filepath.ToSlash(o.Out), "/") || len(o.Paths) > 1
	var jobs []signJob
	given := map[string]bool{}
	for _, path := range o.Paths {
		if given[path] {
			return nil, diag.Usage("name each file once", "%s is given twice", path)
		}
		given[path] = true
		job := signJob{in: inputOf(path), out: o.Out, mode: 0o644}
		switch {
		case o.InPlace:
			job.out = path
		case o.Out == "":
			job.out = "-"
		case folder && path == "-":
			return nil, diag.Usage("give a file with -o FILE", "stdin has no file name for the folder %s", o.Out)
		case folder:
			job.out = filepath.Join(o.Out, filepath.Base(path))
		}
		if info, err := h.Files.Lstat(path); err == nil && path != "-" {
			if o.InPlace && !info.Mode().IsRegular() {
				return nil, diag.Usage("name the file itself", "%s is not a regular file: it cannot be signed in place", path)
			}
			job.mode = info.Mode().Perm() // so that nobody gets access by signing
		}
		if !o.InPlace && h.isSameFile(path, job.out) {
			return nil, diag.Usage("add --in-place to replace it by its signed form", "%s would be overwritten", path)
		}
		jobs = append(jobs, job)
	}
	return jobs, checkClashes(jobs)
}

// checkOutput refuses missing and contradicting outputs.
func (o *SignOptions) checkOutput(h *Host) error {
	stdin := slices.Contains(o.Paths, "-")
	switch {
	case o.InPlace && o.Out != "":
		return diag.Usage("use one of them", "--in-place and -o cannot be combined")
	case o.InPlace && stdin:
		return diag.Usage("leave out --in-place to write to stdout", "stdin cannot be signed in place")
	case o.Out == "" && !o.InPlace && (!stdin || len(o.Paths) > 1):
		return cmp.Or(h.notADocument(o.Paths...), diag.Usage("give -o FILE or -o FOLDER, or --in-place", "missing output"))
	case o.Out == "-" && len(o.Paths) > 1:
		return diag.Usage("give a folder with -o FOLDER", "only one file can be written to stdout, found %d", len(o.Paths))
	case o.Out == "-" || o.Out == "" && !o.InPlace:
		return o.NoStdout
	}
	if info, err := h.Files.Stat(o.Out); len(o.Paths) > 1 && (err == nil && !info.IsDir() || err != nil && isProfileName(o.Out)) {
		return diag.Usage("give a folder with -o FOLDER", "-o %s is one file for %d inputs", o.Out, len(o.Paths))
	}
	return nil
}

func (h *Host) isSameFile(in, out string) bool {
	infoOut, err := h.Files.Stat(out)
	if err != nil { // as a rule: it is new
		return false
	}
	infoIn, err := h.Files.Stat(in)
	return err == nil && h.Files.SameFile(infoIn, infoOut)
}

// checkClashes refuses equal outputs, ignoring case as some file systems do.
func checkClashes(jobs []signJob) error {
	seen := map[string]string{}
	for _, job := range jobs {
		name := strings.ToLower(filepath.Clean(job.out))
		if first, ok := seen[name]; ok {
			return diag.Usage("sign them into different folders", "%s and %s would both be written to %s", first, job.in.path, job.out)
		}
		seen[name] = job.in.path
	}
	return nil
}

// signing is one call of Sign.
type signing struct {
	host   *Host
	o      SignOptions
	signer *signer
	files  files.Stage
	failed atomic.Bool // the key failed for a file, and would for the others
}

// signed is one signed file, or a refused one with its findings.
type signed struct {
	SignedFile
	findings []diag.Diagnostic
	stdout   []byte
}

// sign signs one file. It does nothing after the key has failed for another one.
func (s *signing) sign(job signJob) (*signed, error) {
	f := &signed{SignedFile: SignedFile{File: job.in.path, Output: job.out}}
	if s.failed.Load() {
		return f, nil
	}
	data, err := job.in.read(s.host)
	if err != nil {
		return nil, err
	}
	var content []byte
	content, f.Replaced, f.findings = s.content(job.in.path, data)
	if diag.HasErrors(f.findings) {
		return f, nil
	}
	made, err := s.signer.Sign(content)
	if err != nil {
		if s.failed.Swap(true) {
			return f, nil // report the key once
		}
		return nil, explainSigning(fmt.Errorf("%s: %w", job.in.path, err))
	}
	f.Size = len(made)
	if s.o.Digests {
		f.SHA256, f.ContentSHA256 = hexSum(made), hexSum(content)
	}
	if job.out == "-" {
		f.stdout = made
		return f, nil
	}
	return f, s.files.Add(job.out, made, job.mode)
}

// content returns the bytes to sign, and findings about them with secrets masked.
func (s *signing) content(name string, data []byte) (content []byte, signed bool, findings []diag.Diagnostic) {
	doc, findings := document.Open(diag.NewFile(name, bytes.Clone(data)))
	if doc.Defect != nil {
		return nil, doc.Signed, []diag.Diagnostic{*doc.Defect}
	}
	secret.Scrub(findings)
	isDamaged := diag.HasErrors(findings)
	content = data
	if doc.Signed && !isDamaged {
		var refused []diag.Diagnostic
		content, refused = s.unwrapped(data)
		findings = append(findings, refused...)
	}
	if findings = append(findings, s.unfit(doc)...); len(findings) > 0 { // excerpts of the file are shown
		hideSecrets(doc, isDamaged)
	}
	return content, doc.Signed, diag.Sort(findings)
}

// unwrapped returns the signed content of a file, if Replace is set and the signature is intact. Any signer will do: the new
// signature vouches for the content.
func (s *signing) unwrapped(data []byte) ([]byte, []diag.Diagnostic) {
	verdict := cms.Verify(data, cms.VerifyOptions{At: s.host.Now()})
	switch {
	case !s.o.Replace:
		return nil, []diag.Diagnostic{refusal(rule.AlreadySigned, "the file is already signed",
			"sign the original, or add --replace to replace the signature")}
	case !verdict.Integrity.OK:
		return nil, []diag.Diagnostic{refusal(rule.BrokenSignature, fmt.Sprintf("the signature does not hold: %s [%s]", verdict.Integrity.Detail, verdict.Integrity.Reason),
			"sign the original; syncguard extract --unverified extracts the content anyway")}
	}
	return verdict.Content, nil
}

// unfit returns findings about content not worth signing.
func (s *signing) unfit(doc *document.Document) (found []diag.Diagnostic) {
	switch {
	case doc.Kind() == document.Declaration:
		return []diag.Diagnostic{refusal(rule.NotAProfile, "the file is a declaration, want a profile", "only profiles can be signed")}
	case doc.Root.String("PayloadType") != "Configuration":
		return []diag.Diagnostic{refusal(rule.NotAProfile, `"PayloadType" at the top level is not "Configuration", want a profile`, "syncguard validate shows where")}
	case doc.Format == document.Binary:
		found = append(found, diag.Diagnostic{Rule: rule.BinaryProfile, Severity: diag.Warning,
			Message: "the profile is a binary property list, and devices are not known to accept a signed one", Help: "sign its XML form"})
	}
	if s.o.AllowVariables {
		return found
	}
	for _, d := range lint.SignedVariables(doc.Root) {
		d.Help = "let the MDM server sign after replacing the variables, or add --allow-variables if it is none"
		found = append(found, d)
	}
	return found
}

func refusal(rule, message, help string) diag.Diagnostic {
	return diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Help: help}
}
