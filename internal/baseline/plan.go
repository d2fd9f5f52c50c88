package baseline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
)

// Catalog is what the intents ask of the schema facts.
type Catalog interface {
	Payloads(payloadType string) ([]*schema.Type, error)
}

// Plan is what the prevention intents put into the profile for one target. Identifier in a payload is only the last
// part, unique in the plan; the composer completes it and derives the UUID.
type Plan struct {
	Payloads []profiles.Payload
	Outcomes []Outcome // one for each intent that is on
}

// New plans the intents of a template for a target. The error is one of reading the schema facts.
func New(prevention template.Prevention, t target.Target, c Catalog) (*Plan, error) {
	p := &planner{target: t, catalog: c, plan: &Plan{}}
	for _, intent := range []struct {
		name Intent
		on   bool
		plan func(*planner, *Outcome)
	}{
		{DateTime, prevention.DateTime.Enabled.Value, bind(prevention.DateTime, planDateTime)},
		{DNS, prevention.DNS.Enabled.Value, bind(prevention.DNS, planDNS)},
		{Cellular, prevention.Cellular.Enabled.Value, bind(prevention.Cellular, planCellular)},
		{Storage, prevention.Storage.Enabled.Value, bind(prevention.Storage, planStorage)},
		{Updates, prevention.Updates.Enabled.Value, bind(prevention.Updates, planUpdates)},
	} {
		if !intent.on {
			continue
		}
		o := Outcome{Intent: intent.name, Class: Impossible, Settings: settings(intent.name, t.Platform)}
		if len(o.Settings) > 0 {
			o.Class = Hint
		}
		intent.plan(p, &o)
		for _, n := range o.Notes {
			o.Source = cmp.Or(o.Source, n.Source)
		}
		p.plan.Outcomes = append(p.plan.Outcomes, o)
	}
	return p.plan, p.err
}

// bind binds the part of the template that an intent reads.
func bind[T any](part T, plan func(*planner, *Outcome, T)) func(*planner, *Outcome) {
	return func(p *planner, o *Outcome) { plan(p, o, part) }
}

// planner collects the payloads of one plan. The first error sticks.
type planner struct {
	target  target.Target
	catalog Catalog
	plan    *Plan
	err     error
}

// payload is one that the plan may hold: several intents can share it.
type payload struct{ id, payloadType, displayName string }

// lever is a key that may serve an intent: what it does where it works, and where it sits.
type lever struct {
	payload payload
	path    []string // to the key, for the schema; empty: the payload as a whole
	class   Class
}

func (l lever) mechanism() string {
	return strings.Join(append([]string{l.payload.payloadType}, l.path...), ".")
}

// pull says whether a lever works on the target, and records what it does, what it rests on, or what stands in its way.
func (p *planner) pull(o *Outcome, l lever) bool {
	if p.err != nil {
		return false
	}
	definition, err := p.definition(l.payload.payloadType, l.path)
	if err != nil {
		p.err = err
		return false
	}
	source := sourceOf(definition)
	works := true
	var conditions []Note
	limits := definition.AvailabilityAt(p.target.Platform, l.path...).Limits(p.target)
	for _, limit := range limits {
		if limit.Obstacle == schema.Deprecated && slices.ContainsFunc(limits, isRemovedLater) {
			continue // the removal says more
		}
		text, blocks := explain(limit, l.mechanism(), p.target.Platform)
		conditions = append(conditions, Note{Text: text, Evidence: Apple, Source: source})
		works = works && !blocks
	}
	if works {
		o.reach(l.class, l.mechanism())
	}
	if o.Source == "" || works {
		o.Source = source
	}
	o.Notes = append(o.Notes, conditions...)
	return works
}

func isRemovedLater(l schema.Limit) bool { return l.Obstacle == schema.RemovedLater }

// definition finds the type that has the key, among those that share a payload type.
func (p *planner) definition(payloadType string, path []string) (*schema.Type, error) {
	types, err := p.catalog.Payloads(payloadType)
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

// set puts a key into a payload of the plan, which is added when it is not there yet.
func (p *planner) set(where payload, key string, value *plist.Value) {
	for i := range p.plan.Payloads {
		if p.plan.Payloads[i].Identifier == where.id {
			p.plan.Payloads[i].Keys.Set(key, value)
			return
		}
	}
	keys := profiles.Dictionary().Set(key, value)
	keys.Span = value.Span
	p.plan.Payloads = append(p.plan.Payloads, profiles.Payload{
		Type: where.payloadType, Identifier: where.id, DisplayName: where.displayName, Keys: keys,
	})
}

// at gives a composed value the place in the template that it comes from.
func at(v *plist.Value, span diag.Span) *plist.Value {
	v.Span = span
	return v
}

// explain says a limit in words, and whether it makes the key void on every device of the target.
func explain(l schema.Limit, mechanism string, p target.Platform) (text string, blocks bool) {
	switch l.Obstacle {
	case schema.NotOnPlatform:
		return fmt.Sprintf("%s does nothing on %s", mechanism, p), true
	case schema.NotYetIntroduced:
		return fmt.Sprintf("%s needs %s %s", mechanism, p, l.Version), true
	case schema.Removed:
		return fmt.Sprintf("%s was removed in %s %s", mechanism, p, l.Version), true
	case schema.RemovedLater:
		return fmt.Sprintf("%s is gone in %s %s", mechanism, p, l.Version), false
	case schema.Deprecated:
		return fmt.Sprintf("%s is deprecated since version %s", mechanism, l.Version), false
	case schema.DeprecatedLater:
		return fmt.Sprintf("%s is deprecated from version %s on", mechanism, l.Version), false
	case schema.NeedsSupervision:
		return fmt.Sprintf("%s needs a supervised device", mechanism), true
	case schema.NeedsMDM:
		return fmt.Sprintf("%s can be installed by MDM only", mechanism), true
	case schema.NeedsUserApproved:
		return fmt.Sprintf("%s needs a user-approved MDM enrollment", mechanism), false
	case schema.NeedsADE:
		return fmt.Sprintf("%s needs Automated Device Enrollment", mechanism), false
	case schema.NotInUserEnrollment:
		return fmt.Sprintf("%s is forbidden in User Enrollment", mechanism), true
	case schema.IgnoredInUserEnrollment:
		return fmt.Sprintf("%s is ignored in User Enrollment", mechanism), true
	case schema.NeedsUserEnrollment:
		return fmt.Sprintf("%s needs User Enrollment", mechanism), true
	case schema.NotOnSharedIPad:
		return fmt.Sprintf("%s is forbidden on Shared iPad", mechanism), true
	case schema.IgnoredOnSharedIPad:
		return fmt.Sprintf("%s is ignored on Shared iPad", mechanism), true
	case schema.NeedsSharedIPad:
		return fmt.Sprintf("%s needs Shared iPad", mechanism), true
	}
	return fmt.Sprintf("%s is not allowed in this enrollment", mechanism), true
}

// sourceOf names where the facts of a type come from.
func sourceOf(t *schema.Type) string {
	if len(t.Sources) == 0 {
		return ""
	}
	s := t.Sources[0]
	for _, other := range t.Sources {
		if other.Path != "" {
			s = other // the newest file; a later source may be a page that confirms it
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%s@%s %s", s.Name, s.Version, s.Path))
}
