package schema

import (
	"slices"

	"syncguard/internal/target"
)

// Obstacle is a reason why a payload or key does not simply work on a target.
type Obstacle uint8

const (
	NotOnPlatform       Obstacle = iota + 1
	NotYetIntroduced             // introduced after the oldest version of the target; Limit.Version says when
	Deprecated                   // on every device of the target
	DeprecatedLater              // on the newer devices of the target
	Removed                      // from every device of the target
	RemovedLater                 // from the newer devices of the target
	NeedsSupervision             // and the target is not supervised
	NeedsMDM                     // cannot be installed by hand, and the target is
	NeedsUserApproved            // needs a user-approved MDM enrollment, not promised by the target
	NeedsADE                     // needs Automated Device Enrollment (requiresdep), not promised by the target
	NotInUserEnrollment          // forbidden there
	IgnoredInUserEnrollment
	NeedsUserEnrollment
	NotOnSharedIPad // forbidden there
	IgnoredOnSharedIPad
	NeedsSharedIPad
	NotInEnrollment // a declaration without the target's enrollment in its allowed-enrollments
)

// Limit is one obstacle, with its version if it has one.
type Limit struct {
	Obstacle Obstacle
	Version  target.Version
}

// Limits returns the obstacles on a target for an availability already resolved (see Override): none if the payload or
// key simply works there. An obstacle voiding it altogether hides the rest.
func (a Availability) Limits(t target.Target) []Limit {
	if a.NotAvailable {
		return []Limit{{Obstacle: NotOnPlatform}}
	}
	if !a.Removed.IsZero() && a.Removed.Compare(t.Version) <= 0 {
		return []Limit{{Removed, a.Removed}}
	}
	var limits []Limit
	add := func(o Obstacle, v target.Version) { limits = append(limits, Limit{o, v}) }
	if a.Introduced.Compare(t.Version) > 0 {
		add(NotYetIntroduced, a.Introduced)
	}
	if !a.Removed.IsZero() {
		add(RemovedLater, a.Removed)
	}
	if !a.Deprecated.IsZero() {
		if a.Deprecated.Compare(t.Version) <= 0 {
			add(Deprecated, a.Deprecated)
		} else {
			add(DeprecatedLater, a.Deprecated)
		}
	}
	e := t.Effective()
	is := func(b *bool) bool { return b != nil && *b }
	isNot := func(b *bool) bool { return b != nil && !*b }
	if is(a.Supervised) && !e.IsSupervised() {
		add(NeedsSupervision, target.Version{})
	}
	if isNot(a.AllowManualInstall) && !e.IsMDM() {
		add(NeedsMDM, target.Version{})
	}
	if is(a.UserApprovedMDM) && e != target.Supervised {
		add(NeedsUserApproved, target.Version{})
	}
	if is(a.RequiresDEP) {
		add(NeedsADE, target.Version{})
	}
	addMode(add, a.UserEnrollment, e == target.User, NotInUserEnrollment, IgnoredInUserEnrollment, NeedsUserEnrollment)
	sharedIPad := a.SharedIPad.Mode
	if a.SharedIPad.AllowedScopes != nil && len(a.SharedIPad.AllowedScopes) == 0 {
		sharedIPad = "forbidden" // a declaration has no scope there
	}
	addMode(add, sharedIPad, e == target.SharedIPad, NotOnSharedIPad, IgnoredOnSharedIPad, NeedsSharedIPad)
	if a.AllowedEnrollments != nil && !allows(a.AllowedEnrollments, e) {
		add(NotInEnrollment, target.Version{})
	}
	return limits
}

// MainLimits is Limits without a deprecation followed by a removal.
func (a Availability) MainLimits(t target.Target) []Limit {
	limits := a.Limits(t)
	if !slices.ContainsFunc(limits, func(l Limit) bool { return l.Obstacle == RemovedLater }) {
		return limits
	}
	return slices.DeleteFunc(limits, func(l Limit) bool { return l.Obstacle == Deprecated || l.Obstacle == DeprecatedLater })
}

func addMode(add func(Obstacle, target.Version), mode string, in bool, forbidden, ignored, required Obstacle) {
	switch {
	case in && mode == "forbidden":
		add(forbidden, target.Version{})
	case in && mode == "ignored":
		add(ignored, target.Version{})
	case !in && mode == "required":
		add(required, target.Version{})
	}
}

// allows reports whether allowed-enrollments (supervised, device, user, local) include an enrollment. By hand is local.
func allows(enrollments []string, e target.Enrollment) bool {
	for _, x := range enrollments {
		switch {
		case x == "local" && !e.IsMDM(),
			x == "supervised" && e.IsMDM() && e.IsSupervised(),
			x == "device" && e == target.Device,
			x == "user" && e == target.User:
			return true
		}
	}
	return false
}
