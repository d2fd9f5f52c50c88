package view

import (
	"bytes"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
)

const escape = "\x1b[31m"

// hostile is a type in which everything that comes from outside holds an escape sequence.
func hostile() SchemaType {
	yes := true
	return SchemaType{ID: escape, PayloadType: escape + "x", Family: escape, Path: escape, Apply: escape, Replacement: escape, Title: escape, Content: escape,
		Platforms: []SchemaPlatform{{Platform: escape, Available: true, UserEnrollment: escape, SharedIPad: escape, SharedIPadUser: &yes,
			AllowedEnrollments: &[]string{escape}}, {Platform: escape}},
		Keys: []SchemaKey{{Name: escape, Type: "string", Format: escape, Subtype: escape, CombineType: escape, AssetTypes: []string{escape},
			Replacement: escape, Repeats: escape, DefaultText: escape, RangeListText: []string{escape},
			Platforms: []SchemaPlatform{{Platform: escape, Available: true, UserEnrollment: escape}}}},
		Sources: []SchemaSource{{escape, escape, escape}}, Unsure: []string{escape}}
}

func TestSchemaTextIsHarmless(t *testing.T) {
	fact := SchemaFactDiff{escape, "changed", escape, escape, escape, escape}
	diff := &SchemaDiff{escape, escape, []SchemaTypeDiff{{escape, escape, "changed", []SchemaFactDiff{fact, {Path: escape, Change: "added", New: escape}}}}}
	tests := map[string]func(p *Printer){
		"list": func(p *Printer) {
			p.SchemaList(&SchemaList{[]SchemaEntry{{ID: escape, Family: escape, Platforms: []SchemaLifecycle{{Platform: "iOS", Introduced: "4"}}}}}, []string{"iOS"})
		},
		"show":   func(p *Printer) { p.SchemaShown(&SchemaShown{[]SchemaType{hostile()}}) },
		"search": func(p *Printer) { p.SchemaMatches(&SchemaMatches{[]SchemaMatch{{escape, escape, escape, ""}}}) },
		"diff":   func(p *Printer) { p.SchemaDiff(diff) },
		"sources": func(p *Printer) {
			p.SchemaSources(&SchemaSources{Catalogs: []SchemaCatalog{{Name: escape, Folder: escape, Sources: []SchemaSourceCount{{escape, escape, 1}}}}})
		},
		"import": func(p *Printer) { p.SchemaImport(&SchemaImport{Source: escape, Version: escape, Folder: escape}) },
		"remove": func(p *Printer) { p.SchemaRemoved(&SchemaRemoved{[]string{escape}}, escape) },
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
	var out bytes.Buffer
	if err := WriteSchemaDiff(&out, diff); err != nil || strings.ContainsRune(out.String(), 0x1b) {
		t.Errorf("Markdown is %q, %v", out.String(), err)
	}
}

func TestSchemaTablesFitTheScreen(t *testing.T) {
	long := strings.Repeat("value ", 30)
	shown := &SchemaShown{[]SchemaType{{ID: "com.example.a", Keys: []SchemaKey{
		{Name: "Short", Type: "string", RangeListText: []string{long}},
		{Name: "Other", Type: "string", DefaultText: long},
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

func TestDiffCounts(t *testing.T) {
	d := &SchemaDiff{Types: []SchemaTypeDiff{{Change: "added"}, {Change: "removed"}, {Change: "changed", Changes: []SchemaFactDiff{
		{Change: "added", Fact: "apply"}, {Path: "A", Change: "added", Fact: "default"}, {Path: "A", Change: "removed", Fact: "rangelist"},
		{Path: "B", Change: "added"}, {Path: "C", Change: "removed"},
	}}}}
	types, keys := d.Counts()
	if types != (DiffCount{1, 1, 1}) || keys != (DiffCount{1, 1, 1}) {
		t.Errorf("%+v, %+v", types, keys)
	}
}

// On a narrow screen a table is stacked, and no word of it broken.
func TestNarrowTable(t *testing.T) {
	var out bytes.Buffer
	p := NewPrinter(&out, nil, 60)
	long := strings.Repeat("x", 50)
	p.grid([]string{"rule", "severity", "what"}, [][]string{{long, red.Render("error"), "finds what no table of sixty columns can hold in a row"}, {"b", "", "short"}})
	for _, want := range []string{long, "  severity: ", "  what: finds", "\nb\n  what: short\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}
