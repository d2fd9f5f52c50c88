package app

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"syncguard/internal/coverage"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// KeyTables is what a type, or a key of it, does on every platform, version and way of install.
type KeyTables struct {
	ID       string         `json:"id"`
	Family   schema.Family  `json:"family"`
	Path     string         `json:"path"`     // of the key; empty for the type as a whole
	Variants []ValueEffects `json:"variants"` // by value, the one with the strongest effect first; one for keys whose value makes no difference
	Notes    []NumberedNote `json:"notes"`    // those of the cells, numbered from 1 in this order
	Legend   []EffectClass  `json:"legend"`   // the classes in use
}

// ValueEffects are the effects of some values of a key.
type ValueEffects struct {
	Values    []string          `json:"values"`    // as a person writes them; none for any value
	Platforms []PlatformEffects `json:"platforms"` // a table each, without the next ones
	Missing   []target.Platform `json:"missing"`   // platforms that never had it
}

// PlatformEffects is the table of one platform, or of iOS and iPadOS.
type PlatformEffects struct {
	Platforms []target.Platform `json:"platforms"`
	Versions  []string          `json:"versions"` // the heads of the columns, the oldest first
	Ways      []WayEffects      `json:"ways"`     // the rows
}

// WayEffects is a row: ways of install with the same effect.
type WayEffects struct {
	Name  string          `json:"name"` // the ways in words
	Cells []VersionEffect `json:"cells"`
}

// VersionEffect is a cell.
type VersionEffect struct {
	Class    string        `json:"class"`    // `enforced`, `locked`, `preset`, `set`, `there`, `manual`, `none`, `missing`
	Evidence fact.Evidence `json:"evidence"` // the weakest of its conditions
	Notes    []int         `json:"notes"`    // numbers of notes
	Target   target.Target `json:"target"`   // the first device of the cell, to explain
}

// EffectClass explains a class.
type EffectClass struct {
	Class   string `json:"class"`
	Label   string `json:"label"`
	Meaning string `json:"meaning"`
}

// NumberedNote is a condition of some cells.
type NumberedNote struct {
	Text     string        `json:"text"` // a predicate; its subject is the key or the type
	Evidence fact.Evidence `json:"evidence"`
	Source   string        `json:"source"`
}

// The classes of cells beside those of intents.
const (
	classSet     = "set"     // it is set, and Apple does not state whether people can change it
	classMissing = "missing" // the device knows no such thing
)

// effectClasses lists all classes, strongest first.
var effectClasses = []EffectClass{
	{string(intent.Enforced), "enforced", intent.Enforced.Meaning()},
	{string(intent.Locked), "locked", intent.Locked.Meaning()},
	{string(intent.Preset), "preset", intent.Preset.Meaning()},
	{classSet, "set", "set; Apple does not state whether people can change it"},
	{string(coverage.There), "there", "the device knows it"},
	{string(intent.Manual), "by hand", "no profile sets it; a person can, in Settings"},
	{string(intent.None), "no effect", "it is there, and does nothing this way"},
	{classMissing, "not there", "this version has no such thing"},
}

// LookupKey returns the effects of a type or of a key. A type is named by its ID and family; the family may be empty.
func LookupKey(h *Host, id string, family schema.Family, path string) (*KeyTables, error) {
	l, err := newKeyLookup(h, id, family, path)
	if err != nil {
		return nil, err
	}
	r := &KeyTables{ID: l.kind.ID, Family: l.kind.Family, Path: strings.Join(l.path, ".")}
	for _, v := range l.values() {
		all, err := coverage.Histories(l.row(v), l.changes)
		if err != nil {
			return nil, err
		}
		r.addVariant(v, all)
	}
	slices.SortStableFunc(r.Variants, func(a, b ValueEffects) int { return b.strength() - a.strength() })
	if len(r.Variants) == 1 {
		r.Variants[0].Values = nil
	}
	for _, c := range effectClasses {
		if r.has(c.Class) {
			r.Legend = append(r.Legend, c)
		}
	}
	return r, nil
}

// KeyExplanation says why a key has its effect on a target.
type KeyExplanation struct {
	Target    target.Target `json:"target"`
	Class     EffectClass   `json:"class"`
	Sentences []string      `json:"sentences"`
	Sources   []string      `json:"sources"`
}

