package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/intent"
	"syncguard/internal/view/ci"
)

// CheckParams are the devices, the server and the ways of a check. The request has the files.
type CheckParams struct {
	Targets     []string `json:"targets,omitempty"`     // none for the project's or a template's own
	Server      string   `json:"server,omitempty"`      // ID of the MDM server delivering the files; empty for none
	Separate    bool     `json:"separate,omitempty"`    // each file alone, not all of them as a set for one device
	UnsafeFixes bool     `json:"unsafeFixes,omitempty"` // for fix: also what may change a profile's effect
	Only        string   `json:"only,omitempty"`        // for fix: fingerprint of the one finding to correct
}

// expiresWithin is the default of the command, too.
const expiresWithin = 30 * 24 * time.Hour

func (p CheckParams) options(c *call) app.LintOptions {
	return app.LintOptions{Version: c.version, Paths: c.given, Targets: p.Targets, For: p.Server, Separate: p.Separate, UnsafeFixes: p.UnsafeFixes,
		ExpiresWithin: expiresWithin}
}

// Checked is the result of lint.
type Checked struct {
	Header app.LintHeader  `json:"header"`
	Files  []*CheckedFile  `json:"files"`
	Footer *app.LintFooter `json:"footer"`

	Fixable         int `json:"fixable"`         // findings with a safe fix
	UnsafelyFixable int `json:"unsafelyFixable"` // with one that needs a look
}

// CheckedFile is one file with its findings.
type CheckedFile struct {
	Name      string            `json:"file"`
	Kind      string            `json:"kind"`
	Format    string            `json:"format"`
	Signed    bool              `json:"signed"`
	Encrypted bool              `json:"encrypted"`
	Findings  []diag.Diagnostic `json:"findings"`
	Excerpts  []*diag.Excerpt   `json:"excerpts"` // the text at the place of each finding; nil where there is none to show
	Hunks     []Hunk            `json:"hunks"`    // what fix changed, secrets masked
}

// Hunk is changed lines of a text with some around them.
type Hunk struct {
	Line  int        `json:"line"` // of the new text, where it begins
	Lines []DiffLine `json:"lines"`
}

// DiffLine is a line that was kept, added or removed.
type DiffLine struct {
	Kind string `json:"kind"` // " ", "+", "-"
	Text string `json:"text"`
}

const (
	excerptWidth = 200
	maxHunks     = 50
	maxLine      = 400 // bytes shown of a changed line
)

// checked reads a run to its end.
func readChecked(run *app.LintRun) (*Checked, error) {
	r := &Checked{Header: run.Header, Footer: run.Footer}
	for f, err := range run.Files {
		if err != nil {
			return nil, err
		}
		of := &CheckedFile{f.Name, f.Kind, f.Format, f.Signed, f.Encrypted, f.Findings, make([]*diag.Excerpt, len(f.Findings)), hunks(f.Before, f.After)}
		for i, d := range f.Findings {
			if e, ok := d.Span.Excerpt(excerptWidth); ok && !d.HideSource {
				of.Excerpts[i] = &e
			}
			if d.Fix != nil {
				if d.Fix.Unsafe {
					r.UnsafelyFixable++
				} else {
					r.Fixable++
				}
			}
		}
		r.Files = append(r.Files, of)
	}
	return r, nil
}

// hunks returns the changes of a text.
func hunks(before, after []byte) (all []Hunk) {
	from, to := string(before), string(after)
	if from == to {
		return nil
	}
	d, err := udiff.ToUnifiedDiff("a", "b", from, udiff.Lines(from, to), udiff.DefaultContextLines)
	if err != nil {
		return nil // cannot fail: the edits come from these texts
	}
	for _, h := range d.Hunks[:min(len(d.Hunks), maxHunks)] {
		hunk := Hunk{Line: h.ToLine}
		for _, l := range h.Lines {
			kind := " "
			switch l.Kind {
			case udiff.Insert:
				kind = "+"
			case udiff.Delete:
				kind = "-"
			}
			line := strings.TrimRight(l.Content, "\r\n")
			if len(line) > maxLine {
				line = strings.ToValidUTF8(line[:maxLine], "") + "…"
			}
			hunk.Lines = append(hunk.Lines, DiffLine{kind, line})
		}
		all = append(all, hunk)
	}
	return all
}

// lint checks the files.
func lint(ctx context.Context, c *call, p CheckParams) (*Checked, error) {
	run, err := app.Lint(ctx, c.Host, p.options(c))
	if err != nil {
		return nil, err
	}
	return readChecked(run)
}

// fix corrects the files, writes those that change, and returns what is left.
func fix(ctx context.Context, c *call, p CheckParams) (*Checked, error) {
	o := p.options(c)
	o.Fix, o.FixOnly = app.FixWritten, p.Only
	run, err := app.Lint(ctx, c.Host, o)
	if err != nil {
		return nil, err
	}
	return readChecked(run)
}

