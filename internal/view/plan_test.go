package view

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/app"
	hostiletest "syncguard/internal/hostile"
	"syncguard/internal/target"
	"syncguard/internal/upgrade"
)

// planned is a plan whose names have what a calendar and Markdown read as their own.
func planned(name string) *app.PlanResult {
	return &app.PlanResult{
		Files: []string{name},
		Moves: []app.PlannedMove{{Name: "iOS@26", Platform: target.IOS, From: target.Version{Major: 26}, To: target.Version{Major: 27}, Released: "2026-09-14", Deferrable: "2026-12-13"}},
		Tasks: []app.PlannedTask{
			{Verdict: upgrade.Stops, Days: []string{"2026-09-14"}, Files: []string{name}, Type: "com.apple.x", Keys: []string{name}, Moves: []string{"iOS@26"}, Next: "do without",
				Events: []app.PlannedEvent{{Kind: upgrade.Removed, Platform: target.IOS, Version: target.Version{Major: 27}, Date: "2026-09-14", Evidence: "apple"}}},
			{Verdict: upgrade.Stops, Days: []string{}, Type: "com.apple.y", Moves: []string{"iOS@26"}, Next: "wait",
				Events: []app.PlannedEvent{{Kind: upgrade.Removed, Platform: target.IOS, Version: target.Version{Major: 28}, Evidence: "apple"}}},
			{Verdict: upgrade.Replaced, Days: []string{"2026-09-14"}, Type: "com.apple.z", Moves: []string{"iOS@26"}},
		},
	}
}

// A calendar is RFC 5545 whatever the names are, has what cannot wait and has a day, and nothing of the time of writing.
func TestPlanCalendar(t *testing.T) {
	long := strings.Repeat("Ünïcode, länger; als\\ 75 ", 9)
	for _, name := range append([]string{"a.mobileconfig", long, "x\r\nEND:VEVENT\r\n", "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語"}, hostileNames(t)...) {
		var out, again bytes.Buffer
		r := planned(name)
		if err := PlanCalendar(&out, r); err != nil {
			t.Fatal(err)
		}
		events, err := hostiletest.ReadCalendar(out.String())
		if err != nil || len(events) != 2 {
			t.Errorf("%q: %d events, %v", name, len(events), err)
			continue
		}
		if got, want := events[1]["SUMMARY"], Clean("Stops working: com.apple.x."+name); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if events[0]["DTSTART;VALUE=DATE"] != "20261213" || events[1]["DTSTAMP"] != "20260914T000000Z" {
			t.Error(events)
		}
		r.On = "2027-01-15"
		r.Tasks[0].Days, r.Tasks[1].Days = []string{r.On}, []string{r.On}
		if err := PlanCalendar(&again, r); err != nil {
			t.Fatal(err)
		}
		moved, err := hostiletest.ReadCalendar(again.String())
		if err != nil || len(moved) != 3 || moved[1]["DTSTART;VALUE=DATE"] != "20270115" || moved[1]["DTSTAMP"] != "20260914T000000Z" {
			t.Error(moved, err)
		}
	}
}

func hostileNames(t *testing.T) (names []string) {
	t.Helper()
	for _, text := range hostiletest.Texts {
		names = append(names, text.Text)
	}
	return names
}

// The reader of calendars refuses what RFC 5545 does.
func TestCalendarsAreRead(t *testing.T) {
	var out bytes.Buffer
	if err := PlanCalendar(&out, planned("a")); err != nil {
		t.Fatal(err)
	}
	good := out.String()
	for _, bad := range []string{
		"", strings.ReplaceAll(good, "\r\n", "\n"), good + good, strings.Replace(good, "END:VEVENT\r\n", "", 1), strings.Replace(good, "UID:", "UIX:", 1),
		strings.Replace(good, "SUMMARY:", "SUMMARY:a,b", 1), strings.Replace(good, "SUMMARY:", "SUMMARY:"+strings.Repeat("x", 80), 1),
		strings.Replace(good, "20260914T000000Z", "2026-09-14", 1), strings.Replace(good, "DTSTART;VALUE=DATE:", "DTSTART:", 1), strings.Replace(good, "SUMMARY:", `SUMMARY:\x`, 1),
	} {
		if _, err := hostiletest.ReadCalendar(bad); err == nil {
			t.Errorf("is taken: %.200q", bad)
		}
	}
}

// Markdown has a box for each task, and a table of devices.
func TestPlanMarkdown(t *testing.T) {
	var out bytes.Buffer
	if err := PlanPage(planned("a*b.mobileconfig")).Markdown(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for _, want := range []string{"# Update plan", "| iOS, iPadOS | 26 | 27 | 2026-09-14 | 2026-12-13 |", "## Stops working", `- [ ] **com.apple.x.a\*b.mobileconfig**`, "  * removed in 28 (date unknown) on iOS, iPadOS"} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in\n%s", want, out.String())
		}
	}
}
