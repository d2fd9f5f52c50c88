package lint

import (
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// The rules about how a profile reaches a device, and how far the device is managed.

func needsSupervision(p *pass, n *node) {
	if hits := n.hits(schema.NeedsSupervision); len(hits) > 0 {
		help := "supervise the devices, or expect nothing from it there"
		if !slices.ContainsFunc(hits, func(e effect) bool { return !e.target.SupervisesAll() }) {
			help = "send it by MDM, which supervises these devices, or expect nothing from it there"
		}
		p.reportEffect(n, diag.Warning, "%s needs supervision and does nothing on %s", n.subject(), hits.targets()).Help = help
	}
}

func needsMDM(p *pass, n *node) {
	if hits := n.hits(schema.NeedsMDM); len(hits) > 0 {
		p.reportEffect(n, n.refusal(), "%s needs an MDM server and cannot be installed by hand on %s", n.subject(), hits.platforms()).
			Help = "send the profile by MDM, or leave it out"
	}
}

// refusal is Error for a payload, with which a device refuses the profile, and Warning for a key, which it passes over.
func (n *node) refusal() diag.Severity {
	if n.key == nil {
		return diag.Error
	}
	return diag.Warning
}

func needsUserApprovedMDM(p *pass, n *node) {
	hits := n.hits(schema.NeedsUserApproved)
	if len(hits) == 0 || len(n.hits(schema.NeedsMDM)) > 0 {
		return
	}
	severity := diag.Note
	for _, h := range hits {
		if !h.target.Enrollment.IsMDM() {
			severity = diag.Warning
		}
	}
	p.reportEffect(n, severity, "%s needs a user-approved MDM enrollment, which %s does not promise", n.subject(), hits.targets())
}

func needsAutomatedEnrollment(p *pass, n *node) {
	if hits := n.hits(schema.NeedsADE); len(hits) > 0 {
		p.reportEffect(n, diag.Note, "%s needs Automated Device Enrollment, which %s does not promise", n.subject(), hits.targets())
	}
}

func notInUserEnrollment(p *pass, n *node) {
	if hits := n.hits(schema.NotInUserEnrollment); len(hits) > 0 {
		p.reportEffect(n, n.refusal(), "%s is forbidden in User Enrollment on %s", n.subject(), hits.platforms())
	}
	if hits := n.hits(schema.IgnoredInUserEnrollment); len(hits) > 0 {
		p.reportEffect(n, diag.Warning, "%s does nothing in User Enrollment on %s", n.subject(), hits.platforms())
	}
}

func needsUserEnrollment(p *pass, n *node) {
	if hits := n.hits(schema.NeedsUserEnrollment); len(hits) > 0 {
		p.reportEffect(n, n.refusal(), "%s works only in User Enrollment, and %s is none", n.subject(), hits.targets())
	}
}

func notOnSharedIPad(p *pass, n *node) {
	if len(n.hits(schema.NotOnSharedIPad)) > 0 {
		p.reportEffect(n, n.refusal(), "%s is forbidden on Shared iPad", n.subject())
	}
	if len(n.hits(schema.IgnoredOnSharedIPad)) > 0 {
		p.reportEffect(n, diag.Warning, "%s does nothing on Shared iPad", n.subject())
	}
}

func needsSharedIPad(p *pass, n *node) {
	if hits := n.hits(schema.NeedsSharedIPad); len(hits) > 0 {
		p.reportEffect(n, n.refusal(), "%s works only on Shared iPad, and %s is none", n.subject(), hits.targets())
	}
}

func notInEnrollment(p *pass, n *node) {
	if hits := n.hits(schema.NotInEnrollment); len(hits) > 0 {
		p.reportEffect(n, n.refusal(), "%s is not for %s", n.subject(), hits.targets())
	}
}

func payloadInWrongScope(p *pass, n *node) {
	if n.key != nil || n.payload == nil || !p.profile.hasPlatform(target.MacOS) {
		return
	}
	scope := p.profile.scope()
	for _, t := range n.payload.types {
		a := t.Availability[target.MacOS]
		switch {
		case scope == "User" && isFalse(a.UserChannel):
			p.report(n.atKey(), "%s is for a whole Mac, and PayloadScope is %q", n.subject(), scope).Help = `set PayloadScope to "System"`
		case scope == "System" && isFalse(a.DeviceChannel):
			p.report(n.atKey(), "%s is for one user, and PayloadScope is %q", n.subject(), scope).Help = `set PayloadScope to "User"`
		}
	}
}

func isFalse(b *bool) bool { return b != nil && !*b }

// mayReach reports whether a target has a platform, or there are no targets.
func (p *profile) mayReach(want target.Platform) bool {
	return len(p.targets) == 0 || p.hasPlatform(want)
}

// hasPlatform says whether a target has a platform.
func (p *profile) hasPlatform(want target.Platform) bool {
	return slices.ContainsFunc(p.targets, func(t target.Target) bool { return t.Platform == want })
}

// scope returns the PayloadScope of the profile, or "" where it states none.
func (p *profile) scope() string {
	if v := p.root.Get("PayloadScope"); v != nil && v.Kind == plist.String {
		return v.Text
	}
	return ""
}
