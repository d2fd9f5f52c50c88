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

// finish removes ignored and repeated findings from the files not yielded yet.
func (l *linting) finish() {
	l.dropRepeated()
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

// result returns the result of one file: without known findings, with fingerprints, counted in the footer.
func (l *linting) result(r *checked) *LintedFile {
	f := &LintedFile{Name: r.name, Kind: r.kind, Format: r.format, Signed: r.signed, Encrypted: r.encrypted, Findings: diag.InFile(r.name, r.findings)}
	if l.baseline != nil {
		f.Findings = slices.DeleteFunc(f.Findings, func(d diag.Diagnostic) bool { return l.isKnown(r.name, d) })
		l.footer.Gone += l.baseline.stale(l.host, r.name)
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

// dropRepeated drops repeated findings about an extended template: those it reports itself, or another template extending it does.
func (l *linting) dropRepeated() {
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

// isElsewhere reports whether a finding points into another file, such as an extended template.
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

// addUnread records an unreadable file or folder. An empty name stands for the path in the error.
func (l *linting) addUnread(name string, err error) {
	var about *fs.PathError
	if name == "" && errors.As(err, &about) {
		name = about.Path
	}
	l.footer.Failures = append(l.footer.Failures, err)
	l.footer.Unread = append(l.footer.Unread, Unread{Name: name, Message: strings.TrimPrefix(diag.Plain(err), name+": ")})
}

// identify sets a finding's fingerprint: a hash of its rule, file and key path, and of its number among equal ones. Lines and
// messages do not count.
func (l *linting) identify(d *diag.Diagnostic, name string) {
	if !d.Span.IsZero() {
		name = d.Span.File.Name
	}
	what := strings.Join([]string{d.Rule, l.header.Path(name), diag.Identity(d.Path.Steps())}, "\x00")
	l.alike[what]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", what, l.alike[what]))
	d.Fingerprint = hex.EncodeToString(sum[:16])
}
