// Package target names the devices of a profile: PLATFORM[@VERSION][/ENROLLMENT], such as iOS@26/supervised.
// The effect of a profile depends on them more than on its keys, so a target is always declared and never guessed.
//
// Start with Target and Parse. releases.json holds the versions of each platform with their sources. The package knows
// nothing of payloads: package schema tells the availability of keys.
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

// Current is the newest major release in the embedded schema facts, the same on every platform.
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

// SchemaPlatforms lists the platforms as Apple's schema files name them: iPadOS is one with iOS.
func SchemaPlatforms() []Platform {
	return slices.DeleteFunc(Platforms(), func(p Platform) bool { return p != p.Schema() })
}

// Schema returns the platform's name in Apple's schema files: iOS for iPadOS.
func (p Platform) Schema() Platform {
	if p == IPadOS {
		return IOS
	}
	return p
}

// Enrollment is the way a profile reaches the device, and the degree of management.
type Enrollment string

const (
	Manual           Enrollment = "manual"            // installed by hand, unsupervised
	ManualSupervised Enrollment = "manual-supervised" // installed by hand on a supervised device
	Device           Enrollment = "device"            // by MDM, unsupervised if the platform has that (see Effective)
	Supervised       Enrollment = "supervised"        // by MDM, supervised
	User             Enrollment = "user"              // by MDM, User Enrollment
	SharedIPad       Enrollment = "shared-ipad"       // by MDM, supervised, Shared iPad
)

// Enrollments lists every enrollment.
func Enrollments() []Enrollment {
	return []Enrollment{Manual, ManualSupervised, Device, Supervised, User, SharedIPad}
}

// IsSupervised is true for the enrollments of supervised devices. Target.IsSupervised also knows platforms with no others.
func (e Enrollment) IsSupervised() bool {
	return e == ManualSupervised || e == Supervised || e == SharedIPad
}

// IsMDM is true if an MDM server installs the profile.
func (e Enrollment) IsMDM() bool { return e != Manual && e != ManualSupervised }

// MarshalText writes the target as String does, and the zero Target as "".
func (t Target) MarshalText() ([]byte, error) {
	if t == (Target{}) {
		return []byte{}, nil
	}
	return []byte(t.String()), nil
}

// Describe returns the enrollment in words.
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

// Version is an OS version. The zero Version means no version.
type Version struct {
	Major, Minor, Patch int
}

// ParseVersion reads a version such as 18, 18.2 or 10.12.4. It does not check that the version was ever released.
func ParseVersion(s string) (Version, error) {
	var v Version
	parts := strings.Split(s, ".")
	if len(parts) > 3 {
		return v, fmt.Errorf("invalid version %q: want at most three numbers, such as 10.12.4", s)
	}
	for i, p := range []*int{&v.Major, &v.Minor, &v.Patch} {
		if i >= len(parts) {
			break
		}
		n, err := strconv.ParseUint(parts[i], 10, 16)
		if err != nil {
			return v, fmt.Errorf("invalid version %q: want a version such as 26 or 18.2", s)
		}
		*p = int(n)
	}
	if v.Major == 0 {
		return v, fmt.Errorf("invalid version %q: want a version such as 26 or 18.2", s)
	}
	return v, nil
}

// IsZero is true for an unset version.
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

// UnmarshalText reads a version with ParseVersion.
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

// DefaultVersion is the previous major release, so a default build serves the current and the previous one.
func DefaultVersion() Version { return Version{Major: Current - 1} }

// Parse reads PLATFORM[@VERSION][/ENROLLMENT], in any case. Defaults are DefaultVersion and Manual. It refuses unreleased
// versions, and an enrollment unknown to the platform. For an unknown word the error wraps a WordError.
func Parse(s string) (Target, error) {
	t := Target{Version: DefaultVersion(), Enrollment: Manual}
	rest, enrollment, hasEnrollment := strings.Cut(s, "/")
	platform, version, hasVersion := strings.Cut(rest, "@")
	var err error
	if t.Platform, err = choose("platform", platform, Platforms()); err != nil {
		return t, fmt.Errorf("invalid target %q: %w", s, err)
	}
	if hasVersion {
		if t.Version, err = ParseVersion(version); err != nil {
			return t, fmt.Errorf("invalid target %q: %w", s, err)
		}
	}
	if hasEnrollment {
		if t.Enrollment, err = choose("enrollment", enrollment, Enrollments()); err != nil {
			return t, fmt.Errorf("invalid target %q: %w", s, err)
		}
	}
	if err := t.checkExists(); err != nil {
		return t, fmt.Errorf("invalid target %q: %w", s, err)
	}
	return t, nil
}

