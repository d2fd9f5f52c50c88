package coverage

import (
	"slices"

	"syncguard/internal/baseline"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
)

// judge says what one setting comes to on one target.
type judge struct {
	setting
	target target.Target
	facts  *facts.Facts
}

func (j *judge) cell() Cell {
	c := Cell{Target: j.target, Class: baseline.Impossible}
	note := func(text string, e baseline.Evidence, source string) {
		c.Notes = append(c.Notes, baseline.Note{Text: text, Evidence: e, Source: source})
	}
	t := j.definition()
	works := true
	limits := func(t *schema.Type, path ...string) {
		c.Source = t.Source()
		for _, l := range limitsOf(t, path, j.target) {
			note(t.AvailabilityAt(j.target.Platform, path...).Phrase(l, target.Target{Enrollment: j.target.Enrollment}), baseline.Apple, c.Source)
			works = works && !l.Obstacle.Blocks()
		}
	}
	switch {
	case j.domain != nil:
		limits(j.domain.carrier)
		if t.Type != nil {
			c.Source = t.Source()
		}
	case t.Type == nil:
		note("is in no schema", baseline.Unverified, "")
		return c
	case t.key == nil:
		c.Source = t.Source()
		note("is not in the schema of "+j.subject.Type, baseline.Unverified, c.Source)
		return c
	default:
		limits(t.Type, j.path...)
		if t.key.Dropped {
			note("is not listed any more in Apple's newest schema", baseline.Apple, c.Source)
		}
		if by := replacement(t); by != "" && slices.ContainsFunc(limitsOf(t.Type, j.path, j.target), isLifecycle) {
			c.Notes = append(c.Notes, baseline.Note{Text: "is replaced by " + by, Evidence: baseline.Apple, Source: c.Source})
		}
	}
	c.Levers = []baseline.Lever{{Type: j.subject.Type, Path: j.path, Works: works}}
	if works {
		c.Mechanisms = []string{j.subject.Name()}
		j.effect(&c, t)
	}
	return c
}

// definition finds the type that has the key, among those of the same name.
func (j *judge) definition() holderType {
	for _, t := range j.types {
		if t.key != nil {
			return t
		}
	}
	if len(j.types) > 0 {
		return j.types[0]
	}
	return holderType{}
}

// limitsOf returns what stands between a key and a target. A removal says more than the deprecation before it.
func limitsOf(t *schema.Type, path []string, to target.Target) []schema.Limit {
	limits := t.AvailabilityAt(to.Platform, path...).Limits(to)
	if slices.ContainsFunc(limits, func(l schema.Limit) bool { return l.Obstacle == schema.RemovedLater }) {
		limits = slices.DeleteFunc(limits, func(l schema.Limit) bool {
			return l.Obstacle == schema.Deprecated || l.Obstacle == schema.DeprecatedLater
		})
	}
	return limits
}

func isLifecycle(l schema.Limit) bool {
	switch l.Obstacle {
	case schema.Deprecated, schema.DeprecatedLater, schema.Removed, schema.RemovedLater:
		return true
	}
	return false
}

func replacement(t holderType) string {
	if t.key != nil && t.key.Replacement != "" {
		return t.key.Replacement
	}
	return t.Replacement
}

// effect says what a setting that works does: what the facts state, or else that the schema does not tell.
func (j *judge) effect(c *Cell, t holderType) {
	c.Class = baseline.Enforced
	stated := t.key != nil && t.key.CombineType != "" // how several combine is stated of restrictions only
	restricts := stated
	if j.domain != nil && j.domain.state != "Forced" {
		c.Class, stated = baseline.Default, true
	}
	for _, e := range j.facts.EffectsOf(j.subject.Type, j.path, j.value, j.target.Effective()) {
		if e.Does != "" {
			c.Class, stated = baseline.Class(e.Does), true
			if e.Evidence == facts.Apple && t.Type == nil {
				c.Source = e.Source
			}
		}
		restricts = restricts || e.Restricts
		if e.Unless != "" && j.prohibits(t, e.Unless) {
			c.Class = baseline.Enforced
			continue
		}
		if e.Text != "" {
			c.Notes = append(c.Notes, baseline.Note{Text: e.Text, Evidence: baseline.Evidence(e.Evidence), Source: e.Source, Detail: e.Detail})
		}
	}
	switch {
	case restricts && t.key != nil && t.key.Default != nil && plist.Equal(t.key.Default, j.value):
		c.Class = baseline.Default
		c.Notes = append(c.Notes, baseline.Note{Text: "is what holds without it: it restricts nothing", Evidence: baseline.Apple, Source: c.Source})
	case stated:
	case t.Type == nil || t.Family == schema.Preferences:
		c.Notes = append(c.Notes, baseline.Note{Text: "is a preference that Apple's schemas do not list", Evidence: evidenceOf(t), Source: c.Source})
	default:
		c.Notes = append(c.Notes, baseline.Note{Text: "is set; Apple's schema does not say whether a person can change it", Evidence: baseline.Unverified, Source: c.Source})
	}
}

// prohibits says whether a boolean key of the same payload is true and works on the target.
func (j *judge) prohibits(t holderType, key string) bool {
	v := j.holder.Get(key)
	return v != nil && v.Kind == plist.Boolean && v.Bool &&
		!slices.ContainsFunc(limitsOf(t.Type, []string{key}, j.target), func(l schema.Limit) bool { return l.Obstacle.Blocks() })
}

// evidenceOf says how far a preference is known: ProfileManifests lists it, or nobody does.
func evidenceOf(t holderType) baseline.Evidence {
	if t.key != nil {
		return baseline.Community
	}
	return baseline.Unverified
}
