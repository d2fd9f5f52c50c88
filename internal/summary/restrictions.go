package summary

import (
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/guidance"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

const restrictionsType = "com.apple.applicationaccess"

// Limit is one restriction.
type Limit struct {
	Key      string
	Restrict bool // its value restricts something
}

// restrictions tells of each key, but for some that say more together.
func restrictions(p Payload) []Sentence {
	var s []Sentence
	if p.isTrue("forceAutomaticDateAndTime") {
		s = append(s, Sentence{ID: "does.clock"})
	}
	told := []string{"forceAutomaticDateAndTime"}
	if p.isTrue("forceDelayedSoftwareUpdates") {
		days := number(p.Keys.Get("enforcedSoftwareUpdateDelay"))
		if days == 0 {
			days = 30 // Apple's default
		}
		s = append(s, Sentence{ID: "does.updates.delay", Values: []string{"count", strconv.Itoa(days)}})
		told = append(told, "forceDelayedSoftwareUpdates", "enforcedSoftwareUpdateDelay")
	}
	for _, apps := range []struct{ key, old, id string }{
		{"blockedAppBundleIDs", "blacklistedAppBundleIDs", "does.apps.blocked"},
		{"allowListedAppBundleIDs", "whitelistedAppBundleIDs", "does.apps.only"},
	} {
		for _, key := range []string{apps.key, apps.old} {
			if names := list(p.Keys.List(key)); names != "" && p.works(key) {
				s, told = append(s, withName(apps.id, names)...), append(told, key)
			}
		}
	}
	common := []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription", "PayloadOrganization"}
	var limits []Limit
	for _, f := range p.Keys.Fields {
		if f.Value != nil && !slices.Contains(told, f.Key) && !slices.Contains(common, f.Key) && p.works(f.Key) {
			limits = append(limits, Limit{f.Key, doesRestrict(f.Key, f.Value)})
		}
	}
	if limits != nil {
		s = append(s, Sentence{ID: "does.restricts", Limits: limits})
	}
	return s
}

// doesRestrict reports whether a value restricts something: the line on its key begins with that value.
func doesRestrict(key string, v *plist.Value) bool {
	if v.Kind != plist.Boolean {
		return true
	}
	line := schema.OwnLine(restrictionsType, key)
	switch {
	case strings.HasPrefix(line, "False "):
		return !v.Bool
	case strings.HasPrefix(line, "True "):
		return v.Bool
	}
	return v.Bool != isAllowance(key)
}

func isAllowance(key string) bool { return strings.Contains(strings.ToLower(key), "allow") }

// limitsIn words restrictions: in a word or two where the language has them, in English by the line on each key, and else by
// Apple's key.
func limitsIn(limits []Limit, l *guidance.Locale) string {
	var denied, required, others, left []string
	for _, limit := range limits {
		word := l.Restrictions[limit.Key]
		switch {
		case !limit.Restrict && word != "":
			left = append(left, word)
		case !limit.Restrict:
			left = append(left, clean(limit.Key))
		case word != "" && isAllowance(limit.Key):
			denied = append(denied, word)
		case word != "":
			required = append(required, word)
		default:
			others = append(others, lineOf(limit.Key, l))
		}
	}
	comma := ", "
	if l.Language == "ja" || l.Language == "zh-Hans" {
		comma = "、"
	}
	var all []string
	for _, part := range []struct {
		id, separator string
		items         []string
	}{{"does.denied", comma, denied}, {"does.required", comma, required}, {"does.restricts", "; ", others}, {"does.leaves", comma, left}} {
		if part.items != nil {
			all = append(all, l.Text(part.id, "items", strings.Join(bounded(part.items), part.separator)))
		}
	}
	return join(all, l)
}

// lineOf returns the English line on a key without its value, or the key.
func lineOf(key string, l *guidance.Locale) string {
	line := schema.OwnLine(restrictionsType, key)
	for _, value := range []string{"False ", "True "} {
		if rest, ok := strings.CutPrefix(line, value); ok && l.Language == "en" {
			return strings.ReplaceAll(rest, ";", ",")
		}
	}
	return clean(key)
}

// bounded cuts a list far above the restrictions of real profiles.
func bounded(items []string) []string {
	const most = 60
	if len(items) > most {
		return append(slices.Clip(items[:most]), "…")
	}
	return items
}
