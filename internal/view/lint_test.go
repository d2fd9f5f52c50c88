package view

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view/plain"
)

func TestFileFindings(t *testing.T) {
	f := diag.NewFile("corp.mobileconfig", []byte("<plist>\n  <wifi/>\n</plist>\n"))
	inText := diag.Diagnostic{Rule: "in-text", Severity: diag.Error, Message: "has a place", Span: find(f, "<wifi/>")}
	onPath := diag.Diagnostic{Rule: "on-path", Severity: diag.Warning, Message: "has a key path only", Path: diag.Keys("PayloadContent").Item(0).Key("SSID_STR")}
	nowhere := diag.Diagnostic{Rule: "nowhere", Severity: diag.Note, Message: "is about the whole file"}
	hostile := "\x1b]0;evil\a\u202e.mobileconfig"
	var out bytes.Buffer
	p := NewPrinter(&out, nil, 0)
	p.FileFindings("corp.mobileconfig", true, []diag.Diagnostic{inText, onPath, nowhere})
	p.Line("== binary and signed: there are no positions to explain")
	p.FileFindings("corp.mobileconfig", true, []diag.Diagnostic{onPath})
	p.Line("== a hostile name")
	p.FileFindings(hostile, true, []diag.Diagnostic{inText, nowhere, onPath})
	golden(t, "file-findings.txt", out.String())
	if strings.ContainsAny(out.String(), "\x1b\a\u202e") {
		t.Error("the name reached the terminal as it is")
	}
}

func TestTotals(t *testing.T) {
	severe := func(all ...diag.Severity) []diag.Diagnostic {
		var ds []diag.Diagnostic
		for _, s := range all {
			ds = append(ds, diag.Diagnostic{Severity: s})
		}
		return ds
	}
	for _, c := range []struct {
		files [][]diag.Diagnostic
		want  string
	}{
		{nil, "0 files, no findings"},
		{[][]diag.Diagnostic{nil}, "1 file, no findings"},
		{[][]diag.Diagnostic{nil, nil}, "2 files, no findings"},
		{[][]diag.Diagnostic{severe(diag.Error)}, "1 finding in 1 file (1 error)"},
		{[][]diag.Diagnostic{severe(diag.Error, diag.Error, diag.Note)}, "3 findings in 1 file (2 errors, 1 note)"},
		{[][]diag.Diagnostic{nil, severe(diag.Error, diag.Warning), nil}, "2 findings in 1 of 3 files (1 error, 1 warning)"},
		{[][]diag.Diagnostic{severe(diag.Warning), severe(diag.Warning)}, "2 findings in 2 of 2 files (2 warnings)"},
	} {
		var totals app.Totals
		for _, ds := range c.files {
			totals.Add(ds)
		}
		if got := plain.Totals(&totals); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	var totals app.Totals
	totals.Add(severe(diag.Error, diag.Warning, diag.Note, diag.Note))
	for s, want := range map[diag.Severity]int{diag.Error: 1, diag.Warning: 2, diag.Note: 4} {
		if got := totals.AtLeast(s); got != want {
			t.Errorf("%d of at least %s, want %d", got, s, want)
		}
	}
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	now := time.Time{}.AddDate(2025, 0, 0)
	after := func(d time.Duration) { now = now.Add(d) }
	wrote := func() string { defer out.Reset(); return out.String() }

	p := NewProgress(&out, func() time.Time { return now }, "checking", 40, 80)
	after(999 * time.Millisecond)
	p.Step()
	p.Clear()
	if s := wrote(); s != "" {
		t.Errorf("soon done, and %q is shown", s)
	}
	after(time.Second)
	p.Step()
	if s := wrote(); !strings.HasSuffix(s, "2 of 40 files") || !strings.HasPrefix(s, "\r\x1b[Kchecking") {
		t.Errorf("after two seconds %q is shown", s)
	}
	after(time.Millisecond)
	p.Step()
	if s := wrote(); s != "" {
		t.Errorf("%q is shown after a millisecond", s)
	}
	p.Clear()
	p.Clear()
	if s := wrote(); s != "\r\x1b[K" {
		t.Errorf("%q clears the line", s)
	}
	for columns, want := range map[int]int{80: progressWidth, 40: 13, 20: 0} { // beside "checking", "40 of 40 files" and the edge
		if p := NewProgress(&out, func() time.Time { return now }, "checking", 40, columns); p.width != want {
			t.Errorf("on %d columns the bar has %d, want %d", columns, p.width, want)
		}
	}
	var none *Progress
	none.Step()
	none.Clear()
}
