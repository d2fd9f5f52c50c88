package effective

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/merge"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// settle combines the units of each group.
func (r *run) settle() {
	r.openWholes()
	for _, g := range r.order {
		if len(g.units) > 0 {
			r.Settings = append(r.Settings, r.settled(g))
		}
	}
	slices.SortStableFunc(r.Settings, func(a, b Setting) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Scope, b.Scope))
	})
	for i := range r.Settings {
		switch r.Settings[i].Status {
		case Alone:
			r.Alone++
		case Agreed:
			r.Agreed++
		case Combined:
			r.Combined++
		case Undefined:
			r.Undefined++
		}
	}
	slices.SortStableFunc(r.Inert, func(a, b Inert) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Source.File, b.Source.File))
	})
}

// openWholes replaces payloads of which a device takes one, if there is but one, by their keys.
func (r *run) openWholes() {
	for _, g := range slices.Clone(r.order) {
		if len(g.places) == 0 || !allSame(g.units) || r.leftOpen(g.units) {
			continue
		}
		g.units = nil
		for _, p := range g.places {
			r.addKeys(p, p.holder, nil)
		}
	}
}

func allSame(units []unit) bool {
	for i := range units {
		if !plist.Equal(units[i].value, units[0].value) {
			return false
		}
	}
	return true
}

// leftOpen reports whether units come from some of several files with one identifier, but not from all of them: only one of
// those stays, and nobody knows which.
func (r *run) leftOpen(units []unit) bool {
	open := false
	with := map[string]map[int]bool{}
	for i := range units {
		f := units[i].file
		if f.rivals == 0 {
			return false // another file sets it in any case
		}
		open = true
		if with[f.identifier] == nil {
			with[f.identifier] = map[int]bool{}
		}
		with[f.identifier][f.number] = true
		if len(with[f.identifier]) == f.rivals {
			return false
		}
	}
	return open
}

// settled works out the setting of a group.
func (r *run) settled(g *group) Setting {
	s := Setting{Type: g.payloadType, Key: g.key, Name: g.name, Scope: g.scope, By: []Source{}, Lost: []Source{}}
	if strings.HasPrefix(s.Key, "\x00") || g.units[0].isWhole {
		s.Key = ""
	}
	if len(g.places) > 1 {
		s.Name = "" // each has its own
	}
	w := g.way
	units := g.units
	switch inside := slices.IndexFunc(units, func(u unit) bool { return !u.outside }); {
	case inside < 0: // the declaration does not set it
		s.Type, s.Key, w = units[0].kind, units[0].key, units[0].own
		for i := range units {
			units[i].value, units[i].outside = units[i].raw, false
		}
	case slices.ContainsFunc(units, func(u unit) bool { return u.outside }):
		w = merge.Beside(g.payloadType, w, true)
	}
	switch {
	case r.leftOpen(units), !allSame(units) && slices.ContainsFunc(units, func(u unit) bool { return u.file.rivals > 0 }):
		s.leaveOpen(merge.SameIdentifier(), units)
	case slices.ContainsFunc(units, func(u unit) bool { return u.shared }) && r.sharedIsOpen(units):
		s.leaveOpen(merge.SharedDomains(), units)
	case w.ID == ruleBeside && !slices.ContainsFunc(units, func(u unit) bool { return u.outside }):
		s.leaveOpen(w, units)
	default:
		s.combine(w, units)
	}
	return s
}

// ruleBeside is the rule of a payload's setting that has no key in the declaration which replaces it.
const ruleBeside = "declaration-beside-payload"

// firstUnpredictable is the version of macOS that was seen to apply one domain of a payload only.
var firstUnpredictable = target.Version{Major: 26, Minor: 6}

// sharedIsOpen reports whether a preference stands only in payloads with several domains, on a system that applies one of them.
func (r *run) sharedIsOpen(units []unit) bool {
	return r.on.Version.Compare(firstUnpredictable) >= 0 && !slices.ContainsFunc(units, func(u unit) bool { return !u.shared })
}

// combine applies a way to units.
func (s *Setting) combine(w merge.Way, units []unit) {
	s.Class = units[0].class
	same := allSame(units)
	if same && w.How != merge.ArrayAppend {
		s.Status = Agreed
		if sources(units) < 2 {
			s.Status = Alone
		}
		s.setValue(units[0].value, units[0].isWhole)
		s.add(&s.By, units)
		return
	}
	if w.ID == merge.Preference().ID {
		if first, second, by := preferred(units); first != nil && allSame(first) {
			s.decide(by, nil, first[0].value)
			s.Class = first[0].class
			s.add(&s.By, first)
			s.add(&s.Lost, second)
			s.Scope = first[0].scope
			return
		}
	}
	values := make([]*plist.Value, len(units))
	for i := range units {
		values[i] = units[i].value
	}
	result, ok := w.Combine(values)
	if !ok {
		s.leaveOpen(w, units)
		return
	}
	s.decide(w, units, result)
	if sources(units) < 2 {
		s.Status = Alone
	}
}

// sources counts the payloads and declarations of units.
func sources(units []unit) int {
	type at struct {
		file    int
		payload string
	}
	seen := map[at]bool{}
	for i := range units {
		seen[at{units[i].file.number, units[i].payload}] = true
	}
	return len(seen)
}

// preferred returns the units of a preference that count before the others: those for users, or the forced ones.
func preferred(units []unit) (first, rest []unit, by merge.Way) {
	split := func(counts func(u unit) bool) (first, rest []unit) {
		for _, u := range units {
			if counts(u) {
				first = append(first, u)
			} else {
				rest = append(rest, u)
			}
		}
		if rest == nil {
			return nil, nil
		}
		return first, rest
	}
	if first, rest = split(func(u unit) bool { return u.state != profiles.SetOnce }); first != nil {
		return first, rest, merge.ForcedFirst()
	}
	first, rest = split(func(u unit) bool { return u.scope != "" })
	return first, rest, merge.ForUser()
}

