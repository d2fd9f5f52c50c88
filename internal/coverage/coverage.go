// Package coverage works out what each prevention intent of a template, or each key of a profile, really does on each
// device, and why.
//
// Start with Intents and Keys: both return a Matrix, a row for each subject and a cell for each target. Package intent
// judges the intents, evaluate.go the keys. Matrix.Groups then joins targets with equal cells, for a short table, and
// Explain tells why one cell has its class and how to reach a stronger one. Every class is computed from the schema facts
// and package facts; no table is kept by hand. Package view lays the result out.
package coverage

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/target"
)

// Matrix holds the effect of each subject on each target.
type Matrix struct {
	Targets []target.Target
	Files   []string // the files of the rows, in order, including files without a row; nil for intents
	Rows    []Row
}

// Row is one intent or key on every target of the matrix.
type Row struct {
	Subject Subject
	Cells   []Cell // one for each target, in the matrix's order
}

// Subject is the intent or key of a row.
type Subject struct {
	Intent intent.ID // empty for a key
	File   string    // the key's file; empty for an intent
	Type   string    // payload type, declaration type or preference domain
	Key    string    // the key's path below Type, such as DNSSettings.AllowFailover; empty for the type as a whole
	Value  string    // true or false; empty for other values
}

// Name returns the subject in one word: date-time, or TYPE.KEY.
func (s Subject) Name() string {
	switch {
	case s.Intent != "":
		return string(s.Intent)
	case s.Key == "":
		return s.Type
	}
	return s.Type + "." + s.Key
}

// Label returns the subject below the name of its type: an intent, or a key with its value.
func (s Subject) Label() string {
	switch {
	case s.Intent != "":
		return s.Intent.Title()
	case s.Key == "":
		return "the payload as a whole"
	case s.Value != "":
		return s.Key + " " + s.Value
	}
	return s.Key
}

// IsCalled reports whether a name means the subject: an intent, TYPE.KEY, or the key alone, in any case.
func (s Subject) IsCalled(name string) bool {
	return strings.EqualFold(s.Name(), name) || s.Key != "" && (strings.EqualFold(s.Key, name) || strings.HasSuffix(s.Key, "."+name))
}

// Title returns the subject as a heading.
func (s Subject) Title() string {
	if s.Intent != "" {
		return s.Intent.Title()
	}
	return s.Name()
}

// Cell is the effect of a subject on one target.
type Cell struct {
	Target     target.Target
	Class      intent.Class
	Mechanisms []string           // the payload types with keys, or the declarations, set there; may be empty
	Tried      []intent.Mechanism // every mechanism looked up, working or not
	Notes      []intent.Note
	Settings   []intent.Setting // left for a person to do by hand
	Source     string
	Missing    bool // the platform, or its version, has no such payload, declaration or key
}

// Mechanism joins the mechanisms with commas.
func (c Cell) Mechanism() string { return strings.Join(c.Mechanisms, ", ") }

// Condition joins the notes with semicolons, without the details that hold wherever the class is reached.
func (c Cell) Condition() string {
	var texts []string
	for _, n := range c.Notes {
		if !n.Detail {
			texts = append(texts, n.Text)
		}
	}
	return strings.Join(texts, "; ")
}

// Verified reports whether the class and its condition rest on Apple's statements alone.
func (c Cell) Verified() bool {
	return !slices.ContainsFunc(c.Notes, func(n intent.Note) bool { return !n.Detail && n.Evidence != fact.Apple })
}

// looksLike reports whether two cells of different targets read the same.
func (c Cell) looksLike(d Cell) bool {
	return c.Class == d.Class && slices.Equal(c.Mechanisms, d.Mechanisms) && slices.Equal(c.Notes, d.Notes)
}

// Grid returns the targets of a run without --target: each platform, installed by hand, by MDM and by MDM on supervised
// devices, on the previous and the current major version. Targets with the rules of another target are left out.
func Grid() []target.Target {
	var all []target.Target
	for _, p := range target.Platforms() {
		for _, e := range []target.Enrollment{target.Manual, target.Device, target.Supervised} {
			for _, major := range []int{target.Current - 1, target.Current} {
				if t := (target.Target{Platform: p, Version: target.Version{Major: major}, Enrollment: e}); t.ReadAs() == "" {
					all = append(all, t)
				}
			}
		}
	}
	return all
}

// Group is targets with equal cells in every row of a matrix: of one platform, or of iOS and iPadOS.
type Group struct {
	Targets []target.Target
	At      int // index of the first target in the matrix

	everyWay bool // the group has every way of install of its platform in the matrix
}

// Platforms returns the platforms of the group: iOS, iPadOS.
func (g Group) Platforms() string {
	return join(g.Targets, func(t target.Target) string { return string(t.Platform) })
}

// Versions returns the versions of the group: 26, 27.
func (g Group) Versions() string {
	return join(g.Targets, func(t target.Target) string { return t.Version.String() })
}

