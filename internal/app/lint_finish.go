package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// finish removes the ignored findings of a file, and adds those about its ignore comments. It holds a template, and returns
// false, if that depends on other templates: on the findings that they report about the same text, or on the use of its comments.
func (l *linting) finish(r *checked) bool {
	if r.kind == "template" {
		own, others := r.split()
		l.reported.New(own)
		if len(others) > 0 {
			l.held = append(l.held, *r)
			return false
		}
	}
	l.dropIgnored(r)
	unused := l.unusedComments(r, func(*lint.Ignore) bool { return false })
	if len(unused) == 0 {
		return true
	}
	if r.kind == "template" {
		l.held = append(l.held, *r)
		return false
	}
	r.findings = diag.Sort(append(r.findings, unused...))
	return true
}

// finishHeld is finish for the templates held: each repeats no finding about another template, whether that reports it itself
// or a template held before.
func (l *linting) finishHeld() {
	type place struct {
		file  string
		start int
	}
	placeOf := func(c *lint.Ignore) place { return place{filepath.Clean(c.At.File.Name), c.At.Start} }
	used := map[place]bool{}
	for i := range l.held {
		r := &l.held[i]
		own, others := r.split()
		r.findings = diag.Sort(append(own, l.reported.New(others)...))
		l.dropIgnored(r)
		for _, comment := range r.baseIgnores {
			if _, unused := comment.Unused(l.o.Rules.isEnabled); !unused {
				used[placeOf(comment)] = true
			}
		}
	}
	for i := range l.held {
		r := &l.held[i]
		unused := l.unusedComments(r, func(c *lint.Ignore) bool { return used[placeOf(c)] })
		r.findings = diag.Sort(append(r.findings, unused...))
	}
}

// dropIgnored removes and counts the ignored findings.
func (l *linting) dropIgnored(r *checked) { r.findings = l.countIgnored(r, r.findings) }

func (l *linting) countIgnored(r *checked, found []diag.Diagnostic) []diag.Diagnostic {
	l.counting.Lock()
	defer l.counting.Unlock()
	before := len(found)
	found = l.withoutIgnored(r, found, true)
	l.footer.Ignored += before - len(found)
	return found
}

// withoutKnown removes and counts the findings in the baseline.
func (l *linting) withoutKnown(name string, found []diag.Diagnostic) []diag.Diagnostic {
	if l.baseline == nil {
		return found
	}
	l.counting.Lock()
	defer l.counting.Unlock()
	before := len(found)
	found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return l.baseline.knows(name, d) })
	l.footer.Baselined += before - len(found)
	return found
}

// result returns the result of one file: without known findings, with fingerprints, counted in the footer.
func (l *linting) result(r *checked) *LintedFile {
	f := &LintedFile{Name: r.name, Kind: r.kind, Format: r.format, Signed: r.signed, Encrypted: r.encrypted}
	f.Findings = l.withoutKnown(r.name, diag.InFile(r.name, r.findings))
	if l.baseline != nil {
		l.footer.Gone += l.baseline.stale(r.name)
	}
	if r.fix != nil {
		f.Before, f.After = r.fix.ShownBefore, r.fix.ShownAfter
	}
	if !l.o.listAll {
		f.Findings = r.gravest(f.Findings)
	}
	unlisted := r.unlisted
	l.footer.count(unlisted.plus(r, f.Findings))
	if unlisted.AtLeast(diag.Note) > 0 {
		f.Findings = append(f.Findings, unlisted.finding(f.Name))
	}
	alike := l.alike
	if r.kind != "template" && !l.repeated[l.header.Path(r.name)] {
		alike = map[string]int{} // no other file has findings in this one
	}
	for i := range f.Findings {
		l.identify(&f.Findings[i], r.name, alike)
	}
	return f
}

// shorten drops findings while a file is checked that will not be listed: ignored and known ones, and all but the gravest.
func (l *linting) shorten(r *checked, found []diag.Diagnostic) []diag.Diagnostic {
	return r.gravest(l.withoutKnown(r.name, l.countIgnored(r, diag.Sort(found))))
}

// maxListed is the most findings of a file listed in a report; the others are counted.
const maxListed = 1000

// gravest returns the gravest findings of a file, in their order, and counts the others.
func (r *checked) gravest(all []diag.Diagnostic) []diag.Diagnostic {
	if len(all) <= maxListed {
		return all
	}
	of := map[diag.Severity]int{}
	for _, d := range all {
		of[d.Severity]++
	}
	room, free := map[diag.Severity]int{}, maxListed
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		room[s] = min(free, of[s])
		free -= room[s]
	}
	var others []diag.Diagnostic
	listed := slices.DeleteFunc(all, func(d diag.Diagnostic) bool {
		room[d.Severity]--
		if room[d.Severity] < 0 {
			others = append(others, d)
		}
		return room[d.Severity] < 0
	})
	r.unlisted = r.unlisted.plus(r, others)
	return listed
}

