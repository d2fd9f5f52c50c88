package lint

import (
	"fmt"
	"slices"
	"unique"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/profiles"
)

// setting is what a member sets one key to, in a payload whose settings come together with those of other profiles.
type setting struct {
	domain, key string // of a payload type or preference domain; keys below each other are parted by dots
	says        string // the value, for a message
	value       uint64 // the same for equal values
	within      *path  // the dictionary that it stands in
	name        string // of the key there
	replacement string // the declaration that takes its place
	platforms   platforms
	start, end  int // of the key
}

func (x *setting) path() *path { return x.within.field(x.name) }

// addSettings keeps the settings of a payload where those of several profiles come together: restrictions and the like, and
// the preferences of apps on a Mac. What may stand beside another of its kind, such as a Wi-Fi network, is left out.
func (m *FileFacts) addSettings(p *profile, pl *payload, index int, reach platforms) {
	base := setting{within: pl.node.path, domain: intern(pl.payloadType)}
	switch {
	case pl.payloadType == profiles.ManagedPreferences:
		m.addForced(pl, base, reach)
	case pl.payloadType == "" || hasPlaceholder(pl.node.value.Get("PayloadType")):
	case len(m.payloads[index].single) > 0: // said of the payload as a whole
	case slices.Contains(p.facts.Combined.Types, pl.payloadType):
		base.platforms = reach & payloadPlatforms(pl)
		m.addKeys(base, "", pl.node.value, pl.types, true)
	case len(pl.types) == 0 || pl.types[0].Family == schema.Preferences:
		base.platforms = reach & macOS
		m.addKeys(base, "", pl.node.value, nil, true)
	}
}

// macOS is where preference domains are managed.
const macOS platforms = 1 << 1

func payloadPlatforms(pl *payload) platforms {
	var all platforms
	for _, t := range pl.types {
		all |= platformsOf(t, isThere)
	}
	return all
}

// addForced adds the domains that com.apple.ManagedClient.preferences forces.
func (m *FileFacts) addForced(pl *payload, base setting, reach platforms) {
	content := pl.node.value.Get("PayloadContent")
	if content == nil {
		return
	}
	for _, f := range content.Fields {
		for i, forced := range items(f.Value.Get(profiles.Forced)) {
			if settings := forced.Get(profiles.PreferenceSettings); settings != nil && i == 0 {
				base.domain, base.platforms = intern(f.Key), reach&macOS
				base.within = pl.node.path.field("PayloadContent").field(base.domain).field(profiles.Forced).at(0).field(profiles.PreferenceSettings)
				m.addKeys(base, "", settings, nil, false)
			}
		}
	}
}

// maxSettingDepth is how deep dictionaries are compared key by key; below, as a whole.
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
		x.key, x.name, x.says, x.value = intern(key), intern(f.Key), intern(f.Value.Describe()), plist.Hash(f.Value)
		x.start, x.end = f.KeySpan.Start, f.KeySpan.End
		for _, t := range types {
			if k := named(t.Keys, f.Key); k != nil {
				x.replacement = k.Replacement
				x.platforms = base.platforms & keyPlatforms(t, k)
			}
		}
		m.settings = append(m.settings, x)
	}
}

// depth counts the dots of a key. A key with dots of its own is merely compared as a whole sooner.
func (setting) depth(key string) int {
	n := 0
	for _, c := range []byte(key) {
		if c == '.' {
			n++
		}
	}
	return n
}

// keyPlatforms returns where a key of a type exists.
func keyPlatforms(t *schema.Type, k *schema.Key) platforms {
	var all platforms
	for p, a := range t.Availability {
		if !a.Override(k.Availability[p]).NotAvailable {
			all |= platformBit(p)
		}
	}
	return all
}

// isCommonKey says whether a key is one that every payload has.
func isCommonKey(key string) bool {
	switch key {
	case "PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription",
		"PayloadOrganization", "PayloadEnabled", "PayloadScope", "PayloadRemovalDisallowed", "PayloadContent":
		return true
	}
	return false
}

// intern returns the same text with one copy of it in memory, for the keys of many files are the same.
func intern(s string) string { return unique.Make(s).Value() }

// holder is a setting of a member.
type holder struct {
	member  int
	setting *setting
}

// clash is a setting that two members make.
type clash struct{ earlier, here holder }

// findClashes finds the settings that several members make.
func (s *setCheck) findClashes() (found []clash) {
	type name struct{ domain, key string }
	first := map[name][]holder{}
	for i, m := range s.each {
		for j := range m.settings {
			here := holder{i, &m.settings[j]}
			n := name{here.setting.domain, here.setting.key}
			at := slices.IndexFunc(first[n], func(b holder) bool { return b.member != i && s.meet(b, here) })
			if at < 0 {
				first[n] = append(first[n], here)
			} else {
				found = append(found, clash{first[n][at], here})
			}
		}
	}
	return found
}

// meet says whether two settings can reach the same device, and the same user or the device as a whole.
func (s *setCheck) meet(a, b holder) bool {
	if areAlternatives(s.members[a.member], s.members[b.member]) {
		return false
	}
	shared := a.setting.platforms & b.setting.platforms
	if x, y := s.members[a.member].scope, s.members[b.member].scope; x != "" && y != "" && x != y {
		shared &^= macOS // the user's settings and those of the device stand beside each other
	}
	return shared != 0
}

func conflictingSetting(s *setPass) {
	for _, c := range s.clashes() {
		x, before := c.here.setting, c.earlier.setting
		if x.value == before.value {
			continue
		}
		other := before.says
		if x.says == other {
			other = "another one"
		}
		s.reportClash(c, fmt.Sprintf("%s is %s, and %s in %s", quote(x.key), x.says, other, s.nameOf(c.earlier.member)))
	}
}

func settingManagedTwice(s *setPass) {
	for _, c := range s.clashes() {
		if x := c.here.setting; x.value == c.earlier.setting.value && x.domain == restrictions {
			s.reportClash(c, fmt.Sprintf("%s is managed in %s as well", quote(x.key), s.nameOf(c.earlier.member)))
		}
	}
}

func (s *setPass) reportClash(c clash, message string) {
	spotOf := func(h holder) spot { return spot{h.member, h.setting.start, h.setting.end, h.setting.path()} }
	s.report(spotOf(c.here), spotOf(c.earlier), message, "set it in one profile alone")
}
