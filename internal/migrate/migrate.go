// Package migrate lists the payloads and keys of a profile deprecated or removed by the current and the previous major OS,
// and converts them to declarations if the mapping is one to one. Start at NewPlan. It decides nothing by itself: the schemas
// name the replacing declaration and its keys, matched by name and type; package facts lists renamed keys.
package migrate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// Plan is the migration of one profile.
type Plan struct {
	Changes      []Change // in the order of the file
	Declarations []profiles.Declaration
}

// Change is a deprecated or removed payload or key, and its replacement.
type Change struct {
	Type        string         `json:"type"`            // payload type
	Key         string         `json:"key,omitempty"`   // absent for the whole payload
	Path        string         `json:"path"`            // such as `PayloadContent[2]`
	Start       *diag.Position `json:"start,omitempty"` // absent for binary property lists
	Ends        []End          `json:"ends"`            // when, by platform
	Replacement string         `json:"replacement"`     // type of the declaration; empty without one
	Verified    bool           `json:"verified"`        // false if Apple does not name the replacement
	Declaration string         `json:"declaration"`     // Identifier of the converted declaration; empty without one
	Renamed     []Renamed      `json:"renamed"`         // keys with another name in the declaration
	Lost        []Loss         `json:"lost"`            // not possible with the declaration
}

// End is when platforms deprecate and remove a payload or key.
type End struct {
	Platforms  []target.Platform `json:"platforms"`
	Deprecated target.Version    `json:"deprecated,omitzero"` // absent if not deprecated
	Removed    target.Version    `json:"removed,omitzero"`
}

// Renamed is a key and its other name in the declaration.
type Renamed struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Loss is an effect of the payload missing from the declaration.
type Loss struct {
	Key string `json:"key,omitempty"` // absent for the declaration as a whole
	Why string `json:"why"`           // the rest of a sentence with the key as its subject; a whole sentence without a key
}

// oldestVersion is the oldest version with deprecations to report.
func oldestVersion() target.Version { return target.DefaultVersion() }

// NewPlan plans the migration of a profile. An error comes from reading the schema facts.
func NewPlan(root *plist.Value, c *schema.Catalog) (*Plan, error) {
	known := facts.Embedded()
	common, err := c.Common()
	if err != nil {
		return nil, err
	}
	m := &migration{catalog: c, facts: known, common: common, profile: root.String("PayloadIdentifier"),
		name: root.String("PayloadDisplayName"), plan: &Plan{Changes: []Change{}}, taken: map[string]bool{}, numbers: map[string]int{}}
	for i, payload := range root.List("PayloadContent") {
		if payload == nil || payload.Kind != plist.Dictionary {
			continue
		}
		if err := m.addPayload(payload, fmt.Sprintf("PayloadContent[%d]", i)); err != nil {
			return nil, err
		}
	}
	return m.plan, nil
}

type migration struct {
	catalog *schema.Catalog
	facts   *facts.Facts
	common  *schema.Type
	profile string // PayloadIdentifier of the profile
	name    string // PayloadDisplayName of the profile
	plan    *Plan

	taken   map[string]bool // identifiers of declarations
	numbers map[string]int  // declarations with an identifier derived from the same text, less one
}

func (m *migration) addPayload(v *plist.Value, at string) error {
	name := v.String("PayloadType")
	t, err := m.typeOf(name, v)
	if t == nil {
		return err
	}
	if ends := endsOf(t); len(ends) > 0 {
		return m.replacePayload(t, v, at, ends)
	}
	return m.addKeys(t, v, at)
}

// typeOf returns the type knowing the most keys, among those of the same name.
func (m *migration) typeOf(name string, v *plist.Value) (*schema.Type, error) {
	types, err := m.catalog.Payloads(name)
	var best *schema.Type
	most := -1
	for _, t := range types {
		n := 0
		for _, f := range v.Fields {
			if t.Key(f.Key) != nil && m.common.Key(f.Key) == nil {
				n++
			}
		}
		if n > most {
			best, most = t, n
		}
	}
	return best, err
}

// replacePayload handles a payload ending with all its keys.
func (m *migration) replacePayload(t *schema.Type, v *plist.Value, at string, ends []End) error {
	start := v.Span
	if f := v.Field("PayloadType"); f != nil {
		start = f.Value.Span
	}
	change := newChange(t, "", at, start, ends, t.Replacement)
	if change.Replacement == "" {
		change.Replacement = m.facts.RenamedTo(t.PayloadType)
		change.Verified = change.Replacement == ""
	}
	if change.Replacement == "" {
		m.plan.Changes = append(m.plan.Changes, change)
		return nil
	}
	d, err := m.catalog.Declaration(change.Replacement)
	if err != nil || d == nil {
		m.plan.Changes = append(m.plan.Changes, change)
		return err
	}
	c := &converter{from: t, to: d, facts: m.facts, change: &change}
	if payload := c.dictionary(m.ownKeys(t, d, v), nil, nil); len(payload.Fields) > 0 && c.isOneToOne(t, v) {
		change.Lost = append(change.Lost, lostAvailability(t, d, nil, nil)...)
		change.Declaration = m.plan.Declarations[m.addDeclaration(d.PayloadType, v.String("PayloadIdentifier"), payload)].Identifier
	} else {
		change.Renamed, change.Lost = []Renamed{}, []Loss{}
	}
	m.plan.Changes = append(m.plan.Changes, change)
	return nil
}

