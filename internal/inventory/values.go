package inventory

import (
	"strings"

	"syncguard/internal/target"
)

// system is what a text says of an operating system.
type system struct {
	platform target.Platform
	other    string         // a platform that is not Apple's, or without profiles, as written
	version  target.Version // zero for none
	badText  string         // a version that cannot be read
}

// platformWords are the names of platforms in lower case, without spaces, hyphens and underscores.
var platformWords = map[string]target.Platform{
	"ios": target.IOS, "iphoneos": target.IOS, "appleios": target.IOS, "iphone": target.IOS, "iosipados": target.IOS,
	"ipados": target.IPadOS, "ipad": target.IPadOS,
	"macos": target.MacOS, "macosx": target.MacOS, "osx": target.MacOS, "mac": target.MacOS, "darwin": target.MacOS, "applemacos": target.MacOS,
	"macmdm": target.MacOS, // Intune's exports
	"tvos":   target.TvOS, "appletv": target.TvOS, "appletvos": target.TvOS,
	"visionos": target.VisionOS, "applevision": target.VisionOS, "applevisionpro": target.VisionOS, "vision": target.VisionOS, "xros": target.VisionOS,
	"watchos": target.WatchOS, "applewatch": target.WatchOS, "watch": target.WatchOS,
}

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
	s.platform, s.other = readPlatform(words)
	if start < 0 {
		return s
	}
	number := text[start:]
	if end := strings.IndexFunc(number, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); end >= 0 {
		if rest := number[end:]; rest[0] != ' ' && rest[0] != '(' && rest[0] != ',' { // a build, such as 24C101
			if s.platform == "" || start == 0 {
				s.badText = text
			}
			return s
		}
		number = number[:end]
	}
	version, err := target.ParseVersion(strings.TrimRight(number, "."))
	if err != nil {
		s.badText = text
		return s
	}
	s.version = version
	return s
}

// readPlatform reads the name of a platform, with or without a marketing name behind it.
func readPlatform(words string) (target.Platform, string) {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" {
		return "", ""
	}
	name := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '/' {
			return -1
		}
		return r
	}, words)
	if p, ok := platformWords[name]; ok {
		return p, ""
	}
	for _, other := range otherWords {
		if strings.HasPrefix(name, other) {
			return "", words
		}
	}
	for _, start := range []string{"mac os x ", "macos ", "mac os ", "os x ", "ios ", "ipados ", "tvos ", "visionos ", "watchos "} { // macOS Sequoia
		if strings.HasPrefix(words, start) {
			return platformWords[strings.ReplaceAll(strings.TrimSpace(start), " ", "")], ""
		}
	}
	return "", ""
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
