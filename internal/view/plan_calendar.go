package view

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// PlanCalendar writes the deadlines of a plan for a calendar (RFC 5545): a whole-day event for each task that has to be done
// when a version comes out, on the day of the update or, without one, on the day of each version; and one for the last day on
// which devices can be kept from the new version. The same plan gives the same bytes: no time of writing is in them. A task
// whose day is not known has no event.
func PlanCalendar(w io.Writer, r *app.PlanResult) error {
	c := &calendar{}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//syncguard//plan//EN")
	c.line("CALSCALE", "GREGORIAN")
	c.deferrals(r)
	for _, t := range r.Tasks {
		if !t.Verdict.HasDeadline() {
			continue
		}
		for _, day := range t.Days {
			name := plannedTitle(t)
			if len(t.Keys) > 1 {
				name += " (" + text.Count(len(t.Keys), "key") + ")"
			}
			about := []string{strings.Join(t.Keys, ", "), plannedEffects(t), strings.Join(t.Files, ", "), t.Next, t.Command}
			for _, e := range plannedEvents(r, t) {
				about = append(about, e.String())
			}
			stamp, on := day, day
			if r.On != "" {
				stamp, on = cmp.Or(firstDate(t), day), "update"
			}
			c.event(day, stamp, t.Verdict.Title()+": "+name, about, string(t.Verdict), t.Intent, t.Type, strings.Join(t.Keys, ","), strings.Join(t.Files, ","), on)
		}
	}
	c.line("END", "VCALENDAR")
	_, err := io.WriteString(w, c.b.String())
	return err
}

// deferrals adds an event for each last day to keep devices from a version.
func (c *calendar) deferrals(r *app.PlanResult) {
	type last struct{ day, released, version string }
	var order []last
	on := map[last][]string{}
	for _, m := range r.Moves {
		l := last{m.Deferrable, m.Released, m.To.String()}
		switch {
		case m.Deferrable == "":
			continue
		case on[l] == nil:
			order = append(order, l)
		}
		if name := plannedPlatform(r, m.Platform); !slices.Contains(on[l], name) {
			on[l] = append(on[l], name)
		}
	}
	for _, l := range order {
		of := strings.Join(on[l], ", ")
		c.event(l.day, cmp.Or(l.released, l.day), "Last day to put off "+l.version+" on "+of, []string{"It came out on " + l.released + "."}, "deferral", l.version, l.day, of)
	}
}

// firstDate returns the first known day of a task's events.
func firstDate(t app.PlannedTask) string {
	first := ""
	for _, e := range t.Events {
		if e.Date != "" && (first == "" || e.Date < first) {
			first = e.Date
		}
	}
	return first
}

// calendar collects the lines of a calendar.
type calendar struct{ b strings.Builder }

// event adds a whole-day event. identity makes its UID; stamp is the day its facts are of.
func (c *calendar) event(day, stamp, title string, about []string, identity ...string) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return // not a day
	}
	sum := sha256.Sum256([]byte(strings.Join(identity, "\x00")))
	compact := func(day string) string { return strings.ReplaceAll(day, "-", "") }
	c.line("BEGIN", "VEVENT")
	c.line("UID", hex.EncodeToString(sum[:16])+"@plan.syncguard")
	c.line("DTSTAMP", compact(stamp)+"T000000Z")
	c.line("DTSTART;VALUE=DATE", compact(day))
	c.line("DTEND;VALUE=DATE", compact(from.AddDate(0, 0, 1).Format(time.DateOnly)))
	c.line("SUMMARY", calendarText(title))
	var lines []string
	for _, s := range about {
		if s != "" {
			lines = append(lines, calendarText(s))
		}
	}
	c.line("DESCRIPTION", strings.Join(lines, `\n`))
	c.line("TRANSP", "TRANSPARENT")
	c.line("END", "VEVENT")
}

// calendarText escapes a text value.
func calendarText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r", "", "\n", `\n`).Replace(Clean(s))
}

// line writes a content line, folded after 75 octets between characters.
func (c *calendar) line(name, value string) {
	line := name + ":" + value
	width := 75
	for len(line) > width {
		cut := width
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		c.b.WriteString(line[:cut] + "\r\n ")
		line, width = line[cut:], 74 // after the blank
	}
	c.b.WriteString(line + "\r\n")
}
