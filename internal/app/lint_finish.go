package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/diag"
)

// finish takes out what does not count, of all files that are not given out yet.
func (l *linting) finish() {
	l.sayOnce()
	for i := range l.results {
		r := &l.results[i]
		r.findings = slices.DeleteFunc(r.findings, func(d diag.Diagnostic) bool {
			ignored := l.isIgnored(r, d, true)
			if ignored {
				l.footer.Ignored++
			}
			return ignored
		})
	}
	l.addUnusedComments()
}

// linted is a file as the run gives it out.
func (l *linting) linted(r *checked) *LintedFile {
	f := &LintedFile{Name: r.name, Kind: r.kind, Format: r.format, Signed: r.signed, Encrypted: r.encrypted, Findings: diag.InFile(r.name, r.findings)}
	if l.baseline != nil {
		f.Findings = slices.DeleteFunc(f.Findings, func(d diag.Diagnostic) bool { return l.isKnown(r.name, d) })
		l.footer.Gone += l.baseline.gone(l.host, r.name)
	}
	if r.fix != nil {
		f.Before, f.After = r.fix.ShownBefore, r.fix.ShownAfter
	}
	for i := range f.Findings {
		l.identify(&f.Findings[i], r.name)
	}
	l.footer.Totals.Add(f.Findings)
	return f
}

// sayOnce drops what a template says of the one that it extends where that, or another one that extends it, says it too.
func (l *linting) sayOnce() {
	reported := diag.Reported{}
	for i := range l.results {
		if r := &l.results[i]; r.kind == "template" {
			reported.New(slices.DeleteFunc(slices.Clone(r.findings), r.isElsewhere))
		}
	}
	for i := range l.results {
		r := &l.results[i]
		if r.kind != "template" {
			continue
		}
		var own, others []diag.Diagnostic
		for _, d := range r.findings {
			if r.isElsewhere(d) {
				others = append(others, d)
			} else {
				own = append(own, d)
			}
		}
		r.findings = diag.Sort(append(own, reported.New(others)...))
	}
}

// isElsewhere says whether a finding points into another file, such as the template that this one extends.
func (r *checked) isElsewhere(d diag.Diagnostic) bool {
	return !d.Span.IsZero() && filepath.Clean(d.Span.File.Name) != filepath.Clean(r.name)
}

func (l *linting) isKnown(name string, d diag.Diagnostic) bool {
	known := l.baseline.knows(l.host, name, d)
	if known {
		l.footer.Baselined++
	}
	return known
}

// addUnread takes in a file or folder that could not be checked. Without a name it is the one that the error is about.
func (l *linting) addUnread(name string, err error) {
	var about *fs.PathError
	if name == "" && errors.As(err, &about) {
		name = about.Path
	}
	l.footer.Failures = append(l.footer.Failures, err)
	l.footer.Unread = append(l.footer.Unread, Unread{Name: name, Message: strings.TrimPrefix(diag.Plain(err), name+": ")})
}

// identify gives a finding its file and its fingerprint: a hash of what it is, without its line, and which one of several
// alike.
func (l *linting) identify(d *diag.Diagnostic, name string) {
	if !d.Span.IsZero() {
		name = d.Span.File.Name
	}
	what := strings.Join([]string{d.Rule, l.header.Path(name), diag.Identity(d.Path.Steps())}, "\x00")
	l.alike[what]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", what, l.alike[what]))
	d.Fingerprint = hex.EncodeToString(sum[:16])
}
