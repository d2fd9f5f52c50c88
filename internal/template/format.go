package template

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"syncguard/internal/target"
)

// format is the required form of a text.
type format struct {
	pattern func() string         // regular expression, the same in Go and in JSON Schema
	want    string                // in words
	check   func(string) error    // beyond the pattern, or nil; its error does not repeat the text
	compile func() *regexp.Regexp // pattern, compiled once
}

func newFormat(pattern, want string, check func(string) error) *format {
	return lazyFormat(func() string { return pattern }, want, check)
}

// lazyFormat is newFormat for a pattern slow to make.
func lazyFormat(pattern func() string, want string, check func(string) error) *format {
	return &format{pattern: pattern, want: want, check: check,
		compile: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern()) })}
}

// matches is true for a text in the format.
func (f *format) matches(s string) bool {
	return f.compile().MatchString(s) && (f.check == nil || f.check(s) == nil)
}

const (
	label  = `[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?`
	domain = label + `(\.` + label + `)*\.?`
)

// The formats of texts in a template.
var (
	reverseDNS        = newFormat(`^`+label+`(\.`+label+`)+$`, "a reversed domain such as com.acme", maxLength(200))
	identifierPart    = newFormat(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$`, "letters, digits, dots and hyphens", maxLength(100))
	payloadID         = newFormat(`^[A-Za-z0-9][A-Za-z0-9._-]*$`, "letters, digits, dots, underscores and hyphens", maxLength(100))
	payloadType       = newFormat(`^\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`, "a payload type such as com.apple.wifi.managed, or a declaration type", nil)
	payloadIdentifier = newFormat(`^[A-Za-z0-9][A-Za-z0-9._-]*$`, "letters, digits, dots, underscores and hyphens", maxLength(255))
	upperUUID         = newFormat(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`, "a UUID in upper case", nil)
	hostFormat        = newFormat(`^`+domain+`$`, "a host name", maxLength(253))
	domainFormat      = newFormat(`^(\*\.?)?`+domain+`$`, "a domain such as acme.example, or *.acme.example for all names below", maxLength(253))
	addressFormat     = newFormat(`^[0-9A-Fa-f:.]+$`, "an IPv4 or IPv6 address", checkAddress)
	serverPattern     = newFormat(`^[0-9A-Fa-f:.]*[0-9A-Fa-f:.*]$`, "an IP address, or the beginning of one and a *, such as 10.*", nil)
	ssidFormat        = newFormat(`^[^\x00-\x1f]+$`, "1 to 32 bytes of text", maxLength(32))
	iccidFormat       = newFormat(`^[0-9]{18,22}$`, "18 to 22 digits in quotes", nil)
	timeZoneFormat    = newFormat(`^(UTC|GMT|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z0-9_+-]*)+)$`, "a time zone such as Europe/Berlin", nil)
	httpsURL          = newFormat(`^https://[^\s]+$`, "a URL that begins with https://", checkURL)
	referenceFormat   = newFormat(`^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$`, "env:NAME or file:PATH", nil)
	durationFormat    = newFormat(`^([0-9]+[dhms])+$`, "a duration such as 30d, 12h or 90m", checkDuration)
	versionFormat     = newFormat(`^[0-9]{1,5}(\.[0-9]{1,5}){0,2}$`, "a version such as 26.2, in quotes", checkVersion)
	localTime         = newFormat(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$`, "a local time such as 2027-01-31T18:00:00, without a zone and in quotes", checkLocalTime)
	targetFormat      = lazyFormat(targetPattern, "PLATFORM[@VERSION][/ENROLLMENT]", checkTarget)
	filterFormat      = lazyFormat(filterPattern, "PLATFORM, ENROLLMENT or PLATFORM/ENROLLMENT", checkFilter)
)

func maxLength(n int) func(string) error {
	return func(s string) error {
		if len(s) > n {
			return fmt.Errorf("it has %d bytes, want at most %d", len(s), n)
		}
		return nil
	}
}

func checkAddress(s string) error {
	if _, err := netip.ParseAddr(s); err != nil {
		return errors.New("it is malformed")
	}
	return nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("it is not a URL")
	case u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return errors.New("it needs a host, and no user or fragment")
	}
	return nil
}

// parseDuration adds up parts such as 1d12h.
func parseDuration(s string) (time.Duration, error) {
	units := map[byte]time.Duration{'d': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second}
	const most = 100 * 366 * 24 * time.Hour
	var total time.Duration
	for s != "" {
		end := strings.IndexAny(s, "dhms")
		if end < 0 {
			return 0, errors.New("a unit is missing")
		}
		n, err := strconv.ParseUint(s[:end], 10, 32)
		unit := units[s[end]]
		if err != nil || time.Duration(n) > most/unit || total+time.Duration(n)*unit > most {
			return 0, errors.New("it is longer than 100 years")
		}
		total += time.Duration(n) * unit
		s = s[end+1:]
	}
	return total, nil
}

func checkDuration(s string) error {
	d, err := parseDuration(s)
	if err == nil && d == 0 {
		return errors.New("it is zero")
	}
	return err
}

func checkLocalTime(s string) error {
	if _, err := time.Parse("2006-01-02T15:04:05", s); err != nil {
		return errors.New("no such date or time exists")
	}
	return nil
}

func checkVersion(s string) error {
	v, err := target.ParseVersion(s)
	if err != nil {
		return errors.New("it is malformed")
	}
	return target.CheckVersion(v)
}

func checkTarget(s string) error {
	_, err := target.Parse(s)
	return err
}

// parseFilter reads PLATFORM, ENROLLMENT or PLATFORM/ENROLLMENT, in any case.
func parseFilter(s string) (Filter, error) {
	platform, enrollment, both := strings.Cut(s, "/")
	for _, e := range target.Enrollments() {
		if !both && strings.EqualFold(string(e), s) {
			return Filter{Enrollment: e}, nil
		}
	}
	if strings.Contains(s, "@") {
		return Filter{}, errors.New("a version is not allowed here")
	}
	t, err := target.Parse(s)
	if err != nil {
		return Filter{}, err
	}
	f := Filter{Platform: t.Platform}
	if both && platform != "" && enrollment != "" {
		f.Enrollment = t.Enrollment
	}
	return f, nil
}

func checkFilter(s string) error {
	_, err := parseFilter(s)
	return err
}

func targetPattern() string {
	return `^` + anyOf(platformNames()) + `(@[0-9]{1,5}(\.[0-9]{1,5}){0,2})?(/` + anyOf(enrollmentNames()) + `)?$`
}

func filterPattern() string {
	return `^(` + anyOf(platformNames()) + `(/` + anyOf(enrollmentNames()) + `)?|` + anyOf(enrollmentNames()) + `)$`
}

// anyOf is a pattern for one of the words, in any case, because JSON Schema has no flag for case.
func anyOf(words []string) string {
	var alternatives []string
	for _, w := range words {
		var b strings.Builder
		for _, c := range w {
			if lower, upper := strings.ToLower(string(c)), strings.ToUpper(string(c)); lower != upper {
				fmt.Fprintf(&b, "[%s%s]", upper, lower)
			} else {
				b.WriteRune(c)
			}
		}
		alternatives = append(alternatives, b.String())
	}
	return `(` + strings.Join(alternatives, `|`) + `)`
}

// languageFormat is a BCP 47 tag in its usual length, or default.
var languageFormat = newFormat(`^(default|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)$`, `a language such as en or de-CH, or "default"`, nil)

// isExampleDomain is true for a reversed domain reserved for examples by RFC 2606.
func isExampleDomain(s string) bool {
	s = strings.ToLower(s)
	for _, domain := range []string{"com.example", "org.example", "net.example", "example"} {
		if s == domain || strings.HasPrefix(s, domain+".") {
			return true
		}
	}
	return false
}
