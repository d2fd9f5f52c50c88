package view

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/diff"
)

// What came of a profile that was pushed.
const (
	Created    = "created"
	Updated    = "updated"
	Unchanged  = "unchanged"
	Sent       = "sent"
	SentBefore = "sent before" // a command that the server has had; what became of it is not known
	Failed     = "failed"
	NotSent    = "not sent"
)

// How what a server has compares with what would be pushed.
const (
	Same      = "same"
	Different = "different"
	Missing   = "missing"
	Unknown   = "unknown" // the server does not tell
)

// Push is the result of a push, or of its dry run. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Push struct {
	Destination string   `json:"destination"`
	Server      string   `json:"server"`
	DryRun      bool     `json:"dryRun"`
	Asked       bool     `json:"asked"` // whether the server was asked what it has
	Results     []Pushed `json:"results"`
	Failed      int      `json:"failed"`

	NotNotified map[string]string `json:"notNotified,omitempty"` // why a device was not, by enrollment
	NotifyError string            `json:"notifyError,omitempty"`
	Unconfirmed int               `json:"unconfirmed,omitempty"` // which the device refused, or said nothing of
	Last        []PushRequest     `json:"last,omitempty"`        // what follows the results; only of a dry run
}

// Pushed is one profile, for one enrollment where there are several.
type Pushed struct {
	File       string       `json:"file"`
	Identifier string       `json:"identifier"` // PayloadIdentifier
	For        string       `json:"for,omitempty"`
	Action     string       `json:"action"` // created, updated, unchanged, sent, sent before, failed or not sent; create, update, keep or send in a dry run
	ID         string       `json:"id,omitempty"`
	Notes      []string     `json:"notes"`
	Error      string       `json:"error,omitempty"`
	Request    *PushRequest `json:"request,omitempty"` // only of a dry run

	Device     *PushedDevice    `json:"device,omitempty"`     // what the device said, where it was waited for
	Difference *diff.Difference `json:"difference,omitempty"` // from what the server has; only of a check
}

// PushedDevice is the answer of a device.
type PushedDevice struct {
	Status   string             `json:"status"` // Acknowledged, Error, CommandFormatError or NotNow, of a declaration Active, Inactive or Invalid; empty for no answer
	Errors   []string           `json:"errors,omitempty"`
	Profiles []InstalledProfile `json:"profiles,omitempty"`
}

// InstalledProfile is a profile that a device has.
type InstalledProfile struct {
	Identifier  string `json:"identifier"`
	UUID        string `json:"uuid"`
	DisplayName string `json:"displayName"`
}

// PushRequest is a request as it would be sent, with secrets masked.
type PushRequest struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
	Body   string      `json:"body"`
}

// Add counts a result.
func (p *Push) Add(r Pushed) {
	p.Results = append(p.Results, r)
	if r.Error != "" {
		p.Failed++
	}
}

// PushedName says which profile a result is about, and for whom.
func PushedName(r Pushed) string {
	if r.For == "" {
		return Clean(r.File)
	}
	return Clean(r.File) + " → " + Clean(r.For)
}

// PushRows are the columns of results that are shown one by one.
type PushRows struct{ width int }

// NewPushRows returns columns that fit some names.
func NewPushRows(names []string) PushRows {
	width := 0
	for _, n := range names {
		width = max(width, lipgloss.Width(n))
	}
	return PushRows{min(width, 60)}
}

// actionWidth is that of the longest word in the first column.
const actionWidth = len("Acknowledged")

// Pushed writes one result, with the server's ID where there is room for it.
//
//	created       wifi.mobileconfig  14
//	              without its signature: Fleet takes no signed profile
//	failed        vpn.mobileconfig
//	              PUT https://mdm.example.com/…: the server answers 409 Conflict: name already in use
func (p *Printer) Pushed(rows PushRows, r Pushed) {
	style := green
	switch r.Action {
	case Failed:
		style = red
	case SentBefore, NotSent, Different, Missing, Unknown:
		style = yellow
	case Unchanged, Same, "keep":
		style = faint
	}
	name := PushedName(r)
	line := "  " + style.Render(fmt.Sprintf("%-*s", actionWidth, r.Action)) + "  " + name
	if width := max(rows.width, lipgloss.Width(name)) + lipgloss.Width(Clean(r.ID)) + actionWidth + 6; r.ID != "" && (p.Width == 0 || width <= p.Width) {
		line += strings.Repeat(" ", max(0, rows.width-lipgloss.Width(name))) + faint.Render("  "+Clean(r.ID))
	}
	p.Line("%s", line)
	label := strings.Repeat(" ", actionWidth+4)
	for _, n := range r.Notes {
		p.wrapped(label, Clean(n), p.columns())
	}
	if r.Error != "" {
		p.wrapped(label, Clean(r.Error), p.columns())
	}
}

