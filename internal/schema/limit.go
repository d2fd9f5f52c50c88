package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/target"
)

// Blocks reports whether an obstacle makes a payload or key void on every device of the target.
func (o Obstacle) Blocks() bool {
	switch o {
	case Deprecated, DeprecatedLater, RemovedLater, NeedsUserApproved, NeedsADE:
		return false
	}
	return true
}

// Phrase writes the limit on a platform as a predicate; its subject is the payload or key. Without a platform it names
// none.
func (l Limit) Phrase(p target.Platform) string {
	name := cmp.Or(string(p), "version")
	switch l.Obstacle {
	case NotOnPlatform:
		if p == "" {
			return "is not on this platform"
		}
		return fmt.Sprintf("does nothing on %s", p)
	case NotYetIntroduced:
		return fmt.Sprintf("needs %s %s", name, l.Version)
	case Removed:
		return fmt.Sprintf("was removed in %s %s", name, l.Version)
	case RemovedLater:
		return fmt.Sprintf("is gone in %s %s", name, l.Version)
	case Deprecated, DeprecatedLater:
		return fmt.Sprintf("is deprecated from version %s on", l.Version)
	case NeedsSupervision:
		return "needs a supervised device"
	case NeedsMDM:
		return "can be installed by MDM only"
	case NeedsUserApproved:
		return "needs a user-approved MDM enrollment"
	case NeedsADE:
		return "needs Automated Device Enrollment"
	case NotInUserEnrollment:
		return "is forbidden in User Enrollment"
	case IgnoredInUserEnrollment:
		return "is ignored in User Enrollment"
	case NeedsUserEnrollment:
		return "needs User Enrollment"
	case NotOnSharedIPad:
		return "is forbidden on Shared iPad"
	case IgnoredOnSharedIPad:
		return "is ignored on Shared iPad"
	case NeedsSharedIPad:
		return "needs Shared iPad"
	}
	return "is not allowed in this enrollment"
}

// Phrase writes a limit of a on a target as Limit.Phrase does. For a declaration it names the enrollment needed.
func (a Availability) Phrase(l Limit, t target.Target) string {
	switch {
	case l.Obstacle != NotInEnrollment:
		return l.Phrase(t.Platform)
	case !t.Enrollment.IsMDM():
		return "can be given by MDM only, not by hand"
	case t.Enrollment == target.User:
		return "is not allowed in User Enrollment"
	case slices.Contains(a.AllowedEnrollments, "supervised"):
		return Limit{Obstacle: NeedsSupervision}.Phrase(t.Platform)
	}
	return l.Phrase(t.Platform)
}

// Source names the newest file of a type's sources: a later source may be a page confirming the file.
func (t *Type) Source() string {
	if len(t.Sources) == 0 {
		return ""
	}
	s := t.Sources[0]
	for _, other := range t.Sources {
		if other.Path != "" {
			s = other
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%s@%s %s", s.Name, s.Version, s.Path))
}
