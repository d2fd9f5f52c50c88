package coverage

import (
	"slices"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// judge says what one setting comes to on one target.
type judge struct {
	setting
	target target.Target
	facts  *facts.Facts
}

func (j *judge) cell() Cell {
	c := Cell{Target: j.target, Class: intent.None}
	t := j.definition()
	if reason := j.unread(t); reason.Text != "" {
		c.Source, c.Notes = reason.Source, []intent.Note{reason}
		return c
	}
	works := true
	switch {
	case j.domain != nil:
		works = j.limits(&c, j.domain.carrier)
		if t.Type != nil && t.key != nil {
			c.Source = t.Source()
		}
	case t.key != nil:
		works = j.limits(&c, t.Type, j.path...)
		if t.key.Dropped {
			c.note("is not listed any more in Apple's newest schema", fact.Apple, c.Source)
		}
		if by := replacement(t); by != "" && slices.ContainsFunc(t.Type.AvailabilityAt(j.target.Platform, j.path...).Telling(j.target), isLifecycle) {
			c.note("is replaced by "+by, fact.Apple, c.Source)
		}
	}
	c.Tried = []intent.Mechanism{{Type: j.subject.Type, Path: j.path, Works: works}}
	if works {
		c.Mechanisms = []string{j.subject.Name()}
		j.effect(&c, t)
	}
	return c
}

func (c *Cell) note(text string, e fact.Evidence, source string) {
	c.Notes = append(c.Notes, intent.Note{Text: text, Evidence: e, Source: source})
}

// unread says why nothing on the target reads the setting as far as anybody knows, or has no text.
func (j *judge) unread(t holderType) intent.Note {
	switch {
	case j.stray:
		return intent.Note{Text: "stands where nothing reads it: a Mac reads what is below Forced or Set-Once in mcx_preference_settings",
			Evidence: fact.Community, Source: "https://github.com/MACE-App/MACE/issues/24"}
	case j.domain != nil || t.key != nil:
	case t.Type == nil && (j.isDeclaration || j.target.Platform != target.MacOS):
		return intent.Note{Text: "is in no schema", Evidence: fact.Unverified}
	case t.Type != nil && !j.isPreference():
		return intent.Note{Text: "is not in the schema of " + j.subject.Type, Evidence: fact.Unverified, Source: t.Source()}
	}
	return intent.Note{}
}

// isPreference reports whether the setting is of a preference domain of a Mac: what no schema has as a payload, a Mac takes
// for one.
func (j *judge) isPreference() bool {
	isDomain := func(t holderType) bool { return t.Family == schema.Preferences || j.facts.IsPreferences(t.PayloadType) }
	return j.domain != nil || j.target.Platform == target.MacOS && (len(j.types) == 0 || slices.ContainsFunc(j.types, isDomain))
}

// limits notes what stands between a type or key and the target, and reports whether it works there.
func (j *judge) limits(c *Cell, t *schema.Type, path ...string) bool {
	c.Source = t.Source()
	works, says := true, fact.Apple
	if k := t.Key(path...); t.Family == schema.Preferences || k != nil && k.Community {
		says = fact.Community
	}
	if len(t.Availability) == 0 {
		c.note("is of a type for which the schema names no platform", fact.Unverified, c.Source)
	}
	availability := t.AvailabilityAt(j.target.Platform, path...)
	for _, l := range availability.Telling(j.target) {
		c.note(availability.Phrase(l, target.Target{Enrollment: j.target.Enrollment}), says, c.Source)
		if l.Obstacle == schema.NotYetIntroduced && !j.isDeclaration {
			c.Notes = append(c.Notes, intent.ReadAgain())
		}
		works = works && !l.Obstacle.Blocks()
	}
	return works
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
	c.Class = intent.Enforced
	stated := t.key != nil && t.key.CombineType != "" // how several combine is stated of restrictions only
	restricts := stated
	known := false            // somebody says what it does
	var ignored *facts.Effect // that the device ignores it
	for _, e := range j.facts.EffectsOf(j.subject.Type, j.path, j.value, j.target) {
		if e.Needs != "" && j.holder.Get(e.Needs) != nil {
			continue
		}
		switch e.Does {
		case "":
		case facts.Nothing:
			ignored = e
			continue
		default:
			ignored, known = nil, known || t.key != nil || e.Path != ""
			c.Class, stated = intent.Class(e.Does), true
			if e.Evidence == fact.Apple && t.Type == nil {
				c.Source = e.Source
			}
		}
		restricts = restricts || e.Restricts
		if e.Unless != "" && j.prohibits(t, e.Unless) {
			c.Class = intent.Enforced
			continue
		}
		if e.Text != "" {
			c.Notes = append(c.Notes, intent.Note{Text: e.Text, Evidence: e.Evidence, Source: e.Source, Detail: e.Detail})
		}
	}
	if ignored != nil {
		c.ignored(ignored)
		return
	}
	if j.domain != nil && j.domain.state != profiles.Forced {
		c.Class, stated = intent.Preset, true
	}
	if j.domain != nil && j.domain.crowded {
		c.note("shares its payload with other domains, of which a Mac on 26.6 applied one", fact.Community, "https://github.com/jamf/terraform-provider-jamfplatform/issues/436")
	}
	switch {
	case restricts && t.key != nil && t.key.Default != nil && plist.Equal(t.key.Default, j.value):
		c.Class = intent.Preset
		c.note("is what holds without it: it restricts nothing", fact.Apple, c.Source)
	case t.key == nil && !known:
		c.note("is set; whether the app obeys it is not known, since no schema or manifest lists it", fact.Unverified, "")
	case j.domain != nil && t.key != nil && t.Family == schema.Payload && !t.key.Community:
		c.note("is documented by Apple as a payload, not as a managed preference", fact.Community, t.Source())
	case known:
	case t.Family == schema.Preferences || t.key != nil && t.key.Community && j.isPreference():
		c.note("is a preference that Apple's schemas do not list", fact.Community, c.Source)
	case t.key != nil && t.key.Community:
		c.note("is a key that Apple's schema does not list", fact.Community, c.Source)
	case stated:
	default:
		c.note("is set; Apple's schema does not say whether a person can change it", fact.Unverified, c.Source)
	}
}

// ignored makes a cell one of a setting that a device ignores.
func (c *Cell) ignored(e *facts.Effect) {
	c.Class, c.Mechanisms, c.Tried[0].Works = intent.None, nil, false
	c.note(e.Text, e.Evidence, e.Source)
}

// prohibits says whether a boolean key of the same payload is true and works on the target.
func (j *judge) prohibits(t holderType, key string) bool {
	v := j.holder.Get(key)
	return v != nil && v.Kind == plist.Boolean && v.Bool &&
		!slices.ContainsFunc(t.AvailabilityAt(j.target.Platform, key).Limits(j.target), func(l schema.Limit) bool { return l.Obstacle.Blocks() })
}
