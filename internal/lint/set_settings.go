package lint

import (
	"fmt"
	"strconv"
	"strings"
	"unique"

	"syncguard/internal/merge"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// setting is a key and its value in a payload of the kind a device combines with those of other profiles.
type setting struct {
	domain, key string // domain is a payload type or preference domain; nested keys are joined by dots
	shown       string // the value as shown in a message
	kind        plist.Kind
	value       uint64    // a hash of the value
	within      *path     // the path of its dictionary
	name        string    // the key in that dictionary
	replacement string    // the declaration replacing it
	platforms   platforms // those on which another value in another file is a fault
	start, end  int       // byte offsets of the key
}

func (x *setting) path() *path { return x.within.field(x.name) }

// addSettings keeps the settings of a payload that can contradict those of other profiles, by package merge: restrictions and
// the like, and preferences of apps on a Mac. It leaves out payloads that coexist, such as Wi-Fi networks, and settings of which
// it is stated which value counts, unless Apple advises against setting them twice.
func (m *FileFacts) addSettings(p *profile, pl *payload, index int, installable platforms) {
	base := setting{within: pl.node.path, domain: pl.payloadType}
	switch {
	case pl.payloadType == profiles.ManagedPreferences:
		m.addForced(pl, base, installable)
	case pl.payloadType == "" || hasPlaceholder(pl.node.value.Get("PayloadType")):
	case len(m.payloads[index].single) > 0: // single-instance rules report the payload as a whole
	case len(pl.types) == 0 || pl.types[0].Family == schema.Preferences:
		base.platforms = installable & macOS
		m.addKeys(base, "", pl.node.value, nil, true)
	case merge.IsByKey(pl.payloadType, pl.types):
		base.platforms = installable & payloadPlatforms(pl)
		m.addKeys(base, "", pl.node.value, pl.types, true)
	}
}

// macOS is the platform with managed preference domains.
const macOS platforms = 1 << 1

func payloadPlatforms(pl *payload) platforms {
	var all platforms
	for _, t := range pl.types {
		all |= platformsOf(t, isThere)
	}
	return all
}

// addForced adds the preference domains forced by com.apple.ManagedClient.preferences.
func (m *FileFacts) addForced(pl *payload, base setting, installable platforms) {
	content := pl.node.value.Get("PayloadContent")
	if content == nil {
		return
	}
	for _, f := range content.Fields {
		for i, forced := range items(f.Value.Get(profiles.Forced)) {
			if settings := forced.Get(profiles.PreferenceSettings); settings != nil && i == 0 {
				base.domain, base.platforms = f.Key, installable&macOS
				base.within = pl.node.path.field("PayloadContent").field(base.domain).field(profiles.Forced).at(0).field(profiles.PreferenceSettings)
				m.addKeys(base, "", settings, nil, false)
			}
		}
	}
}

// maxSettingDepth bounds the comparison key by key; deeper dictionaries are compared as a whole.
const maxSettingDepth = 8

func (m *FileFacts) addKeys(base setting, above string, v *plist.Value, types []*schema.Type, isPayload bool) {
	for _, f := range v.Fields {
		if f.Value == nil || hasPlaceholder(f.Value) || isPayload && isCommonKey(f.Key) {
			continue
		}
		key := above + f.Key
		if isPayload && f.Value.Kind == plist.Array && merge.EntriesAt(base.domain, strings.SplitN(key, ".", 2)) != nil {
			continue // its entries stand beside those of other profiles
		}
		if f.Value.Kind == plist.Dictionary && len(f.Value.Fields) > 0 && base.depth(key) < maxSettingDepth {
			inner := base
			inner.within = base.within.field(f.Key)
			m.addKeys(inner, key+".", f.Value, nil, isPayload)
			continue
		}
		x := base
		x.key, x.name, x.shown, x.kind, x.value = key, f.Key, f.Value.Describe(), f.Value.Kind, plist.Hash(f.Value)
		x.start, x.end = f.KeySpan.Start, f.KeySpan.End
		for _, t := range types {
			if k := keyNamed(t.Keys, f.Key); k != nil {
				x.replacement = k.Replacement
				x.platforms = base.platforms & keyPlatforms(t, k)
			}
		}
		if x.platforms = x.conflictOn(x.platforms); x.platforms != 0 || x.replacement != "" {
			m.settings = append(m.settings, x)
		}
	}
}

// way is how values of the setting combine on a platform.
func (x *setting) way(p target.Platform) merge.Way {
	return merge.Payload(x.domain, nil, strings.Split(x.key, "."), p)
}

// conflictOn returns those of the platforms on which different values of the setting are a fault.
func (x *setting) conflictOn(on platforms) (conflict platforms) {
	path := strings.Split(x.key, ".")
	for i, p := range schemaPlatforms {
		if on&(1<<i) != 0 && merge.Payload(x.domain, nil, path, p).IsConflict() {
			conflict |= 1 << i
		}
	}
	return conflict
}

// schemaPlatforms are the platforms by their bits.
var schemaPlatforms = target.SchemaPlatforms()

// depth counts the dots of a key. A key containing dots is merely compared as a whole sooner.
func (setting) depth(key string) int {
	n := 0
	for _, c := range []byte(key) {
		if c == '.' {
			n++
		}
	}
	return n
}

// keyPlatforms returns the platforms with a key of a type.
func keyPlatforms(t *schema.Type, k *schema.Key) platforms {
	var all platforms
	for p, a := range t.Availability {
		if !a.Override(k.Availability[p]).NotAvailable {
			all |= platformBit(p)
		}
	}
	return all
}

// isCommonKey reports whether a key is common to all payloads.
func isCommonKey(key string) bool {
	switch key {
	case "PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription",
		"PayloadOrganization", "PayloadEnabled", "PayloadScope", "PayloadRemovalDisallowed", "PayloadContent":
		return true
	}
	return false
}

// intern deduplicates a text in memory: many files have the same keys.
func intern(s string) string { return unique.Make(s).Value() }

// settingName names a setting across files.
type settingName struct{ domain, key string }

// earlierSetting is a setting of an earlier file.
type earlierSetting struct {
	earlier
	shown string
	kind  plist.Kind
	value uint64
}

// overlap is a setting present in an earlier file too, with an equal or a different value.
type overlap struct {
	here   *setting
	before *earlierSetting
}

func (x *setting) location() location { return location{x.start, x.end, x.path()} }

// findOverlaps finds the settings that an earlier file has too.
func (s *Set) findOverlaps() (found []overlap) {
	for i := range s.file.settings {
		x := &s.file.settings[i]
		name := settingName{x.domain, x.key}
		all, known := s.settings[name]
		if !known {
			name = settingName{strings.Clone(x.domain), strings.Clone(x.key)}
		}
		before, ok := rival(s, &all, x.platforms, canMeetInScope, func() *earlierSetting {
			return &earlierSetting{*s.remember(location{x.start, x.end, nil}, x.platforms), intern(x.shown), x.kind, x.value}
		})
		if ok {
			found = append(found, overlap{x, before})
		} else {
			s.settings[name] = all
		}
	}
	return found
}

func conflictingSetting(s *setPass) {
	for _, o := range s.overlaps {
		x, other := o.here, o.before.shown
		if x.value == o.before.value {
			continue
		}
		if x.shown == other {
			other = "a different one"
		}
		s.reportOverlap(o, fmt.Sprintf("%s is %s here, but %s in %s", quote(x.key), x.shown, other, o.before.file.quoted()), o.whatCounts())
	}
}

// whatCounts tells which of two values counts where that is stated, for the help of a finding; "" where it is not.
func (o *overlap) whatCounts() string {
	var counts string
	var open []string
	for _, p := range target.SchemaPlatforms() {
		if o.here.platforms&o.before.platforms&platformBit(p) == 0 {
			continue
		}
		if text := o.countsBy(o.here.way(p)); text != "" {
			counts = text
		} else {
			open = append(open, string(p))
		}
	}
	switch {
	case counts == "":
		return ""
	case open == nil:
		return counts + "; "
	}
	return fmt.Sprintf("%s, but on %s that is undefined; ", counts, strings.Join(open, ", "))
}

// countsBy tells what of two values counts by a way, "" if that is open.
func (o *overlap) countsBy(w merge.Way) string {
	areLists := o.here.kind == plist.Array && o.before.kind == plist.Array
	a, b := scalar(o.here.kind, o.here.shown), scalar(o.before.kind, o.before.shown)
	switch {
	case w.How == merge.Last:
		return "the value that is installed last counts"
	case areLists && w.How == merge.SetUnion:
		return "what either list has counts"
	case areLists && w.How == merge.SetIntersection:
		return "only what both lists have counts"
	case a == nil || b == nil:
		return ""
	}
	if result, ok := w.Combine([]*plist.Value{a, b}); ok {
		return result.Describe() + " counts, as the more restrictive one"
	}
	return ""
}

// scalar returns a value as shown, nil for others than numbers and booleans.
func scalar(kind plist.Kind, shown string) *plist.Value {
	switch kind {
	case plist.Boolean:
		return plist.NewBoolean(shown == "true")
	case plist.Integer, plist.Real:
		if f, err := strconv.ParseFloat(shown, 64); err == nil {
			return &plist.Value{Kind: plist.Real, Real: f}
		}
	}
	return nil
}

func settingManagedTwice(s *setPass) {
	for _, o := range s.overlaps {
		if x := o.here; x.value == o.before.value && x.domain == restrictions {
			s.reportOverlap(o, fmt.Sprintf("%s is also managed in %s", quote(x.key), o.before.file.quoted()), "")
		}
	}
}

func (s *setPass) reportOverlap(o overlap, message, whatCounts string) {
	s.report(o.here.location(), &o.before.earlier, message, whatCounts+"set it in only one profile")
}