func newChange(t *schema.Type, key, path string, at diag.Span, ends []End, replacement string) Change {
	c := Change{Type: t.PayloadType, Key: key, Path: path, Ends: ends, Replacement: replacement, Verified: true, Renamed: []Renamed{}, Lost: []Loss{}}
	if !at.IsZero() {
		start := at.File.Position(at.Start)
		c.Start = &start
	}
	return c
}

// ownKeys returns a payload's keys without the common ones, except common keys also in the declaration. A missing name is
// taken from the profile.
func (m *migration) ownKeys(t, d *schema.Type, v *plist.Value) *plist.Value {
	own := plist.NewDictionary()
	for _, f := range v.Fields {
		if m.common.Key(f.Key) == nil || m.facts.RenameOf(t.PayloadType, []string{f.Key}, d.PayloadType) != nil {
			own.Fields = append(own.Fields, f)
		}
	}
	const name = "PayloadDisplayName"
	if own.Field(name) == nil && m.facts.RenameOf(t.PayloadType, []string{name}, d.PayloadType) != nil {
		own.Set(name, profiles.String(cmp.Or(m.name, shortType(t.PayloadType))))
	}
	return own
}

// addKeys handles single keys ending in a payload with a future.
func (m *migration) addKeys(t *schema.Type, v *plist.Value, at string) error {
	added := map[string]int{} // declarations of this payload, by type
	identifier := v.String("PayloadIdentifier")
	for _, f := range v.Fields {
		if f.Value == nil || m.common.Key(f.Key) != nil {
			continue
		}
		if err := m.addKey(t, f, at, []string{f.Key}, identifier, added); err != nil {
			return err
		}
	}
	return nil
}

func (m *migration) addKey(t *schema.Type, f plist.Field, at string, path []string, identifier string, added map[string]int) error {
	k := t.Key(path...)
	if k == nil {
		return nil
	}
	ends := endsOf(t, path...)
	if len(ends) == 0 {
		if f.Value.Kind != plist.Dictionary || len(path) > plist.MaxDepth {
			return nil
		}
		for _, child := range f.Value.Fields {
			if child.Value != nil {
				if err := m.addKey(t, child, at, append(slices.Clip(path), child.Key), identifier, added); err != nil {
					return err
				}
			}
		}
		return nil
	}
	name := strings.Join(path, ".")
	change := newChange(t, name, at+"."+name, f.KeySpan, ends, k.Replacement)
	if k.Replacement != "" {
		d, err := m.catalog.Declaration(k.Replacement)
		if err != nil {
			return err
		}
		if d != nil {
			m.convertKey(&change, t, d, f, path, identifier, added)
		}
	}
	m.plan.Changes = append(m.plan.Changes, change)
	return nil
}

// convertKey adds one key to its replacing declaration, if present there too.
func (m *migration) convertKey(change *Change, t, d *schema.Type, f plist.Field, path []string, identifier string, added map[string]int) {
	c := &converter{from: t, to: d, facts: m.facts, change: change}
	name, value := c.field(f, path, nil)
	if value == nil {
		change.Renamed, change.Lost = []Renamed{}, []Loss{}
		return
	}
	at, exists := added[d.PayloadType]
	if !exists {
		at = m.addDeclaration(d.PayloadType, identifier, profiles.Dictionary())
		added[d.PayloadType] = at
	}
	m.plan.Declarations[at].Payload.Set(name, value)
	change.Declaration = m.plan.Declarations[at].Identifier
	change.Lost = append(change.Lost, lostAvailability(t, d, path, []string{name})...)
}

// addDeclaration adds a declaration, deriving its Identifier from the payload's, and returns its index.
func (m *migration) addDeclaration(declarationType, identifier string, payload *plist.Value) int {
	if identifier == "" {
		identifier = m.profile
	}
	if identifier == "" {
		identifier = "local.syncguard"
	}
	base := identifier + "." + shortType(declarationType)
	id := profiles.DeclarationIdentifier(m.profile, base)
	for m.taken[id] {
		work.Add(1)
		m.numbers[base]++ // the numbers below are taken
		id = profiles.DeclarationIdentifier(m.profile, fmt.Sprintf("%s.%d", base, m.numbers[base]+1))
	}
	m.taken[id] = true
	m.plan.Declarations = append(m.plan.Declarations, profiles.Declaration{Type: declarationType, Identifier: id, Payload: payload})
	return len(m.plan.Declarations) - 1
}

// shortType returns a declaration type without the common prefix.
func shortType(declarationType string) string {
	return strings.TrimPrefix(declarationType, "com.apple.configuration.")
}

// endsOf returns when a payload or key ends, from the previous major version on, with platforms grouped by equal versions.
func endsOf(t *schema.Type, path ...string) []End {
	var ends []End
	for _, p := range target.Platforms() {
		if p == target.IPadOS {
			continue // iPadOS is iOS in schemas
		}
		a := t.AvailabilityAt(p, path...)
		if a.NotAvailable || a.Deprecated.Compare(oldestVersion()) < 0 && a.Removed.Compare(oldestVersion()) < 0 {
			continue
		}
		i := slices.IndexFunc(ends, func(e End) bool { return e.Deprecated == a.Deprecated && e.Removed == a.Removed })
		if i < 0 {
			i = len(ends)
			ends = append(ends, End{nil, a.Deprecated, a.Removed})
		}
		ends[i].Platforms = append(ends[i].Platforms, p)
	}
	return ends
}
