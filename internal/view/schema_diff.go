package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// SchemaDiff is what changed between two catalogs.
type SchemaDiff struct {
	Old   string           `json:"old"`
	New   string           `json:"new"`
	Types []SchemaTypeDiff `json:"types"`
}

// SchemaTypeDiff is a type that came, went or changed.
type SchemaTypeDiff struct {
	ID      string           `json:"id"`
	Family  string           `json:"family"`
	Change  string           `json:"change"` // added, removed, changed
	Changes []SchemaFactDiff `json:"changes"`
}

// SchemaFactDiff is a key that came or went, or a fact that changed: of the type itself where Path is empty.
type SchemaFactDiff struct {
	Path     string `json:"path,omitempty"`
	Change   string `json:"change"`         // added, removed, changed
	Fact     string `json:"fact,omitempty"` // empty for a key as a whole
	Platform string `json:"platform,omitempty"`
	Old      string `json:"old,omitempty"` // for a key as a whole, its type
	New      string `json:"new,omitempty"`
}

// DiffCount counts what came, went and changed.
type DiffCount struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
}

// Count takes in one change.
func (c *DiffCount) Count(change string) {
	switch change {
	case "added":
		c.Added++
	case "removed":
		c.Removed++
	default:
		c.Changed++
	}
}

// Counts counts the types, and the keys of those that changed.
func (d *SchemaDiff) Counts() (types, keys DiffCount) {
	for _, t := range d.Types {
		types.Count(t.Change)
		changed := map[string]bool{}
		for _, c := range t.Changes {
			switch {
			case c.Fact == "":
				keys.Count(c.Change)
			case c.Path != "" && !changed[c.Path]:
				changed[c.Path] = true
				keys.Changed++
			}
		}
	}
	return types, keys
}

// SchemaDiff writes changes for a person, by type.
func (p *Printer) SchemaDiff(d *SchemaDiff) {
	for _, t := range d.Types {
		p.Line("%s %s  %s", sign(t.Change), bold.Render(Clean(t.ID)), faint.Render(Clean(t.Family)))
		for _, c := range t.Changes {
			p.Line("    %s %s", sign(c.Change), factText(c, func(s string) string { return s }))
		}
	}
	if len(d.Types) > 0 {
		p.Line("")
	}
	p.Line("%s", d.summary())
}

func (d *SchemaDiff) summary() string {
	if len(d.Types) == 0 {
		return "no difference"
	}
	types, keys := d.Counts()
	return types.words("type") + "; " + keys.words("key")
}

func sign(change string) string {
	switch change {
	case "added":
		return green.Render("+")
	case "removed":
		return red.Render("-")
	}
	return yellow.Render("~")
}

// factText says a change in a few words: EncryptionType: rangelist "WPA4" is new. Names go through quote.
func factText(c SchemaFactDiff, quote func(string) string) string {
	text := func(s string) string { return quote(Clean(s)) }
	if c.Fact == "" {
		return fmt.Sprintf("%s  %s", text(c.Path), Clean(cmp.Or(c.New, c.Old)))
	}
	what := Clean(strings.TrimSpace(c.Platform + " " + c.Fact))
	if c.Path != "" {
		what = text(c.Path) + ": " + what
	}
	switch c.Change {
	case "added":
		return what + " " + text(c.New)
	case "removed":
		return what + " " + text(c.Old)
	}
	return what + " " + text(c.Old) + " -> " + text(c.New)
}

// WriteSchemaDiff writes changes as Markdown.
func WriteSchemaDiff(w io.Writer, d *SchemaDiff) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s to %s\n\n%s.\n", markdown(d.Old), markdown(d.New), capital(d.summary()))
	for _, t := range d.Types {
		fmt.Fprintf(&b, "\n## %s\n\n%s %s.\n", markdown(t.ID), capital(markdown(t.Family)), t.Change)
		if len(t.Changes) > 0 {
			b.WriteString("\n")
		}
		for _, c := range t.Changes {
			fmt.Fprintf(&b, "- %s: %s\n", c.Change, factText(c, markdown))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdown quotes text as code, in which nothing else is markup.
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
