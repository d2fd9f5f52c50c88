package view

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// pushedName names the profile of a result, and its recipient.
func pushedName(r app.Pushed) string {
	if r.For == "" {
		return Clean(r.File)
	}
	return Clean(r.File) + " → " + Clean(r.For)
}

// pushRows lays out results shown one by one.
type pushRows struct {
	width int     // columns of the longest name
	noted repeats // the notes
	skips int     // results not sent so far
}

// newPushRows returns a layout for some results. It shows each note once, and only a few of the results not sent.
func newPushRows(all []app.Pushed) *pushRows {
	rows := &pushRows{}
	for _, r := range all {
		rows.width = min(max(rows.width, lipgloss.Width(pushedName(r))), 60)
	}
	return rows
}

// maxSkips limits the listed results not sent.
const maxSkips = 3

// PushLines writes the progress of a push.
type PushLines struct {
	Out, Err *Printer
	Quiet    bool // write only findings and lost connections

	rows   *pushRows
	warned repeats // the warnings
	errors int     // findings that keep the files from being sent
	next   string  // what to do about them
}

// Totals writes the totals of what was sent, after what was shown once.
func (l *PushLines) Totals(r *app.PushResult) {
	if l.rows != nil {
		l.Out.repeated(&l.rows.noted)
	}
	l.Out.PushTotals(r)
}

// Nothing writes that nothing was sent, and what to do.
func (l *PushLines) Nothing(verb string) {
	if l.errors == 0 {
		l.Err.Line("nothing was %s", verb)
		return
	}
	l.Err.Line("%s; nothing was %s", text.Count(l.errors, "error"), verb)
	l.Err.Hint(l.next)
}

// Tell writes an event.
func (l *PushLines) Tell(e app.PushEvent) {
	switch e.Kind {
	case app.PushChecked:
		l.errors += len(AtLeast(e.Findings.Findings, diag.Error))
		l.next = cmp.Or(l.next, afterErrors(e.Findings.Findings))
		found := e.Findings.Findings
		if !diag.HasErrors(found) {
			if found = l.Err.withoutRepeats(found, &l.warned, anyFinding); len(found)+e.Findings.More == 0 {
				return
			}
		}
		l.Err.FileFindings(e.Findings.File, e.Findings.Signed, found)
		if e.Findings.More > 0 {
			l.Err.wrapped(2, "%d more not allowed by Apple's schemas: syncguard lint %s lists them", e.Findings.More, Clean(e.Findings.File))
		}
		l.Err.Line("")
		return
	case app.PushWarned:
		l.Err.repeatedBefore(&l.warned)
		return
	case app.PushLost:
		l.Err.Failure(e.Err.Error())
		return
	}
	if l.Quiet {
		return
	}
	switch e.Kind {
	case app.PushPlanned:
		l.rows = newPushRows(e.Items)
	case app.PushDone:
		l.Out.pushed(l.rows, e.Items[0])
	case app.PushNotified:
		l.Out.notNotified(e.Result)
	case app.PushWaiting:
		l.Out.Line("waiting for devices")
	case app.PushAnswered:
		l.Out.pushedDevice(l.rows, e.Items[0])
	}
}

// actionWidth is the width of the longest word in the first column.
const actionWidth = len("Acknowledged")

// pushed writes one result, with the server's ID if there is room.
//
//	created       wifi.mobileconfig  14
//	              without its signature: Fleet takes no signed profile
//	failed        vpn.mobileconfig
//	              PUT https://mdm.example.com/…: the server answers 409 Conflict: name already in use
func (p *Printer) pushed(rows *pushRows, r app.Pushed) {
	if r.Action == app.PushNotSent {
		if rows.skips++; rows.skips > maxSkips {
			return // the totals count them
		}
	}
	style := green
	switch r.Action {
	case app.PushFailed:
		style = red
	case app.PushSentBefore, app.PushUnanswered, app.PushNotSent, app.PushDifferent, app.PushMissing, app.PushUnknown:
		style = yellow
	case app.PushUnchanged, app.PushSame, "keep":
		style = faint
	}
	name := pushedName(r)
	line := "  " + style.Render(fmt.Sprintf("%-*s", actionWidth, r.Action)) + "  " + name
	if width := max(rows.width, lipgloss.Width(name)) + lipgloss.Width(Clean(r.ID)) + actionWidth + 6; r.ID != "" && (p.Width == 0 || width <= p.Width) {
		line += strings.Repeat(" ", max(0, rows.width-lipgloss.Width(name))) + faint.Render("  "+Clean(r.ID))
	}
	p.Line("%s", line)
	label := strings.Repeat(" ", actionWidth+4)
	for _, n := range r.Notes {
		if rows.noted.first(Clean(n)) {
			p.labeledFaint(label, Clean(n))
		}
	}
	if r.Error != "" {
		p.labeledFaint(label, Clean(r.Error))
	}
}

