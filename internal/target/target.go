// Package target names the devices that a profile is for: PLATFORM[@VERSION][/ENROLLMENT].
// What a profile does depends on it more than on its keys, so it is declared, never guessed.
package target

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"syncguard/internal/text"
)

// Current is the newest major release that the embedded schema facts know, the same on every platform.
const Current = 27

// Platform is one of Apple's operating systems, in Apple's spelling.
type Platform string

// The platforms. Apple's schema files treat iPadOS as iOS; see Schema.
const (
	IOS      Platform = "iOS"
	IPadOS   Platform = "iPadOS"
	MacOS    Platform = "macOS"
	TvOS     Platform = "tvOS"
	VisionOS Platform = "visionOS"
	WatchOS  Platform = "watchOS"
)

// Platforms lists every platform.
func Platforms() []Platform {
	return []Platform{IOS, IPadOS, MacOS, TvOS, VisionOS, WatchOS}
}

// Schema returns the platform under which Apple's schema files list this one.
func (p Platform) Schema() Platform {
	if p == IPadOS {
		return IOS
	}
	return p
}

// Enrollment is how a profile reaches the device, and how far the device is managed.
type Enrollment string

const (
	Manual           Enrollment = "manual"            // installed by hand, unsupervised
	ManualSupervised Enrollment = "manual-supervised" // installed by hand on a supervised device
	Device           Enrollment = "device"            // by MDM, unsupervised where the platform has that (see Effective)
	Supervised       Enrollment = "supervised"        // by MDM, supervised
	User             Enrollment = "user"              // by MDM, User Enrollment
	SharedIPad       Enrollment = "shared-ipad"       // by MDM, supervised, Shared iPad
)

// Enrollments lists every enrollment.
func Enrollments() []Enrollment {
	return []Enrollment{Manual, ManualSupervised, Device, Supervised, User, SharedIPad}
}

// IsSupervised says whether devices of this enrollment are supervised.
func (e Enrollment) IsSupervised() bool {
	return e == ManualSupervised || e == Supervised || e == SharedIPad
}

// IsMDM says whether an MDM server installs the profile.
func (e Enrollment) IsMDM() bool { return e != Manual && e != ManualSupervised }

// MarshalText writes the target as String does, and none as nothing.
func (t Target) MarshalText() ([]byte, error) {
	if t == (Target{}) {
		return []byte{}, nil
	}
	return []byte(t.String()), nil
}

// Describe says the enrollment in words.
func (e Enrollment) Describe() string {
	switch e {
	case Manual:
		return "by hand"
	case ManualSupervised:
		return "by hand, supervised"
	case Device:
		return "MDM"
	case Supervised:
		return "MDM, supervised"
	case User:
		return "User Enrollment"
	case SharedIPad:
		return "Shared iPad"
	}
	return string(e)
}

// Version is an OS version. The zero Version is none.
type Version struct {
	Major, Minor, Patch int
}

// ParseVersion reads 18, 18.2 or 10.12.4.
func ParseVersion(s string) (Version, error) {
	var v Version
	parts := strings.Split(s, ".")
	if len(parts) > 3 {
		return v, fmt.Errorf("version %q has more than three numbers", s)
	}
	for i, p := range []*int{&v.Major, &v.Minor, &v.Patch} {
		if i >= len(parts) {
			break
		}
		n, err := strconv.ParseUint(parts[i], 10, 16)
		if err != nil {
			return v, fmt.Errorf("version %q is not a version such as 26 or 18.2", s)
		}
		*p = int(n)
	}
	if v.Major == 0 {
		return v, fmt.Errorf("version %q is not a version such as 26 or 18.2", s)
	}
	return v, nil
}

// IsZero says whether the version is unset.
func (v Version) IsZero() bool { return v == Version{} }

// Compare orders versions: -1, 0 or 1.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor), cmp.Compare(v.Patch, w.Patch))
}

// String writes the version as Apple does: 26.0 as 26, 10.12.4 in full.
func (v Version) String() string {
	switch {
	case v.Patch != 0:
		return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	case v.Minor != 0:
		return fmt.Sprintf("%d.%d", v.Major, v.Minor)
	}
	return strconv.Itoa(v.Major)
}

// MarshalText writes the version as String does.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what ParseVersion does.
func (v *Version) UnmarshalText(text []byte) (err error) {
	*v, err = ParseVersion(string(text))
	return err
}

// Target is a group of devices. Version is the oldest in the group; newer ones belong to it too.
type Target struct {
	Platform   Platform
	Version    Version
	Enrollment Enrollment
}

