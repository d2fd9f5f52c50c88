package app

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/lint"
	"syncguard/internal/mdm"
	"syncguard/internal/rules"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// LintOptions are the files to lint and the rules to lint them by. The project file supplies paths, targets, server, rules, severity
// and baseline where they are empty.
type LintOptions struct {
	Version       string   // of syncguard
	Paths         []string // files, folders, - for stdin; none for the project's
	StdinName     string   // name of stdin in findings; a template's extension makes it a template
	Targets       []string
	For           string // ID of the MDM server delivering the files; empty for none
	Rules         RuleFilter
	FailOn        diag.Severity // lowest severity to fail the run
	Template      TemplateValues
	Fix           FixMode
	UnsafeFixes   bool          // also make corrections that may change a profile's effect
	FixOnly       string        // fingerprint of the one finding to correct, by a safe correction or not; empty for all
	Baseline      string        // file of known findings, not reported; empty for none
	ExpiresWithin time.Duration // report certificates expiring within this time
	Separate      bool          // check each file alone, not all of them as a set for one device

	WithinPaths    bool // leave out files that are not in the project's paths
	NoPlaceholders bool // placeholders are errors, not notes

	writesBaseline bool     // the findings are for a new baseline: the project's counts for nothing
	listAll        bool     // of a file with very many findings too
	made           *checker // has the catalog and what was read of it; nil to read it

	UntrustedOptions
}

// FixMode says what to do with corrections.
type FixMode int

// Modes of correction.
const (
	FixNothing FixMode = iota
	FixWritten
	FixShown // only returned: LintedFile has both texts
)

// LintRun is the result of Lint.
type LintRun = Stream[LintHeader, *LintedFile, *LintFooter]

// LintHeader is known before the first file is read.
type LintHeader struct {
	Version   int    `json:"version"`   // version of the JSON format: within a version fields are only ever added
	Syncguard string `json:"syncguard"` // version of syncguard
	TargetNotes

	FailOn diag.Severity `json:"-"` // lowest severity to fail the run
	Root   string        `json:"-"` // absolute path of the folder for relative file names in reports
}

// lintVersion is the version of the JSON format.
const lintVersion = 1

// LintedFile is one file with its findings.
type LintedFile struct {
	Name      string            `json:"file"`      // as given or found
	Kind      string            `json:"kind"`      // profile, declaration, template, project or option
	Format    string            `json:"format"`    // xml, binary, json or yaml
	Signed    bool              `json:"signed"`    // whether it is signed; positions refer to the signed content
	Encrypted bool              `json:"encrypted"` // whether its payloads are encrypted; they are not checked
	Findings  []diag.Diagnostic `json:"findings"`  // in the order of the file; one without a position concerns the whole file

	Before []byte `json:"-"` // the text before and after corrections, secrets masked; nil without any
	After  []byte `json:"-"`
}

// WriteJSON writes the file as package encoding/json does by its tags.
func (f *LintedFile) WriteJSON(j *text.JSON) {
	j.Open('{')
	j.TextField("file", f.Name)
	j.TextField("kind", f.Kind)
	j.TextField("format", f.Format)
	j.BoolField("signed", f.Signed)
	j.BoolField("encrypted", f.Encrypted)
	j.Key("findings")
	j.Open('[')
	for i := range f.Findings {
		j.Next()
		f.Findings[i].WriteJSON(j)
	}
	j.Close(']')
	j.Close('}')
}

// LintFooter is complete after the last file.
type LintFooter struct {
	Unread []Unread `json:"unread"` // files that could not be checked
	Totals
	Ignored   int `json:"ignored"`   // findings ignored by a comment or the project file
	Baselined int `json:"baselined"` // findings known from the baseline
	Gone      int `json:"gone"`      // findings of the baseline not found any more
	Fixed     int `json:"fixed"`     // findings corrected

	Statistics []RuleCount `json:"statistics"` // the rules with findings, the most frequent first

	Refused []Refused `json:"refused"` // what has no effect, because the files are untrusted

	Fixable         int     `json:"-"` // findings that --fix corrects
	UnsafelyFixable int     `json:"-"` // findings that --fix corrects with --unsafe-fixes only
	Failures        []error `json:"-"` // why files could not be checked
	Failed          bool    `json:"-"` // there are findings of FailOn and above, or corrections not written
}

// RuleCount counts the findings of a rule in all files, those not listed too.
type RuleCount struct {
	Rule            string `json:"rule"`
	Errors          int    `json:"errors"`
	Warnings        int    `json:"warnings"`
	Notes           int    `json:"notes"`
	Fixable         int    `json:"fixable"`         // corrected by `--fix`
	UnsafelyFixable int    `json:"unsafelyFixable"` // corrected by `--fix --unsafe-fixes` only
}

// All returns the number of findings.
func (c *RuleCount) All() int { return c.Errors + c.Warnings + c.Notes }

func mostFrequentFirst(a, b RuleCount) int {
	return cmp.Or(cmp.Compare(b.All(), a.All()), cmp.Compare(a.Rule, b.Rule))
}

