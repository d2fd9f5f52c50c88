package view

import (
	"bytes"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/schema"

	"charm.land/lipgloss/v2"
)

const escape = "\x1b[31m"

// hostile is a type in which everything that comes from outside holds an escape sequence.
func hostile() app.SchemaType {
	yes := true
	stated := schema.Availability{UserEnrollment: escape, SharedIPad: schema.SharedIPad{Mode: escape, UserChannel: &yes}, AllowedEnrollments: []string{escape}}
	return app.SchemaType{ID: escape, PayloadType: escape + "x", Family: escape, Path: escape, Apply: escape, Replacement: escape, Title: escape, Description: &schema.Description{Text: escape, Source: escape},
		Platforms: []schema.OnPlatform{{Platform: escape, Available: true, Availability: stated}, {Platform: escape}},
		Keys: []schema.KeyFacts{{Name: escape, Type: escape, Default: escape, Description: &schema.Description{Text: escape, Source: escape, Own: true}, RangeList: []any{escape}, Repeats: escape,
			KeyDetails: schema.KeyDetails{Format: escape, Subtype: escape, CombineType: escape, AssetTypes: []string{escape}, Replacement: escape},
			Platforms:  []schema.OnPlatform{{Platform: escape, Available: true, Availability: stated}}}},
		Sources: []schema.Source{{Name: escape, Version: escape, Path: escape}}, Unsure: []string{escape}}
}

func TestSchemaTextIsHarmless(t *testing.T) {
	fact := schema.FactDifference{Path: escape, Change: schema.DiffChanged, Fact: escape, Platform: escape, Old: escape, New: escape}
	diff := &app.SchemaDifference{Old: escape, New: escape, Types: []schema.TypeDifference{{ID: escape, Family: escape, Change: schema.DiffChanged,
		Facts: []schema.FactDifference{fact, {Path: escape, Change: schema.DiffAdded, New: escape}}}}}
	tests := map[string]func(p *Printer){
		"list": func(p *Printer) {
			p.SchemaList(&app.SchemaListed{Types: []app.SchemaEntry{{ID: escape, Family: escape, Platforms: []app.SchemaLifecycle{{Platform: "iOS"}}}}})
		},
		"show": func(p *Printer) { p.SchemaShown(&app.SchemaShown{Types: []app.SchemaType{hostile()}, Hint: escape}) },
		"search": func(p *Printer) {
			p.SchemaFound(&app.SchemaFound{Matches: []app.SchemaMatch{{ID: escape, Family: escape, Path: escape, Description: &schema.Description{Text: escape}}}})
		},
		"diff": func(p *Printer) { p.SchemaDiff(diff) },
		"sources": func(p *Printer) {
			p.SchemaSources(&app.SchemaSourced{Catalogs: []app.SchemaCatalog{{Name: escape, Folder: escape,
				Sources: []schema.SourceCount{{Source: schema.Source{Name: escape, Version: escape}, Types: 1}}}}})
		},
		"import": func(p *Printer) { p.SchemaImport(&app.SchemaImported{Source: escape, Version: escape, Folder: escape}) },
		"remove": func(p *Printer) { p.SchemaRemoved(&app.SchemaRemoved{Folders: []string{escape}, Folder: escape}) },
	}
	for name, write := range tests {
		for _, width := range []int{0, 40} {
			var out bytes.Buffer
			p := NewPrinter(&out, nil, width)
			write(p)
			if out.Len() == 0 || strings.ContainsRune(out.String(), 0x1b) {
				t.Errorf("%s prints %q", name, out.String())
			}
		}
	}
	if text := SchemaDiffMarkdown(diff); strings.ContainsRune(text, 0x1b) {
		t.Errorf("Markdown is %q", text)
	}
}

func TestSchemaTablesFitTheScreen(t *testing.T) {
	long := strings.Repeat("value ", 30)
	shown := &app.SchemaShown{Types: []app.SchemaType{{ID: "com.example.a", Keys: []schema.KeyFacts{
		{Name: "Short", Type: "string", RangeList: []any{long}},
		{Name: "Other", Type: "string", Default: long},
	}}}}
	var out bytes.Buffer
	NewPrinter(&out, nil, 70).SchemaShown(shown)
	for line := range strings.Lines(out.String()) {
		if w := lipgloss.Width(strings.TrimRight(line, "\n")); w > 70 {
			t.Errorf("%d columns: %q", w, line)
		}
	}
}

func TestMarkdownQuotes(t *testing.T) {
	for in, want := range map[string]string{"a": "`a`", "": "``", "a`b": "`` a`b ``", "a``b": "``` a``b ```", "*x*": "`*x*`"} {
		if got := markdown(in); got != want {
			t.Errorf("markdown(%q) = %s, want %s", in, got, want)
		}
	}
}

// On a narrow screen a table is stacked, and no word of it broken.
func TestNarrowTable(t *testing.T) {
	var out bytes.Buffer
	p := NewPrinter(&out, nil, 60)
	long := strings.Repeat("x", 50)
	p.grid([]string{"rule", "severity", "what"}, [][]string{{long, red.Render("error"), "finds what no table of sixty columns can hold in a row"}, {"b", "", "short"}})
	for _, want := range []string{long, "    severity: error\n", "    what: finds", "\n  b\n    what: short\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}
