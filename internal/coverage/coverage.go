// Package coverage says what is really done on each device: a matrix of the prevention intents, or of the keys of a
// profile, by target. Every class is computed from the schema facts and the few facts beside them; no table is kept by hand.
package coverage

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/target"
)

// Matrix is what each subject comes to on each target.
type Matrix struct {
	Targets []target.Target
	Files   []string // whose keys the rows are, in their order, those without a row among them; nil for intents
	Rows    []Row
}

// Row is an intent, or a key, on every target of the matrix.
type Row struct {
	Subject Subject
	Cells   []Cell // one for each target, in the matrix's order
}

// Subject is what a row is about.
type Subject struct {
	Intent intent.ID // empty for a key
	File   string    // where the key stands; empty for an intent
	Type   string    // payload type, declaration type or preference domain
	Key    string    // path of the key below it, such as DNSSettings.AllowFailover; empty for the type as a whole
	Value  string    // true or false; empty for other values
}

// Name is the subject in one word: date-time, or TYPE.KEY.
func (s Subject) Name() string {
	switch {
	case s.Intent != "":
		return string(s.Intent)
	case s.Key == "":
		return s.Type
	}
	return s.Type + "." + s.Key
}

// Title is the subject as a heading.
func (s Subject) Title() string {
	if s.Intent != "" {
		return s.Intent.Title()
	}
	return s.Name()
}

// Cell is what a subject comes to on one target.
type Cell struct {
	Target     target.Target
	Class      intent.Class
	Mechanisms []string // payload type and key, or declaration, of what is set; empty where nothing is
	Tried      []intent.Mechanism
	Notes      []intent.Note
	Settings   []intent.Setting // what a person can do by hand
	Source     string
}

// Mechanism is every mechanism in one text.
func (c Cell) Mechanism() string { return strings.Join(c.Mechanisms, ", ") }

// Condition is what the class rests on, in one text: the notes that do not go without saying.
func (c Cell) Condition() string {
	var texts []string
	for _, n := range c.Notes {
		if !n.Detail {
			texts = append(texts, n.Text)
		}
	}
	return strings.Join(texts, "; ")
}

// Verified says whether the class and its condition rest on what Apple states, and on nothing else.
func (c Cell) Verified() bool {
	return !slices.ContainsFunc(c.Notes, func(n intent.Note) bool { return !n.Detail && n.Evidence != fact.Apple })
}

// says is whether two cells of different targets would look the same.
func (c Cell) says(d Cell) bool {
	return c.Class == d.Class && slices.Equal(c.Mechanisms, d.Mechanisms) && slices.Equal(c.Notes, d.Notes)
}

// Grid is what is shown without a choice of targets: each platform, by hand, by MDM and by MDM on supervised devices, on
// the previous and the current major version. A target that is read as another one has no row.
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

// Group is targets for which every row of a matrix says the same: of one platform, or of iOS and iPadOS.
type Group struct {
	Targets []target.Target
	At      int // index of the first of them in the matrix

	everyWay bool // every way of install that the matrix has for the platform
}

// Platforms names the platforms of a group: iOS, iPadOS.
func (g Group) Platforms() string {
	return join(g.Targets, func(t target.Target) string { return string(t.Platform) })
}

// Versions lists the versions of a group: 26, 27.
func (g Group) Versions() string {
	return join(g.Targets, func(t target.Target) string { return t.Version.String() })
}

// Installed says the ways of install of a group in few words: any MDM.
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

// way is a target's way of install without a comma.
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

// Groups puts targets together for which every row says the same: versions of one platform and way of install, then ways
// of install with the same versions, and then iOS with iPadOS. Every target is in one group; the order is the matrix's.
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
	slices.SortStableFunc(groups, func(a, b Group) int { return a.family(m) - b.family(m) })
	return groups
}

// platform is every target of one platform.
func (m *Matrix) platform(p target.Platform) Group {
	var g Group
	for _, t := range m.Targets {
		if t.Platform == p {
			g.Targets = append(g.Targets, t)
		}
	}
	return g
}

// family is where the platform of a group first stands in the matrix, iPadOS counting as iOS.
func (g Group) family(m *Matrix) int {
	return slices.IndexFunc(m.Targets, func(t target.Target) bool { return t.Platform.Schema() == g.Targets[0].Platform.Schema() })
}

// merge puts each group to the first one that it fits and agrees with.
func (m *Matrix) merge(groups []Group, fits func(a, b Group) bool) []Group {
	var merged []Group
	for _, g := range groups {
		i := slices.IndexFunc(merged, func(h Group) bool { return fits(h, g) && m.agree(h.At, g.At) })
		if i < 0 {
			merged = append(merged, g)
			continue
		}
		merged[i].Targets = append(merged[i].Targets, g.Targets...)
	}
	return merged
}

// agree says whether every row says the same of two targets.
func (m *Matrix) agree(i, j int) bool {
	return !slices.ContainsFunc(m.Rows, func(r Row) bool { return !r.Cells[i].says(r.Cells[j]) })
}

// IsUniform says whether every row says the same of every target, on several platforms.
func (m *Matrix) IsUniform() bool {
	several := false
	for i, t := range m.Targets {
		if !m.agree(0, i) {
			return false
		}
		several = several || t.Platform != m.Targets[0].Platform
	}
	return several
}

// Nothing says whether no row does anything on a group, so that it need not be shown.
func (m *Matrix) Nothing(g Group) bool {
	return !slices.ContainsFunc(m.Rows, func(r Row) bool { return r.Cells[g.At].Class != intent.None })
}

// Has reports whether any cell is of a kind.
func (m *Matrix) Has(is func(Cell) bool) bool {
	return slices.ContainsFunc(m.Rows, func(r Row) bool { return slices.ContainsFunc(r.Cells, is) })
}

// ByFile splits a matrix of keys into one for each name of a file.
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
