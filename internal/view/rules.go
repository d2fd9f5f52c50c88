package view

import (
	"encoding/base64"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"golang.org/x/tools/txtar"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
)

// The results of the command rules. In JSON their shapes are stable: fields are only ever added (docs/json.md).

// RuleList is a list of rules.
type RuleList struct {
	Rules []RuleEntry `json:"rules"`
}

// RuleEntry is a rule without its examples.
type RuleEntry struct {
	ID       string        `json:"id"`
	Summary  string        `json:"summary"`
	Severity string        `json:"severity"` // the usual one
	Groups   []rules.Group `json:"groups"`
	Since    string        `json:"since"`
	Why      string        `json:"why"` // paragraphs are parted by an empty line
	Fix      string        `json:"fix,omitempty"`
	Sources  []string      `json:"sources"`
}

// RulePage is everything that is known of a rule.
type RulePage struct {
	RuleEntry
	Options string     `json:"options,omitempty"` // with which the examples are linted
	Bad     []RuleFile `json:"bad"`               // empty where no file can show the rule
	Good    []RuleFile `json:"good"`
}

// RuleFile is a file of an example: complete, ready to be linted.
type RuleFile struct {
	File   string `json:"file"`
	Text   string `json:"text,omitempty"`
	Base64 string `json:"base64,omitempty"` // in place of Text, for what is no text
}

// JSONRules turns rules into their JSON form.
func JSONRules(all []rules.Rule) *RuleList {
	list := &RuleList{Rules: []RuleEntry{}}
	for _, r := range all {
		list.Rules = append(list.Rules, ruleEntry(r))
	}
	return list
}

func ruleEntry(r rules.Rule) RuleEntry {
	return RuleEntry{ID: r.ID, Summary: r.Summary, Severity: r.Severity.String(), Groups: r.Groups, Since: r.Since,
		Why: reflow(r.Why), Fix: r.Fix, Sources: append([]string{}, r.Sources...)}
}

// JSONRule turns a rule with its examples into its JSON form.
func JSONRule(r rules.Rule) (*RulePage, error) {
	page := &RulePage{RuleEntry: ruleEntry(r), Options: r.Options, Bad: []RuleFile{}, Good: []RuleFile{}}
	bad, good := r.Examples()
	for _, x := range []struct {
		example rules.Example
		to      *[]RuleFile
	}{{bad, &page.Bad}, {good, &page.Good}} {
		inputs, err := x.example.Inputs()
		if err != nil {
			return nil, fmt.Errorf("reading the examples of %s: %w", r.ID, err)
		}
		for i, f := range inputs {
			file := RuleFile{File: f.Name, Text: string(f.Data)}
			if rules.IsEncoded(x.example.Files[i].Name) {
				file.Text, file.Base64 = "", base64.StdEncoding.EncodeToString(f.Data)
			}
			*x.to = append(*x.to, file)
		}
	}
	return page, nil
}

// reflow joins the lines of each paragraph.
func reflow(text string) string {
	var paragraphs []string
	for p := range strings.SplitSeq(text, "\n\n") {
		paragraphs = append(paragraphs, strings.Join(strings.Fields(p), " "))
	}
	return strings.Join(paragraphs, "\n\n")
}

// RuleList writes rules as a table.
func (p *Printer) RuleList(all []rules.Rule) {
	var rows [][]string
	for _, r := range all {
		rows = append(rows, []string{r.ID, severityStyle(r.Severity).Render(r.Severity.String()), groupNames(r.Groups), r.Summary})
	}
	p.grid([]string{"rule", "severity", "groups", "what it finds"}, rows)
	p.Line("")
	p.Line("%s; syncguard rules ID shows the page of one", Count(len(all), "rule"))
}

func severityStyle(s diag.Severity) lipgloss.Style {
	switch s {
	case diag.Error:
		return red
	case diag.Warning:
		return yellow
	}
	return blue
}

func groupNames(groups []rules.Group) string {
	var names []string
	for _, g := range groups {
		names = append(names, string(g))
	}
	return strings.Join(names, ", ")
}

