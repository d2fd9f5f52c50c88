package view

import (
	"slices"
	"strings"

	"syncguard/internal/inspect"
	"syncguard/internal/lint"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

// note is a few words about a key or type.
type note struct {
	text      string
	important bool // shown in yellow
}

const (
	maxListedValues = 8  // allowed values listed in a note
	maxNoteValue    = 40 // characters of a value or a format
)

// notesOf returns notes on a key from the schema, the most important first. With short it leaves out platforms without
// the key, and shortens the allowed values.
func notesOf(k *inspect.Node, short bool) []note {
	var notes []note
	add := func(important bool, texts ...string) {
		for _, t := range texts {
			if t != "" {
				notes = append(notes, note{t, important})
			}
		}
	}
	switch {
	case k.Unknown && k.Loose:
		add(false, "not in the schema")
	case k.Unknown:
		add(true, "unknown key")
	case k.Managed != "" && len(k.Types) == 0:
		add(false, nothingKnown)
	case k.Managed != "":
		add(false, manifests)
	}
	add(true, byTarget(k.Obstacles)...)
	if s := k.Schema; s != nil {
		if s.Type != k.Type && s.Type != "any" && !(s.Type == "real" && k.Type == "integer") {
			add(true, "want "+s.Type)
		}
		add(false, defaultOf(k), valuesOf(s, short))
		ends, needs, not := conditionsOf(s.Platforms)
		if len(k.Obstacles) == 0 { // obstacles tell it already
			add(true, ends...)
		}
		if s.Replacement != "" {
			add(true, "replaced by "+s.Replacement)
		}
		add(true, textIf(s.Dropped, "no longer listed"), textIf(s.Community, "community"))
		add(false, needs...)
		if !short {
			add(false, not...)
		}
	}
	return notes
}

// byTarget returns obstacles in words, one text a target: iOS@18/manual: needs a supervised device.
func byTarget(all []lint.Obstacle) []string {
	var texts []string
	for i, o := range all {
		if i > 0 && all[i-1].Target == o.Target {
			texts[len(texts)-1] += ", " + o.Text
		} else {
			texts = append(texts, o.Target.String()+": "+o.Text)
		}
	}
	return texts
}

func defaultOf(k *inspect.Node) string {
	text := stated(k.Schema.Default)
	switch {
	case text == "" || k.Secret:
		return ""
	case text == k.Text:
		return "the default"
	}
	text, _ = truncate(text, maxNoteValue)
	return "default " + text
}

// valuesOf returns the allowed values of a key. With short it counts a long list, and leaves out everything but values.
func valuesOf(s *schema.KeyFacts, short bool) string {
	said := *s
	said.Repeats = ""
	switch n := len(s.RangeList); {
	case n > maxListedValues && short:
		said.RangeList = []any{"one of " + text.Count(n, "value")}
	case n > 1:
		said.RangeList = []any{"one of " + schema.Text(s.RangeList)}
	case n == 1:
		said.RangeList = []any{"only " + schema.Text(s.RangeList[0])}
	}
	if short {
		said.Subtype, said.CombineType, said.AssetTypes, said.ContentTypes = "", "", nil, nil
		if len(s.Format) > maxNoteValue {
			said.Format = ""
		}
	}
	return values(said)
}

// conditionsOf returns the conditions of a type or key, equal platforms joined: supervised on iOS, tvOS. ends are its
// deprecation and removal, needs the requirements, and not the places without it.
func conditionsOf(platforms []schema.OnPlatform) (ends, needs, not []string) {
	available := 0
	for _, a := range platforms {
		if a.Available {
			available++
		}
	}
	// on joins platforms with equal text, leaving out platforms without any.
	on := func(text func(schema.OnPlatform) string) (found []string) {
		var order []string
		by := map[string][]string{}
		for _, a := range platforms {
			s := text(a)
			if s == "" {
				continue
			}
			if by[s] == nil {
				order = append(order, s)
			}
			by[s] = append(by[s], string(a.Platform))
		}
		for _, s := range order {
			if len(by[s]) < available || available == 0 {
				s += " on " + strings.Join(by[s], ", ")
			}
			found = append(found, s)
		}
		return found
	}
	when := func(is func(schema.OnPlatform) bool, text string) func(schema.OnPlatform) string {
		return func(a schema.OnPlatform) string { return textIf(a.Available && is(a), text) }
	}
	ends = slices.Concat(
		on(func(a schema.OnPlatform) string { return prefixed("deprecated ", release(a.Deprecated)) }),
		on(func(a schema.OnPlatform) string { return prefixed("removed ", release(a.Removed)) }))
	needs = slices.Concat(
		on(when(func(a schema.OnPlatform) bool { return isYes(a.Supervised) }, "supervised")),
		on(when(func(a schema.OnPlatform) bool { return isNo(a.AllowManualInstall) }, "MDM only")),
		on(when(func(a schema.OnPlatform) bool { return isYes(a.UserApprovedMDM) }, "user-approved MDM")),
		on(when(func(a schema.OnPlatform) bool { return isYes(a.RequiresDEP) }, "Automated Device Enrollment")),
		on(when(func(a schema.OnPlatform) bool { return a.Beta }, "beta")),
		since(platforms))
	not = slices.Concat(
		on(when(func(a schema.OnPlatform) bool { return a.UserEnrollment == "forbidden" }, "not in User Enrollment")),
		on(when(func(a schema.OnPlatform) bool { return a.SharedIPad.Mode == "forbidden" }, "not on Shared iPad")),
		missing(platforms))
	return ends, needs, not
}

func isYes(b *bool) bool { return b != nil && *b }
func isNo(b *bool) bool  { return b != nil && !*b }

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// since lists the first version on each platform.
func since(platforms []schema.OnPlatform) []string {
	var names []string
	for _, a := range platforms {
		if a.Available && !a.Introduced.IsZero() {
			names = append(names, string(a.Platform)+unbroken+release(a.Introduced))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{"since " + strings.Join(names, ", ")}
}

func missing(platforms []schema.OnPlatform) []string {
	var names []string
	for _, a := range platforms {
		if !a.Available {
			names = append(names, string(a.Platform))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{"not on " + strings.Join(names, ", ")}
}

// nothingKnown is the note on a type or domain without a schema.
const nothingKnown = "in no schema"

// manifests is the note on a preference domain with a manifest.
const manifests = "from ProfileManifests"

// notesOfType returns notes on a type: its conditions and platforms.
func notesOfType(t inspect.Type) []note {
	ends, needs, not := conditionsOf(t.Platforms)
	if t.Replacement != "" {
		ends = append(ends, "replaced by "+t.Replacement)
	}
	var notes []note
	for _, text := range ends {
		notes = append(notes, note{text, true})
	}
	for _, text := range slices.Concat([]string{t.Title, textIf(t.Family == "preferences", manifests)}, needs, not) {
		if text != "" {
			notes = append(notes, note{text, false})
		}
	}
	return notes
}
