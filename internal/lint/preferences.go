package lint

import (
	"slices"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// The rules about payloads for preference domains of a Mac: PayloadContent.DOMAIN.STATE[].mcx_preference_settings.

// preferenceStates are the ways to manage a domain. Often dates from Workgroup Manager.
func preferenceStates() []string { return []string{profiles.Forced, profiles.SetOnce, "Often"} }

// isPreferenceDomains reports whether a node is the dictionary of preference domains in a payload.
func (n *node) isPreferenceDomains() bool {
	return n.domain == profiles.ManagedPreferences && n.key != nil && n.key.Name == "PayloadContent" && n.parent.key == nil && n.value.Kind == plist.Dictionary
}

// isUnread reports whether a node is a preference domain without any state, so that a Mac ignores it. A misspelt state
// counts as one: unknown-key reports it.
func (n *node) isUnread() bool {
	if n.parent == nil || n.value.Kind != plist.Dictionary || !n.parent.isPreferenceDomains() {
		return false
	}
	for _, f := range n.value.Fields {
		isState := func(state string) bool { return strings.EqualFold(withoutSeparators(f.Key), withoutSeparators(state)) }
		if slices.ContainsFunc(preferenceStates(), isState) {
			return f.Value != nil && f.Value.Kind == plist.Array && len(f.Value.Items) == 0
		}
	}
	return true
}

// withoutSeparators removes the hyphens, underscores and blanks of a key.
func withoutSeparators(key string) string { return separators.Replace(key) }

var separators = strings.NewReplacer("-", "", "_", "", " ", "")

func unreadPreferenceDomain(p *pass, n *node) {
	if n.isUnread() {
		p.report(n.atKey(), "preference domain %s does nothing: its keys are not in Forced or Set-Once", n.subject()).
			Help = "put its keys into mcx_preference_settings in the one dictionary of the array Forced"
	}
}

func severalPreferenceDomains(p *pass, n *node) {
	if !n.isPreferenceDomains() || len(n.value.Fields) < 2 || !p.profile.mayReach(target.MacOS) {
		return
	}
	first, second := n.value.Fields[0], n.value.Fields[1]
	d := p.report(n.field(&second), "the payload sets %d preference domains, but macOS 26.6 applied only one of them (reported once, not confirmed by Apple)", len(n.value.Fields))
	d.Help = "make a payload for each domain"
	d.Related = relatedTo("the first one", first.KeySpan)
}
