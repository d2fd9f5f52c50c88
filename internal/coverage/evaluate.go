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

// Silent is the note on a setting that works, of which Apple does not state more.
const Silent = "is set; Apple's schema does not tell if a person can change it"

// evaluator works out the effect of one setting on one target.
type evaluator struct {
	setting
	target target.Target
	facts  *facts.Facts
}

func (ev *evaluator) cell() Cell {
	c := Cell{Target: ev.target, Class: intent.None}
	t := ev.definition()
	if reason := ev.whyUnread(t); reason.Text != "" {
		c.Source, c.Notes = reason.Source, []intent.Note{reason}
		return c
	}
	works := true
	switch {
	case ev.domain != nil:
		works = ev.noteLimits(&c, ev.domain.payload)
		if t.Type != nil && t.key != nil {
			c.Source = t.Source()
		}
	case t.key != nil:
		works = ev.noteLimits(&c, t.Type, ev.path...)
		if t.key.Dropped {
			c.note("is no longer in Apple's newest schema", fact.Apple, c.Source)
		}
		if by := replacement(t); by != "" && slices.ContainsFunc(t.Type.AvailabilityAt(ev.target.Platform, ev.path...).MainLimits(ev.target), isLifecycle) {
			c.note("is replaced by "+by, fact.Apple, c.Source)
		}
	}
	c.Tried = []intent.Mechanism{{Type: ev.subject.Type, Path: ev.path, Works: works}}
	if works {
		c.Mechanisms = []string{ev.subject.Name()}
		ev.setEffect(&c, t)
	}
	return c
}

func (c *Cell) note(text string, e fact.Evidence, source string) {
	c.Notes = append(c.Notes, intent.Note{Text: text, Evidence: e, Source: source})
}

// whyUnread tells why nothing on the target is known to read the setting. Its text is empty if something does.
func (ev *evaluator) whyUnread(t candidate) intent.Note {
	switch {
	case ev.misplaced:
		return intent.Note{Text: "is in the wrong place: a Mac reads only keys in mcx_preference_settings below Forced or Set-Once",
			Evidence: fact.Community, Source: "https://github.com/MACE-App/MACE/issues/24"}
	case ev.domain != nil || t.key != nil:
	case t.Type == nil && (ev.isDeclaration || ev.target.Platform != target.MacOS):
		return intent.Note{Text: "is in no schema", Evidence: fact.Unverified}
	case t.Type != nil && !ev.isPreference():
		return intent.Note{Text: "is not in the schema of " + ev.subject.Type, Evidence: fact.Unverified, Source: t.Source()}
	}
	return intent.Note{}
}

// isPreference reports whether the setting belongs to a preference domain: a Mac takes a payload type without a schema
// for one.
func (ev *evaluator) isPreference() bool {
	isDomain := func(t candidate) bool { return t.Family == schema.Preferences || ev.facts.IsPreferences(t.PayloadType) }
	return ev.domain != nil || ev.target.Platform == target.MacOS && (len(ev.types) == 0 || slices.ContainsFunc(ev.types, isDomain))
}

// noteLimits notes the obstacles between a type or key and the target, and reports whether it works there.
func (ev *evaluator) noteLimits(c *Cell, t *schema.Type, path ...string) bool {
	c.Source = t.Source()
	works, says := true, fact.Apple
	if k := t.Key(path...); t.Family == schema.Preferences || k != nil && k.Community {
		says = fact.Community
	}
	if len(t.Availability) == 0 {
		c.note("is of a type without platforms in the schema", fact.Unverified, c.Source)
	}
	availability := t.AvailabilityAt(ev.target.Platform, path...)
	for _, l := range availability.MainLimits(ev.target) {
		c.note(availability.Phrase(l, target.Target{Enrollment: ev.target.Enrollment}), says, c.Source)
		if l.Obstacle == schema.NotYetIntroduced && !ev.isDeclaration {
			c.Notes = append(c.Notes, intent.ReadAgain())
		}
		works = works && !l.Obstacle.Blocks()
		c.Missing = c.Missing || l.Obstacle == schema.NotOnPlatform || l.Obstacle == schema.NotYetIntroduced || l.Obstacle == schema.Removed
	}
	return works
}

