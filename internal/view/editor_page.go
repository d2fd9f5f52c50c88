package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/inspect"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

// EditorPage lays out a result that an editor shows beside a text: its coverage, its content, or the explanation of a key. It returns
// false for other results.
func EditorPage(result any) (html string, ok bool) {
	var p *Page
	switch r := result.(type) {
	case *app.CoverageResult:
		p = CoveragePage(r)
		if r.Findings != nil {
			p.Blocks = []Block{Paragraph{words("Correct these first."), Important}, findingsList(slices.DeleteFunc(slices.Clone(r.Findings), func(d diag.Diagnostic) bool { return d.Severity != diag.Error }))}
		}
		if len(p.Blocks) == 0 {
			p.Blocks = []Block{Paragraph{words("Nothing is set yet."), ""}}
		}
		if r.Damaged {
			p.Blocks = append([]Block{damaged}, p.Blocks...)
		}
	case *app.Inspection:
		p = inspectionPage(r)
	case *app.Explained:
		p = explanationPage(r)
	default:
		return "", false
	}
	var b strings.Builder
	if p.HTML(&b) != nil { // a builder takes everything
		return "", false
	}
	return b.String(), true
}

func inspectionPage(i *app.Inspection) *Page {
	p := &Page{Title: "Content"}
	if i.Inspected == nil {
		p.Blocks = []Block{Paragraph{words("It cannot be read."), Important}, findingsList(i.Findings)}
		return p
	}
	d := i.Document
	for _, k := range d.Envelope {
		if (k.Key == "PayloadDisplayName" || k.Key == "Identifier") && k.Text != "" && !k.Secret {
			p.Title, _ = truncate(k.Text, maxTitle)
		}
	}
	p.Above = map[string]string{"profile": "Configuration profile", "declaration": "Declaration"}[string(d.Kind)]
	p.Blocks = append(signatureWarnings(i.Inspected), fileTerms(i.Inspected))
	if len(i.Findings) > 0 {
		p.Blocks = append(p.Blocks, Section{Title: words(text.Count(len(i.Findings), "finding")), ID: "findings", Blocks: []Block{findingsList(i.Findings)}})
	}
	t := &tree{p: &Printer{Width: pageColumns}, left: maxRows}
	p.Blocks = append(p.Blocks, t.sections(d)...)
	if t.cut > 0 {
		p.Blocks = append(p.Blocks, Paragraph{words(text.Count(t.cut, "more value") + " not shown; syncguard inspect --full shows all."), Small})
	}
	return p
}

const (
	maxTitle    = 120 // characters of a title
	pageColumns = 150 // of a value on a page
)

// damaged warns of a file that is shown as far as it can be read.
var damaged = Paragraph{words("The file is damaged; parts of it may be missing here."), Important}

// signatureWarnings tells what is wrong with a signature, the worst first.
func signatureWarnings(f *app.Inspected) (all []Block) {
	if f.Defect != "" {
		all = append(all, Paragraph{words("Devices refuse this file: " + Clean(f.Defect) + "."), Important})
	}
	if f.Errors > 0 {
		all = append(all, damaged)
	}
	s := f.Signature
	if s == nil {
		return all
	}
	for _, a := range []struct {
		what string
		cms.Answer
	}{{"The signature is broken", s.Integrity}, {"The signer is not trusted here", s.Trust}, {"The signature is not valid now", s.Validity}} {
		if !a.OK {
			detail, _ := truncate(a.Detail, maxDetail)
			all = append(all, Paragraph{Text{styled(Strong, a.what+": "), {Text: detail + "."}}, Important})
		}
	}
	return all
}

// fileTerms are the facts about a file: format, signer, encryption.
func fileTerms(f *app.Inspected) (all Terms) {
	add := func(name string, is ...string) {
		t := Term{Name: words(name)}
		for _, s := range is {
			t.Is = append(t.Is, words(s))
		}
		all = append(all, t)
	}
	formats := map[string]string{"xml": "XML", "binary": "binary property list", "json": "JSON"}
	add("Format", cmp.Or(formats[f.Format], f.Format)+", "+size(f.Size))
	switch s := f.Signature; {
	case s != nil:
		var signers []string
		for _, c := range s.Certificates {
			if c.Role == cms.RoleSigner {
				name, _ := truncate(c.Name, maxTitle)
				signers = append(signers, fmt.Sprintf("%s, %s, until %s", name, Clean(c.Key), c.NotAfter.Format(time.DateOnly)))
			}
		}
		add("Signed by", cmp.Or(strings.Join(signers, "\n"), "an unknown signer"))
		for _, a := range []struct {
			name string
			cms.Answer
		}{{"Integrity", s.Integrity}, {"Trust", s.Trust}, {"Validity", s.Validity}} {
			detail, _ := truncate(a.Detail, maxDetail)
			add(a.name, textIf(!a.OK, "no: ")+detail)
		}
	case f.Kind == "profile" && f.Defect == "":
		add("Signed by", "nobody")
	}
	if e := f.Encrypted; e != nil {
		add("Encrypted", cmp.Or(Clean(e.Problem), fmt.Sprintf("for %s, %s of %s: syncguard decrypt opens it", text.Count(len(e.Recipients), "device"), size(e.Size), e.Cipher)))
	}
	return all
}

