package facts

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Place holds the facts of one key of a type; a nil Place has none.
type Place struct {
	Conditions []*Condition // of a dictionary there
	Meaning    *Meaning
	Reference  *Reference
	Tolerances []*Tolerance
	Unit       Unit // of a number; empty if its schema names none

	below map[string]*Place
	other *Place // for any key
}

// anyKey is the step of a path matched by every key.
const anyKey = "*"

// Of returns the facts of a payload type, of Profile or of Declaration, or nil.
func (f *Facts) Of(payloadType string) *Place { return f.places[payloadType] }

// IsPreferences reports whether a Mac sets the keys of a payload type as preferences.
func (f *Facts) IsPreferences(payloadType string) bool {
	return slices.Contains(f.Preferences.Types, payloadType)
}

// Extended returns the other payload type a type has all keys of, or "".
func (f *Facts) Extended(payloadType string) string {
	for _, x := range f.Extensions {
		if slices.Contains(x.Types, payloadType) {
			return x.Of
		}
	}
	return ""
}

// Counterpart returns the declaration replacing a payload type though no schema states it, or "".
func (f *Facts) Counterpart(payloadType string) string {
	for _, x := range f.Counterparts {
		if slices.Contains(x.Types, payloadType) {
			return x.Of
		}
	}
	return ""
}

// UnitAt returns the unit of the number at a path of a payload type, of a type it extends, or of Profile; "" without one.
func (f *Facts) UnitAt(payloadType string, path ...string) Unit {
	for _, name := range []string{payloadType, f.Extended(payloadType)} {
		at := f.Of(name)
		for _, key := range path {
			at = at.Key(key)
		}
		if at != nil && at.Unit != "" {
			return at.Unit
		}
	}
	return ""
}

// Key returns the facts of a key below p, or nil.
func (p *Place) Key(name string) *Place {
	if p == nil {
		return nil
	}
	if below := p.below[name]; below != nil {
		return below
	}
	return p.other
}

// HasAlternative reports whether another key may stand in place of a key.
func (p *Place) HasAlternative(key string) bool {
	return p != nil && slices.ContainsFunc(p.Conditions, func(c *Condition) bool {
		return c.Kind == OneOf && slices.Contains(c.Keys, key)
	})
}

// Tolerance returns the milder severity of a rule here, or nil without one.
func (p *Place) Tolerance(rule string) *Tolerance {
	if p == nil {
		return nil
	}
	for _, t := range p.Tolerances {
		if slices.Contains(t.Rules, rule) {
			return t
		}
	}
	return nil
}

// index puts every fact at its place.
func (f *Facts) index() {
	for i := range f.Secrets.Forms {
		form := &f.Secrets.Forms[i]
		form.matcher = sync.OnceValue(func() *regexp.Regexp {
			return regexp.MustCompile("^" + regexp.QuoteMeta(form.Begins) + "(?:" + form.Then + ")")
		})
	}
	f.places = map[string]*Place{}
	for i := range f.Conditions {
		c := &f.Conditions[i]
		f.each(c.Site, func(p *Place) { p.Conditions = append(p.Conditions, c) })
	}
	for i := range f.Meanings {
		m := &f.Meanings[i]
		f.each(m.Site, func(p *Place) { p.Meaning = m })
	}
	for i := range f.References {
		r := &f.References[i]
		f.each(r.Site, func(p *Place) { p.Reference = r })
	}
	for i := range f.Tolerances {
		t := &f.Tolerances[i]
		f.each(t.Site, func(p *Place) { p.Tolerances = append(p.Tolerances, t) })
	}
	for i := range f.Units {
		q := &f.Units[i]
		f.each(q.Site, func(p *Place) { p.Unit = q.Unit })
	}
	for _, p := range f.places {
		p.spread()
	}
}

// each makes the places of a site and hands them out.
func (f *Facts) each(s Site, do func(*Place)) {
	for _, t := range s.Types {
		if f.places[t] == nil {
			f.places[t] = &Place{}
		}
		p := f.places[t]
		for step := range strings.SplitSeq(s.Path, ".") {
			if step != "" {
				p = p.make(step)
			}
		}
		do(p)
	}
}

func (p *Place) make(step string) *Place {
	if step == anyKey {
		if p.other == nil {
			p.other = &Place{}
		}
		return p.other
	}
	if p.below == nil {
		p.below = map[string]*Place{}
	}
	if p.below[step] == nil {
		p.below[step] = &Place{}
	}
	return p.below[step]
}

// spread copies the facts of any key to the keys with facts of their own.
func (p *Place) spread() {
	if p == nil {
		return
	}
	for _, named := range p.below {
		named.add(p.other)
		named.spread()
	}
	p.other.spread()
}

func (p *Place) add(q *Place) {
	if q == nil {
		return
	}
	p.Conditions = append(p.Conditions, q.Conditions...)
	p.Tolerances = append(p.Tolerances, q.Tolerances...)
	if p.Meaning == nil {
		p.Meaning = q.Meaning
	}
	if p.Reference == nil {
		p.Reference = q.Reference
	}
	if p.Unit == "" {
		p.Unit = q.Unit
	}
	for step, below := range q.below {
		p.make(step).add(below)
	}
	if q.other != nil {
		p.make(anyKey).add(q.other)
	}
}
