package view

import (
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/migrate"
)

// Migration is what becomes of some profiles. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Migration struct {
	Output   string            `json:"output"` // folder; empty where nothing was written
	Files    []MigratedFile    `json:"files"`
	Findings []diag.Diagnostic `json:"findings"` // in the declarations
	TargetNotes

	Refused bool `json:"-"` // they were to be written, and something was wrong
}

// MigratedFile is what becomes of one profile.
type MigratedFile struct {
	File         string                `json:"file"`
	Changes      []MigrationChange     `json:"changes"`
	Declarations []MigratedDeclaration `json:"declarations"`
}

// MigrationChange is a payload or key that ends.
type MigrationChange struct {
	Type        string             `json:"type"`
	Key         string             `json:"key,omitempty"` // absent for the payload as a whole
	Path        string             `json:"path"`
	Start       *diag.Position     `json:"start,omitempty"`
	Ends        []MigrationEnd     `json:"ends"`
	Replacement string             `json:"replacement"` // type of the declaration; empty where there is none
	Verified    bool               `json:"verified"`    // Apple names the replacement
	Declaration string             `json:"declaration"` // Identifier of what it was converted into; empty where it was not
	Renamed     []MigrationRenamed `json:"renamed"`
	Lost        []MigrationLoss    `json:"lost"`
}

// MigrationEnd is when something ends on platforms.
type MigrationEnd struct {
	Platforms  []string `json:"platforms"`
	Deprecated string   `json:"deprecated,omitempty"`
	Removed    string   `json:"removed,omitempty"`
}

// MigrationRenamed is a key with its name in the declaration.
type MigrationRenamed struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// MigrationLoss is what the declaration does not do.
type MigrationLoss struct {
	Key string `json:"key,omitempty"` // absent for the declaration as a whole
	Why string `json:"why"`
}

// MigratedDeclaration is a declaration that was made, an activation or a configuration.
type MigratedDeclaration struct {
	File        string `json:"file"` // name in the output folder
	Type        string `json:"type"`
	Identifier  string `json:"identifier"`
	ServerToken string `json:"serverToken"`
}

// NewMigrationChange turns a change into its reported form.
func NewMigrationChange(c migrate.Change, p *migrate.Plan) MigrationChange {
	out := MigrationChange{Type: c.Type, Key: c.Key, Path: c.Path, Ends: []MigrationEnd{}, Replacement: c.Replacement,
		Verified: c.Named || c.Replacement == "", Renamed: []MigrationRenamed{}, Lost: []MigrationLoss{}}
	if !c.At.IsZero() {
		start := c.At.File.Position(c.At.Start)
		out.Start = &start
	}
	for _, e := range c.Ends {
		end := MigrationEnd{}
		for _, platform := range e.Platforms {
			end.Platforms = append(end.Platforms, string(platform))
		}
		if !e.Deprecated.IsZero() {
			end.Deprecated = e.Deprecated.String()
		}
		if !e.Removed.IsZero() {
			end.Removed = e.Removed.String()
		}
		out.Ends = append(out.Ends, end)
	}
	if c.Declaration >= 0 {
		out.Declaration = p.Declarations[c.Declaration].Identifier
	}
	for _, r := range c.Renamed {
		out.Renamed = append(out.Renamed, MigrationRenamed(r))
	}
	for _, l := range c.Lost {
		out.Lost = append(out.Lost, MigrationLoss(l))
	}
	return out
}

// Migration writes what becomes of profiles, a paragraph a change.
func (p *Printer) Migration(m *Migration) {
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
		p.Line("nothing in %s is deprecated or removed by OS 26 or 27", Count(len(m.Files), "file"))
	case m.Output != "":
		p.Line("%s  %s", bold.Render(folderName(m.Output)), Count(declarations, "declaration"))
	case m.Refused:
		p.Line("%s can take their place; nothing was written", Count(declarations, "declaration"))
	case declarations > 0:
		p.Line("%s   %s", Count(declarations, "declaration")+" can take their place",
			faint.Render("to write them: the same with -o DIR"))
	default:
		p.Line("nothing of it maps one to one to a declaration")
	}
}

func (p *Printer) migrationChange(c MigrationChange, f MigratedFile) {
	title := c.Type
	if c.Key != "" {
		title += "." + c.Key
	}
	place := ""
	if c.Start != nil {
		place = faint.Render(fmt.Sprintf("%d:%d ", c.Start.Line, c.Start.Column))
	}
	p.Line("  %s%s  %s", place, bold.Render(Clean(title)), ends(c.Ends))
	say := func(format string, args ...any) { p.paragraph("    ", fmt.Sprintf(format, args...)) }
	unverified := ""
	if !c.Verified {
		unverified = " (unverified: Apple names no replacement)"
	}
	switch {
	case c.Replacement == "":
		say("no declaration takes its place")
	case c.Declaration == "":
		say("%s takes its place, but not key by key: set it by hand (syncguard schema show %s)%s", c.Replacement, c.Replacement, unverified)
	default:
		say("becomes %s in %s%s", c.Replacement, fileOf(f, c.Declaration), unverified)
	}
	for _, r := range c.Renamed {
		say("  %s is %s there", r.From, r.To)
	}
	for _, l := range c.Lost {
		p.Line("    %s %s", yellow.Render("lost:"), Clean(strings.TrimSpace(l.Key+" "+l.Why)))
	}
}

func fileOf(f MigratedFile, identifier string) string {
	for _, d := range f.Declarations {
		if d.Identifier == identifier {
			return d.File
		}
	}
	return "no file"
}

// ends says when something ends: deprecated 26, removed 27 (iOS, macOS).
func ends(all []MigrationEnd) string {
	var texts []string
	for _, e := range all {
		var parts []string
		if e.Deprecated != "" {
			parts = append(parts, "deprecated "+e.Deprecated)
		}
		if e.Removed != "" {
			parts = append(parts, "removed "+e.Removed)
		}
		texts = append(texts, strings.Join(parts, ", ")+" ("+strings.Join(e.Platforms, ", ")+")")
	}
	return yellow.Render(strings.Join(texts, "; "))
}