// findingsList has the errors first, each with its place and what to do below it.
func findingsList(found []diag.Diagnostic) (l List) {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b diag.Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
	for _, d := range found {
		item := Item{Text: Text{styled(Strong, d.Severity.String()+": "), {Text: d.Message + "  "}, styled(Evidence, d.Rule)}}
		var below Text
		if len(d.Path) > 0 {
			below = append(below, styled(Code, d.Path.String()))
		}
		if d.Help != "" {
			below = append(below, Run{Text: textIf(below != nil, " · ") + d.Help})
		}
		if below != nil {
			item.Blocks = []Block{Paragraph{below, Small}}
		}
		l.Items = append(l.Items, item)
	}
	return l
}

// sections are the keys around the payloads, then each payload.
func (t *tree) sections(d *inspect.Document) (all []Block) {
	title := "Profile"
	if d.Kind != "profile" {
		title = "Keys"
	}
	if keys := withoutUsual(d.Envelope); len(keys) > 0 {
		all = append(all, Section{Title: words(title), Blocks: t.tables(keys)})
	}
	for _, p := range d.Payloads {
		if t.left <= 0 {
			t.cut += countKeys(p.Keys) + 1
			continue
		}
		t.left--
		names, rest := takeKeys(p.Keys, "PayloadType", "PayloadDisplayName")
		name, _ := truncate(cmp.Or(p.Type, "(no type)"), maxTitle)
		s := Section{Title: words(name)}
		if k := names["PayloadDisplayName"]; k != nil && !k.Secret {
			shown, _ := truncate(k.Text, maxTitle)
			s.Title = append(words(shown), styled(Faint, "  "+name))
		}
		var notes []note
		for _, text := range byTarget(p.Obstacles) {
			notes = append(notes, note{text, true})
		}
		for _, kind := range p.Types {
			notes = append(notes, notesOfType(kind)...)
		}
		if len(p.Types) == 0 {
			notes = append(notes, note{nothingKnown, true})
		}
		s.Blocks = append([]Block{Paragraph{noteText(notes), ""}}, t.tables(withoutUsual(rest))...)
		all = append(all, s)
	}
	return all
}

// tables are keys with their values and notes, and the documents in them.
func (t *tree) tables(keys []*inspect.Node) (all []Block) {
	var rows []row
	t.collect(keys, 0, &rows)
	table := Table{Headers: []string{"Key", "Value", "Notes"}, Labels: 1, Stacks: true}
	for _, r := range rows {
		value, _ := r.render(pageColumns)
		shown := Text{styled(Code, value)}
		if value == "" {
			shown = nil
		}
		name := Text{{Text: strings.Repeat(unbroken, 4*r.depth)}, styled(Code, r.name)}
		table.Rows = append(table.Rows, Row{Cells: []Text{name, shown, noteText(r.notes)}})
	}
	if len(table.Rows) > 0 {
		all = append(all, table)
	}
	for _, r := range rows {
		if r.inside != nil {
			all = append(all, Section{Title: append(words("In "), styled(Code, r.name)), Blocks: t.sections(r.inside)})
		}
	}
	return all
}

func noteText(notes []note) (all Text) {
	for i, n := range notes {
		style := Faint
		if n.important {
			style = Strong
		}
		all = append(all, styled(style, strings.ReplaceAll(n.text, unbroken, " ")+textIf(i < len(notes)-1, "; ")))
	}
	return all
}

// explanationPage tells all that is known of a key or a type.
func explanationPage(x *app.Explained) *Page {
	p := &Page{Title: x.Title, Above: textIf(x.Type != x.Title, x.Type)}
	if x.Template != nil {
		p.Above, p.Blocks = "Template", templateKeyBlocks(x)
		return p
	}
	s := x.Schema
	if s == nil {
		return p
	}
	if s.Title != "" {
		p.Lead = words(s.Title)
	}
	if d := s.Description; d != nil {
		p.Blocks = append(p.Blocks, Paragraph{words(d.Text), ""})
	}
	if k := x.Key; k != nil {
		p.Blocks = append(p.Blocks, keyTerms(*k))
	}
	if len(x.Cells) > 0 {
		p.Blocks = append(p.Blocks, Section{Title: words("On your devices"), Blocks: []Block{cellTable(x.Cells)}})
	}
	headers, rows, missing := platformGrid(s.Platforms)
	if len(rows) > 0 {
		table := Table{Headers: headers, Labels: 1}
		for _, r := range rows {
			cells := []Text{words(r[0])}
			for _, c := range r[1:] {
				cells = append(cells, words(c))
			}
			table.Rows = append(table.Rows, Row{Cells: cells})
		}
		blocks := []Block{table}
		if len(missing) > 0 {
			blocks = append(blocks, Paragraph{words("Not on " + strings.Join(missing, ", ") + "."), Small})
		}
		p.Blocks = append(p.Blocks, Section{Title: words("Platforms"), Blocks: blocks})
	}
	keys := s.Keys
	if x.Key != nil {
		keys = x.Key.Keys
	}
	if len(keys) > 0 {
		p.Blocks = append(p.Blocks, Section{Title: words("Keys"), Blocks: []Block{schemaKeyTable(keys)}})
	}
	p.Blocks = append(p.Blocks, Section{Title: words("Sources"), Blocks: []Block{sourceList(s, x.Cells)}})
	return p
}

