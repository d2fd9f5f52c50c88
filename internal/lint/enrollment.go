package lint

import (
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// The rules about the way a profile gets onto a device, and about the device's management.

func needsSupervision(p *pass, n *node) {
	if hits := n.hits(schema.NeedsSupervision); len(hits) > 0 {
		help := "supervise the devices, or accept that it does nothing there"
		if !slices.ContainsFunc(hits, func(e effect) bool { return !e.target.SupervisesAll() }) {
			help = "send it by MDM, which supervises these devices, or accept that it does nothing there"
		}
		p.reportEffect(n, diag.Warning, hits.targets(), "%s needs supervision and does nothing on %s", n.subject(), hits.targets()).Help = help
	}
}

// refusalSeverity is Error for a payload (the device refuses the profile) and Warning for a key (the device ignores it).
func (n *node) refusalSeverity() diag.Severity {
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
	p.reportEffect(n, severity, hits.targets(), "%s needs a user-approved MDM enrollment, which %s does not guarantee", n.subject(), hits.targets())
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
			p.report(n.atKey(), "%s is for the whole Mac, but PayloadScope is %q", n.subject(), scope).Help = `set PayloadScope to "System"`
		case scope == "System" && isFalse(a.DeviceChannel):
			p.report(n.atKey(), "%s is for one user, but PayloadScope is %q", n.subject(), scope).Help = `set PayloadScope to "User"`
		}
	}
}

func isFalse(b *bool) bool { return b != nil && !*b }

// mayReach reports whether a target has a platform, or there are no targets.
func (p *profile) mayReach(want target.Platform) bool {
	return len(p.targets) == 0 || p.hasPlatform(want)
}

// hasPlatform reports whether a target has a platform.
func (p *profile) hasPlatform(want target.Platform) bool {
	return slices.ContainsFunc(p.targets, func(t target.Target) bool { return t.Platform == want })
}

// scope returns the PayloadScope of the profile, "" if absent.
func (p *profile) scope() string {
	if v := p.root.Get("PayloadScope"); v != nil && v.Kind == plist.String {
		return v.Text
	}
	return ""
}
