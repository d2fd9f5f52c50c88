package view

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/intent"
	"syncguard/internal/text"
)

// Build writes the table of a build and its footnotes; with hints also the settings left for people.
func (p *Printer) Build(b *app.BuildResult, hints bool) {
	p.wrapped(2, "%s", buildTitle(b))
	p.Line("")
	var notes numbering
	blocks := []Block{buildTable(b, &notes)}
	if all := classesOf(func(c intent.Class) bool {
		return hasOutcome(b, func(o intent.Outcome) bool { return o.Class == c })
	}); len(all) > 0 {
		blocks = append(blocks, all)
	}
	if len(notes) > 0 {
		blocks = append(blocks, notes.footnotes(""))
	}
	p.Blocks(blocks...)
	p.Line("")
	if hints {
		p.byHand(b)
	}
	p.buildSummary(b, hints)
}

// BuildFailed writes why nothing was built, the errors last.
func (p *Printer) BuildFailed(b *app.BuildResult) {
	p.Findings(errorsLast(b.Findings))
	p.Line("")
	p.Line("%s; nothing was written", Tally(b.Findings))
	p.Hint(afterErrors)
}

func hasOutcome(b *app.BuildResult, is func(intent.Outcome) bool) bool {
	return slices.ContainsFunc(b.Profiles, func(p *app.BuiltProfile) bool { return slices.ContainsFunc(p.Intents, is) })
}

// buildTable returns a row for each profile, with a column for each intent if a template asks for prevention.
func buildTable(b *app.BuildResult, notes *numbering) Table {
	t := Table{Headers: []string{"profile", "target", "size"}, Labels: 1, Whole: true, Numbers: 3}
	var intents []intent.ID
	if hasOutcome(b, func(intent.Outcome) bool { return true }) {
		intents = intent.All()
	}
	for _, i := range intents {
		t.Headers = append(t.Headers, i.Title())
	}
	for _, p := range b.Profiles {
		row := Row{Cells: []Text{words("nothing to set"), words(p.Of.Describe()), nil}}
		switch {
		case p.File != "":
			row.Cells[0], row.Cells[2] = words(p.File), words(size(p.Size))
		case len(p.Declarations) > 0:
			row.Cells[0] = words("declarations only")
		}
		for _, name := range intents {
			cell := Text{styled(Faint, "off")}
			if i := slices.IndexFunc(p.Intents, func(o intent.Outcome) bool { return o.Intent == name }); i >= 0 {
				cell = classText(p.Intents[i].Class)
				if numbers := notes.numbers(p.Intents[i].Notes); numbers != nil {
					cell = append(cell, Run{Text: " ", Footnotes: numbers})
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func buildTitle(b *app.BuildResult) string {
	var templates, organizations []string
	for _, part := range b.Parts {
		templates, organizations = append(templates, part.Template), append(organizations, part.Organization)
	}
	signed := yellow.Render("not signed")
	if s := b.Signer; s != nil && s.Development {
		signed = "signed by the " + bold.Render("development identity") + yellow.Render(` (devices show "Not Verified")`)
	} else if s != nil {
		signed = "signed by " + bold.Render(Clean(s.Name))
	}
	return strings.Join([]string{
		bold.Render(Clean(strings.Join(slices.Compact(templates), ", "))),
		Clean(strings.Join(slices.Compact(organizations), ", ")),
		text.Count(len(b.Profiles), "target"),
		signed,
	}, " · ")
}

// size returns a number of bytes as a person writes it: 3.1 kB.
func size(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1_000_000)
}

func classStyle(class string) lipgloss.Style {
	switch intent.Class(class) {
	case intent.Enforced:
		return green
	case intent.Locked:
		return cyan
	case intent.Preset:
		return blue
	case intent.Manual:
		return yellow
	}
	return faint
}

func superscript(n int) string {
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	var b strings.Builder
	for _, d := range fmt.Sprint(n) {
		b.WriteRune(digits[d-'0'])
	}
	return b.String()
}

// byHand lists the settings out of any profile's reach, by platform.
func (p *Printer) byHand(b *app.BuildResult) {
	p.Line("By hand, since no profile can (names may differ between versions):")
	seen := map[string]bool{}
	for _, profile := range b.Profiles {
		for _, i := range profile.Intents {
			if i.Class != intent.Manual && i.Class != intent.Locked {
				continue
			}
			for _, s := range i.Settings {
				label := fmt.Sprintf("  %-9s %-12s ", profile.Of.Platform, i.Intent.Title())
				setting := withEvidence(words(s.String()), s.Evidence)
				if line := label + setting.plain(); !seen[line] {
					seen[line] = true
					p.labeled(label, setting)
				}
			}
		}
	}
	p.Line("")
}

// buildSummary writes the folder and the counts of a build, and the next steps.
func (p *Printer) buildSummary(b *app.BuildResult, hints bool) {
	written, declared := fileCounts(b.Profiles)
	counts := []string{text.Count(written, "profile")}
	if declared > 0 {
		counts = append(counts, text.Count(declared, "declaration")+" for MDM")
	}
	p.Line("%s  %s", bold.Render(folderName(b.Output)), strings.Join(append(counts, b.Reports...), ", "))
	if !hints && hasOutcome(b, func(o intent.Outcome) bool { return len(o.Settings) > 0 }) {
		p.below("left for people to do: --hints lists it" + textIf(written > 0, " (each profile's description, too)"))
	}
	if b.Others > 0 {
		p.wrapped(2, "  %s", yellow.Render(fmt.Sprintf("%s in %s, not from this build", text.Count(b.Others, "other profile"), folderName(b.Output))))
	}
	if declared > 0 {
		p.below("upload each NAME.json to the MDM server with its profile, and NAME.activation.json unless the server creates activations")
	}
}

// fileCounts counts the profiles and declarations with files of their own.
func fileCounts(all []*app.BuiltProfile) (profiles, declarations int) {
	for _, p := range all {
		if p.File != "" {
			profiles++
		}
		for _, d := range p.Declarations {
			if d.File != "" {
				declarations++
			}
		}
	}
	return profiles, declarations
}

// labeledFaint writes faint text behind a label within a width, further lines indented under the first.
func (p *Printer) labeledFaint(label, text string, width int) {
	indent := lipgloss.Width(label)
	for i, line := range wrap(Clean(text), max(width-indent, 20)) {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		p.Line("%s", faint.Render(label+strings.TrimRight(line, " ")))
	}
}
