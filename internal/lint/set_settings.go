package lint

import (
	"fmt"
	"slices"
	"unique"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/profiles"
)

// setting is a key and its value in a payload of the kind a device combines with those of other profiles.
type setting struct {
	domain, key string // domain is a payload type or preference domain; nested keys are joined by dots
	shown       string // the value as shown in a message
	value       uint64 // a hash of the value
	within      *path  // the path of its dictionary
	name        string // the key in that dictionary
	replacement string // the declaration replacing it
	platforms   platforms
	start, end  int // byte offsets of the key
}

func (x *setting) path() *path { return x.within.field(x.name) }

// addSettings keeps the settings of a payload of the kind a device combines with those of other profiles: restrictions and
// the like, and preferences of apps on a Mac. It leaves out payloads that coexist, such as Wi-Fi networks.
func (m *FileFacts) addSettings(p *profile, pl *payload, index int, installable platforms) {
	base := setting{within: pl.node.path, domain: intern(pl.payloadType)}
	switch {
	case pl.payloadType == profiles.ManagedPreferences:
		m.addForced(pl, base, installable)
	case pl.payloadType == "" || hasPlaceholder(pl.node.value.Get("PayloadType")):
	case len(m.payloads[index].single) > 0: // single-instance rules report the payload as a whole
	case slices.Contains(p.facts.Combined.Types, pl.payloadType):
		base.platforms = installable & payloadPlatforms(pl)
		m.addKeys(base, "", pl.node.value, pl.types, true)
	case len(pl.types) == 0 || pl.types[0].Family == schema.Preferences:
		base.platforms = installable & macOS
		m.addKeys(base, "", pl.node.value, nil, true)
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
				base.domain, base.platforms = intern(f.Key), installable&macOS
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
		if f.Value.Kind == plist.Dictionary && len(f.Value.Fields) > 0 && base.depth(key) < maxSettingDepth {
			inner := base
			inner.within = base.within.field(intern(f.Key))
			m.addKeys(inner, key+".", f.Value, nil, false)
			continue
		}
		x := base
		x.key, x.name, x.shown, x.value = intern(key), intern(f.Key), intern(f.Value.Describe()), plist.Hash(f.Value)
		x.start, x.end = f.KeySpan.Start, f.KeySpan.End
		for _, t := range types {
			if k := keyNamed(t.Keys, f.Key); k != nil {
				x.replacement = k.Replacement
				x.platforms = base.platforms & keyPlatforms(t, k)
			}
		}
		m.settings = append(m.settings, x)
	}
}

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

// settingRef is a setting with the index of its file.
type settingRef struct {
	file    int
	setting *setting
}

// overlap is a setting present in two files, with equal or different values.
type overlap struct{ earlier, here settingRef }

// findOverlaps finds the settings present in several files.
func (s *setCheck) findOverlaps() (found []overlap) {
	type name struct{ domain, key string }
	first := map[name][]settingRef{}
	for i, m := range s.originals {
		for j := range m.settings {
			here := settingRef{i, &m.settings[j]}
			n := name{here.setting.domain, here.setting.key}
			at := slices.IndexFunc(first[n], func(b settingRef) bool { return b.file != i && s.settingsMeet(b, here) })
			if at < 0 {
				first[n] = append(first[n], here)
			} else {
				found = append(found, overlap{first[n][at], here})
			}
		}
	}
	return found
}

// settingsMeet reports whether two settings can land on the same device and in the same scope there.
func (s *setCheck) settingsMeet(a, b settingRef) bool {
	if areAlternatives(s.files[a.file], s.files[b.file]) {
		return false
	}
	shared := a.setting.platforms & b.setting.platforms
	if x, y := s.files[a.file].scope, s.files[b.file].scope; x != "" && y != "" && x != y {
		shared &^= macOS // a Mac keeps settings of the user and of the device apart
	}
	return shared != 0
}

func conflictingSetting(s *setPass) {
	for _, c := range s.overlaps() {
		x, before := c.here.setting, c.earlier.setting
		if x.value == before.value {
			continue
		}
		other := before.shown
		if x.shown == other {
			other = "a different one"
		}
		s.reportOverlap(c, fmt.Sprintf("%s is %s here, but %s in %s", quote(x.key), x.shown, other, s.fileName(c.earlier.file)))
	}
}

func settingManagedTwice(s *setPass) {
	for _, c := range s.overlaps() {
		if x := c.here.setting; x.value == c.earlier.setting.value && x.domain == restrictions {
			s.reportOverlap(c, fmt.Sprintf("%s is also managed in %s", quote(x.key), s.fileName(c.earlier.file)))
		}
	}
}

func (s *setPass) reportOverlap(c overlap, message string) {
	spotOf := func(h settingRef) location { return location{h.file, h.setting.start, h.setting.end, h.setting.path()} }
	s.report(spotOf(c.here), spotOf(c.earlier), message, "set it in only one profile")
}
