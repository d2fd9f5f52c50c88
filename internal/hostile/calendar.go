package hostile

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// contentLine is a content line of RFC 5545, its parameters without quotes.
var contentLine = pattern(`^([A-Z-]+)((?:;[A-Z-]+=[A-Za-z-]+)*):(.*)$`)

// calendarDay and calendarTime are values of dates.
var calendarDay, calendarTime = pattern(`^[0-9]{8}$`), pattern(`^[0-9]{8}T[0-9]{6}Z$`)

// ReadCalendar reads a calendar strictly by RFC 5545: lines of at most 75 octets that end with CR and LF, whole characters,
// one calendar of events, each with the properties an event needs and none twice, and text escaped. It returns the events
// with their text unescaped.
func ReadCalendar(text string) (events []map[string]string, err error) {
	if !strings.HasSuffix(text, "\r\n") || !utf8.ValidString(text) {
		return nil, fmt.Errorf("no end of line, or no UTF-8")
	}
	var lines []string
	for i, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		switch {
		case len(line) > 75:
			return nil, fmt.Errorf("line %d has %d octets", i+1, len(line))
		case strings.ContainsAny(line, "\r\n\x00") || line == "" || !utf8.ValidString(line):
			return nil, fmt.Errorf("line %d: %q", i+1, line)
		case line[0] == ' ' && len(lines) > 0:
			lines[len(lines)-1] += line[1:]
		default:
			lines = append(lines, line)
		}
	}
	r := calendarReader{uids: map[string]bool{}}
	for _, line := range lines {
		m := contentLine().FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("no content line: %q", line)
		}
		if err := r.property(m[1]+m[2], m[3]); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
	}
	if len(r.open) > 0 || !r.ended {
		return nil, fmt.Errorf("%v is not ended", r.open)
	}
	return r.events, nil
}

type calendarReader struct {
	open   []string
	event  map[string]string
	events []map[string]string
	uids   map[string]bool
	ended  bool
}

func (r *calendarReader) property(name, value string) error {
	inside := strings.Join(r.open, ">")
	switch {
	case r.ended:
		return fmt.Errorf("after the end")
	case name == "BEGIN":
		if value != "VCALENDAR" && inside == "" || value != "VEVENT" && inside == "VCALENDAR" || inside == "VCALENDAR>VEVENT" {
			return fmt.Errorf("inside %q", inside)
		}
		r.open, r.event = append(r.open, value), map[string]string{}
	case name == "END":
		if len(r.open) == 0 || r.open[len(r.open)-1] != value {
			return fmt.Errorf("inside %q", inside)
		}
		if value == "VEVENT" {
			for _, must := range []string{"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} {
				if r.event[must] == "" {
					return fmt.Errorf("no %s", must)
				}
			}
			if r.uids[r.event["UID"]] {
				return fmt.Errorf("%s twice", r.event["UID"])
			}
			r.uids[r.event["UID"]] = true
			r.events = append(r.events, r.event)
		}
		r.open = r.open[:len(r.open)-1]
		r.ended = len(r.open) == 0
	case inside == "VCALENDAR":
		if name != "VERSION" && name != "PRODID" && name != "CALSCALE" {
			return fmt.Errorf("no property of a calendar")
		}
	case inside == "VCALENDAR>VEVENT":
		return r.ofEvent(name, value)
	default:
		return fmt.Errorf("outside a calendar")
	}
	return nil
}

func (r *calendarReader) ofEvent(name, value string) error {
	if r.event[name] != "" {
		return fmt.Errorf("twice")
	}
	good := true
	switch name {
	case "UID":
		good = !strings.ContainsAny(value, " ;,\\")
	case "TRANSP":
		good = value == "TRANSPARENT"
	case "DTSTAMP":
		good = calendarTime().MatchString(value)
	case "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE":
		good = calendarDay().MatchString(value)
	case "SUMMARY", "DESCRIPTION":
		var err error
		if value, err = unescapeCalendar(value); err != nil {
			return err
		}
	default:
		good = false
	}
	if !good {
		return fmt.Errorf("not allowed")
	}
	r.event[name] = value
	return nil
}

// unescapeCalendar reads a text value: a comma, a semicolon and a backslash never stand alone.
func unescapeCalendar(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ',' || c == ';':
			return "", fmt.Errorf("%q is not escaped", string(c))
		case c != '\\':
			b.WriteByte(c)
		case i+1 == len(s):
			return "", fmt.Errorf("ends with a backslash")
		default:
			i++
			switch s[i] {
			case 'n', 'N':
				b.WriteByte('\n')
			case ',', ';', '\\':
				b.WriteByte(s[i])
			default:
				return "", fmt.Errorf("escapes %q", string(s[i]))
			}
		}
	}
	return b.String(), nil
}