// decide sets the value by a rule. Units with another value lose; those with a part of it do not.
func (s *Setting) decide(w merge.Way, units []unit, result *plist.Value) {
	s.Status = Combined
	s.rule(w)
	s.setValue(result, false)
	for _, u := range units {
		switch {
		case w.How == merge.SetUnion, w.How == merge.ArrayAppend, w.How == merge.SetIntersection, plist.Equal(u.value, result), isSameNumber(u.value, result):
			if len(s.By) == 0 {
				s.Class = u.class
			}
			s.add(&s.By, []unit{u})
		default:
			s.add(&s.Lost, []unit{u})
		}
	}
}

// isSameNumber reports whether an integer and a real are equal.
func isSameNumber(a, b *plist.Value) bool {
	return a.Kind == plist.Integer && b.Kind == plist.Real && a.Int.Float() == b.Real ||
		a.Kind == plist.Real && b.Kind == plist.Integer && a.Real == b.Int.Float()
}

// leaveOpen tells that the value is not known.
func (s *Setting) leaveOpen(w merge.Way, units []unit) {
	s.Status, s.Class = Undefined, ""
	s.rule(w)
	s.Next = cmp.Or(s.Next, "set it in only one profile")
	s.add(&s.By, units)
}

func (s *Setting) rule(w merge.Way) {
	s.Rule, s.How, s.Evidence, s.Next = w.ID, string(w.How), w.Evidence, w.Next
}

func (s *Setting) setValue(v *plist.Value, isWhole bool) {
	if isWhole {
		return
	}
	s.Value, s.Shown = jsonOf(v), Shown(v)
}

// add appends the sources of units, each place once.
func (s *Setting) add(to *[]Source, units []unit) {
	differ := differences(units)
	for i := range units {
		u := &units[i]
		v := u.raw
		if u.isWhole {
			v = nil
		}
		x := sourceOf(u.file, u.payload, v)
		if u.isWhole {
			x.Shown = told(u.value, differ)
		}
		if u.outside {
			x.Key = u.kind + "." + u.key
		}
		*to = append(*to, x)
	}
}

// maxDiffering bounds the keys that tell payloads apart, and maxCompared the payloads that are looked at for them.
const maxDiffering, maxCompared = 3, 4

// differences returns the first keys, at any depth, in which payloads differ.
func differences(units []unit) (keys []string) {
	if len(units) < 2 || !units[0].isWhole {
		return nil
	}
	var compared []map[string]*plist.Value
	seen := map[uint64]bool{}
	for i := range units {
		if content := plist.Hash(units[i].value); len(compared) < maxCompared && !seen[content] {
			seen[content] = true
			compared = append(compared, leaves(units[i].value))
		}
	}
	var all []string
	for _, of := range compared {
		for key, v := range of {
			work.Add(1)
			if slices.ContainsFunc(compared, func(other map[string]*plist.Value) bool { return !plist.Equal(other[key], v) }) {
				all = append(all, key)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), maxDiffering)]
}

// leaves returns the values of a dictionary that are no dictionaries, by their path.
func leaves(v *plist.Value) map[string]*plist.Value {
	all := map[string]*plist.Value{}
	var walk func(v *plist.Value, above string, depth int)
	walk = func(v *plist.Value, above string, depth int) {
		for _, f := range v.Fields {
			work.Add(1)
			if f.Value != nil && f.Value.Kind == plist.Dictionary && len(f.Value.Fields) > 0 && depth < maxDepth {
				walk(f.Value, above+f.Key+".", depth+1)
			} else {
				all[above+f.Key] = f.Value
			}
		}
	}
	walk(v, "", 1)
	return all
}

// told writes some keys of a payload with their values.
func told(v *plist.Value, keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	var all []string
	of := leaves(v)
	for _, k := range keys {
		if x := of[k]; x != nil {
			all = append(all, k+" "+Shown(x))
		}
	}
	return strings.Join(all, ", ")
}

func sourceOf(f *source, payload string, v *plist.Value) Source {
	s := Source{File: f.Name, Payload: payload}
	if v != nil {
		s.Value, s.Shown = jsonOf(v), Shown(v)
	}
	return s
}

// jsonOf returns a value for JSON, with data and secrets told in words.
func jsonOf(v *plist.Value) any {
	return schema.JSONValue(plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		switch {
		case v == nil:
			return plist.NewString(""), false
		case v.Secret, v.Kind == plist.Data, v.Kind == plist.UID, v.Kind == plist.Null:
			return plist.NewString(v.Describe()), false
		}
		return v, true
	}))
}

// maxShown bounds the items of a list that are shown to people.
const maxShown = 6

// Shown writes a value for people, in one line: a list by its first items, a dictionary by its first keys, secrets and data in words.
func Shown(v *plist.Value) string {
	if v == nil || v.Secret {
		return v.Describe()
	}
	var items []string
	all := len(v.Items) + len(v.Fields)
	switch {
	case v.Kind == plist.Array && all == 0:
		return "an empty list"
	case v.Kind == plist.Array:
		for _, x := range v.Items[:min(all, maxShown)] {
			items = append(items, x.Describe())
		}
	case v.Kind == plist.Dictionary && all > 0:
		for _, f := range v.Fields[:min(all, maxShown)] {
			items = append(items, text.Shorten(f.Key)+" "+f.Value.Describe())
		}
	default:
		return v.Describe()
	}
	if more := all - maxShown; more > 0 {
		items = append(items, fmt.Sprintf("%d more", more))
	}
	return strings.Join(items, ", ")
}