// definition finds the type with the key, among the types of one name. Without such a type it returns the first one.
func (ev *evaluator) definition() candidate {
	for _, t := range ev.types {
		if t.key != nil {
			return t
		}
	}
	if len(ev.types) > 0 {
		return ev.types[0]
	}
	return candidate{}
}

func isLifecycle(l schema.Limit) bool {
	switch l.Obstacle {
	case schema.Deprecated, schema.DeprecatedLater, schema.Removed, schema.RemovedLater:
		return true
	}
	return false
}

func replacement(t candidate) string {
	if t.key != nil && t.key.Replacement != "" {
		return t.key.Replacement
	}
	return t.Replacement
}

// setEffect sets the class of a working setting: as the facts state it, or else with a note that the schema is silent.
func (ev *evaluator) setEffect(c *Cell, t candidate) {
	c.Class = intent.Enforced
	stated := t.key != nil && t.key.CombineType != "" // only restrictions state how several values combine
	restricts := stated
	known := false            // the schema or a fact describes the effect
	var ignored *facts.Effect // the fact that the device ignores it
	for _, e := range ev.facts.EffectsOf(ev.subject.Type, ev.path, ev.value, ev.target) {
		if e.Needs != "" && ev.holder.Get(e.Needs) != nil {
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
		if e.Unless != "" && ev.prohibits(t, e.Unless) {
			c.Class = intent.Enforced
			continue
		}
		if e.Text != "" {
			c.Notes = append(c.Notes, intent.Note{Text: e.Text, Evidence: e.Evidence, Source: e.Source, Detail: e.Detail})
		}
	}
	if ignored != nil {
		c.setIgnored(ignored)
		return
	}
	if ev.domain != nil && ev.domain.state != profiles.Forced {
		c.Class, stated = intent.Preset, true
	}
	if ev.domain != nil && ev.domain.shared {
		c.note("shares its payload with other domains, and a Mac on 26.6 applied only one of them", fact.Community, "https://github.com/jamf/terraform-provider-jamfplatform/issues/436")
	}
	switch {
	case restricts && t.key != nil && t.key.Default != nil && plist.Equal(t.key.Default, ev.value):
		c.Class = intent.Preset
		c.note("equals the default, so it restricts nothing", fact.Apple, c.Source)
	case t.key == nil && !known:
		c.note("is set, but is in no schema or manifest: the app may ignore it", fact.Unverified, "")
	case ev.domain != nil && t.key != nil && t.Family == schema.Payload && !t.key.Community:
		c.note("is documented by Apple as a payload, not as a managed preference", fact.Community, t.Source())
	case known:
	case t.Family == schema.Preferences || t.key != nil && t.key.Community && ev.isPreference():
		c.note("is a preference outside Apple's schemas", fact.Community, c.Source)
	case t.key != nil && t.key.Community:
		c.note("is a key outside Apple's schema", fact.Community, c.Source)
	case stated:
	default:
		c.note(Silent, fact.Unverified, c.Source)
	}
}

// setIgnored marks the cell as a setting ignored by the device.
func (c *Cell) setIgnored(e *facts.Effect) {
	c.Class, c.Mechanisms, c.Tried[0].Works = intent.None, nil, false
	c.note(e.Text, e.Evidence, e.Source)
}

// prohibits reports whether a boolean key of the same payload is true and works on the target.
func (ev *evaluator) prohibits(t candidate, key string) bool {
	v := ev.holder.Get(key)
	return v != nil && v.Kind == plist.Boolean && v.Bool &&
		!slices.ContainsFunc(t.AvailabilityAt(ev.target.Platform, key).Limits(ev.target), func(l schema.Limit) bool { return l.Obstacle.Blocks() })
}
