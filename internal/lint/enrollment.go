package lint

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// The rules about how a profile reaches a device, and how far the device is managed.

var needsSupervision = Rule{
	ID:       "needs-supervision",
	Summary:  "a payload or key needs a supervised device, and a target is not one",
	Why:      "An unsupervised device installs the profile and passes over the setting: it does nothing there, and nobody is told.",
	Group:    Effect,
	Severity: diag.Warning,
	effect: func(p *pass, n *node) {
		if hits := n.hits(schema.NeedsSupervision); len(hits) > 0 {
			p.reportEffect(n, diag.Warning, "%s needs supervision and does nothing on %s", n.subject(), hits.targets()).
				Help = "supervise the devices, or expect nothing from it there"
		}
	},
}

var needsMDM = Rule{
	ID:      "needs-mdm",
	Summary: "a payload or key cannot be installed by hand, and a target is",
	Why: "A device refuses a profile with such a payload unless an MDM server sends it, which is an error. Such a key within a payload " +
		"that may be installed by hand does nothing, which is a warning.",
	Group:    Effect,
	Severity: diag.Error,
	effect: func(p *pass, n *node) {
		if hits := n.hits(schema.NeedsMDM); len(hits) > 0 {
			p.reportEffect(n, n.refusal(), "%s needs an MDM server and cannot be installed by hand on %s", n.subject(), hits.platforms()).
				Help = "send the profile by MDM, or leave it out"
		}
	},
}

// refusal is Error for a payload, with which a device refuses the profile, and Warning for a key, which it passes over.
func (n *node) refusal() diag.Severity {
	if n.key == nil {
		return diag.Error
	}
	return diag.Warning
}

var needsUserApprovedMDM = Rule{
	ID:      "needs-user-approved-mdm",
	Summary: "a payload or key needs a user-approved MDM enrollment, which a target does not promise",
	Why: "A Mac accepts it only from an MDM server that the user approved or that enrolled the Mac automatically. By hand it is " +
		"refused, which is a warning; by MDM it depends on the enrollment, which is a note.",
	Group:    Effect,
	Severity: diag.Warning,
	effect: func(p *pass, n *node) {
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
	},
}

var needsAutomatedEnrollment = Rule{
	ID:       "needs-automated-enrollment",
	Summary:  "a payload or key needs Automated Device Enrollment, which no target promises",
	Why:      "It works only on devices that enrolled through Apple's programme for organizations. Whether yours did is not in the profile, so it is a note.",
	Group:    Effect,
	Severity: diag.Note,
	effect: func(p *pass, n *node) {
		if hits := n.hits(schema.NeedsADE); len(hits) > 0 {
			p.reportEffect(n, diag.Note, "%s needs Automated Device Enrollment, which %s does not promise", n.subject(), hits.targets())
		}
	},
}

var notInUserEnrollment = Rule{
	ID:      "not-in-user-enrollment",
	Summary: "a payload or key is forbidden or ignored in User Enrollment",
	Why: "A forbidden payload cannot be installed there, which is an error. A forbidden key, and all that is merely ignored, does " +
		"nothing, which is a warning.",
	Group:    Effect,
	Severity: diag.Error,
	effect: func(p *pass, n *node) {
		if hits := n.hits(schema.NotInUserEnrollment); len(hits) > 0 {
			p.reportEffect(n, n.refusal(), "%s is forbidden in User Enrollment on %s", n.subject(), hits.platforms())
		}
		if hits := n.hits(schema.IgnoredInUserEnrollment); len(hits) > 0 {
			p.reportEffect(n, diag.Warning, "%s does nothing in User Enrollment on %s", n.subject(), hits.platforms())
		}
	},
}

var needsUserEnrollment = Rule{
	ID:       "needs-user-enrollment",
	Summary:  "a payload or key works only in User Enrollment, and a target is none",
	Why:      "Elsewhere a payload of this kind is refused, which is an error, and a key does nothing, which is a warning.",
	Group:    Effect,
	Severity: diag.Error,
	effect: func(p *pass, n *node) {
		if hits := n.hits(schema.NeedsUserEnrollment); len(hits) > 0 {
			p.reportEffect(n, n.refusal(), "%s works only in User Enrollment, and %s is none", n.subject(), hits.targets())
		}
	},
}

var notOnSharedIPad = Rule{
	ID:      "not-on-shared-ipad",
	Summary: "a payload or key is forbidden or ignored on Shared iPad",
	Why: "A forbidden payload cannot be installed there, which is an error. A forbidden key, and all that is merely ignored, does " +
		"nothing, which is a warning.",
	Group:    Effect,
	Severity: diag.Error,
	effect: func(p *pass, n *node) {
		if len(n.hits(schema.NotOnSharedIPad)) > 0 {
			p.reportEffect(n, n.refusal(), "%s is forbidden on Shared iPad", n.subject())
		}
		if len(n.hits(schema.IgnoredOnSharedIPad)) > 0 {
			p.reportEffect(n, diag.Warning, "%s does nothing on Shared iPad", n.subject())
		}
	},
}

var needsSharedIPad = Rule{
	ID:       "needs-shared-ipad",
	Summary:  "a payload or key works only on Shared iPad, and a target is none",
	Why:      "Elsewhere a payload of this kind is refused, which is an error, and a key does nothing, which is a warning.",
	Group:    Effect,
	Severity: diag.Error,
	effect: func(p *pass, n *node) {
		if hits := n.hits(schema.NeedsSharedIPad); len(hits) > 0 {
			p.reportEffect(n, n.refusal(), "%s works only on Shared iPad, and %s is none", n.subject(), hits.targets())
		}
	},
}

var notInEnrollment = Rule{
	ID:      "not-in-enrollment",
	Summary: "a declaration or a key of one does not exist in the enrollment of a target",
	Why: "A declaration says in which enrollments it works: by hand (local), or with which kind of management. A device does not apply it " +
		"in another, which is an error; such a key alone does nothing, which is a warning.",
	Group:    Effect,
	Severity: diag.Error,
	effect: func(p *pass, n *node) {
		if hits := n.hits(schema.NotInEnrollment); len(hits) > 0 {
			p.reportEffect(n, n.refusal(), "%s is not for %s", n.subject(), hits.targets())
		}
	},
}

var payloadInWrongScope = Rule{
	ID:      "payload-in-wrong-scope",
	Summary: "a payload does not go with the PayloadScope of its profile",
	Why: "A Mac installs a profile for the device or for one user. A payload that only the other of the two takes is refused, or " +
		"does nothing. Only macOS has scopes.",
	Group:    Effect,
	Severity: diag.Warning,
	value: func(p *pass, n *node) {
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
	},
}

func isFalse(b *bool) bool { return b != nil && !*b }

// hasPlatform says whether a target has a platform.
func (p *profile) hasPlatform(want target.Platform) bool {
	for _, t := range p.targets {
		if t.Platform == want {
			return true
		}
	}
	return false
}

// scope returns the PayloadScope of the profile, or "" where it states none.
func (p *profile) scope() string {
	if v := p.root.Get("PayloadScope"); v != nil && v.Kind == plist.String {
		return v.Text
	}
	return ""
}
