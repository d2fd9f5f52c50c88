package assistant

import (
	"context"
	"errors"
	"strings"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/view/plain"
)

type checkInput struct {
	Paths     list   `json:"paths,omitempty" jsonschema:"files to check together, as the profiles of one device: profiles (XML or binary, signed or not), declarations (JSON), templates (YAML)"`
	Text      inline `json:"text,omitempty" jsonschema:"the content of one file, instead of paths"`
	Targets   list   `json:"targets,omitempty" jsonschema:"devices to check for, as PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised; without any, a template's or the project's own"`
	Server    string `json:"server,omitempty" jsonschema:"the MDM server that delivers the files, such as jamf, intune, fleet or nanomdm"`
	Untrusted bool   `json:"untrusted,omitempty" jsonschema:"true for files of a stranger: their ignore comments and the settings beside them do not count"`
}

func (in *checkInput) paths() []string { return in.Paths }

type checkAnswer struct {
	Notice   string    `json:"notice" jsonschema:"how to read names, values and messages"`
	Checked  int       `json:"checked" jsonschema:"number of files"`
	Errors   int       `json:"errors" jsonschema:"number of findings of this severity"`
	Warnings int       `json:"warnings" jsonschema:"number of findings of this severity"`
	Remarks  int       `json:"remarks" jsonschema:"number of findings of the severity note"`
	Ignored  int       `json:"ignored" jsonschema:"number of findings ignored by comments in the files or by the project file"`
	Findings []finding `json:"findings" jsonschema:"the findings, in the order of the files"`
	More     int       `json:"more" jsonschema:"number of findings left out of this answer"`
	Unread   []unread  `json:"unread" jsonschema:"files that could not be checked"`
	Notes    []string  `json:"notes" jsonschema:"what was used or read otherwise than given"`
	Sources  []source  `json:"sources" jsonschema:"who states the facts behind the findings"`
}

type finding struct {
	File     string `json:"file" jsonschema:"name of the file"`
	Line     int    `json:"line" jsonschema:"line in the file, from 1; 0 without one"`
	Column   int    `json:"column" jsonschema:"column in the line, from 1; 0 without one"`
	Severity string `json:"severity" jsonschema:"error, warning or note"`
	Rule     string `json:"rule" jsonschema:"name of the rule, for the tool explain"`
	Key      string `json:"key,omitempty" jsonschema:"payload type and key, for the tool explain"`
	Message  string `json:"message" jsonschema:"the defect"`
	Help     string `json:"help,omitempty" jsonschema:"what to do"`
	On       string `json:"on,omitempty" jsonschema:"the targets concerned; empty for all"`
	Fixable  bool   `json:"fixable" jsonschema:"whether syncguard lint --fix corrects it"`
}

type unread struct {
	File    string `json:"file" jsonschema:"name of the file"`
	Message string `json:"message" jsonschema:"the reason"`
}

// source names who states the facts about something.
type source struct {
	About   string   `json:"about" jsonschema:"a rule, a payload type, or a setting"`
	Sources []string `json:"sources" jsonschema:"addresses, or files of Apple's schemas with their version"`
}

func check(ctx context.Context, c *call, in *checkInput) (*checkAnswer, error) {
	files, err := givenIn(in.Paths, in.Text)
	if err != nil {
		return nil, err
	}
	h, names, err := c.world(files...)
	if err != nil {
		return nil, err
	}
	run, err := app.Lint(ctx, h, app.LintOptions{Version: c.Version, Paths: names, Targets: in.Targets, For: in.Server,
		ExpiresWithin: 30 * 24 * time.Hour, UntrustedOptions: app.UntrustedOptions{Untrusted: in.Untrusted}})
	if err != nil {
		return nil, err
	}
	c.Line(notice)
	a := &checkAnswer{Notice: notice}
	end := c.To(&c.end)
	for f, err := range run.Files {
		if err != nil {
			return nil, err
		}
		c.addFindings(a, f)
	}
	footer := run.Footer
	a.Checked, a.Errors, a.Warnings, a.Remarks, a.Ignored, a.Notes = footer.Checked, footer.Errors, footer.Warnings, footer.Totals.Notes, footer.Ignored, c.notes
	for _, u := range footer.Unread {
		if !strings.HasPrefix(u.Message, u.Name) {
			u.Message = u.Name + ": " + u.Message
		}
		a.Unread = append(a.Unread, unread{u.Name, u.Message})
		end.Line("not checked: %s", shorten(u.Message))
	}
	if a.Checked == 0 && len(a.Unread) > 0 {
		return nil, errors.New(a.Unread[0].Message)
	}
	for _, r := range footer.Refused {
		a.Notes = append(a.Notes, r.Name+": "+r.Message)
	}
	a.Notes = first(maxNotes, a.Notes)
	end.Line("%s", plain.Totals(&footer.Totals))
	if footer.Ignored > 0 {
		end.Line("%d ignored by comments or the project file", footer.Ignored)
	}
	c.Notes(a.Notes)
	a.Findings, _ = fit(a.Findings, maxList)
	a.More = a.Errors + a.Warnings + a.Remarks - len(a.Findings)
	c.addSources(h, a)
	a.Sources, _ = fit(a.Sources, maxSide)
	c.Sources(a.Sources)
	return a, nil
}

// addFindings adds the findings of a file to the answer, and writes them as text.
func (c *call) addFindings(a *checkAnswer, f *app.LintedFile) {
	if len(f.Findings) == 0 {
		return
	}
	if c.text.Len() < maxText {
		c.FileFindings(f.Name, f.Signed, f.Findings)
		c.Line("")
	}
	for _, d := range f.Findings {
		if len(a.Findings) >= maxFindings {
			return
		}
		at := d.Span.At()
		a.Findings = append(a.Findings, finding{File: f.Name, Line: at.Start.Line, Column: at.Start.Column, Severity: d.Severity.String(), Rule: d.Rule,
			Key: keyOf(&d), Message: d.Message, Help: d.Help, On: d.On, Fixable: d.Fix != nil && !d.Fix.Unsafe})
	}
}

// maxFindings bounds the findings kept for an answer; fewer fit.
const maxFindings = 200

func keyOf(d *diag.Diagnostic) string {
	if d.Domain == "" || d.Key == "" {
		return d.Domain
	}
	return d.Domain + "." + d.Key
}

// addSources adds who states the facts behind the findings: the pages of their rules, and for rules that rest on a schema the
// schemas of the types.
func (c *call) addSources(h *app.Host, a *checkAnswer) {
	seen := map[string]bool{}
	add := func(about string, sources func() []string) {
		if about == "" || seen[about] || len(a.Sources) == maxSources {
			return
		}
		seen[about] = true
		if all := first(maxSources, sources()); len(all) > 0 {
			a.Sources = append(a.Sources, source{about, all})
		}
	}
	for _, f := range a.Findings {
		page, _ := rules.FindPage(f.Rule)
		add(f.Rule, func() []string { return page.Sources })
		if len(page.Sources) == 0 {
			add(f.Key, func() []string { return schemaSources(h, f.Key) })
		}
	}
}

// maxSources bounds the sources of an answer, and of each thing that it is about.
const maxSources = 10
