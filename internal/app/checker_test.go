package app

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/lint"
	"syncguard/internal/schema"
	"testing"
	"time"
)

// panicking is a catalog with a defect.
type panicking struct{ *schema.Catalog }

func (panicking) Lookup(string) ([]*schema.Type, error) { panic("no such shelf") }

// A defect of syncguard costs one file, and says so.
func TestValidateSurvivesItsOwnDefects(t *testing.T) {
	l, err := newLinting(&Host{Files: files.OS{}, Now: time.Now}, LintOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := l.checker
	c.lint = lint.New(panicking{schema.Embedded()})
	got := c.checkData("f", []byte(`<plist><dict><key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array><dict><key>PayloadType</key><string>a</string></dict></array></dict></plist>`), nil)
	if got.err != nil || !slices.ContainsFunc(got.findings, func(d diag.Diagnostic) bool { return d.Rule == "internal-error" && d.Severity == diag.Error }) {
		t.Errorf("got %+v", got)
	}
}

// Results come in the order of the items, however long each takes, and only a few are under way at a time.
func TestOrdered(t *testing.T) {
	items := make([]int, 200)
	for i := range items {
		items[i] = i
	}
	for _, limit := range []int{1, 2, 7} {
		var running, most atomic.Int32
		work := func(i int) int {
			n := running.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(time.Duration(i*7%5) * 100 * time.Microsecond)
			running.Add(-1)
			return i
		}
		var got []int
		for i, err := range ordered(t.Context(), items, limit, work) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, i)
		}
		if !slices.Equal(got, items) {
			t.Errorf("limit %d: got %v", limit, got)
		}
		if int(most.Load()) > limit {
			t.Errorf("limit %d: %d at a time", limit, most.Load())
		}
		for range ordered(t.Context(), items, limit, work) {
			break // leaves nothing behind that waits for ever
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan int)
	for _, err := range ordered(ctx, items, 1, func(int) int { cancel(); return <-never }) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
	}
	close(never)
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > 20; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left", runtime.NumGoroutine())
		}
		time.Sleep(time.Millisecond)
	}
}

// A value that is being typed has the finding about its text alone: no rule judges it as zero or empty.
func TestUnreadValuesAreNotJudged(t *testing.T) {
	const head = "<plist version=\"1.0\">\n<dict>\n<key>PayloadContent</key><array/>\n<key>PayloadIdentifier</key><string>com.acme</string>\n" +
		"<key>PayloadType</key><string>Configuration</string>\n<key>PayloadUUID</key><string>9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00</string>\n"
	l, err := newLinting(&Host{Files: files.OS{}, Now: time.Now}, LintOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{
		"<key>PayloadVersion</key><integer>1<</integer>", "<key>PayloadVersion</key><integer><</integer>", "<key>PayloadVersion</key><integer>1<",
		"<key>PayloadVersion</key><integer>1</integer", "<key>PayloadVersion</key><integer>", "<key>PayloadVersion</key><integer>1x</integer>",
		"<key>PayloadVersion</key><integer>1</integer><key>RemovalDate</key><date>2026-<</date>",
		"<key>PayloadVersion</key><integer>1</integer><key>RemovalDate</key><date>2026-</date>",
		"<key>PayloadVersion</key><integer>1</integer><key>DurationUntilRemoval</key><real>1.<</real>",
		"<key>PayloadVersion</key><integer>1</integer><key>PayloadScope</key><string>Sys<</string>",
	} {
		got := l.checker.checkData("a.mobileconfig", []byte(head+typed+"\n</dict>\n</plist>\n"), nil)
		errors := 0
		for _, d := range got.findings {
			if strings.Contains(d.Message, "is 0") || strings.Contains(d.Message, `is ""`) || strings.Contains(d.Message, "in the past") {
				t.Errorf("%s: %s: %s", typed, d.Rule, d.Message)
			}
			if d.Severity == diag.Error {
				errors++
			}
		}
		if errors == 0 {
			t.Errorf("%s: no error in %v", typed, got.findings)
		}
	}
}
