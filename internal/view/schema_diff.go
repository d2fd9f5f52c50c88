package view

import (
	"cmp"
	"fmt"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/schema"
)

// SchemaDiff writes changes for a person, by type.
func (p *Printer) SchemaDiff(d *app.SchemaDifference) {
	for _, t := range d.Types {
		p.Line("%s %s  %s", sign(t.Change), bold.Render(Clean(t.ID)), faint.Render(Clean(string(t.Family))))
		for _, c := range t.Facts {
			p.Line("    %s %s", sign(c.Change), factText(c, func(s string) string { return s }))
		}
	}
	if len(d.Types) > 0 {
		p.Line("")
	}
	p.Line("%s", diffSummary(d))
}

func diffSummary(d *app.SchemaDifference) string {
	if len(d.Types) == 0 {
		return "no difference"
	}
	types, keys := schema.CountDifferences(d.Types)
	return counted(types, "type") + "; " + counted(keys, "key")
}

func sign(change schema.Change) string {
	switch change {
	case schema.DiffAdded:
		return green.Render("+")
	case schema.DiffRemoved:
		return red.Render("-")
	}
	return yellow.Render("~")
}

// factText says a change in a few words: EncryptionType: rangelist "WPA4" is new. Names go through quote.
func factText(c schema.FactDifference, quote func(string) string) string {
	text := func(s string) string { return quote(Clean(s)) }
	if c.Fact == "" {
		return fmt.Sprintf("%s  %s", text(c.Path), Clean(cmp.Or(c.New, c.Old)))
	}
	what := Clean(strings.TrimSpace(c.Platform + " " + c.Fact))
	if c.Path != "" {
		what = text(c.Path) + ": " + what
	}
	switch c.Change {
	case schema.DiffAdded:
		return what + " " + text(c.New)
	case schema.DiffRemoved:
		return what + " " + text(c.Old)
	}
	return what + " " + text(c.Old) + " -> " + text(c.New)
}

// SchemaDiffMarkdown is changes as Markdown.
func SchemaDiffMarkdown(d *app.SchemaDifference) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s to %s\n\n%s.\n", markdown(d.Old), markdown(d.New), capital(diffSummary(d)))
	for _, t := range d.Types {
		fmt.Fprintf(&b, "\n## %s\n\n%s %s.\n", markdown(t.ID), capital(markdown(string(t.Family))), t.Change)
		if len(t.Facts) > 0 {
			b.WriteString("\n")
		}
		for _, c := range t.Facts {
			fmt.Fprintf(&b, "- %s: %s\n", c.Change, factText(c, markdown))
		}
	}
	return b.String()
}

// markdown quotes text as code, free of other markup.
func markdown(s string) string {
	s = Clean(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