// Unread is a file that could not be checked, with the reason: the run is incomplete.
type Unread struct {
	Name    string `json:"file"`
	Message string `json:"message"`
}

// Lint checks profiles, declarations and templates: for mistakes devices refuse or ignore, settings that hurt iCloud sync, and
// leaks. It writes the correction of a file before it yields the file.
func Lint(ctx context.Context, h *Host, o LintOptions) (*LintRun, error) {
	h, done, err := o.host(ctx, h)
	if err != nil {
		return nil, err
	}
	defer done() // settings are read before the first file
	l, err := newLinting(h, o)
	if err != nil {
		return nil, err
	}
	l.checker.options.Interrupted = ctx.Err
	inputs, failures, err := l.find(h.isLintable)
	if err != nil {
		return nil, err
	}
	return l.stream(ctx, inputs, failures), nil
}

// find lists the files to lint. isInput tells them from others in a folder.
func (l *linting) find(isInput func(input) bool) (inputs []input, failures []error, err error) {
	finder := inputFinder{l.host, cmp.Or(l.o.StdinName, "stdin"), isInput, "profile (*.mobileconfig), declaration (*.json) or template (*.yaml)"}
	inputs, failures, err = finder.find(l.o.Paths)
	return l.host.withoutBuilds(inputs), failures, err
}

// stream returns the run over the inputs. failures are about those that were not found.
func (l *linting) stream(ctx context.Context, inputs []input, failures []error) *LintRun {
	for _, err := range failures {
		l.addUnread("", err)
	}
	if d := l.host.distrust; d != nil {
		l.footer.Refused = append(l.footer.Refused, d.refused...)
	}
	return &LintRun{Header: l.header, Footer: &l.footer, Files: func(yield func(*LintedFile, error) bool) {
		if err := l.run(ctx, inputs, func(f *LintedFile) bool { return yield(f, nil) }); err != nil {
			yield(nil, err)
		}
		slices.SortFunc(l.footer.Statistics, mostFrequentFirst)
		l.footer.Failed = l.footer.AtLeast(l.o.FailOn) > 0 || l.o.Fix == FixShown && l.footer.Fixed > 0
	}}
}

// run checks the files and yields each one as soon as its findings are complete.
func (l *linting) run(ctx context.Context, inputs []input, yield func(*LintedFile) bool) error {
	l.repeated = l.repeatedPaths(inputs)
	for r, err := range ordered(ctx, inputs, runtime.GOMAXPROCS(0), l.lint) {
		if err != nil {
			return err
		}
		l.host.step("linting", len(inputs))
		l.footer.Refused = append(l.footer.Refused, listed(r.refused)...)
		if r.err == nil {
			r.err = l.writeFixed(r) // after a failed correction the remaining findings are unknown
		}
		if r.err != nil {
			l.addUnread(r.name, r.err)
			continue
		}
		l.checker.addSetFindings(&r)
		if l.finish(&r) && !yield(l.result(&r)) {
			return nil
		}
	}
	l.finishHeld()
	inFolder := slices.ContainsFunc(l.o.Paths, func(path string) bool { return files.IsFolder(l.host.Files, path) })
	for _, r := range append(l.held, l.ignores.report(&l.o.Rules, inFolder)...) {
		if !yield(l.result(&r)) {
			return nil
		}
	}
	return nil
}

// lint checks one file and, if asked to, corrects it in memory.
func (l *linting) lint(in input) checked {
	if l.known != nil {
		return l.known.check(l.checker, in)
	}
	if l.o.Fix != FixNothing {
		return l.fixInput(in)
	}
	return l.checker.checkInput(in)
}

// linting is one call of Lint.
type linting struct {
	host     *Host
	o        LintOptions
	checker  *checker
	known    *knownRun // what earlier runs found; nil for none
	ignores  *ignores
	baseline *knownFindings // nil for none
	counting sync.Mutex     // for what is counted of the ignores, the baseline and the footer while files are checked
	held     []checked      // templates whose findings depend on other templates
	reported diag.Reported  // findings of templates about themselves
	header   LintHeader
	footer   LintFooter
	alike    map[string]int  // number of findings with the same identity, for fingerprints: of files that several inputs may be about
	repeated map[string]bool // paths of files named twice, as in reports
}

