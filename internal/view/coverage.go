package view

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/coverage"
	"syncguard/internal/intent"
)

// removable stands under a table with profiles installed by hand.
const removable = "a person can remove a profile installed by hand, and its settings go with it"

// noEffect is the meaning of intent.None for a key.
const noEffect = "has no effect there"

// matrixBlocks lays out a matrix: intents as columns beside the targets, or keys as rows below them, a table a file and
// platform. The classes, the mechanisms of each intent and footnotes follow.
func matrixBlocks(m *coverage.Matrix) []Block {
	var notes numbering
	var blocks []Block
	var mechanisms Terms
	if m.Files == nil {
		blocks, mechanisms = append(blocks, intentTable(m, &notes)), mechanismsOf(m)
	}
	for _, file := range m.ByFile() {
		blocks = append(blocks, keyTables(file, &notes)...)
	}
	all := classesOf(func(c intent.Class) bool { return m.Has(func(cell coverage.Cell) bool { return cell.Class == c }) })
	if m.Files != nil && len(all) > 0 && all[len(all)-1].Name.String() == string(intent.None) {
		all[len(all)-1].Is = []Text{words(noEffect)} // means something else for a key than for an intent
	}
	if len(all) > 0 {
		blocks = append(blocks, all)
	}
	if len(mechanisms) > 0 {
		blocks = append(blocks, mechanisms)
	}
	below := ""
	if m.Has(func(c coverage.Cell) bool { return len(c.Mechanisms) > 0 && !c.Target.Enrollment.IsMDM() }) {
		below = removable
	}
	if len(notes) > 0 || below != "" {
		blocks = append(blocks, notes.footnotes(below))
	}
	return blocks
}

// Coverage lays out matrices and explanations.
func Coverage(r *app.CoverageResult) []Block {
	var blocks []Block
	for i, m := range r.Matrices {
		blocks = append(blocks, Section{ID: fmt.Sprintf("coverage-%d", i+1), Blocks: matrixBlocks(m)})
	}
	for _, s := range r.Explanations {
		blocks = append(blocks, explanationBlock(s))
	}
	return blocks
}

// CoveragePage returns Coverage as a page of its own.
func CoveragePage(r *app.CoverageResult) *Page {
	return &Page{Title: "What each setting really does on each device", Blocks: Coverage(r)}
}

// explanationBlock tells why a subject has its class on a target.
func explanationBlock(s *coverage.Explanation) Block {
	title := Text{styled(Strong, s.Subject.Title()), {Text: " on " + s.Where + ": "}, styled(Class, string(s.Cell.Class))}
	if s.Subject.Value != "" {
		title[0].Text += " " + s.Subject.Value
	}
	switch {
	case s.Cell.Class != intent.None:
	case s.Subject.Intent != "":
		title = append(title, Run{Text: " (" + intent.None.Meaning() + ")"})
	default:
		title = append(title, Run{Text: " (" + noEffect + ")"})
	}
	var list List
	for _, l := range s.Sentences() {
		list.Items = append(list.Items, Item{Text: words(l)})
	}
	for _, source := range s.Sources {
		list.Items = append(list.Items, Item{Text: Text{styled(Faint, "source: "), {Text: source, Style: Faint, URL: source}}})
	}
	return Section{Title: title, Blocks: []Block{list}}
}

func classText(c intent.Class) Text { return Text{styled(Class, string(c))} }

// classesOf explains the classes in use.
func classesOf(occurs func(intent.Class) bool) (all Terms) {
	for _, c := range intent.Classes() {
		if occurs(c) {
			all = append(all, Term{classText(c), []Text{words(c.Meaning())}})
		}
	}
	return all
}

