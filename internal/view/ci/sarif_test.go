package ci

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"syncguard/internal/rules"
)

func sarifLog(t testing.TB, s string) *sarif.Run {
	t.Helper()
	log, err := sarif.FromString(s, sarif.WithStrictValidation())
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || log.Version != "2.1.0" {
		t.Fatalf("%d runs, version %s", len(log.Runs), log.Version)
	}
	return log.Runs[0]
}

func readSARIF(t testing.TB, s string) (found []read) {
	run := sarifLog(t, s)
	for _, r := range run.Results {
		at := r.Locations[0].PhysicalLocation
		name, err := url.PathUnescape(*at.ArtifactLocation.URI)
		if err != nil {
			t.Error(err)
		}
		found = append(found, read{*r.RuleID, r.Level, name, *at.Region.StartLine, *at.Region.StartColumn})
	}
	return found
}

// The schema of the standard, as the library carries it. "make e2e" has other readers.
func TestSARIFIsOfItsSchema(t *testing.T) {
	for _, r := range []*Report{lintRun(), {}, hostileRun("<b>ä</b>")} {
		log, err := sarif.FromString(written(t, "sarif", r))
		if err != nil {
			t.Fatal(err)
		}
		if err := log.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestSARIF(t *testing.T) {
	run := sarifLog(t, written(t, "sarif", lintRun()))
	if *run.ColumnKind != "unicodeCodePoints" {
		t.Errorf("columns are %s", *run.ColumnKind)
	}
	if *run.Invocations[0].ExecutionSuccessful {
		t.Error("a file could not be read, and the run says it was a success")
	}
	var levels []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		levels = append(levels, n.Level)
	}
	if !slices.Equal(levels, []string{"error", "note"}) { // an unreadable file, and a refused setting
		t.Errorf("notifications of the levels %q", levels)
	}
	for _, r := range run.Results {
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; *rule.ID != *r.RuleID {
			t.Errorf("the index of %s is that of %s", *r.RuleID, *rule.ID)
		}
		at := r.Locations[0].PhysicalLocation
		if a := run.Artifacts[at.ArtifactLocation.Index]; *a.Location.URI != *at.ArtifactLocation.URI {
			t.Errorf("the index of %s is that of %s", *at.ArtifactLocation.URI, *a.Location.URI)
		}
		if whole := *at.Region.EndColumn == 1; whole != (r.PartialFingerprints["primaryLocationLineHash"] != "") {
			t.Errorf("%s: GitHub's fingerprint is %q", *r.RuleID, r.PartialFingerprints["primaryLocationLineHash"])
		}
		if hidden := *r.RuleID == "plain-text-secret" || whole(at); hidden && len(r.Fixes) > 0 {
			t.Errorf("%s has a fix", *r.RuleID)
		}
	}
	signed := run.Results[5]
	if text := *signed.Message.Text; !strings.Contains(text, "in the signed content, line 6, column 10.") {
		t.Errorf("a place in signed content is said as %q", text)
	}
	if name := *signed.Locations[0].LogicalLocations[0].FullyQualifiedName; name != "PayloadContent[0].EncryptionType" {
		t.Errorf("the key path is %s", name)
	}
}

func whole(at *sarif.PhysicalLocation) bool {
	return *at.Region.StartLine == 1 && *at.Region.EndColumn == 1
}

// GitHub refuses or cuts what is longer than its limits.
func TestSARIFRules(t *testing.T) {
	run := sarifLog(t, written(t, "sarif", lintRun()))
	if len(run.Tool.Driver.Rules) != len(rules.All()) {
		t.Fatalf("%d rules, want %d", len(run.Tool.Driver.Rules), len(rules.All()))
	}
	for _, d := range run.Tool.Driver.Rules {
		for what, text := range map[string]*string{"summary": d.ShortDescription.Text, "first paragraph": d.FullDescription.Text, "help": d.Help.Text, "help in Markdown": d.Help.Markdown} {
			if text == nil || *text == "" {
				t.Errorf("%s has no %s", *d.ID, what)
			} else if n := len([]rune(*text)); n > 1024 && !strings.HasPrefix(what, "help") {
				t.Errorf("the %s of %s has %d characters", what, *d.ID, n)
			}
		}
		if n := len(d.Properties.Tags); n == 0 || n > 10 {
			t.Errorf("%s has %d tags", *d.ID, n)
		}
		if *d.HelpURI != "https://example.com/docs/rules/"+*d.ID+".md" {
			t.Errorf("the help of %s is at %s", *d.ID, *d.HelpURI)
		}
	}
	if run := sarifLog(t, written(t, "sarif", &Report{})); run.Tool.Driver.InformationURI != nil || run.Tool.Driver.Rules[0].HelpURI != nil {
		t.Error("there is an address, and nobody gave one")
	}
}

func TestFileURI(t *testing.T) {
	for name, want := range map[string]string{
		"a.mobileconfig": "a.mobileconfig", "a b+c/ü.x": "a%20b%2Bc/%C3%BC.x", "a:b?c#d%e": "a%3Ab%3Fc%23d%25e", "/abs/x y": "file:///abs/x%20y",
		"../up": "../up", "C:/a b": "file:///C:/a%20b", "\xff\x00\n": "%FF%00%0A", "~x-._": "~x-._", "javascript:x": "javascript%3Ax", "//host/x": "file:////host/x", `a\b`: "a%5Cb",
	} {
		got, relative := fileURI(name)
		if got != want || relative != !strings.HasPrefix(want, "file:") && !strings.HasPrefix(want, "../") {
			t.Errorf("%q is %q, relative %t, want %q", name, got, relative, want)
		}
		if u, err := url.Parse(got); err != nil || u.Scheme != "" && u.Scheme != "file" || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q: %v", got, err)
		}
	}
}
