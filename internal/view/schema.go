package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// grid writes a table without lines and without its empty columns. Cells must be printable already. On a screen too narrow for
// it each row becomes a paragraph; without a terminal it stays a line, for programs to search.
func (p *Printer) grid(headers []string, rows [][]string) {
	used := map[int]bool{}
	for _, row := range rows {
		for column, cell := range row {
			used[column] = used[column] || cell != ""
		}
	}
	pick := func(row []string) []string {
		var cells []string
		for column, cell := range row {
			if used[column] {
				cells = append(cells, cell)
			}
		}
		return cells
	}
	headers = pick(headers)
	var picked [][]string
	for _, row := range rows {
		picked = append(picked, pick(row))
	}
	lines := layOut(headers, picked, cmp.Or(p.Width, 1<<20))
	if lines == nil {
		p.stack(headers, picked)
	}
	for _, line := range lines {
		p.Line("%s", line)
	}
}

// stack writes each row of a table as a paragraph under its first cell, several short cells on a line.
func (p *Printer) stack(headers []string, rows [][]string) {
	for _, row := range rows {
		p.lines(gap, bold.Render(row[0]))
		var values []string
		for j, cell := range row {
			if j > 0 && cell != "" {
				values = append(values, faint.Render(headers[j]+":")+" "+strings.ReplaceAll(cell, "\n", " "))
			}
		}
		p.packed(gap+gap, " · ", values)
	}
}

// SchemaList writes types as a table, with a column for each platform.
func (p *Printer) SchemaList(l *app.SchemaListed) {
	platforms := slices.DeleteFunc(target.Platforms(), func(p target.Platform) bool { return p.Schema() != p })
	var rows [][]string
	for _, t := range l.Types {
		row := []string{Clean(t.ID), Clean(string(t.Family))}
		for _, platform := range platforms {
			i := slices.IndexFunc(t.Platforms, func(l app.SchemaLifecycle) bool { return l.Platform == platform })
			if i < 0 {
				row = append(row, "")
				continue
			}
			row = append(row, lifecycle(t.Platforms[i].Lifecycle))
		}
		rows = append(rows, row)
	}
	p.grid(slices.Concat([]string{"type", "family"}, app.Words(platforms)), rows)
	p.Line("")
	p.Line("%s", text.Count(len(l.Types), "type"))
}

func lifecycle(l schema.Lifecycle) string {
	s := cmp.Or(release(l.Introduced), "yes")
	if !l.Deprecated.IsZero() {
		s += ", deprecated " + release(l.Deprecated)
	}
	if !l.Removed.IsZero() {
		s += ", removed " + release(l.Removed)
	}
	return s
}

// release returns a version; nothing for none.
func release(v target.Version) string {
	if v.IsZero() {
		return ""
	}
	return v.String()
}

// SchemaFound writes the matches of a search, each as schema show takes it, with its description.
func (p *Printer) SchemaFound(m *app.SchemaFound) {
	for _, x := range m.Matches {
		name := x.ID
		if x.Path != "" {
			name += "." + strings.ReplaceAll(x.Path, "[]", "")
		}
		p.Line("%s  %s", bold.Render(Clean(name)), faint.Render(Clean(cmp.Or(x.Type, string(x.Family)))))
		if x.Description != nil {
			p.paragraph("    ", firstSentence(x.Description.Text))
		}
	}
	p.Line("")
	if len(m.Matches) == 1 {
		p.Line("1 match")
		return
	}
	p.Line("%d matches", len(m.Matches))
}

// firstSentence returns the beginning of a description, for a list.
func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if first, rest, found := strings.Cut(s, ". "); found && rest != "" {
		return first + "."
	}
	return s
}

// SchemaSources writes the sources of the facts, and the way to refresh them.
func (p *Printer) SchemaSources(s *app.SchemaSourced) {
	for _, c := range s.Catalogs {
		title := bold.Render(Clean(c.Name))
		if c.Folder != "" {
			title += "  " + faint.Render(Clean(c.Folder))
		}
		p.wrappedAfter(title+"  ", families(c.Families))
		var rows [][]string
		for _, x := range c.Sources {
			rows = append(rows, []string{Clean(x.Name), Clean(x.Version), text.Count(x.Types, "type")})
		}
		p.grid([]string{"source", "version", "used by"}, rows)
		if c.Taken != nil && c.Kept != nil {
			p.takenAndKept(*c.Taken, *c.Kept)
		}
		p.Line("")
	}
	if len(s.Catalogs) > 1 {
		p.wrapped(2, "in use: %s; the newer fact wins, else the upper catalog's", families(s.Families))
	}
	p.wrapped(2, "%s", faint.Render("to refresh: git clone https://github.com/apple/device-management, then syncguard schema import device-management"))
}

// families counts types in words: 126 payload types, 64 declaration-side types, 166 preference domains.
func families(counts map[schema.Family]int) string {
	declarations := 0
	for _, family := range []schema.Family{schema.Configuration, schema.Asset, schema.Activation, schema.Management, schema.Credential} {
		declarations += counts[family]
	}
	var parts []string
	for _, x := range []struct {
		n    int
		noun string
	}{{counts[schema.Payload], "payload type"}, {declarations, "declaration-side type"}, {counts[schema.Preferences], "preference domain"},
		{counts[schema.Envelope], "envelope"}, {counts[schema.Status], "status item type"}} {
		if x.n > 0 {
			parts = append(parts, text.Count(x.n, x.noun))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing")
}

// SchemaImport writes the counts of an import.
func (p *Printer) SchemaImport(i *app.SchemaImported) {
	p.wrappedAfter(bold.Render(Clean(i.Folder))+"  ", families(i.Families))
	p.Line("  from %s %s", Clean(i.Source), Clean(i.Version))
	p.takenAndKept(i.Taken, i.Kept)
}

// takenAndKept writes the facts an import changes and the ones it leaves as they were.
func (p *Printer) takenAndKept(taken schema.Taken, kept schema.Kept) {
	var parts []string
	add := func(n int, noun, rest string) {
		if n > 0 {
			parts = append(parts, text.Count(n, noun)+rest)
		}
	}
	add(taken.NewTypes, "new type", "")
	add(taken.Types, "type", " changed")
	add(taken.Keys, "new key", "")
	p.wrapped(4, "  taken: %s", cmp.Or(strings.Join(parts, ", "), "nothing, the built-in facts say the same or are newer"))
	parts = nil
	newer := " are newer in the built-in facts"
	if kept.Types == 1 {
		newer = " is newer in the built-in facts"
	}
	add(kept.Types, "type", newer)
	add(kept.Keys, "key", " the checkout lacks")
	if len(parts) > 0 {
		p.wrapped(4, "  kept: %s", strings.Join(parts, "; "))
	}
}

func counted(c schema.DifferenceCount, noun string) string {
	return fmt.Sprintf("%s added, %d removed, %d changed", text.Count(c.Added, noun), c.Removed, c.Changed)
}

// SchemaRemoved lists the removed folders.
func (p *Printer) SchemaRemoved(r *app.SchemaRemoved) {
	if len(r.Folders) == 0 {
		p.Line("no imported schemas in %s", Clean(r.Folder))
	}
	for _, name := range r.Folders {
		p.Line("removed %s", Clean(name))
	}
}