// DefaultVersion is the previous major release, so that a default build serves the current and the previous one.
func DefaultVersion() Version { return Version{Major: Current - 1} }

// Parse reads PLATFORM[@VERSION][/ENROLLMENT], in any case.
func Parse(s string) (Target, error) {
	t := Target{Version: DefaultVersion(), Enrollment: Manual}
	rest, enrollment, hasEnrollment := strings.Cut(s, "/")
	platform, version, hasVersion := strings.Cut(rest, "@")
	var err error
	if t.Platform, err = choose("platform", platform, Platforms()); err != nil {
		return t, fmt.Errorf("target %q: %w", s, err)
	}
	if hasVersion {
		if t.Version, err = ParseVersion(version); err != nil {
			return t, fmt.Errorf("target %q: %w", s, err)
		}
	}
	if hasEnrollment {
		if t.Enrollment, err = choose("enrollment", enrollment, Enrollments()); err != nil {
			return t, fmt.Errorf("target %q: %w", s, err)
		}
	}
	if err := t.check(); err != nil {
		return t, fmt.Errorf("target %q: %w", s, err)
	}
	return t, nil
}

// check refuses versions that never existed, and combinations that no device has.
func (t Target) check() error {
	p := t.Platform
	if err := p.exists(t.Version); err != nil {
		return err
	}
	switch t.Enrollment {
	case SharedIPad:
		if p != IPadOS && p != IOS {
			return fmt.Errorf("only iPadOS has Shared iPad")
		}
	case User:
		if p == TvOS || p == WatchOS {
			return fmt.Errorf("%s has no User Enrollment", p)
		}
	}
	return nil
}

func choose[T ~string](what, got string, all []T) (T, error) {
	names := make([]string, len(all))
	for i, x := range all {
		if strings.EqualFold(string(x), got) {
			return x, nil
		}
		names[i] = string(x)
	}
	return "", &WordError{what, got, names}
}

// WordError is a word in a target that is none.
type WordError struct {
	What  string // platform or enrollment
	Got   string
	Known []string
}

func (e *WordError) Error() string { return fmt.Sprintf("unknown %s %q, %s", e.What, e.Got, e.Help()) }

// Help says which word was meant, or which ones there are.
func (e *WordError) Help() string {
	return cmp.Or(text.DidYouMean(e.Got, e.Known), "want one of "+strings.Join(e.Known, ", "))
}

// String writes the target in full: iOS@26/manual.
func (t Target) String() string {
	return fmt.Sprintf("%s@%s/%s", t.Platform, t.Version, t.Enrollment)
}

// Describe says the target in words: iOS 26+ · by hand.
func (t Target) Describe() string {
	return fmt.Sprintf("%s %s+ · %s", t.Platform, t.Version, t.Effective().Describe())
}

// Slug names the target in file names: ios-manual, with the version when it is not the default one.
func (t Target) Slug() string {
	if t.Version == DefaultVersion() {
		return t.Group()
	}
	return strings.ToLower(fmt.Sprintf("%s-%s-%s", t.Platform, t.Version, t.Enrollment))
}

// Groups lists what Group can return.
func Groups() []string { return groups() }

var groups = sync.OnceValue(func() []string {
	var all []string
	for _, p := range Platforms() {
		for _, e := range Enrollments() {
			all = append(all, Target{Platform: p, Enrollment: e}.Group())
		}
	}
	return all
})

// Group names the target without its version: ios-manual. Identifiers are made of it, so that the profile for a
// newer version replaces the older one on a device.
func (t Target) Group() string {
	return strings.ToLower(fmt.Sprintf("%s-%s", t.Platform, t.Enrollment))
}

// deviceTypes are the values of a profile's TargetDeviceType. 0 is any device, and 3 a HomePod, which is no platform here.
// See https://developer.apple.com/documentation/devicemanagement/toplevel.
var deviceTypes = [...]Platform{1: IOS, 2: WatchOS, 4: TvOS, 5: MacOS, 6: VisionOS}

// HomePod is the TargetDeviceType of a device that no Platform stands for.
const HomePod = 3

// DeviceType returns the TargetDeviceType of devices of the platform, an iPad's being that of an iPhone.
func (p Platform) DeviceType() int64 { return int64(slices.Index(deviceTypes[:], p.Schema())) }

// OfDeviceType returns the platform that a TargetDeviceType keeps a profile to, or "" where that is none or several.
func OfDeviceType(n int64) Platform {
	if n < 0 || n >= int64(len(deviceTypes)) {
		return ""
	}
	return deviceTypes[n]
}