// Installed returns the ways of install of the group in few words: any MDM.
func (g Group) Installed() string {
	ways := g.ways()
	switch {
	case g.everyWay && len(ways) > 1:
		return "any way"
	case slices.Equal(ways, []target.Enrollment{target.Device, target.Supervised}):
		return "any MDM"
	case slices.Equal(ways, []target.Enrollment{target.Manual, target.Device}):
		return "unsupervised"
	}
	return join(g.Targets, func(t target.Target) string {
		return strings.TrimSuffix(way(t), " MDM")
	})
}

func (g Group) ways() []target.Enrollment {
	var ways []target.Enrollment
	for _, t := range g.Targets {
		if e := t.Effective(); !slices.Contains(ways, e) {
			ways = append(ways, e)
		}
	}
	return ways
}

// way returns a target's way of install, without a comma.
func way(t target.Target) string {
	switch e := t.Effective(); {
	case e == target.Supervised && t.SupervisesAll():
		return target.Device.Describe()
	case e == target.Supervised:
		return "supervised MDM"
	case e == target.ManualSupervised:
		return "supervised by hand"
	default:
		return e.Describe()
	}
}

func join(targets []target.Target, text func(target.Target) string) string {
	var texts []string
	for _, t := range targets {
		if s := text(t); !slices.Contains(texts, s) {
			texts = append(texts, s)
		}
	}
	return strings.Join(texts, ", ")
}

// Groups joins targets with equal cells in every row: first the versions of one platform and way of install, then the
// ways of install with the same versions, then iOS with iPadOS. Every target is in exactly one group; groups have the
// order of the matrix.
func (m *Matrix) Groups() []Group {
	var groups []Group
	for i, t := range m.Targets {
		groups = append(groups, Group{Targets: []target.Target{t}, At: i})
	}
	groups = m.merge(groups, func(a, b Group) bool {
		return a.Platforms() == b.Platforms() && a.Installed() == b.Installed()
	})
	groups = m.merge(groups, func(a, b Group) bool {
		return a.Platforms() == b.Platforms() && a.Versions() == b.Versions()
	})
	for i := range groups {
		groups[i].everyWay = len(groups[i].ways()) == len(m.platform(groups[i].Targets[0].Platform).ways())
	}
	groups = m.merge(groups, func(a, b Group) bool {
		return a.Targets[0].Platform.Schema() == b.Targets[0].Platform.Schema() && a.Versions() == b.Versions() && a.Installed() == b.Installed()
	})
	slices.SortStableFunc(groups, func(a, b Group) int { return a.platformIndex(m) - b.platformIndex(m) })
	return groups
}

// platform returns every target of one platform.
func (m *Matrix) platform(p target.Platform) Group {
	var g Group
	for _, t := range m.Targets {
		if t.Platform == p {
			g.Targets = append(g.Targets, t)
		}
	}
	return g
}

// platformIndex returns the index of the first target of the group's platform, iPadOS counting as iOS.
func (g Group) platformIndex(m *Matrix) int {
	return slices.IndexFunc(m.Targets, func(t target.Target) bool { return t.Platform.Schema() == g.Targets[0].Platform.Schema() })
}

// merge joins each group with the first one that fits it and has equal cells.
func (m *Matrix) merge(groups []Group, fits func(a, b Group) bool) []Group {
	var merged []Group
	for _, g := range groups {
		i := slices.IndexFunc(merged, func(h Group) bool { return fits(h, g) && m.isSame(h.At, g.At) })
		if i < 0 {
			merged = append(merged, g)
			continue
		}
		merged[i].Targets = append(merged[i].Targets, g.Targets...)
	}
	return merged
}

// isSame reports whether two targets have equal cells in every row.
func (m *Matrix) isSame(i, j int) bool {
	return !slices.ContainsFunc(m.Rows, func(r Row) bool { return !r.Cells[i].looksLike(r.Cells[j]) })
}

// IsUniform reports whether all targets have equal cells, and are of several platforms.
func (m *Matrix) IsUniform() bool {
	several := false
	for i, t := range m.Targets {
		if !m.isSame(0, i) {
			return false
		}
		several = several || t.Platform != m.Targets[0].Platform
	}
	return several
}

// HasNoEffect reports whether no row has an effect on a group, so it need not be shown.
func (m *Matrix) HasNoEffect(g Group) bool {
	return !slices.ContainsFunc(m.Rows, func(r Row) bool { return r.Cells[g.At].Class != intent.None })
}

// Has reports whether is is true of any cell.
func (m *Matrix) Has(is func(Cell) bool) bool {
	return slices.ContainsFunc(m.Rows, func(r Row) bool { return slices.ContainsFunc(r.Cells, is) })
}

// ByFile splits a matrix of keys into one matrix a file name.
func (m *Matrix) ByFile() []*Matrix {
	var all []*Matrix
	at := map[string]*Matrix{}
	for _, name := range m.Files {
		if at[name] == nil {
			at[name] = &Matrix{Targets: m.Targets, Files: []string{name}}
			all = append(all, at[name])
		}
	}
	for _, r := range m.Rows {
		if of := at[r.Subject.File]; of != nil {
			of.Rows = append(of.Rows, r)
		}
	}
	return all
}
