package intent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// Catalog looks up schema facts by type.
type Catalog interface {
	Payloads(payloadType string) ([]*schema.Type, error)
	Declaration(declarationType string) (*schema.Type, error)
}

// Plan is the contribution of the prevention intents to one target. The Identifier of a payload or declaration is only its last
// part, unique in the plan; package compose completes it and derives the UUID.
type Plan struct {
	Payloads     []profiles.Payload
	Declarations []profiles.Declaration // configurations, without their activations
	Outcomes     []Outcome              // one for each enabled intent
	Findings     []diag.Diagnostic      // warnings about a Choice worse than the default
}

// New plans the intents of a template for a target, with the zero Choice. The error is for unreadable schema facts.
func New(prevention template.Prevention, t target.Target, c Catalog) (*Plan, error) {
	return Choice{}.Plan(prevention, t, c)
}

// Plan plans the intents of a template for a target. The error is for unreadable schema facts.
func (choice Choice) Plan(prevention template.Prevention, t target.Target, c Catalog) (*Plan, error) {
	p := &planner{target: t, catalog: c, choice: choice, plan: &Plan{}}
	for _, intent := range definitions(prevention) {
		if !intent.enabled.Value {
			continue
		}
		o := Outcome{Intent: intent.id, Class: None, Mechanisms: []string{}, Notes: []Note{}, Settings: append([]Setting{}, intent.settings(t)...)}
		if len(o.Settings) > 0 {
			o.Class = Manual
		}
		intent.plan(p, &o)
		if o.Class == None && !slices.ContainsFunc(o.Notes, func(n Note) bool { return n.Evidence != fact.Apple }) {
			o.add(fmt.Sprintf("no setting for it is known on %s", t.Platform), fact.Unverified, "") // unverified: Apple does not say there is none
		}
		for _, n := range o.Notes {
			o.Source = cmp.Or(o.Source, n.Source)
		}
		p.plan.Outcomes = append(p.plan.Outcomes, o)
	}
	return p.plan, p.err
}

// planner collects the payloads of one plan. The first error sticks.
type planner struct {
	target  target.Target
	catalog Catalog
	choice  Choice
	plan    *Plan
	err     error
}

// payload is a payload or, by its type, a declaration of the plan. Several intents can share it.
type payload struct{ id, payloadType, displayName string }

func (p payload) isDeclaration() bool { return profiles.IsDeclarationType(p.payloadType) }

// mechanism is a key that may serve an intent, and the class it reaches if it works.
type mechanism struct {
	payload payload
	path    []string // to the key, for the schema; empty: the payload as a whole
	class   Class
}

func (l mechanism) String() string {
	return Mechanism{Type: l.payload.payloadType, Path: l.path}.String()
}

// availability is a mechanism's availability on the target, by the schema facts and the choice of form.
type availability struct {
	works      bool
	conditions []Note // conditions or obstacles
	limits     []schema.Limit
	source     string
}

// availability looks up a mechanism. A form not delivered to the target is an obstacle like any other. It returns false after an
// error in p.err.
func (p *planner) availability(l mechanism) (availability, bool) {
	if p.err != nil {
		return availability{}, false
	}
	definition, err := p.definition(l.payload.payloadType, l.path)
	if err != nil {
		p.err = err
		return availability{}, false
	}
	stated := definition.AvailabilityAt(p.target.Platform, l.path...)
	s := availability{works: true, source: definition.Source(), limits: stated.MainLimits(p.target)}
	if text := p.choice.leavesOut(l, p.target); text != "" {
		s.works, s.conditions = false, []Note{{Text: text, Evidence: fact.Apple, Source: s.source, Chosen: true}}
		return s, true
	}
	for _, limit := range s.limits {
		text := l.String() + " " + stated.Phrase(limit, target.Target{Enrollment: p.target.Enrollment}) // platforms agree
		s.conditions = append(s.conditions, Note{Text: text, Evidence: fact.Apple, Source: s.source})
		if limit.Obstacle == schema.NotYetIntroduced && !l.payload.isDeclaration() {
			again := ReadAgain()
			again.Text = l.String() + " " + again.Text
			s.conditions = append(s.conditions, again)
		}
		s.works = s.works && !limit.Obstacle.Blocks()
	}
	return s, true
}

// apply reports whether a mechanism works on the target, and records its class with conditions or obstacles in o.
func (p *planner) apply(o *Outcome, l mechanism) bool {
	s, ok := p.availability(l)
	if !ok {
		return false
	}
	o.Tried = append(o.Tried, Mechanism{l.payload.payloadType, l.path, s.works})
	if s.works {
		o.raise(l.class, l.String())
	}
	if o.Source == "" || s.works {
		o.Source = s.source
	}
	o.Notes = append(o.Notes, s.conditions...)
	return s.works
}

// definition finds the type with the key, among the types sharing a payload type.
func (p *planner) definition(payloadType string, path []string) (*schema.Type, error) {
	types, err := p.types(payloadType)
	if err != nil {
		return nil, err
	}
	for _, t := range types {
		if len(path) == 0 || t.Key(path...) != nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("the schema facts have no %s", strings.Join(append([]string{payloadType}, path...), "."))
}

func (p *planner) types(name string) ([]*schema.Type, error) {
	if !profiles.IsDeclarationType(name) {
		return p.catalog.Payloads(name)
	}
	t, err := p.catalog.Declaration(name)
	if t == nil {
		return nil, err
	}
	return []*schema.Type{t}, err
}

// set sets a key of a payload or declaration, adding it to the plan if missing.
func (p *planner) set(where payload, key string, value *plist.Value) {
	keys := p.plan.keys(where.id)
	if keys == nil {
		keys = profiles.Dictionary()
		keys.Span = value.Span
		p.plan.add(where, keys)
	}
	keys.Set(key, value)
}

// keys returns the keys of a payload or declaration of the plan, nil if missing.
func (p *Plan) keys(id string) *plist.Value {
	for _, payload := range p.Payloads {
		if payload.Identifier == id {
			return payload.Keys
		}
	}
	for _, d := range p.Declarations {
		if d.Identifier == id {
			return d.Payload
		}
	}
	return nil
}

func (p *Plan) add(where payload, keys *plist.Value) {
	if where.isDeclaration() {
		p.Declarations = append(p.Declarations, profiles.Declaration{Type: where.payloadType, Identifier: where.id, Payload: keys})
		return
	}
	p.Payloads = append(p.Payloads, profiles.Payload{Type: where.payloadType, Identifier: where.id, DisplayName: where.displayName, Keys: keys})
}

// at sets the position of a value in the template, and returns the value.
func at(v *plist.Value, span diag.Span) *plist.Value {
	v.Span = span
	return v
}