// pushedDevice writes a device's answer.
//
//	Acknowledged  corp.mobileconfig → E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
func (p *Printer) pushedDevice(rows *pushRows, r app.Pushed) {
	style, status := red, r.Device.Status
	switch status {
	case "Acknowledged", "Active":
		style = green
	case "NotNow", "Inactive":
		style = yellow
	case "":
		style, status = yellow, "no answer"
	}
	status = Clean(status)
	p.Line("  %s  %s", style.Render(fmt.Sprintf("%-*s", actionWidth, status)), pushedName(r))
	label := strings.Repeat(" ", actionWidth+4)
	for _, e := range r.Device.Errors {
		p.labeledFaint(label, Clean(e))
	}
	for _, x := range r.Device.Profiles {
		p.Line("%s%s  %s", label, Clean(x.Identifier), faint.Render(Clean(x.UUID)))
	}
}

// notNotified lists devices without a push notification: they fetch the change only at their next check-in.
func (p *Printer) notNotified(r *app.PushResult) {
	for _, id := range slices.Sorted(maps.Keys(r.NotNotified)) {
		p.wrappedAfter("  "+yellow.Render(fmt.Sprintf("%-*s", actionWidth, "not notified"))+"  ", Clean(id)+"  "+Clean(r.NotNotified[id]))
	}
	if r.NotifyError != "" {
		p.labeledFaint("  ", Clean(r.NotifyError))
	}
}

// PushTotals writes the totals: 2 created, 1 failed at https://mdm.example.com.
func (p *Printer) PushTotals(r *app.PushResult) {
	counts := map[string]int{}
	for _, x := range r.Results {
		counts[x.Action]++
	}
	var parts []string
	for _, action := range []string{app.PushCreated, app.PushUpdated, app.PushUnchanged, app.PushSent, app.PushSentBefore, app.PushFailed, app.PushUnanswered, app.PushNotSent, app.PushSame, app.PushDifferent, app.PushMissing, app.PushUnknown} {
		if counts[action] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[action], action))
		}
	}
	p.wrapped(2, "%s at %s", strings.Join(parts, ", "), Clean(r.Server))
}

// PushCheck writes the differences between the server's profiles and the ones to send.
func (p *Printer) PushCheck(r *app.PushResult) {
	rows := newPushRows(r.Results)
	for _, x := range r.Results {
		p.pushed(rows, x)
		if x.Difference != nil {
			inner := p.To(&indented{to: p.w})
			inner.Width = max(0, p.Width-len(indent))
			inner.difference(x.Difference)
		}
	}
	p.repeated(&rows.noted)
	p.PushTotals(r)
}

const indent = "    "

// indented indents each line.
type indented struct {
	to     io.Writer
	inside bool // a line
}

func (w *indented) Write(text []byte) (int, error) {
	var out []byte
	for _, c := range text {
		if !w.inside && c != '\n' {
			out = append(out, indent...)
		}
		out, w.inside = append(out, c), c != '\n'
	}
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(text), nil
}

// PushPlan writes the requests of a dry run.
func (p *Printer) PushPlan(r *app.PushResult, full bool) {
	shown := map[string]int{} // of each file
	rows := &pushRows{}
	for _, x := range r.Results {
		if shown[x.File]++; shown[x.File] > maxSame && !full {
			continue
		}
		p.pushed(rows, x)
		switch {
		case x.Request != nil && (full || shown[x.File] == 1):
			p.pushRequest(x.Request, full)
		case x.Request != nil: // the same request for another recipient
			p.Line("    %s", bold.Render(Clean(x.Request.Method+" "+x.Request.URL)))
		}
		p.Line("")
	}
	for _, file := range slices.Sorted(maps.Keys(shown)) {
		if more := shown[file] - maxSame; more > 0 && !full {
			p.Line("%s: the same for %d more (--full lists them)", Clean(file), more)
		}
	}
	for i := range r.Last {
		p.pushRequest(&r.Last[i], full)
		p.Line("")
	}
	p.repeated(&rows.noted)
	p.Line("nothing was sent to %s", Clean(r.Server))
}

// maxSame limits the requests shown of one file, for several enrollments; only the first one is shown whole.
const maxSame = 3

// bodyLines and bodyColumns limit the part of a body shown without --full.
const bodyLines, bodyColumns = 20, 160

func (p *Printer) pushRequest(r *app.PushRequest, full bool) {
	p.Line("    %s", bold.Render(Clean(r.Method+" "+r.URL)))
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p.Line("    %s", faint.Render(Clean(name+": "+strings.Join(r.Header[name], ", "))))
	}
	if r.Body == "" {
		return
	}
	p.Line("")
	lines, more := strings.Split(strings.TrimSuffix(r.Body, "\n"), "\n"), 0
	if !full {
		more = max(0, len(lines)-bodyLines)
		lines = lines[:len(lines)-more]
	}
	for _, line := range lines {
		if runes := []rune(line); !full && len(runes) > bodyColumns {
			line = string(runes[:bodyColumns]) + "…"
		}
		p.raw("    " + Clean(strings.TrimSuffix(line, "\r"))) // lines of a form end in CR
	}
	if more > 0 {
		p.Line("    %s", faint.Render(fmt.Sprintf("… %s more (--full shows them)", text.Count(more, "line"))))
	}
}