// ExplainKey explains a cell of LookupKey. value is one of those of its variant, or empty.
func ExplainKey(h *Host, id string, family schema.Family, path, value, on string) (*KeyExplanation, error) {
	l, err := newKeyLookup(h, id, family, path)
	if err != nil {
		return nil, err
	}
	to, err := target.Parse(on)
	if err != nil {
		return nil, err
	}
	v := l.values()[0]
	for _, other := range l.values() {
		if other.name == value {
			v = other
		}
	}
	cells, err := l.row(v)([]target.Target{to})
	if err != nil {
		return nil, err
	}
	x := &KeyExplanation{Target: to, Class: classOf(cellClass(cells[0]))}
	i, matrix, err := l.rowIndex(v)
	switch {
	case err != nil:
		return nil, err
	case i < 0 || cells[0].Class == intent.Manual || cells[0].Class == coverage.There:
		x.Sentences, x.Sources = plainExplanation(cells[0])
		return x, nil
	}
	e, err := coverage.Explain(matrix, i, to, l.catalog)
	if err != nil {
		return nil, err
	}
	x.Sentences, x.Sources = e.Sentences(), e.Sources
	return x, nil
}

func plainExplanation(c coverage.Cell) (sentences, sources []string) {
	add := func(source string) {
		if source != "" && !slices.Contains(sources, source) {
			sources = append(sources, source)
		}
	}
	for _, n := range c.Notes {
		text := "it " + n.Label()
		if c.Class == intent.Manual {
			text = n.Label()
		}
		sentences = append(sentences, strings.ToUpper(text[:1])+text[1:]+".")
		add(n.Source)
	}
	for _, s := range c.Settings {
		sentences = append(sentences, "By hand: "+s.String())
	}
	if len(sentences) == 0 {
		sentences = []string{"Nothing limits it there."}
	}
	add(c.Source)
	return sentences, sources
}

// keyLookup evaluates a key, or a type as a whole.
type keyLookup struct {
	host    *Host
	catalog *schema.Catalog
	kind    *schema.Type
	path    []string

	using      []int // see intents
	prevention template.Prevention
}

func newKeyLookup(h *Host, id string, family schema.Family, path string) (*keyLookup, error) {
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	types, err := catalog.Find(id)
	if err != nil {
		return nil, err
	}
	var missing error
	for _, t := range types {
		if family != "" && t.Family != family {
			continue
		}
		keys, rest := t.Resolve(path)
		if rest == "" {
			return &keyLookup{host: h, catalog: catalog, kind: t, path: keys}, nil
		}
		missing = unknownKey(t, keys, rest)
	}
	return nil, cmp.Or(missing, unknownType(catalog, id))
}

// sample is a value to try. Its name is what a person writes; empty if one stands for all.
type sample struct {
	name  string
	value *plist.Value
}

// maxSamples bounds the values tried: of a longer list of allowed ones, one stands for all.
const maxSamples = 12

// values returns the values to try: each allowed one, and beside the default another one.
func (l *keyLookup) values() []sample {
	if len(l.path) == 0 || !l.isSetting() {
		return []sample{{}}
	}
	k := l.kind.Key(l.path...)
	if k.Kind == plist.Boolean {
		return []sample{{"false", plist.NewBoolean(false)}, {"true", plist.NewBoolean(true)}}
	}
	if n := len(k.RangeList); n > 0 && n <= maxSamples {
		var all []sample
		for _, v := range k.RangeList {
			all = append(all, sample{schema.ValueText(v), v})
		}
		return all
	}
	other := exampleOf(k)
	if k.Default == nil || plist.Equal(k.Default, other) {
		return []sample{{"", other}}
	}
	return []sample{{"another value", other}, {schema.ValueText(k.Default), k.Default}}
}

