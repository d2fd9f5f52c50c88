package view

import (
	"slices"
	"strings"

	"syncguard/internal/baseline"
	"syncguard/internal/coverage"
)

// CoverageCell is what an intent or key comes to on one target. In JSON its shape is stable: fields are only ever added
// (docs/json.md).
type CoverageCell struct {
	Intent    string    `json:"intent"`          // date-time, dns, cellular, storage, updates; TYPE.KEY for a key
	File      string    `json:"file,omitempty"`  // of a key
	Value     string    `json:"value,omitempty"` // of a boolean key
	Target    string    `json:"target"`
	ReadAs    string    `json:"readAs,omitempty"` // the enrollment whose rules hold there, where it is another than the target's
	Class     string    `json:"class"`            // enforced, locked, default, hint, impossible
	Mechanism string    `json:"mechanism"`        // payload and key, or declaration; empty where nothing is set
	Condition string    `json:"condition"`
	Source    string    `json:"source"`
	Verified  bool      `json:"verified"` // the class and its condition rest on Apple's word alone
	Notes     []Note    `json:"notes"`
	Settings  []Setting `json:"settings"`
	Story     []string  `json:"story,omitempty"` // with --explain
}

// CoverageCells lists the cells of a matrix, row by row.
func CoverageCells(m *coverage.Matrix) []CoverageCell {
	cells := []CoverageCell{}
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			cells = append(cells, coverageCell(r.Subject, c))
		}
	}
	return cells
}

func coverageCell(s coverage.Subject, c coverage.Cell) CoverageCell {
	out := CoverageCell{Intent: s.Name(), File: s.File, Value: s.Value, Target: c.Target.String(), Class: string(c.Class),
		Mechanism: c.Mechanism(), Condition: c.Condition(), Source: c.Source, Verified: c.Verified(), Notes: []Note{}, Settings: []Setting{}}
	if c.Target.ReadAs() != "" {
		out.ReadAs = string(c.Target.Effective())
	}
	for _, n := range c.Notes {
		out.Notes = append(out.Notes, Note{n.Text, string(n.Evidence), n.Source, n.Detail})
	}
	for _, x := range c.Settings {
		out.Settings = append(out.Settings, Setting{x.Path, x.Value, string(x.Evidence)})
	}
	return out
}

// sheet is one table of a matrix, in no format yet.
type sheet struct {
	title   string
	labels  []string // headings of the columns that say what a row is
	headers []string // headings of the columns that hold classes
	rows    []sheetRow
	nowhere string // a sentence about where nothing has any effect; empty if there is no such place
}

type sheetRow struct {
	section string   // the heading above the row, where it is another one than that of the row before
	labels  []string // one for each of the sheet's labels
	marks   []int    // numbers of the footnotes that hold for every cell
	cells   []sheetCell
}

type sheetCell struct {
	class baseline.Class
	marks []int // numbers of footnotes
}

// sheets is a matrix as tables with footnotes under them.
type sheets struct {
	all     []sheet
	notes   []baseline.Note
	classes []baseline.Class // that occur, strongest first
	ofKeys  bool
	means   []means
	byHand  bool // something is set by hand, which a person can take away
}

// means is how an intent is served, where it is.
type means struct {
	title string
	types []meansType
}

// meansType is a payload type or declaration, with the keys of it that are set; none where it is set as a whole.
type meansType struct {
	name string
	keys []string
}

func (m meansType) String() string {
	if len(m.keys) == 0 {
		return m.name
	}
	return m.name + ": " + strings.Join(m.keys, ", ")
}

// sheetsOf lays a matrix out: intents as columns beside the targets, keys as rows below them, a table a file and platform.
func sheetsOf(m *coverage.Matrix) *sheets {
	s := &sheets{ofKeys: m.Files != nil}
	if s.ofKeys {
		for _, file := range files(m) {
			s.keys(file)
		}
	} else {
		s.intents(m)
	}
	for _, c := range baseline.Classes() {
		if s.has(m, func(cell coverage.Cell) bool { return cell.Class == c }) {
			s.classes = append(s.classes, c)
		}
	}
	s.byHand = s.has(m, func(c coverage.Cell) bool { return len(c.Mechanisms) > 0 && !c.Target.Enrollment.IsMDM() })
	return s
}

func (s *sheets) has(m *coverage.Matrix, is func(coverage.Cell) bool) bool {
	return slices.ContainsFunc(m.Rows, func(r coverage.Row) bool { return slices.ContainsFunc(r.Cells, is) })
}

// files splits a matrix of keys into one for each name of a file.
func files(m *coverage.Matrix) []*coverage.Matrix {
	var all []*coverage.Matrix
	at := map[string]*coverage.Matrix{}
	for _, name := range m.Files {
		if at[name] == nil {
			at[name] = &coverage.Matrix{Targets: m.Targets, Files: []string{name}}
			all = append(all, at[name])
		}
	}
	for _, r := range m.Rows {
		of := at[r.Subject.File]
		of.Rows = append(of.Rows, r)
	}
	return all
}

func (s *sheets) intents(m *coverage.Matrix) {
	t := sheet{labels: []string{"platform", "installed", "OS"}}
	for _, r := range m.Rows {
		t.headers = append(t.headers, r.Subject.Title())
		s.addMeans(r)
	}
	section := ""
	for _, g := range m.Groups() {
		row := sheetRow{labels: []string{g.Platforms(), g.Installed(), g.Versions()}}
		if section != row.labels[0] {
			section, row.section = row.labels[0], row.labels[0]
		}
		for _, r := range m.Rows {
			row.cells = append(row.cells, s.cell(r.Cells[g.At], nil))
		}
		t.rows = append(t.rows, row)
	}
	s.all = append(s.all, t)
}

