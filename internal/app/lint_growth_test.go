package app

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/files"
	"syncguard/internal/work"
)

// askedFolders counts how often the current folder is asked for.
type askedFolders struct {
	*files.Memory
	asked int
}

func (a *askedFolders) Getwd() (string, error) {
	a.asked++
	return a.Memory.Getwd()
}

// Twice the files and findings are twice the work, with a baseline and a project file, and the system is asked no more often.
func TestLintGrowsWithFindings(t *testing.T) {
	run := func(n int) (done, asked int) {
		var keys strings.Builder
		for i := range n {
			fmt.Fprintf(&keys, "<key>PayloadVersion</key><integer>x%d</integer><key>Unknown%d</key><string/>", i, i)
		}
		profile := "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>" + keys.String() + "</dict></plist>"
		texts := map[string]string{".syncguard.yaml": "ignore:\n  - rule: unknown-key\n    files: \"b/**\"\n    reason: why not\n"}
		for i := range n {
			texts[fmt.Sprintf("a/%d.mobileconfig", i)] = profile
		}
		disk := &askedFolders{Memory: newMemory(t, texts)}
		h := nowhere(disk.Memory)
		h.Files = disk
		if _, failures, err := WriteBaseline(t.Context(), h, LintOptions{Paths: []string{"a"}, Separate: true}, "b.json"); err != nil || failures != nil {
			t.Fatal(err, failures)
		}
		disk.asked = 0
		done = work.Measure(func() {
			run, err := Lint(t.Context(), h, LintOptions{Paths: []string{"a"}, Separate: true, Baseline: "b.json"})
			if err != nil {
				t.Fatal(err)
			}
			for f, err := range run.Files {
				if err != nil || len(f.Findings) > 0 {
					t.Fatal(f.Findings, err)
				}
			}
			if run.Footer.Baselined < n*n {
				t.Fatalf("%d findings in the baseline, want %d", run.Footer.Baselined, n*n)
			}
		})
		return done, disk.asked
	}
	const n = 32 // from there on dictionaries count what looking up a key costs
	done, asked := run(n)
	more, moreAsked := run(2 * n)
	if more > 5*done || moreAsked != asked { // twice the files with twice the findings each
		t.Errorf("%d files: %d units of work after %d, the folder is asked for %d times after %d", 2*n, more, done, moreAsked, asked)
	}
}