// RulePage writes the page of a rule.
func (p *Printer) RulePage(r rules.Rule) {
	p.Line("%s  %s  %s", bold.Render(r.ID), severityStyle(r.Severity).Render(r.Severity.String()),
		faint.Render(groupNames(r.Groups)+"  since "+r.Since))
	p.paragraph("", r.Summary)
	for text := range strings.SplitSeq(reflow(r.Why), "\n\n") {
		p.Line("")
		p.paragraph("", text)
	}
	bad, good := r.Examples()
	p.example(red.Render("bad"), bad, r.Options)
	p.example(green.Render("good"), good, "")
	if r.Fix != "" {
		p.Line("")
		p.Line("%s", bold.Render("lint --fix"))
		p.paragraph("  ", r.Fix)
	}
	ways := waysToIgnore(r)
	if len(ways) > 0 {
		p.Line("")
		p.Line("%s", bold.Render("to ignore it"))
	}
	for _, way := range ways {
		p.Line("  %s", faint.Render(way.where))
		for line := range strings.SplitSeq(way.text, "\n") {
			p.Line("    %s", line)
		}
	}
	if len(r.Sources) > 0 {
		p.Line("")
		p.Line("%s", bold.Render("sources"))
	}
	for _, source := range r.Sources {
		p.Line("  %s", source)
	}
}

func (p *Printer) example(title string, e rules.Example, options string) {
	if len(e.Files) == 0 {
		return
	}
	p.Line("")
	if options != "" {
		title += "  " + faint.Render("with "+options)
	}
	p.Line("%s", title)
	for _, f := range e.Files {
		if len(e.Files) > 1 || rules.IsEncoded(f.Name) {
			p.Line("  %s", faint.Render(caption(f)))
		}
		if rules.IsEncoded(f.Name) {
			continue // nobody reads that
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(string(f.Data), "\n"), "\n") {
			p.Line("  %s", visible([]rune(line)))
		}
	}
}

// caption says what a file of an example is.
func caption(f txtar.File) string {
	name, _ := strings.CutSuffix(f.Name, ".base64")
	switch {
	case rules.IsEncoded(f.Name):
		return name + ", which is no text: --format json has its bytes"
	case rules.Kind(f.Name) == ".payload":
		return "of a profile"
	}
	return name
}

// wayToIgnore is one of the places where a finding is ignored, and what to write there.
type wayToIgnore struct{ where, language, text string }

// waysToIgnore are those that make sense for a rule: a template's mistakes are in no profile, those of how a file is written
// are in no template, a file that is not XML has no comments, and what sign refuses stays refused.
func waysToIgnore(r rules.Rule) []wayToIgnore {
	profile := wayToIgnore{"in an XML profile, before the element or on its line", "xml", "<!-- syncguard:ignore " + r.ID + ": why -->"}
	template := wayToIgnore{"in a template, before the line or on it", "yaml", "# syncguard:ignore " + r.ID + ": why"}
	switch {
	case r.Command == "sign":
		return nil
	case r.Has(rules.Lint):
		return []wayToIgnore{inProject(r, "")}
	case r.Has(rules.Template):
		return []wayToIgnore{template, inProject(r, "templates/*.yaml")}
	case r.Has(rules.Structure) && !isShownInXML(r):
		return []wayToIgnore{inProject(r, "profiles/*")}
	case r.Has(rules.Structure):
		return []wayToIgnore{profile, inProject(r, "profiles/*.mobileconfig")}
	}
	return []wayToIgnore{profile, template, inProject(r, "profiles/*.mobileconfig")}
}

// inProject is the way by the project file, for the files of a pattern where there is one.
func inProject(r rules.Rule, files string) wayToIgnore {
	way := wayToIgnore{"in .syncguard.yaml", "yaml", "ignore:\n  - rule: " + r.ID + "\n"}
	if files != "" {
		way.where += ", for some files or, without files, for all"
		way.text += "    files: \"" + files + "\"\n"
	}
	way.text += "    reason: why"
	return way
}

// isShownInXML says whether the bad example is a text in which an XML comment can stand.
func isShownInXML(r rules.Rule) bool {
	bad, _ := r.Examples()
	for _, f := range bad.Files {
		if language(f.Name) != "xml" || len(f.Data) == 0 {
			return false
		}
	}
	return len(bad.Files) > 0
}

// restsOn says what the fact behind a rule is, where the rule names no source of its own.
func restsOn(r rules.Rule) string {
	switch {
	case r.Has(rules.Lint):
		return "what syncguard does"
	case r.Has(rules.Template):
		return "[what a template is](../template.md)"
	}
	return "[Apple's schemas](../schema.md)"
}
