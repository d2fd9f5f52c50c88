package facts

import (
	"slices"
	"strings"
)

// Place is everything that is known of one key of a type. A nil Place is one of which nothing is known.
type Place struct {
	Conditions []*Condition // of a dictionary there
	Meaning    *Meaning
	Reference  *Reference
	Tolerances []*Tolerance

	below map[string]*Place
	other *Place // for any key
}

// anyKey is the step of a path that every key matches.
const anyKey = "*"

// Of returns what is known of a payload type, of Profile or of Declaration, or nil.
func (f *Facts) Of(payloadType string) *Place { return f.places[payloadType] }

// IsPreferences reports whether a Mac sets the keys of a payload type as preferences.
func (f *Facts) IsPreferences(payloadType string) bool {
	return slices.Contains(f.Preferences.Types, payloadType)
}

// Extended returns the payload type whose keys a type has besides its own, or "".
func (f *Facts) Extended(payloadType string) string {
	for _, x := range f.Extensions {
		if slices.Contains(x.Types, payloadType) {
			return x.Of
		}
	}
	return ""
}

// Counterpart returns the declaration that can take the place of a payload type although no schema says so, or "".
func (f *Facts) Counterpart(payloadType string) string {
	for _, x := range f.Counterparts {
		if slices.Contains(x.Types, payloadType) {
			return x.Of
		}
	}
	return ""
}

// Key returns what is known of a key below p, or nil.
func (p *Place) Key(name string) *Place {
	if p == nil {
		return nil
	}
	if below := p.below[name]; below != nil {
		return below
	}
	return p.other
}

// HasAlternative says whether a key need not be there, because another may be there in its place.
func (p *Place) HasAlternative(key string) bool {
	return p != nil && slices.ContainsFunc(p.Conditions, func(c *Condition) bool {
		return c.Kind == OneOf && slices.Contains(c.Keys, key)
	})
}

// Tolerance returns how a finding of a rule counts here, or nil where the rule stands.
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

// spread gives the keys that have facts of their own what holds for any key beside them.
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
	for step, below := range q.below {
		p.make(step).add(below)
	}
	if q.other != nil {
		p.make(anyKey).add(q.other)
	}
}
