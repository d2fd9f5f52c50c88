package view

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"golang.org/x/tools/txtar"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/text"
)

// RuleList writes rules as a table.
func (p *Printer) RuleList(list *app.RulesListed) {
	var rows [][]string
	for _, r := range list.Rules {
		rows = append(rows, []string{r.ID, severityStyle(r.Severity).Render(r.Severity.String()), strings.Join(app.Words(r.Groups), ", "), r.Summary})
	}
	headers := []string{"rule", "severity", "groups", "what it finds"}
	if 0 < p.Width && p.Width < textWidth { // the groups leave too little to the sentences
		headers = slices.Delete(headers, 2, 3)
		for i := range rows {
			rows[i] = slices.Delete(rows[i], 2, 3)
		}
	}
	p.grid(headers, rows)
	p.Line("")
	p.Line("%s; syncguard rules RULE shows one in full", text.Count(len(list.Rules), "rule"))
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

// RulePage writes the page of a rule.
func (p *Printer) RulePage(page *app.RulePage) {
	r := page.Page
	p.Line("%s  %s  %s", bold.Render(r.ID), severityStyle(r.Severity).Render(r.Severity.String()),
		faint.Render(strings.Join(app.Words(r.Groups), ", ")+"  since "+r.Since))
	p.paragraph("", r.Summary)
	for text := range strings.SplitSeq(r.Why, "\n\n") {
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
			p.raw("    " + line)
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
			p.raw("  " + visible(line))
		}
	}
}

// caption names a file of an example.
func caption(f txtar.File) string {
	name, _ := strings.CutSuffix(f.Name, ".base64")
	switch {
	case rules.IsEncoded(f.Name):
		return name + " (binary: --format json has its bytes)"
	case rules.Kind(f.Name) == ".payload":
		return "keys of a payload"
	}
	return name
}

// wayToIgnore is a place for ignoring a finding, and the text to write there.
type wayToIgnore struct{ where, language, text string }

// waysToIgnore returns the ways to ignore a rule. A template's mistakes are in no profile, mistakes in a file's syntax are in
// no template, only XML files have comments, and refusals of sign cannot be ignored.
func waysToIgnore(r rules.Page) []wayToIgnore {
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

// inProject returns the way by the project file, for the files of a pattern, or for all with an empty one.
func inProject(r rules.Page, files string) wayToIgnore {
	way := wayToIgnore{"in .syncguard.yaml", "yaml", "ignore:\n  - rule: " + r.ID + "\n"}
	if files != "" {
		way.where += ", for some files (without files: for all)"
		way.text += "    files: \"" + files + "\"\n"
	}
	way.text += "    reason: why"
	return way
}

// isShownInXML reports whether the bad example can hold an XML comment.
func isShownInXML(r rules.Page) bool {
	bad, _ := r.Examples()
	for _, f := range bad.Files {
		if language(f.Name) != "xml" || len(f.Data) == 0 {
			return false
		}
	}
	return len(bad.Files) > 0
}

// defaultSource returns the source of a rule without one of its own.
func defaultSource(r rules.Rule) string {
	switch {
	case r.Has(rules.Lint):
		return "syncguard's own behavior"
	case r.Has(rules.Template):
		return "[templates](../template.md)"
	}
	return "[Apple's schemas](../schema.md)"
}