func templateKeyBlocks(x *app.Explained) []Block {
	k := x.Template
	terms := Terms{{words("Takes"), []Text{words(k.Kind)}}}
	add := func(name string, t ...Run) { terms = append(terms, Term{words(name), []Text{t}}) }
	if k.Required {
		add("Required", Run{Text: "yes"})
	}
	if k.Default != "" {
		add("Default", styled(Code, k.Default))
	}
	if len(k.Choices) > 0 {
		add("One of", joined(Code, k.Choices, ", ")...)
	}
	if k.Example != "" {
		add("Example", styled(Code, k.Example))
	}
	return []Block{Paragraph{words(k.Meaning), ""}, terms}
}

func keyTerms(k schema.KeyFacts) Terms {
	terms := Terms{{words("Takes"), []Text{words(Clean(k.Type) + textIf(k.Unit != "", ", "+k.Unit))}}}
	for _, x := range []struct{ name, text string }{
		{"Required", textIf(k.Required, "yes")}, {"Default", stated(k.Default)}, {"Values", values(k)}, {"Replaced by", k.Replacement},
		{"Evidence", textIf(k.Community, "community")}, {"Now", textIf(k.Dropped, "no longer listed")},
	} {
		if x.text != "" {
			terms = append(terms, Term{words(x.name), []Text{words(x.text)}})
		}
	}
	return terms
}

// cellTable has a row for each effect, with the targets it is the same on.
func cellTable(cells []coverage.Cell) Table {
	table := Table{Headers: []string{"Device", "Effect", "Why"}, Labels: 1, Stacks: true}
	for _, c := range cells {
		table.Rows = append(table.Rows, Row{Cells: []Text{words(c.Target.String()), classText(c.Class), words(c.Condition())}})
	}
	return table
}

// schemaKeyTable lists keys with those below them.
func schemaKeyTable(keys []schema.KeyFacts) Table {
	table := Table{Headers: []string{"Key", "Takes", "Meaning"}, Labels: 1, Stacks: true}
	var add func(keys []schema.KeyFacts, depth int)
	add = func(keys []schema.KeyFacts, depth int) {
		for _, k := range keys {
			name := k.Name
			if k.Element {
				name = strings.TrimSpace("[] " + name)
			}
			takes := Text{{Text: k.Type + textIf(k.Unit != "", ", "+k.Unit) + textIf(k.Required, ", required")}}
			for _, more := range []string{prefixed("default ", stated(k.Default)), values(k)} {
				if more != "" {
					takes = append(takes, styled(Faint, "; "+more))
				}
			}
			var meaning Text
			if k.Description != nil {
				meaning = words(k.Description.Text)
			}
			if differs := deviations(k); differs != "" {
				meaning = append(meaning, styled(Faint, textIf(len(meaning) > 0, " ")+differs))
			}
			label := Text{{Text: strings.Repeat(unbroken, 4*min(depth, maxIndent))}, styled(Code, name)}
			table.Rows = append(table.Rows, Row{Cells: []Text{label, takes, meaning}})
			add(k.Keys, depth+1)
		}
	}
	add(keys, 0)
	return table
}

// sourceList names each source once.
func sourceList(s *app.SchemaType, cells []coverage.Cell) (l List) {
	var seen []string
	add := func(t Text) {
		if text := t.String(); text != "" && !slices.Contains(seen, text) {
			seen = append(seen, text)
			l.Items = append(l.Items, Item{Text: t})
		}
	}
	for _, from := range s.Sources {
		add(words(strings.Join(slices.DeleteFunc([]string{from.Name, from.Version, from.Path}, func(x string) bool { return x == "" }), " ")))
	}
	if d := s.Description; d != nil {
		add(words("the description: " + textIf(d.Own, "syncguard's words, from ") + d.Source))
	}
	for _, source := range describedFrom(s.Keys) {
		add(words("descriptions of keys: " + source))
	}
	for _, c := range cells {
		if isAddress(c.Source) {
			add(Text{{Text: c.Source, URL: c.Source}})
		} else {
			add(words(c.Source))
		}
	}
	for _, fact := range s.Unsure {
		add(append(words("unsure: "), Run{Text: fact}))
	}
	return l
}
