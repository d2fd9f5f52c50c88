package cli

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/lint"
	"syncguard/internal/rules/rule"
	"syncguard/internal/secret"
	"syncguard/internal/view"
)

// signJob is one file to sign, and where to; either can be - for a stream.
type signJob struct {
	in, out string
	mode    fs.FileMode // of what is written
}

// planSigning says which file goes where, and refuses what would lose one.
func planSigning(env *Env, o signOptions) ([]signJob, error) {
	if err := checkSignOutput(env, o); err != nil {
		return nil, err
	}
	folder := isFolder(o.out) || len(o.paths) > 1
	var jobs []signJob
	for i, path := range o.paths {
		if slices.Contains(o.paths[:i], path) {
			return nil, usage("name each file once", "%s is given twice", path)
		}
		job := signJob{in: path, out: o.out, mode: 0o644}
		switch {
		case o.inPlace:
			job.out = path
		case o.out == "":
			job.out = "-"
		case folder && path == "-":
			return nil, usage("name the file: -o FILE", "stdin has no name for a file in the folder %s", o.out)
		case folder:
			job.out = filepath.Join(o.out, filepath.Base(path))
		}
		if info, err := os.Lstat(path); err == nil && path != "-" {
			if o.inPlace && !info.Mode().IsRegular() {
				return nil, usage("name the file itself", "%s is no regular file, and cannot be signed in place", path)
			}
			job.mode = info.Mode().Perm() // so that nobody can read more than before
		}
		if !o.inPlace && isSameFile(job.in, job.out) {
			return nil, usage("give --in-place if that is meant", "%s would be overwritten with its signed form", path)
		}
		jobs = append(jobs, job)
	}
	return jobs, checkClashes(jobs)
}

// checkSignOutput refuses flags that leave open where to write, or contradict each other.
func checkSignOutput(env *Env, o signOptions) error {
	stdin := slices.Contains(o.paths, "-")
	_, watched := terminal(env.Stdout)
	stdout := o.out == "-" || o.out == "" && !o.inPlace
	switch {
	case o.inPlace && o.out != "":
		return usage("give one of the two", "--in-place cannot go with -o")
	case o.inPlace && stdin:
		return usage("leave --in-place out: what is read from stdin is written to stdout", "stdin cannot be signed in place")
	case o.out == "" && !o.inPlace && (!stdin || len(o.paths) > 1):
		return usage("-o FILE, -o FOLDER, or --in-place", "nothing says where to write what is signed")
	case o.out == "-" && len(o.paths) > 1:
		return usage("-o FOLDER", "%d files cannot all go to stdout", len(o.paths))
	case stdout && o.format.isJSON():
		return usage("write what is signed to a file: -o FILE", "--format json cannot share stdout with what is signed")
	case stdout && watched:
		return usage("-o FILE, or send stdout to a file", "what is signed is no text for a terminal")
	}
	if info, err := os.Stat(o.out); len(o.paths) > 1 && (err == nil && !info.IsDir() || err != nil && isProfileName(o.out)) {
		return usage("-o FOLDER", "%d files cannot all become %s", len(o.paths), o.out)
	}
	return nil
}