// tally counts the findings of a file by rule.
type tally struct {
	Totals
	rules []RuleCount
}

// plus adds findings. lint --fix writes no signed file, and no file outside its arguments.
func (t tally) plus(r *checked, found []diag.Diagnostic) tally {
	t.Totals.Add(found)
	for _, d := range found {
		one := RuleCount{Rule: d.Rule}
		switch d.Severity {
		case diag.Error:
			one.Errors = 1
		case diag.Warning:
			one.Warnings = 1
		default:
			one.Notes = 1
		}
		switch {
		case d.Fix == nil || r.signed || !d.Span.IsZero() && d.Span.File.Name != r.name:
		case d.Fix.Unsafe:
			one.UnsafelyFixable = 1
		default:
			one.Fixable = 1
		}
		t.rules = addRule(t.rules, one)
	}
	return t
}

// addRule adds the counts of a rule. Few rules have findings in one run, so it looks at them one by one.
func addRule(all []RuleCount, of RuleCount) []RuleCount {
	i := slices.IndexFunc(all, func(c RuleCount) bool { return c.Rule == of.Rule })
	if i < 0 {
		return append(all, of)
	}
	c := &all[i]
	c.Errors, c.Warnings, c.Notes = c.Errors+of.Errors, c.Warnings+of.Warnings, c.Notes+of.Notes
	c.Fixable, c.UnsafelyFixable = c.Fixable+of.Fixable, c.UnsafelyFixable+of.UnsafelyFixable
	return all
}

// count adds a file.
func (t *LintFooter) count(of tally) {
	t.Checked++
	if of.AtLeast(diag.Note) > 0 {
		t.WithFindings++
	}
	t.Errors, t.Warnings, t.Notes = t.Errors+of.Errors, t.Warnings+of.Warnings, t.Notes+of.Notes
	for _, c := range of.rules {
		t.Statistics = addRule(t.Statistics, c)
		t.Fixable, t.UnsafelyFixable = t.Fixable+c.Fixable, t.UnsafelyFixable+c.UnsafelyFixable
	}
}

// finding returns the finding that counts those not listed.
func (t tally) finding(name string) diag.Diagnostic {
	d := diag.Diagnostic{Rule: rule.TooManyFindings, File: name, Help: "correct the listed ones first, and check again"}
	var counts []string
	for _, c := range []struct {
		n        int
		severity diag.Severity
	}{{t.Errors, diag.Error}, {t.Warnings, diag.Warning}, {t.Notes, diag.Note}} {
		if c.n > 0 {
			counts = append(counts, text.Count(c.n, c.severity.String()))
			d.Severity = max(d.Severity, c.severity)
		}
	}
	d.Message = "the file has more findings than are listed: " + strings.Join(counts, ", ") + " more"
	return d
}

// split returns the findings of a template about itself, and those about the templates it extends.
func (r *checked) split() (own, others []diag.Diagnostic) {
	for _, d := range r.findings {
		if r.isElsewhere(d) {
			others = append(others, d)
		} else {
			own = append(own, d)
		}
	}
	return own, others
}

// isElsewhere reports whether a finding points into another file, such as an extended template.
func (r *checked) isElsewhere(d diag.Diagnostic) bool {
	return !d.Span.IsZero() && filepath.Clean(d.Span.File.Name) != filepath.Clean(r.name)
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
func (l *linting) identify(d *diag.Diagnostic, name string, alike map[string]int) {
	if !d.Span.IsZero() {
		name = d.Span.File.Name
	}
	what := append(make([]byte, 0, 256), d.Rule...)
	what = append(append(what, 0), l.header.Path(name)...)
	what = append(append(what, 0), d.Path.Identity()...)
	again := alike[string(what)] + 1
	alike[string(what)] = again
	sum := sha256.Sum256(strconv.AppendInt(append(what, 0), int64(again), 10))
	d.Fingerprint = hex.EncodeToString(sum[:16])
}

// repeatedPaths returns the paths that occur twice among the inputs, as in reports.
func (l *linting) repeatedPaths(inputs []input) map[string]bool {
	seen, repeated := map[string]bool{}, map[string]bool{}
	if len(l.o.Paths) < 2 {
		return repeated
	}
	for _, in := range inputs {
		path := l.header.Path(in.path)
		if seen[path] {
			repeated[path] = true
		}
		seen[path] = true
	}
	return repeated
}
