package lint

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
)

// The rules about platforms and versions of a payload or key. A whole payload has a rule of its own if it weighs more than a
// key.

func notOnPlatform(p *pass, n *node) {
	if hits := n.hits(schema.NotOnPlatform); len(hits) > 0 {
		p.reportEffect(n, p.payloadSeverity(n, hits), hits.platforms(), "%s does nothing on %s", n.subject(), hits.platforms())
	}
}

func removedPayload(p *pass, n *node) {
	if hits := n.hits(schema.Removed, schema.RemovedLater); n.key == nil && len(hits) > 0 {
		p.reportEffect(n, p.payloadSeverity(n, n.hits(schema.Removed)), hits.versions(), "%s was removed in %s and does nothing from that version on", n.subject(), hits.versions()).
			Help = n.replacement()
	}
}

func removedKey(p *pass, n *node) {
	if hits := n.hits(schema.Removed, schema.RemovedLater); n.key != nil && len(hits) > 0 {
		p.reportEffect(n, diag.Warning, hits.versions(), "%s was removed in %s and does nothing from that version on", n.subject(), hits.versions()).
			Help = n.replacement()
	}
}

func deprecated(p *pass, n *node) {
	if now := n.hits(schema.Deprecated); len(now) > 0 {
		p.reportEffect(n, diag.Warning, now.versions(), "%s has been deprecated since %s", n.subject(), now.versions()).Help = n.replacement()
	}
	if later := n.hits(schema.DeprecatedLater); len(later) > 0 {
		p.reportEffect(n, diag.Note, later.versions(), "%s is deprecated from %s on", n.subject(), later.versions()).Help = n.replacement()
	}
}

// obstacles are the rules reporting one kind of obstacle each. Read-only.
var obstacles = []struct {
	rule     string
	obstacle schema.Obstacle
	severity diag.Severity // zero: an error for a payload, refused by the device; a warning for a key, ignored by it
	text     string        // follows the payload or key in the message; WHERE is filled in
	where    func(obstacleHits) string
	help     string
}{
	{rule.NeedsAutomatedEnrollment, schema.NeedsADE, diag.Note, "needs Automated Device Enrollment, which WHERE does not guarantee", obstacleHits.targets, ""},
	{rule.NeedsMDM, schema.NeedsMDM, 0, "needs an MDM server and cannot be installed by hand on WHERE", obstacleHits.platforms, "send the profile by MDM, or leave it out"},
	{rule.NeedsSharedIPad, schema.NeedsSharedIPad, 0, "works only on Shared iPad, not on WHERE", obstacleHits.targets, ""},
	{rule.NeedsUserEnrollment, schema.NeedsUserEnrollment, 0, "works only in User Enrollment, not on WHERE", obstacleHits.targets, ""},
	{rule.NotInEnrollment, schema.NotInEnrollment, 0, "is not allowed on WHERE", obstacleHits.targets, ""},
	{rule.NotInUserEnrollment, schema.NotInUserEnrollment, 0, "is forbidden in User Enrollment on WHERE", obstacleHits.platforms, ""},
	{rule.NotInUserEnrollment, schema.IgnoredInUserEnrollment, diag.Warning, "does nothing in User Enrollment on WHERE", obstacleHits.platforms, ""},
	{rule.NotOnSharedIPad, schema.NotOnSharedIPad, 0, "is forbidden on Shared iPad", obstacleHits.platforms, ""},
	{rule.NotOnSharedIPad, schema.IgnoredOnSharedIPad, diag.Warning, "does nothing on Shared iPad", obstacleHits.platforms, ""},
	{rule.NotYetIntroduced, schema.NotYetIntroduced, diag.Warning, "does nothing before WHERE", obstacleHits.versions,
		"raise the version of the target, or deliver the profile again once older devices are upgraded"},
}

// reportObstacles reports the obstacles of the pass's rule.
func (p *pass) reportObstacles(n *node) {
	for _, o := range obstacles {
		if o.rule != p.rule.id {
			continue
		}
		if on := n.hits(o.obstacle); len(on) > 0 {
			where := o.where(on)
			p.reportEffect(n, cmp.Or(o.severity, n.refusalSeverity()), where, "%s %s", n.subject(), strings.Replace(o.text, "WHERE", where, 1)).Help = o.help
		}
	}
}

// obstacleHits are the targets with the same obstacle, or with one of two similar obstacles.
type obstacleHits []effect

// hits returns the node's effects with one of some obstacles.
func (n *node) hits(obstacles ...schema.Obstacle) obstacleHits {
	var found obstacleHits
	for i, e := range n.effects {
		if !slices.Contains(obstacles, e.Obstacle) {
			continue
		}
		if found == nil {
			found = make(obstacleHits, 0, len(n.effects)-i)
		}
		found = append(found, e)
	}
	return found
}

// platforms names the platforms: iOS, macOS.
func (h obstacleHits) platforms() string {
	return h.joinNames(func(e effect) string { return string(e.target.Platform) })
}

// versions names the versions of the obstacles: iOS 27, macOS 26.4.
func (h obstacleHits) versions() string {
	return h.joinNames(func(e effect) string { return string(e.target.Platform) + " " + e.Version.String() })
}

// targets names platforms with their enrollment, in the form of targets: iOS/manual, macOS/user.
func (h obstacleHits) targets() string {
	return h.joinNames(func(e effect) string { return string(e.target.Platform) + "/" + string(e.target.Enrollment) })
}

func (h obstacleHits) joinNames(name func(effect) string) string {
	var names []string
	for _, e := range h {
		if s := name(e); !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return strings.Join(names, ", ")
}

// replacement returns a help naming the replacement of a payload or key, or "".
func (n *node) replacement() string {
	instead := ""
	switch {
	case n.key != nil:
		instead = n.key.Replacement
	case n.payload != nil && len(n.payload.types) > 0:
		instead = n.payload.types[0].Replacement
	}
	if instead == "" {
		return ""
	}
	return "use the declaration " + instead + " on devices that support it"
}

// payloadSeverity is Error for a payload with an obstacle on every target, otherwise Warning.
func (p *pass) payloadSeverity(n *node, h obstacleHits) diag.Severity {
	if n.key != nil {
		return diag.Warning
	}
	for _, t := range p.profile.targets {
		if !slices.ContainsFunc(h, func(e effect) bool { return e.target == t }) {
			return diag.Warning
		}
	}
	return diag.Error
}

// reportEffect reports an obstacle on some targets. A key set to its default loses nothing, so it is a note.
func (p *pass) reportEffect(n *node, s diag.Severity, on, format string, args ...any) *diag.Diagnostic {
	d := p.report(n.atKey(), format, args...)
	d.Severity, d.On = s, on
	if n.community {
		d.Severity = min(s, diag.Note)
	}
	if n.key != nil && n.key.Default != nil && s < diag.Error && plist.Equal(n.key.Default, n.value) {
		d.Severity = diag.Note
	}
	return d
}
