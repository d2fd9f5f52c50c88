package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/rules"
)

// reword gives findings words that they never had before.
func reword(t *testing.T) {
	diag.Reword = func(d *diag.Diagnostic) {
		d.Message, d.Help = fmt.Sprint(rand.Uint64()), fmt.Sprint(rand.Uint64())
		if d.Fix != nil {
			d.Fix = &diag.Fix{Title: fmt.Sprint(rand.Uint64()), Edits: d.Fix.Edits, Unsafe: d.Fix.Unsafe}
		}
	}
	t.Cleanup(func() { diag.Reword = nil })
}

// examples writes the bad examples of all rules, each into a folder of its own, and works in the folder of these.
func examples(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, r := range rules.Pages() {
		bad, _ := r.Examples()
		inputs, err := bad.Inputs()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range inputs {
			name := filepath.Join(r.ID, f.Name)
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	ignore := "ignore:\n  - {rule: unknown-key, key: com.apple.wifi.managed, reason: r}\n  - {rule: unsupported-encoding, files: \"**\", reason: r}\n"
	if err := os.WriteFile(".syncguard.yaml", []byte(ignore), 0o600); err != nil {
		t.Fatal(err)
	}
}

// outcome is what a run is known by.
type outcome struct {
	Findings, Corrected      []string
	Ignored, Baselined, Gone int
}

func outcomeOf(t *testing.T, o LintOptions) (out outcome, rulesFound int) {
	t.Helper()
	o.Paths, o.For = []string{"."}, "jamf"
	o.Targets = append(o.Targets, "iOS@18/supervised", "macOS@15/manual")
	run, err := Lint(context.Background(), &Host{Files: files.OS{}, Now: func() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }}, o)
	if err != nil {
		t.Fatal(err)
	}
	seen, prints := map[string]bool{}, map[string]bool{}
	for f, err := range run.Files {
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Findings {
			if prints[d.Fingerprint] {
				t.Errorf("%s: %s has the fingerprint of another finding", f.Name, d.Rule)
			}
			seen[d.Rule], prints[d.Fingerprint] = true, true
			out.Findings = append(out.Findings, strings.Join([]string{f.Name, d.Rule, d.Path.String(), d.Fingerprint}, " "))
		}
		out.Corrected = append(out.Corrected, f.Name+"\n"+string(f.After))
	}
	footer := run.Footer
	slices.Sort(out.Findings)
	slices.Sort(out.Corrected)
	out.Ignored, out.Baselined, out.Gone = footer.Ignored, footer.Baselined, footer.Gone
	return out, len(seen)
}

// What is known, ignored and corrected is so whatever the messages say.
func TestNothingGoesByMessages(t *testing.T) {
	examples(t)
	plain, found := outcomeOf(t, LintOptions{})
	fixed, _ := outcomeOf(t, LintOptions{Fix: FixShown, UnsafeFixes: true})
	if slices.Equal(plain.Corrected, fixed.Corrected) {
		t.Error("nothing is corrected")
	}
	host := &Host{Files: files.OS{}, Now: time.Now}
	if found < 150 || plain.Ignored == 0 {
		t.Errorf("only %d rules found something, and %d findings are ignored", found, plain.Ignored)
	}
	baseline := filepath.Join(t.TempDir(), "baseline.json")
	o := LintOptions{Paths: []string{"."}, For: "jamf", Targets: []string{"iOS@18/supervised", "macOS@15/manual"}}
	host.Now = func() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }
	n, failures, err := WriteBaseline(context.Background(), host, o, baseline)
	if err != nil || len(failures) > 0 || n != len(plain.Findings) {
		t.Fatalf("%d findings are in the baseline, want %d: %v %v", n, len(plain.Findings), failures, err)
	}
	reword(t)
	again, _ := outcomeOf(t, LintOptions{})
	if d := cmp.Diff(plain, again); d != "" {
		t.Error("other words, other findings:", d)
	}
	again, _ = outcomeOf(t, LintOptions{Fix: FixShown, UnsafeFixes: true})
	if d := cmp.Diff(fixed, again); d != "" {
		t.Error("other words, other corrections:", d)
	}
	again, _ = outcomeOf(t, LintOptions{Baseline: baseline})
	if len(again.Findings) > 0 || again.Baselined != n || again.Gone != 0 {
		t.Errorf("of %d findings in the baseline %d are known and %d gone, and there are others: %q", n, again.Baselined, again.Gone, again.Findings)
	}
}

// A payload that comes before others moves none of their fingerprints, and two findings alike have two.
func TestPayloadsMoveNoFingerprint(t *testing.T) {
	payload := func(id string) string {
		return "<dict><key>PayloadType</key><string>com.apple.applicationaccess</string><key>PayloadIdentifier</key><string>" + id + "</string><key>allowCamra</key><true/></dict>"
	}
	prints := func(payloads ...string) (all []string) {
		l, err := newLinting(&Host{Files: files.OS{}, Now: time.Now}, LintOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f, err := (&Checker{l}).Check("a.mobileconfig", []byte("<plist><dict><key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array>"+
			strings.Join(payloads, "")+"</array></dict></plist>"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Findings {
			if d.Rule == "unknown-key" {
				all = append(all, d.Fingerprint)
			}
		}
		return all
	}
	before, after := prints(payload("a"), payload("b")), prints(payload("new"), payload("a"), payload("b"))
	if len(before) != 2 || len(after) != 3 || !slices.Equal(before, after[1:]) {
		t.Errorf("%q became %q", before, after)
	}
	if alike := prints(payload("a"), payload("a")); len(alike) != 2 || alike[0] == alike[1] {
		t.Errorf("two findings alike have the fingerprints %q", alike)
	}
}