// checkExists refuses versions never released, and combinations found on no device.
func (t Target) checkExists() error {
	p := t.Platform
	if err := p.checkReleased(t.Version); err != nil {
		return err
	}
	switch t.Enrollment {
	case SharedIPad:
		if p != IPadOS && p != IOS { // only these: iPads, and iOS stands for iPadOS
			return fmt.Errorf("%s has no Shared iPad: want iPadOS", p)
		}
	case User:
		switch p {
		case IOS, IPadOS, MacOS, VisionOS:
		case TvOS, WatchOS:
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

// platformOf tells the platform of what people call their devices.
var platformOf = map[string]Platform{
	"iphone": IOS, "ipad": IPadOS, "mac": MacOS, "osx": MacOS, "os x": MacOS, "appletv": TvOS, "apple tv": TvOS, "vision": VisionOS, "watch": WatchOS,
}

// WordError is an unknown platform or enrollment in a target.
type WordError struct {
	What  string // platform or enrollment
	Got   string
	Known []string
}

func (e *WordError) Error() string { return fmt.Sprintf("unknown %s %q, %s", e.What, e.Got, e.Help()) }

// Help suggests the word meant, or lists the known ones.
func (e *WordError) Help() string {
	name := strings.TrimRight(e.Got, "0123456789.")
	version := e.Got[len(name):]
	name = strings.TrimRight(name, " -_")
	platform, isDevice := platformOf[strings.ToLower(name)]
	if isDevice && e.What == "platform" {
		name = string(platform)
	}
	for _, known := range e.Known {
		if strings.EqualFold(name, known) {
			return "did you mean " + strconv.Quote(known+strings.TrimSuffix("@"+version, "@")) + "?"
		}
	}
	return cmp.Or(text.DidYouMean(e.Got, e.Known), "want one of "+strings.Join(e.Known, ", "))
}

// String writes the target in full: iOS@26/manual.
func (t Target) String() string {
	return fmt.Sprintf("%s@%s/%s", t.Platform, t.Version, t.Enrollment)
}

// Describe returns the target in words: iOS 26+ · by hand.
func (t Target) Describe() string {
	return fmt.Sprintf("%s %s+ · %s", t.Platform, t.Version, t.Effective().Describe())
}

// Slug names the target in file names: ios-manual, with the version unless it is the default one.
func (t Target) Slug() string {
	if t.Version == DefaultVersion() {
		return t.Group()
	}
	return strings.ToLower(fmt.Sprintf("%s-%s-%s", t.Platform, t.Version, t.Enrollment))
}

// Groups lists every result of Group. The list is shared; do not modify it.
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

// Group names the target without its version: ios-manual. Identifiers contain it, so the profile for a newer version
// replaces the older one on a device.
func (t Target) Group() string {
	return strings.ToLower(fmt.Sprintf("%s-%s", t.Platform, t.Enrollment))
}

// deviceTypes maps a profile's TargetDeviceType to a platform. 0 is any device; 3 is a HomePod, no platform here.
// See https://developer.apple.com/documentation/devicemanagement/toplevel.
var deviceTypes = [...]Platform{1: IOS, 2: WatchOS, 4: TvOS, 5: MacOS, 6: VisionOS}

// HomePod is the TargetDeviceType of a HomePod, a device without a Platform.
const HomePod = 3

// DeviceType returns the TargetDeviceType of the platform's devices. An iPad has that of an iPhone.
func (p Platform) DeviceType() int64 { return int64(slices.Index(deviceTypes[:], p.Schema())) }

// OfDeviceType returns the one platform of a TargetDeviceType, or "" for none or several.
func OfDeviceType(n int64) Platform {
	if n < 0 || n >= int64(len(deviceTypes)) {
		return ""
	}
	return deviceTypes[n]
}

// Check returns an error for a version that the platform never had, and for a combination found on no device.
func (t Target) Check() error { return t.checkExists() }