// PushedDevice writes what a device said of a result.
//
//	Acknowledged  corp.mobileconfig → E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
func (p *Printer) PushedDevice(rows PushRows, r Pushed) {
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
	p.Line("  %s  %s", style.Render(fmt.Sprintf("%-*s", actionWidth, status)), PushedName(r))
	label := strings.Repeat(" ", actionWidth+4)
	for _, e := range r.Device.Errors {
		p.wrapped(label, Clean(e), p.columns())
	}
	for _, x := range r.Device.Profiles {
		p.Line("%s%s  %s", label, Clean(x.Identifier), faint.Render(Clean(x.UUID)))
	}
}

// NotNotified writes which devices will not come by themselves soon.
func (p *Printer) NotNotified(r *Push) {
	for _, id := range slices.Sorted(maps.Keys(r.NotNotified)) {
		p.Line("  %s  %s  %s", yellow.Render(fmt.Sprintf("%-*s", actionWidth, "not notified")), Clean(id), Clean(r.NotNotified[id]))
	}
	if r.NotifyError != "" {
		p.wrapped("  ", Clean(r.NotifyError), p.columns())
	}
}

// PushTotals sums up: 2 created, 1 failed at https://mdm.example.com.
func (p *Printer) PushTotals(r *Push) {
	counts := map[string]int{}
	for _, x := range r.Results {
		counts[x.Action]++
	}
	var parts []string
	for _, action := range []string{Created, Updated, Unchanged, Sent, SentBefore, Failed, NotSent, Same, Different, Missing, Unknown} {
		if counts[action] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[action], action))
		}
	}
	p.Line("%s at %s", strings.Join(parts, ", "), Clean(r.Server))
}

// PushCheck writes how what the server has compares with what would be sent.
func (p *Printer) PushCheck(r *Push, rows PushRows) {
	for _, x := range r.Results {
		p.Pushed(rows, x)
		if x.Difference != nil {
			inner := p.To(&indented{to: p.w})
			inner.Width = max(0, p.Width-len(indent))
			inner.difference(x.Difference)
		}
	}
	p.PushTotals(r)
}

const indent = "    "

// indented puts blanks before each line.
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

// PushPlan writes what a dry run would send.
func (p *Printer) PushPlan(r *Push, full bool) {
	shown := map[string]int{} // of each file
	for _, x := range r.Results {
		if shown[x.File]++; shown[x.File] > maxSame && !full {
			continue
		}
		p.Pushed(PushRows{}, x)
		switch {
		case x.Request != nil && (full || shown[x.File] == 1):
			p.pushRequest(x.Request, full)
		case x.Request != nil: // the same for somebody else
			p.Line("    %s", bold.Render(Clean(x.Request.Method+" "+x.Request.URL)))
		}
		p.Line("")
	}
	for _, file := range slices.Sorted(maps.Keys(shown)) {
		if more := shown[file] - maxSame; more > 0 && !full {
			p.Line("%s: the same for %d more (--full shows them)", Clean(file), more)
		}
	}
	for i := range r.Last {
		p.pushRequest(&r.Last[i], full)
		p.Line("")
	}
	p.Line("nothing was sent to %s", Clean(r.Server))
}

// maxSame is for how many enrollments the requests about one file are shown, the first one whole.
const maxSame = 3

// bodyLines is how much of a body is shown unless all of it is asked for.
const bodyLines, bodyColumns = 20, 160

func (p *Printer) pushRequest(r *PushRequest, full bool) {
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
		p.Line("    %s", Clean(strings.TrimSuffix(line, "\r"))) // the lines of a form end so
	}
	if more > 0 {
		p.Line("    %s", faint.Render(fmt.Sprintf("… %s more (--full shows them)", Count(more, "line"))))
	}
}