func newLinting(h *Host, o LintOptions) (*linting, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	ignores, err := readIgnores(h, o.Rules.Ignored)
	if err != nil {
		return nil, err
	}
	if err := o.fill(h, ignores); err != nil {
		return nil, err
	}
	targets, notes, err := parseTargets(h, o.Targets)
	if err != nil {
		return nil, err
	}
	l := &linting{host: h, o: o, ignores: ignores, reported: diag.Reported{}, alike: map[string]int{}, footer: LintFooter{Unread: []Unread{}, Refused: []Refused{}, Statistics: []RuleCount{}}}
	if o.Baseline != "" {
		if l.baseline, err = readBaseline(h, o.Baseline, o.Paths); err != nil {
			return nil, err
		}
	}
	l.header = LintHeader{Version: lintVersion, Syncguard: o.Version, TargetNotes: notes, FailOn: o.FailOn}
	if l.header.Root, err = h.Files.Getwd(); err != nil {
		return nil, fmt.Errorf("finding the current folder: %w", err)
	}
	if o.made != nil {
		l.checker = &checker{host: h, catalog: o.made.catalog, lint: o.made.lint, targets: targets}
	} else if l.checker, err = newChecker(h, targets); err != nil {
		return nil, err
	}
	l.checker.options = lint.Options{Groups: o.Rules.groups(), Now: h.Now(), ExpiresWithin: o.ExpiresWithin, For: mdm.Find(o.For), Placeholders: lint.PlaceholdersNoted, Untrusted: o.Untrusted}
	if o.NoPlaceholders {
		l.checker.options.Placeholders = lint.PlaceholdersRefused
	}
	l.checker.keeps, l.checker.templates = o.Rules.keeps, &o.Template
	if !o.listAll {
		l.checker.shorten = l.shorten
	}
	if !o.Separate {
		l.checker.set = l.checker.lint.NewSet(l.checker.options)
	}
	return l, nil
}

// check refuses invalid combinations and unknown names.
func (o *LintOptions) check() error {
	switch {
	case o.For != "" && mdm.Find(o.For) == nil:
		hint := cmp.Or(text.DidYouMean(o.For, mdm.IDs()), "want "+text.Choices(mdm.IDs()))
		return diag.Usage(hint, "unknown MDM server %q for --for", o.For)
	case slices.Contains(o.Paths, "-") && o.Fix == FixWritten:
		return diag.Usage("use --diff to show the corrections", "stdin cannot be corrected in place")
	case o.ExpiresWithin < 0:
		return diag.Usage("want a duration such as 720h, or 0", "invalid --expires-within %q", o.ExpiresWithin)
	}
	return o.Rules.check()
}

// abs returns an absolute path.
func (h *Host) abs(path string) (string, error) {
	if filepath.IsAbs(path) {
		return filepath.Clean(path), nil
	}
	folder, err := h.Files.Getwd()
	return filepath.Join(folder, path), err
}

// relativePaths are relative to the folder of a file. They ask the system once for the current folder.
type relativePaths struct{ current, folder string }

func (h *Host) relativeTo(file string) relativePaths {
	current, err := h.Files.Getwd()
	folder := filepath.Dir(file)
	if !filepath.IsAbs(folder) {
		if err != nil {
			return relativePaths{}
		}
		folder = filepath.Join(current, folder)
	}
	return relativePaths{current, folder}
}

// of returns a path relative to the folder, with slashes, or as it is if that cannot be told.
func (r relativePaths) of(path string) string {
	full := path
	if !filepath.IsAbs(full) {
		full = filepath.Join(r.current, full)
	}
	if rel, err := filepath.Rel(r.folder, full); r.folder != "" && err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}

// Fails reports whether a finding fails the run.
func (h *LintHeader) Fails(d diag.Diagnostic) bool {
	return d.Severity >= cmp.Or(h.FailOn, diag.Error)
}

// Path returns a file's name for reports: with slashes, without "./", and relative to Root if inside it.
func (h *LintHeader) Path(name string) string {
	name = filepath.Clean(name)
	if n := len(h.Root); n > 0 && filepath.IsAbs(name) && len(name) >= n && strings.EqualFold(name[:n], h.Root) {
		if rel, err := filepath.Rel(h.Root, name); err == nil && filepath.IsLocal(rel) {
			name = rel
		}
	}
	return filepath.ToSlash(name)
}

// newChecker returns a checker with all rules, for targets.
func newChecker(h *Host, targets []target.Target) (*checker, error) {
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	return &checker{host: h, catalog: catalog, lint: lint.New(catalog), targets: targets,
		keeps: func(diag.Diagnostic) bool { return true }}, nil
}

// groups returns the rule groups to run: the selected ones if only groups are selected, otherwise all.
func (f *RuleFilter) groups() []rules.Group {
	var groups []rules.Group
	for _, name := range f.Selected {
		if !slices.Contains(rules.Groups(), rules.Group(name)) {
			return rules.Groups()
		}
		groups = append(groups, rules.Group(name))
	}
	if len(groups) == 0 {
		return rules.Groups()
	}
	return groups
}

// Servers lists the IDs of known MDM servers.
func Servers() []string { return mdm.IDs() }

// Checker lints single files, such as the text in an editor.
type Checker struct{ *linting }

// NewChecker returns a Checker. It ignores the paths and corrections of the options.
func NewChecker(h *Host, o LintOptions) (*Checker, error) {
	o.Separate = true
	l, err := newLinting(h, o)
	return &Checker{l}, err
}

// Check checks one file. It is not safe for concurrent use.
func (c *Checker) Check(name string, data []byte) (*LintedFile, error) {
	r := c.checker.checkData(name, data, nil)
	if r.err != nil {
		return nil, r.err
	}
	clear(c.reported)
	if !c.finish(&r) {
		c.finishHeld()
		r, c.held = c.held[0], nil
	}
	return c.result(&r), nil
}
