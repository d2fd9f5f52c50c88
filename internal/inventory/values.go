package inventory

import (
	"strings"

	"syncguard/internal/target"
)

// system is what a text says of an operating system.
type system struct {
	words    string // the text
	platform target.Platform
	other    string         // a platform that is not Apple's, or without profiles, as written
	version  target.Version // zero for none
	badText  string         // a version that cannot be read
}

// platformWords are the names of platforms in lower case, without spaces, hyphens, underscores and slashes.
var platformWords = map[string]target.Platform{
	"ios": target.IOS, "iphoneos": target.IOS, "appleios": target.IOS, "iosipados": target.IOS, "ipados": target.IPadOS,
	"macos": target.MacOS, "macosx": target.MacOS, "osx": target.MacOS, "darwin": target.MacOS, "applemacos": target.MacOS, "macmdm": target.MacOS,
	"tvos": target.TvOS, "appletvos": target.TvOS, "visionos": target.VisionOS, "xros": target.VisionOS, "watchos": target.WatchOS,
}

// deviceWords are names of devices in place of platforms. A number behind one is that of a model: iPhone 15.
var deviceWords = map[string]target.Platform{
	"iphone": target.IOS, "ipad": target.IPadOS, "mac": target.MacOS, "appletv": target.TvOS, "tv": target.TvOS,
	"applevision": target.VisionOS, "applevisionpro": target.VisionOS, "vision": target.VisionOS, "applewatch": target.WatchOS, "watch": target.WatchOS,
}

// versionWords may stand before a version, or between it and a platform: marketing names.
var versionWords = map[string]bool{"": true, "v": true, "version": true, "tahoe": true, "sequoia": true, "sonoma": true, "ventura": true, "monterey": true,
	"big sur": true, "catalina": true, "mojave": true, "high sierra": true, "sierra": true, "el capitan": true}

// otherWords begin the names of platforms that are not Apple's, or take no profiles of their own.
var otherWords = []string{"windows", "android", "linux", "ubuntu", "debian", "rhel", "centos", "fedora", "chrome", "arch", "amzn", "sles", "opensuse",
	"pop", "kali", "homepod", "audioos"}

// readSystem reads a platform, a version, or both: iOS, 18.1.1, "macOS Sequoia 15.2 (24C101)", "iPadOS 26.0 (a)".
func readSystem(text string) (s system) {
	text = strings.TrimSpace(text)
	start := strings.IndexAny(text, "0123456789")
	words := text
	if start >= 0 {
		words = text[:start]
	}
	isDevice, isKnown := false, false
	s.platform, s.other, isDevice, isKnown = readPlatform(words)
	if start < 0 || isDevice || s.other != "" {
		return s
	}
	s.version = readVersion(text[start:], start == 0)
	if s.version.IsZero() || !isKnown {
		s.version, s.badText = target.Version{}, text
	}
	return s
}

// readVersion reads a version with nothing behind it but a build or a supplement in parentheses or after a space; zero for others,
// such as 24C101 and 15. Feb, which Excel makes of 15.2. Alone, a version may have the decimal comma that Excel makes of the point.
func readVersion(number string, isAlone bool) target.Version {
	if number, _, _ = strings.Cut(number, " "); isAlone {
		number = strings.ReplaceAll(number, ",", ".")
	}
	number, _, _ = strings.Cut(number, "(")
	version, err := target.ParseVersion(number)
	if err != nil {
		return target.Version{}
	}
	return version
}

// readPlatform reads the name of a platform, with or without a marketing name behind it. isKnown is false for words that stand
// before no version.
func readPlatform(words string) (p target.Platform, other string, isDevice, isKnown bool) {
	words = strings.ToLower(strings.TrimSpace(words))
	if versionWords[words] {
		return "", "", false, true
	}
	name := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '/' {
			return -1
		}
		return r
	}, words)
	if p := platformWords[name]; p != "" {
		return p, "", false, true
	}
	if p := deviceWords[name]; p != "" {
		return p, "", true, true
	}
	for _, other := range otherWords {
		if strings.HasPrefix(name, other) {
			return "", words, false, true
		}
	}
	for _, start := range []string{"mac os x ", "macos ", "mac os ", "os x ", "ios ", "ipados ", "tvos ", "visionos ", "watchos "} { // macOS Sequoia
		if more, ok := strings.CutPrefix(words, start); ok {
			return platformWords[strings.ReplaceAll(strings.TrimSpace(start), " ", "")], "", false, versionWords[strings.TrimSpace(more)]
		}
	}
	return "", "", false, false
}