// exampleOf returns a value of the kind of a key.
func exampleOf(k *schema.Key) *plist.Value {
	if len(k.RangeList) > 0 {
		return k.RangeList[0]
	}
	switch k.Kind {
	case plist.Integer:
		n := int64(1)
		if k.Min != nil && *k.Min > 1 {
			n = int64(*k.Min)
		}
		if k.Default != nil && plist.Equal(k.Default, plist.NewInteger(n)) {
			n++
		}
		return plist.NewInteger(n)
	case plist.Real:
		return plist.NewReal(0.5)
	case plist.Data:
		return plist.NewData([]byte("example"))
	case plist.Date:
		return plist.NewDate(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	case plist.Array:
		return plist.NewArray()
	case plist.Dictionary:
		return plist.NewDictionary()
	}
	return plist.NewString("example")
}

// isSetting reports whether the key is one that a device obeys: of a payload, a configuration or a preference domain.
func (l *keyLookup) isSetting() bool {
	switch l.kind.Family {
	case schema.Payload, schema.Configuration, schema.Preferences:
		return l.kind.PayloadType != profiles.ManagedPreferences
	}
	return false
}

// profileOf returns a profile or a declaration with the key and no other.
func (l *keyLookup) profileOf(v *plist.Value) *plist.Value {
	trail := l.kind.Trail(l.path...)
	for i := len(trail) - 1; i >= 0; i-- {
		switch name := trail[i].Name; {
		case i > 0 && trail[i-1].Kind == plist.Array:
			v = plist.NewArray(v)
		case name == schema.Any:
			v = plist.NewDictionary().Set("example", v)
		default:
			v = plist.NewDictionary().Set(name, v)
		}
	}
	if l.kind.Family == schema.Configuration {
		return plist.NewDictionary().Set("Type", plist.NewString(l.kind.PayloadType)).Set("Payload", v)
	}
	v.Set("PayloadType", plist.NewString(l.kind.PayloadType))
	return plist.NewDictionary().Set(keyContent, plist.NewArray(v))
}

// rowIndex returns the matrix of a profile with the key, and the index of the key's row; -1 without one.
func (l *keyLookup) rowIndex(v sample) (int, coverage.MatrixFunc, error) {
	if v.value == nil {
		return -1, nil, nil
	}
	files := []coverage.File{{Root: l.profileOf(v.value)}}
	matrix := func(targets []target.Target) (*coverage.Matrix, error) {
		return coverage.Keys(files, targets, l.catalog)
	}
	m, err := matrix(nil)
	if err != nil {
		return -1, nil, err
	}
	i := slices.IndexFunc(m.Rows, func(r coverage.Row) bool { return r.Subject.Type == l.kind.PayloadType })
	return i, matrix, nil
}

// row returns the effect of a value on targets.
func (l *keyLookup) row(v sample) coverage.RowFunc {
	return func(targets []target.Target) ([]coverage.Cell, error) {
		i, matrix, err := l.rowIndex(v)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			return coverage.Availability(l.kind, l.path, targets), nil
		}
		m, err := matrix(targets)
		if err != nil {
			return nil, err
		}
		cells := m.Rows[i].Cells
		for i, c := range cells { // what holds of a device without the key is of no use, other than why it is gone
			removed := l.kind.AvailabilityAt(c.Target.Platform, l.path...).Removed
			if c.Missing && (removed.IsZero() || removed.Compare(c.Target.Version) > 0) {
				cells[i].Notes = nil
			}
		}
		return cells, l.addSteps(cells)
	}
}

func (l *keyLookup) changes(p target.Platform) []target.Version {
	return coverage.Changes(l.kind, p, l.path...)
}

// intents returns the indexes of the intents that use the key, on any device. It is worked out once.
func (l *keyLookup) intents() ([]int, error) {
	if l.using != nil {
		return l.using, nil
	}
	l.using = []int{}
	var err error
	if l.prevention, err = l.host.builtinPrevention(); err != nil {
		return nil, err
	}
	m, err := coverage.Intents(l.prevention, coverage.Grid(), l.catalog)
	if err != nil {
		return nil, err
	}
	for i, row := range m.Rows {
		if slices.ContainsFunc(row.Cells, l.isTried) {
			l.using = append(l.using, i)
		}
	}
	return l.using, nil
}

// isTried reports whether an intent looked at the key for a cell.
func (l *keyLookup) isTried(c coverage.Cell) bool {
	return slices.ContainsFunc(c.Tried, func(m intent.Mechanism) bool {
		return m.Type == l.kind.PayloadType && len(m.Path) > 0 && slices.Equal(m.Path, l.path)
	})
}

// addSteps makes manual the cells without an effect where a person can do what an intent uses the key for.
func (l *keyLookup) addSteps(cells []coverage.Cell) error {
	using, err := l.intents()
	if len(using) == 0 || err != nil {
		return err
	}
	var targets []target.Target
	for _, c := range cells {
		targets = append(targets, c.Target)
	}
	m, err := coverage.Intents(l.prevention, targets, l.catalog)
	if err != nil {
		return err
	}
	for _, n := range using {
		for i, of := range m.Rows[n].Cells {
			if c := &cells[i]; c.Class == intent.None && of.Class == intent.Manual && len(of.Settings) > 0 && l.isTried(of) {
				c.Class, c.Missing, c.Settings = intent.Manual, false, of.Settings
			}
		}
	}
	return nil
}