// ReportParams are those of a check, and the format of its report.
type ReportParams struct {
	CheckParams
	Format string `json:"format"` // one of the formats of lint for machines, such as sarif
}

// report checks the files and writes the findings for another program.
func report(ctx context.Context, c *call, p ReportParams) (string, error) {
	run, err := app.Lint(ctx, c.Host, p.options(c))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = ci.Write(&b, p.Format, run)
	return b.String(), err
}

// VerifyParams are what to trust. The files named there are files of the request, and are not verified themselves.
type VerifyParams struct {
	Roots []string `json:"roots,omitempty"` // certificates to trust; none for Apple's own
	Pin   string   `json:"pin,omitempty"`
	At    string   `json:"at,omitempty"` // a time; empty for now
	CRLs  []string `json:"crls,omitempty"`
}

// verify answers the three questions about each signed file.
func verify(ctx context.Context, c *call, p VerifyParams) (*Verified, error) {
	o := app.VerifyOptions{Paths: c.without(p.Roots, p.CRLs), Roots: p.Roots, Pin: p.Pin, At: p.At, CRLs: p.CRLs, Require: app.Questions()}
	run, err := app.Verify(ctx, c.Host, o)
	if err != nil {
		return nil, err
	}
	all, err := collect(run)
	if err != nil {
		return nil, err
	}
	r := &Verified{Files: all.Files, Trusts: all.Footer.Trusts, Unread: unread(all.Footer.Failures)}
	if r.Trusts == "system" {
		r.Trusts = "apple" // a browser shows a page no roots of its system
	}
	return r, nil
}

// Verified is the result of verify.
type Verified struct {
	Files  []*app.VerifiedFile `json:"files"`
	Trusts string              `json:"trusts"` // "apple": Apple's roots alone, "roots": those given, "pin", "roots-and-pin"
	Unread []string            `json:"unread"`
}

// without returns the names of the request's files but for some.
func (c *call) without(others ...[]string) []string {
	left := []string{}
	for _, name := range c.given {
		if !slices.Contains(slices.Concat(others...), name) {
			left = append(left, name)
		}
	}
	return left
}

func unread(failures []error) []string {
	all := []string{}
	for _, err := range failures {
		all = append(all, AsFailure(err).Message)
	}
	return all
}

// InspectParams are what to show of the files.
type InspectParams struct {
	Targets     []string `json:"targets,omitempty"`
	Roots       []string `json:"roots,omitempty"`
	ShowSecrets bool     `json:"showSecrets,omitempty"`
}

// Contents is the result of inspect.
type Contents struct {
	Files  []*app.Inspected  `json:"files"`
	Unread []string          `json:"unread"`
	Broken []diag.Diagnostic `json:"broken"` // why files are shown in part or not at all
}

// inspectFiles describes the content of the files.
func inspectFiles(ctx context.Context, c *call, p InspectParams) (*Contents, error) {
	o := app.InspectOptions{Paths: c.without(p.Roots), Targets: p.Targets, Roots: p.Roots, ShowSecrets: p.ShowSecrets, As: app.InspectTree}
	run, err := app.Inspect(ctx, c.Host, o)
	if err != nil {
		return nil, err
	}
	all, err := collect(run)
	if err != nil {
		return nil, err
	}
	return &Contents{all.Files, unread(all.Footer.Failures), all.Footer.Unreadable}, nil
}

// CoverageParams are the devices.
type CoverageParams struct {
	Targets []string `json:"targets,omitempty"` // none for those of a template, or every system
	Explain string   `json:"explain,omitempty"` // the intent or key to explain
	Keys    bool     `json:"keys,omitempty"`    // of a template: its keys instead of its intents
}

// CoverageShown is the result of coverage.
type CoverageShown struct {
	Cells    []app.CoverageCell `json:"cells"`
	Findings []diag.Diagnostic  `json:"findings"` // why an input is unusable; no cells then
	Classes  []ClassMeaning     `json:"classes"`
}

// ClassMeaning is what a class says, in words.
type ClassMeaning struct {
	Class   intent.Class `json:"class"`
	Meaning string       `json:"meaning"`
}

// coverageOf tells what each setting of the files really does.
func coverageOf(ctx context.Context, c *call, p CoverageParams) (*CoverageShown, error) {
	r, err := app.Coverage(ctx, c.Host, app.CoverageOptions{Paths: c.given, Targets: p.Targets, Explain: p.Explain, Keys: p.Keys})
	if err != nil {
		return nil, err
	}
	shown := &CoverageShown{Cells: r.Cells(), Findings: r.Findings}
	for _, class := range intent.Classes() {
		shown.Classes = append(shown.Classes, ClassMeaning{class, class.Meaning()})
	}
	return shown, nil
}

var checkMethods = []Method{
	method("choices", func(context.Context, *call, struct{}) (*app.ChoicesResult, error) { return app.Choices(), nil }),
	method("lint", lint),
	method("fix", fix),
	method("report", report),
	method("verify", verify),
	method("inspect", inspectFiles),
	method("coverage", coverageOf),
}