// modelStarts begin the names and identifiers of Apple's models, in lower case.
var modelStarts = []struct {
	start    string
	platform target.Platform // "" for a device that takes no profiles of its own
}{
	{"iphone", target.IOS}, {"ipod", target.IOS}, {"ipad", target.IPadOS}, {"mac", target.MacOS}, {"imac", target.MacOS}, {"xserve", target.MacOS},
	{"virtualmac", target.MacOS}, {"appletv", target.TvOS}, {"apple tv", target.TvOS}, {"apple vision", target.VisionOS}, {"realitydevice", target.VisionOS},
	{"vision pro", target.VisionOS}, {"apple watch", target.WatchOS}, {"watch", target.WatchOS}, {"homepod", ""}, {"audioaccessory", ""},
}

// readModel returns the platform of a model: iPad15,7 or "iPad Air 11-inch (M3)". known is false for other texts.
func readModel(model string) (p target.Platform, known bool) {
	for _, m := range modelStarts {
		if len(model) >= len(m.start) && strings.EqualFold(model[:len(m.start)], m.start) {
			return m.platform, true
		}
	}
	return "", false
}

// answer is yes, no or nothing.
type answer int8

const (
	unsaid answer = iota
	yes
	no
)

// answers are the words for yes and no in lower case. Excel writes booleans in the language of its user.
var answers = map[string]answer{
	"true": yes, "yes": yes, "y": yes, "1": yes, "on": yes, "enabled": yes, "wahr": yes, "ja": yes, "vrai": yes, "oui": yes, "verdadero": yes,
	"false": no, "no": no, "n": no, "0": no, "off": no, "disabled": no, "falsch": no, "nein": no, "faux": no, "non": no, "falso": no,
	"supervised": yes, "unsupervised": no, "not supervised": no, "managed": yes, "unmanaged": no, "not managed": no, "mdm": yes, "enrolled": yes,
	"unenrolled": no, "not enrolled": no, "shared": yes, "not shared": no, "shared ipad": yes,
}

// readAnswer reads a yes or no; unsaid for other texts.
func readAnswer(text string) answer {
	if len(text) > 20 {
		return unsaid
	}
	a, ok := answers[text]
	if !ok {
		a = answers[strings.ToLower(strings.TrimSpace(text))]
	}
	return a
}

func (a answer) String() string { return [...]string{"", "yes", "no"}[a] }

// kind is a kind of enrollment.
type kind string

const (
	byAutomated  kind = "automated"   // Automated Device Enrollment
	byDevice     kind = "device"      // Device Enrollment
	byUser       kind = "user"        // User Enrollment
	bySharedIPad kind = "shared-ipad" // Shared iPad
	supervised   kind = "supervised"  // supervised, in whatever way
	unmanaged    kind = "unmanaged"   // not under MDM
	pending      kind = "pending"     // assigned, and not enrolled yet
	unclear      kind = "unclear"     // several of these; the meaning says which
	byHand       kind = "by-hand"     // profiles are installed by hand
	byHandSuper  kind = "by-hand-supervised"
)

// describe returns what the kind means for a target.
func (k kind) describe() string {
	switch k {
	case byAutomated:
		return "Automated Device Enrollment"
	case byDevice:
		return "Device Enrollment"
	case byUser:
		return "User Enrollment"
	case bySharedIPad:
		return "Shared iPad"
	case supervised:
		return "supervised"
	case unmanaged:
		return "not under MDM"
	case pending:
		return "assigned, not enrolled yet"
	case unclear:
		return "not clear"
	case byHand:
		return "profiles installed by hand"
	case byHandSuper:
		return "profiles installed by hand, supervised"
	}
	return string(k)
}