func isFolder(path string) bool {
	if path == "" || path == "-" {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || os.IsPathSeparator(path[len(path)-1])
}

func isSameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// checkClashes finds two files that would become one, on any file system.
func checkClashes(jobs []signJob) error {
	seen := map[string]string{}
	for _, job := range jobs {
		name := strings.ToLower(filepath.Clean(job.out))
		if first, ok := seen[name]; ok {
			return usage("sign them into different folders", "%s and %s would both become %s", first, job.in, job.out)
		}
		seen[name] = job.in
	}
	return nil
}

// signRun holds what is the same for every file.
type signRun struct {
	ctx      context.Context
	env      *Env
	o        signOptions
	signer   *app.OpenSigner
	files    files.Stage
	progress *view.Progress // nil where nobody watches
	failed   atomic.Bool    // the key did, and would for the other files
}

// signResult is one file that was signed, or the reason why not.
type signResult struct {
	job        signJob
	signed     bool // before
	data       []byte
	size       int
	sum        string
	contentSum string
	findings   []diag.Diagnostic
	refused    bool // by the findings
	err        error
	keyFailed  bool // which err is about
	skipped    bool // since the key failed for another file, or somebody interrupted
}

// name is what people call the file.
func (r *signResult) name() string {
	if r.job.in == "-" {
		return "stdin"
	}
	return r.job.in
}

// sign signs one file. A defect of syncguard itself costs one file and not the run.
func (s *signRun) sign(job signJob) (r signResult) {
	r.job = job
	if r.skipped = s.failed.Load() || s.ctx.Err() != nil; r.skipped {
		return r
	}
	defer func() {
		if p := recover(); p != nil {
			r.refused, r.findings = true, []diag.Diagnostic{internalError(p)}
		}
	}()
	data, err := s.read(job)
	if err != nil {
		r.err = err
		return r
	}
	content, signed, findings := s.content(r.name(), data)
	r.signed, r.findings, r.refused = signed, findings, diag.HasErrors(findings)
	if r.refused {
		return r
	}
	if r.data, r.err = s.signer.Sign(content); r.err != nil {
		r.err, r.keyFailed = app.ExplainSigning(fmt.Errorf("%s: %w", r.name(), r.err)), true
		s.failed.Store(true)
		return r
	}
	r.size, r.sum, r.contentSum = len(r.data), hexSum(r.data), hexSum(content)
	if job.out != "-" {
		r.err = s.files.Add(job.out, r.data, job.mode)
		r.data = nil
	}
	return r
}

func (s *signRun) read(job signJob) ([]byte, error) {
	if job.in == "-" {
		return readAll(s.env.Stdin, "stdin")
	}
	return readFile(job.in)
}

// content returns the bytes to sign, and what is wrong with them. Secrets are not in what is shown of the findings.
func (s *signRun) content(name string, data []byte) (content []byte, signed bool, findings []diag.Diagnostic) {
	doc, findings := document.Open(diag.NewFile(name, bytes.Clone(data)))
	if doc.Defect != nil {
		return nil, doc.Signed, []diag.Diagnostic{*doc.Defect}
	}
	secret.Scrub(findings)
	defer hideSecrets(doc, diag.HasErrors(findings))
	content = data
	if doc.Signed && !diag.HasErrors(findings) {
		var refused []diag.Diagnostic
		content, refused = s.unwrapped(data)
		findings = append(findings, refused...)
	}
	findings = append(findings, s.unfit(doc)...)
	return content, doc.Signed, diag.Sort(findings)
}

// unwrapped returns what a signature is around, where that is to be replaced and holds. Who made it does not matter: the
// new one says who stands for the content.
func (s *signRun) unwrapped(data []byte) ([]byte, []diag.Diagnostic) {
	verdict := cms.Verify(data, cms.VerifyOptions{At: s.env.Now()})
	switch {
	case !s.o.replace:
		return nil, []diag.Diagnostic{refusal(rule.AlreadySigned, "the file is signed already",
			"sign what it was made of, or give --replace to sign its content anew")}
	case !verdict.Integrity.OK:
		return nil, []diag.Diagnostic{refusal(rule.BrokenSignature, fmt.Sprintf("the signature does not hold: %s [%s]", verdict.Integrity.Detail, verdict.Integrity.Reason),
			"sign what it was made of; syncguard extract --unverified takes the content out all the same")}
	}
	return verdict.Content, nil
}

// unfit finds what a signature does no good to.
func (s *signRun) unfit(doc *document.Document) (found []diag.Diagnostic) {
	payloadType := doc.Root.Get("PayloadType")
	switch {
	case doc.Kind() == document.Declaration:
		return []diag.Diagnostic{refusal(rule.NotAProfile, "the file is a declaration, want a profile", "declarations are not signed: the MDM protocol carries them")}
	case payloadType == nil || payloadType.Text != "Configuration":
		return []diag.Diagnostic{refusal(rule.NotAProfile, `the top level has no "PayloadType" of "Configuration", want a profile`, "syncguard validate says more")}
	case doc.Format == document.Binary:
		found = append(found, diag.Diagnostic{Rule: rule.BinaryProfile, Severity: diag.Warning,
			Message: "the profile is a binary property list, and that devices take a signed one is unverified", Help: "sign its XML form"})
	}
	if s.o.allowVariables {
		return found
	}
	for _, d := range lint.SignedVariables(doc.Root) {
		d.Help = "let the MDM sign after it has filled them in, or give --allow-variables if nothing has to be"
		found = append(found, d)
	}
	return found
}

func refusal(id, message, help string) diag.Diagnostic {
	return diag.Diagnostic{Rule: id, Severity: diag.Error, Message: message, Help: help}
}