func (r *KeyTables) addVariant(v sample, all []coverage.History) {
	made := ValueEffects{Values: []string{v.name}, Platforms: []PlatformEffects{}, Missing: []target.Platform{}}
	for _, h := range all {
		if !slices.ContainsFunc(h.Ways, func(w coverage.Way) bool {
			return slices.ContainsFunc(w.Cells, func(c coverage.Cell) bool { return !c.Missing })
		}) {
			made.Missing = append(made.Missing, h.Platforms...)
			continue
		}
		p := PlatformEffects{Platforms: h.Platforms}
		for _, s := range h.Spans {
			p.Versions = append(p.Versions, s.String())
		}
		var ways [][]target.Enrollment
		for _, w := range h.Ways {
			ways = append(ways, w.Enrollments)
		}
		for i, w := range h.Ways {
			row := WayEffects{Name: nameOfWays(ways, i)}
			for _, c := range w.Cells {
				row.Cells = append(row.Cells, r.cell(c))
			}
			p.Ways = append(p.Ways, row)
		}
		made.Platforms = append(made.Platforms, p)
	}
	text := func(v ValueEffects) string {
		data, _ := json.Marshal([]any{v.Platforms, v.Missing})
		return string(data)
	}
	if i := slices.IndexFunc(r.Variants, func(old ValueEffects) bool { return text(old) == text(made) }); i >= 0 {
		r.Variants[i].Values = append(r.Variants[i].Values, v.name)
		return
	}
	r.Variants = append(r.Variants, made)
}

// nameOfWays names one of several groups of ways of install.
func nameOfWays(all [][]target.Enrollment, i int) string {
	if len(all) == 1 {
		return "any way"
	}
	var names []string
	has := func(e target.Enrollment) bool { return slices.Contains(all[i], e) }
	pair := func(a, b target.Enrollment, name string) {
		switch {
		case has(a) && has(b):
			names = append(names, name)
		case has(a):
			names = append(names, name+", unsupervised")
		case has(b):
			names = append(names, name+", supervised")
		}
	}
	pair(target.Manual, target.ManualSupervised, target.Manual.Describe())
	pair(target.Device, target.Supervised, target.Device.Describe())
	for _, e := range []target.Enrollment{target.User, target.SharedIPad} {
		if has(e) {
			names = append(names, e.Describe())
		}
	}
	return strings.Join(names, "; ")
}

func (r *KeyTables) cell(c coverage.Cell) VersionEffect {
	made := VersionEffect{Class: cellClass(c), Evidence: fact.Apple, Notes: []int{}, Target: c.Target}
	for _, n := range c.Notes {
		if made.Class == string(intent.Manual) || n.Text == coverage.Silent {
			continue
		}
		made.Evidence = fact.Weaker(made.Evidence, n.Evidence)
		made.Notes = append(made.Notes, r.note(NumberedNote{n.Text, n.Evidence, cmp.Or(n.Source, c.Source)}))
	}
	for _, s := range c.Settings {
		if made.Class == string(intent.Manual) {
			made.Evidence = fact.Weaker(made.Evidence, s.Evidence)
			made.Notes = append(made.Notes, r.note(NumberedNote{s.String(), s.Evidence, ""}))
		}
	}
	return made
}

// note returns the number of a note.
func (r *KeyTables) note(n NumberedNote) int {
	i := slices.Index(r.Notes, n)
	if i < 0 {
		i = len(r.Notes)
		r.Notes = append(r.Notes, n)
	}
	return i + 1
}

func cellClass(c coverage.Cell) string {
	silent := slices.ContainsFunc(c.Notes, func(n intent.Note) bool { return n.Text == coverage.Silent })
	switch {
	case c.Class == intent.None && c.Missing:
		return classMissing
	case c.Class == intent.Enforced && silent:
		return classSet
	}
	return string(c.Class)
}

// Effect is the class of a cell as the tables of LookupKey have it, and its condition without what the class says.
func (c CoverageCell) Effect() (class, condition string) {
	class = cellClass(coverage.Cell{Class: c.Class, Notes: c.Notes})
	if class == classSet && c.Condition == coverage.Silent {
		return class, ""
	}
	return class, c.Condition
}

func classOf(name string) EffectClass {
	i := slices.IndexFunc(effectClasses, func(c EffectClass) bool { return c.Class == name })
	return effectClasses[max(i, 0)]
}

// has reports whether a class occurs.
func (r *KeyTables) has(class string) bool {
	return slices.ContainsFunc(r.Variants, func(v ValueEffects) bool { return v.count(class) > 0 })
}

func (v *ValueEffects) count(class string) (n int) {
	for _, p := range v.Platforms {
		for _, w := range p.Ways {
			for _, c := range w.Cells {
				if c.Class == class {
					n++
				}
			}
		}
	}
	return n
}

// strength is larger for a value that does more.
func (v *ValueEffects) strength() int {
	return 3*v.count(string(intent.Enforced)) + 2*v.count(string(intent.Locked)) + v.count(string(intent.Preset))
}