func intentTable(m *coverage.Matrix, notes *numbering) Table {
	t := Table{Headers: []string{"platform", "installed", "OS"}, Labels: 3}
	for _, r := range m.Rows {
		t.Headers = append(t.Headers, r.Subject.Title())
	}
	for _, g := range m.Groups() {
		row := Row{Cells: []Text{words(g.Platforms()), words(g.Installed()), words(g.Versions())}}
		for _, r := range m.Rows {
			row.Cells = append(row.Cells, classCell(r.Cells[g.At].Class, notes.numbers(r.Cells[g.At].Notes)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func classCell(c intent.Class, footnotes []int) Text {
	return Text{{Text: string(c), Style: Class, Footnotes: footnotes}}
}

// mechanismsOf lists the payloads, keys and declarations working for each intent.
func mechanismsOf(m *coverage.Matrix) (all Terms) {
	for _, r := range m.Rows {
		var types []string
		keys := map[string][]string{}
		for _, c := range r.Cells {
			for _, l := range c.Tried {
				if !l.Works {
					continue
				}
				if !slices.Contains(types, l.Type) {
					types = append(types, l.Type)
				}
				if key := strings.Join(l.Path, "."); key != "" && !slices.Contains(keys[l.Type], key) {
					keys[l.Type] = append(keys[l.Type], key)
				}
			}
		}
		term := Term{Name: words(r.Subject.Title())}
		for _, name := range types {
			is := Text{styled(Code, name)}
			if keys[name] != nil {
				is = append(append(is, Run{Text: ": "}), joined(Code, keys[name], ", ")...)
			}
			term.Is = append(term.Is, is)
		}
		if term.Is != nil {
			all = append(all, term)
		}
	}
	return all
}

const nothingAnywhere = "it has no effect on any of the targets."

// keyTables returns a table for each platform on which a file has an effect, or one table if all targets agree.
func keyTables(m *coverage.Matrix, notes *numbering) []Block {
	file := m.Files[0]
	if len(m.Rows) == 0 {
		return []Block{Section{Title: words(file), Blocks: []Block{Table{Below: "it holds no settings, so it has no effect."}}}}
	}
	groups := m.Groups()
	works := func(g coverage.Group) bool { return !m.HasNoEffect(g) }
	below := ""
	if !slices.ContainsFunc(groups, works) {
		below = nothingAnywhere
	}
	if m.IsUniform() {
		t := keyTable(m, groups[:1], notes)
		t.Headers[1], t.Below = "every target", below
		return []Block{Section{Title: words(file), Blocks: []Block{t}}}
	}
	var titles, nothing []string
	var tables []Table
	for len(groups) > 0 {
		n := 1
		for n < len(groups) && groups[n].Platforms() == groups[0].Platforms() {
			n++
		}
		if below == "" && !slices.ContainsFunc(groups[:n], works) {
			nothing = append(nothing, groups[0].Platforms())
		} else {
			titles, tables = append(titles, file+" · "+groups[0].Platforms()), append(tables, keyTable(m, groups[:n], notes))
		}
		groups = groups[n:]
	}
	if nothing != nil {
		below = "it has no effect on " + strings.Join(nothing, ", ") + "."
	}
	tables[len(tables)-1].Below = below
	var blocks []Block
	for i, t := range tables {
		blocks = append(blocks, Section{Title: words(titles[i]), Blocks: []Block{t}})
	}
	return blocks
}

func keyTable(m *coverage.Matrix, groups []coverage.Group, notes *numbering) Table {
	t := Table{Headers: []string{"key"}, Labels: 1, Sections: "payload or declaration"}
	for _, g := range groups {
		t.Headers = append(t.Headers, keyHeader(g))
	}
	for _, r := range m.Rows {
		common := commonNotes(r, groups)
		row := Row{Section: r.Subject.Type, Cells: []Text{{{Text: r.Subject.Label(), Style: Code, Footnotes: notes.numbers(common)}}}}
		for _, g := range groups {
			own := slices.DeleteFunc(slices.Clone(r.Cells[g.At].Notes), func(n intent.Note) bool { return slices.Contains(common, n) })
			row.Cells = append(row.Cells, classCell(r.Cells[g.At].Class, notes.numbers(own)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// keyHeader returns a group in two short lines.
func keyHeader(g coverage.Group) string {
	if way, isByHand := strings.CutPrefix(g.Installed(), "supervised "); isByHand {
		return "supervised\n" + way + " " + g.Versions()
	}
	return g.Installed() + "\n" + g.Versions()
}

// commonNotes returns the notes shared by all cells of a row, to stand once at its label.
func commonNotes(r coverage.Row, groups []coverage.Group) []intent.Note {
	return slices.DeleteFunc(slices.Clone(r.Cells[groups[0].At].Notes), func(n intent.Note) bool {
		return slices.ContainsFunc(groups, func(g coverage.Group) bool { return !slices.Contains(r.Cells[g.At].Notes, n) })
	})
}
