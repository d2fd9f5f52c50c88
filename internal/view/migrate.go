package view

import (
	"fmt"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/migrate"
	"syncguard/internal/text"
)

// MigrationFindings writes the findings in the declarations, if any.
func (p *Printer) MigrationFindings(m *app.Migration) {
	if len(m.Findings) > 0 {
		p.Findings(m.Findings)
		p.Line("")
	}
}

// Migration writes the changes of profiles, a paragraph each.
func (p *Printer) Migration(m *app.Migration) {
	if len(m.Files) == 0 {
		return
	}
	changes, declarations := 0, 0
	for _, f := range m.Files {
		if len(f.Changes) > 0 {
			p.Line("%s", bold.Render(Clean(f.File)))
		}
		for _, c := range f.Changes {
			p.migrationChange(c, f)
		}
		if len(f.Changes) > 0 {
			p.Line("")
		}
		changes, declarations = changes+len(f.Changes), declarations+len(f.Declarations)
	}
	switch {
	case changes == 0:
		of := text.Count(len(m.Files), "file")
		if m.Partial > 0 {
			of = "what could be read of " + of
		}
		p.Line("nothing in %s is deprecated or removed by OS 26 or 27", of)
	case m.Output != "":
		p.Line("%s  %s", bold.Render(folderName(m.Output)), text.Count(declarations, "declaration"))
	case m.Refused:
		p.Line("%s can replace them; nothing was written", text.Count(declarations, "declaration"))
	case declarations > 0:
		p.Line("%s   %s", text.Count(declarations, "declaration")+" can replace them",
			faint.Render("-o FOLDER writes them"))
	default:
		p.Line("no declaration replaces any of it one to one")
	}
}

func (p *Printer) migrationChange(c migrate.Change, f app.MigratedFile) {
	title := c.Type
	if c.Key != "" {
		title += "." + c.Key
	}
	place := ""
	if c.Start != nil {
		place = faint.Render(fmt.Sprintf("%d:%d ", c.Start.Line, c.Start.Column))
	}
	p.wrapped(4, "  %s%s  %s", place, bold.Render(Clean(title)), ends(c.Ends))
	say := func(format string, args ...any) { p.paragraph("    ", fmt.Sprintf(format, args...)) }
	unverified := ""
	if !c.Verified {
		unverified = " (unverified: Apple names no replacement)"
	}
	switch {
	case c.Replacement == "":
		say("no declaration replaces it")
	case c.Declaration == "":
		say("%s replaces it, but not key by key: set it by hand (see syncguard schema show %s)%s", c.Replacement, c.Replacement, unverified)
	default:
		say("becomes %s in %s%s", c.Replacement, fileOf(f, c.Declaration), unverified)
	}
	for _, r := range c.Renamed {
		say("  %s becomes %s", r.From, r.To)
	}
	for _, l := range c.Lost {
		p.wrappedAfter("    "+yellow.Render("lost:")+" ", Clean(strings.TrimSpace(l.Key+" "+l.Why)))
	}
}

func fileOf(f app.MigratedFile, identifier string) string {
	for _, d := range f.Declarations {
		if d.Identifier == identifier {
			return d.File
		}
	}
	return "no file"
}

// ends returns the end of a type or key in words: deprecated 26, removed 27 (iOS, macOS).
func ends(all []migrate.End) string {
	var texts []string
	for _, e := range all {
		var parts, platforms []string
		if !e.Deprecated.IsZero() {
			parts = append(parts, "deprecated "+e.Deprecated.String())
		}
		if !e.Removed.IsZero() {
			parts = append(parts, "removed "+e.Removed.String())
		}
		for _, p := range e.Platforms {
			platforms = append(platforms, string(p))
		}
		texts = append(texts, strings.Join(parts, ", ")+" ("+strings.Join(platforms, ", ")+")")
	}
	return yellow.Render(strings.Join(texts, "; "))
}