// addMeans lists what serves a row where it does.
func (s *sheets) addMeans(r coverage.Row) {
	m := means{title: r.Subject.Title()}
	for _, c := range r.Cells {
		for _, l := range c.Levers {
			if l.Works {
				m.add(l.Type, strings.Join(l.Path, "."))
			}
		}
	}
	if len(m.types) > 0 {
		s.means = append(s.means, m)
	}
}

func (m *means) add(name, key string) {
	at := slices.IndexFunc(m.types, func(t meansType) bool { return t.name == name })
	if at < 0 {
		at = len(m.types)
		m.types = append(m.types, meansType{name: name})
	}
	if t := &m.types[at]; key != "" && !slices.Contains(t.keys, key) {
		t.keys = append(t.keys, key)
	}
}

// keys adds a table for each platform on which a file does anything; one for all where they say the same.
func (s *sheets) keys(m *coverage.Matrix) {
	file := m.Files[0]
	if len(m.Rows) == 0 {
		s.all = append(s.all, sheet{title: file, nowhere: "nothing in it has any effect: it holds no settings."})
		return
	}
	groups := m.Groups()
	idle := !slices.ContainsFunc(groups, func(g coverage.Group) bool { return !m.Nothing(g) })
	if m.IsUniform() {
		t := s.keySheet(m, groups[:1])
		t.title, t.headers = file, []string{"every target"}
		if idle {
			t.nowhere = nothingAnywhere
		}
		s.all = append(s.all, t)
		return
	}
	var nothing []string
	for len(groups) > 0 {
		n := 1
		for n < len(groups) && groups[n].Platforms() == groups[0].Platforms() {
			n++
		}
		platform := groups[:n]
		groups = groups[n:]
		if !idle && !slices.ContainsFunc(platform, func(g coverage.Group) bool { return !m.Nothing(g) }) {
			nothing = append(nothing, platform[0].Platforms())
			continue
		}
		s.all = append(s.all, s.keySheet(m, platform))
	}
	switch last := &s.all[len(s.all)-1]; {
	case idle:
		last.nowhere = nothingAnywhere
	case len(nothing) > 0:
		last.nowhere = "nothing in it has any effect on " + strings.Join(nothing, ", ") + "."
	}
}

const nothingAnywhere = "nothing in it has any effect on any of the targets."

func (s *sheets) keySheet(m *coverage.Matrix, groups []coverage.Group) sheet {
	t := sheet{title: m.Files[0] + " · " + groups[0].Platforms(), labels: []string{"key"}}
	for _, g := range groups {
		t.headers = append(t.headers, keyHeader(g))
	}
	section := ""
	for _, r := range m.Rows {
		row := sheetRow{labels: []string{keyLabel(r.Subject)}}
		if section != r.Subject.Type {
			section, row.section = r.Subject.Type, r.Subject.Type
		}
		common := commonNotes(r, groups)
		row.marks = s.marks(common)
		for _, g := range groups {
			row.cells = append(row.cells, s.cell(r.Cells[g.At], common))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// keyHeader says a group in two short lines.
func keyHeader(g coverage.Group) string {
	if way, isByHand := strings.CutPrefix(g.Installed(), "supervised "); isByHand {
		return "supervised\n" + way + " " + g.Versions()
	}
	return g.Installed() + "\n" + g.Versions()
}

func keyLabel(s coverage.Subject) string {
	switch {
	case s.Key == "":
		return "the payload as a whole"
	case s.Value != "":
		return s.Key + " " + s.Value
	}
	return s.Key
}

// commonNotes returns the notes that all cells of a row have, which need not stand at each.
func commonNotes(r coverage.Row, groups []coverage.Group) []baseline.Note {
	var common []baseline.Note
	for _, n := range r.Cells[groups[0].At].Notes {
		if !slices.ContainsFunc(groups, func(g coverage.Group) bool { return !slices.Contains(r.Cells[g.At].Notes, n) }) {
			common = append(common, n)
		}
	}
	return common
}

// cell is a class with its footnotes, except for those that stand at the row.
func (s *sheets) cell(c coverage.Cell, common []baseline.Note) sheetCell {
	notes := slices.DeleteFunc(slices.Clone(c.Notes), func(n baseline.Note) bool { return slices.Contains(common, n) })
	return sheetCell{c.Class, s.marks(notes)}
}

// marks numbers notes in the order in which they first appear. What goes without saying has no number.
func (s *sheets) marks(notes []baseline.Note) []int {
	var marks []int
	for _, n := range notes {
		if n.Detail {
			continue
		}
		at := slices.IndexFunc(s.notes, func(m baseline.Note) bool { return m.Label() == n.Label() })
		if at < 0 {
			at = len(s.notes)
			s.notes = append(s.notes, n)
		}
		if !slices.Contains(marks, at+1) {
			marks = append(marks, at+1)
		}
	}
	slices.Sort(marks)
	return marks
}

// meaning says a class; of a key it is another thing to be impossible than of an intent.
func (s *sheets) meaning(c baseline.Class) string {
	if s.ofKeys && c == baseline.Impossible {
		return "has no effect there"
	}
	return c.Meaning()
}

// removable is said where something is set by hand.
const removable = "what a profile installed by hand sets goes when the person removes the profile"
