package lint

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"syncguard/internal/fix"
	"syncguard/internal/plist"
	"syncguard/internal/requirement"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
)

func (r *run) checkMeaning(n *node, m *facts.Meaning) {
	if m.Octets > 0 && len(n.value.Text) > m.Octets {
		r.reportFact(m.Rule, rule.MalformedValue, m.Severity, n.at(), "%s is %d bytes long, want at most %d", n.subject(), len(n.value.Text), m.Octets)
	}
	if m.Sense == facts.CodeRequirement {
		r.checkRequirement(n, m)
		return
	}
	if want := wantedMeaning(m, n.value.Text); want != "" {
		r.reportFact(m.Rule, rule.MalformedValue, m.Severity, n.at(), "%s is %s, want %s", n.subject(), n.value.Describe(), want)
	}
}

// wantedMeaning describes the text wanted by a fact, or returns "" if the text is fine.
func wantedMeaning(m *facts.Meaning, text string) string {
	switch m.Sense {
	case facts.IPAddress:
		return wantUnless(isAddress(text), "an IP address")
	case facts.Host:
		return wantUnless(isHost(text) && !isAddress(text), "a host name, such as dns.example.com")
	case facts.IPOrHost:
		return wantUnless(isHost(text) || isAddress(text), "a host name or IP address alone, such as example.com")
	case facts.URL:
		return wantUnless(hasScheme(text, m.Schemes), "a URL beginning with "+describeSchemes(m.Schemes))
	case facts.DomainPattern:
		return wantUnless(isDomainPattern(text), "a domain, such as example.com or *.example.com")
	case facts.UUID:
		return wantUnless(isUUID(text), "a UUID")
	case facts.ReverseDNS:
		return wantUnless(isDotted(text), "an identifier such as com.example.name")
	case facts.BundleIdentifier:
		return wantUnless(isBundleIdentifier(strings.TrimPrefix(text, systemCenter)), "a bundle identifier, such as com.example.app")
	case facts.Base64:
		return wantUnless(isBase64(text), "Base64")
	case facts.TeamIdentifier:
		return wantUnless(isTeamIdentifier(text), "a team identifier, ten letters and digits such as ABCDE12345")
	case facts.TimeZone:
		return wantUnless(isTimeZone(text), "a time zone, such as Europe/Zurich")
	case facts.OSVersion:
		number, _, _ := strings.Cut(text, " ") // 16.5.1 (a)
		v, err := target.ParseVersion(number)
		return wantUnless(err == nil && target.CheckVersion(v) == nil, "an existing OS version, such as 26.2")
	case facts.LocalDateTime:
		_, err := time.Parse("2006-01-02T15:04:05", text)
		return wantUnless(err == nil && len(text) == len("2006-01-02T15:04:05"), "a local date and time without a time zone, such as 2027-01-31T18:00:00")
	}
	return ""
}

// checkRequirement reports a code requirement unreadable to a Mac.
func (r *run) checkRequirement(n *node, m *facts.Meaning) {
	fault := requirement.Check(n.value.Text)
	if fault == nil {
		return
	}
	d := r.reportFact(m.Rule, rule.MalformedCodeRequirement, m.Severity, n.at(), "%s %s", n.subject(), fault.Problem)
	d.Help = `copy it whole from codesign -d -r - PATH, without "designated =>"`
	if fault.Fixed != "" && !d.HideSource {
		d.Fix = fix.New("write the corrected requirement", fix.ReplaceValue(n.value, plist.NewString(fault.Fixed)))
	}
}

// systemCenter is the prefix for the system's own notifications, written by macOS itself (com.apple.ncprefs) and present in
// public profiles (rtrouton/profiles).
const systemCenter = "_SYSTEM_CENTER_:"

func wantUnless(met bool, want string) string {
	if met {
		return ""
	}
	return want
}

func isAddress(text string) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && a.Zone() == ""
}

// isHost reports whether a text can be a host name: labels of letters, digits, hyphens and underscores. Letters outside
// ASCII are allowed, since a device converts them.
func isHost(text string) bool {
	text = strings.TrimSuffix(text, ".")
	if text == "" || len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || strings.ContainsFunc(label, func(c rune) bool { return !isWord(c) && c < 0x80 }) {
			return false
		}
	}
	return true
}

// isWord reports whether a character is allowed in a label or identifier.
func isWord(c rune) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// isDomainPattern accepts a domain, optionally after one wildcard or dot, and the empty text for all domains.
func isDomainPattern(text string) bool {
	text = strings.TrimPrefix(text, "*")
	return text == "" || isHost(strings.TrimPrefix(text, "."))
}

// hasScheme reports whether a text is a URL with one of some schemes and a host. It may be a template of RFC 6570, with
// braces.
func hasScheme(text string, schemes []string) bool {
	text, _, _ = strings.Cut(text, "{")
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != "" && slices.Contains(schemes, u.Scheme)
}

func describeSchemes(names []string) string {
	var all []string
	for _, s := range names {
		all = append(all, s+"://")
	}
	return strings.Join(all, " or ")
}

// isUUID reports whether a text has the form of a UUID: groups of 8, 4, 4, 4 and 12 hexadecimal digits.
func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, c := range []byte(text) {
		isDash := i == 8 || i == 13 || i == 18 || i == 23
		if isDash != (c == '-') || !isDash && !isHex(c) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}

// isDotted reports whether a text is an identifier of at least two parts.
func isDotted(text string) bool {
	return strings.Contains(text, ".") && isBundleIdentifier(text)
}

func isBundleIdentifier(text string) bool {
	for part := range strings.SplitSeq(text, ".") {
		if part == "" || strings.ContainsFunc(part, func(c rune) bool { return !isWord(c) }) {
			return false
		}
	}
	return true
}

// isTeamIdentifier is true for the form of a team identifier and for "apple".
func isTeamIdentifier(text string) bool {
	return text == "apple" || len(text) == 10 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(text)
	return err == nil
}

// isTimeZone reports whether a text has the form of a name in the time zone database. It does not look the name up: the
// database of a device may be newer than ours.
func isTimeZone(text string) bool {
	for part := range strings.SplitSeq(text, "/") {
		if part == "" || strings.ContainsFunc(part, func(c rune) bool { return c != '+' && !isWord(c) }) {
			return false
		}
	}
	return true
}
