package rules

import (
	"slices"
	"strings"
	"testing"
)

func TestPagesAreComplete(t *testing.T) {
	all := Pages()
	if !slices.IsSortedFunc(all, func(a, b Page) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the rules are not sorted by ID")
	}
	for _, r := range all {
		switch {
		case strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
			t.Errorf("rule %s is not kebab-case", r.ID)
		case r.Summary == "" || len(r.Groups) == 0 || r.Severity == 0 || r.Since == "":
			t.Errorf("the page of rule %s lacks a line: want summary, group, severity and since", r.ID)
		case strings.HasSuffix(r.Summary, "."):
			t.Errorf("summary of rule %s ends with a full stop", r.ID)
		case !strings.HasSuffix(r.Why, "."):
			t.Errorf("the text of rule %s ends without a full stop", r.ID)
		case r.Has(Sync) && len(r.Sources) == 0:
			t.Errorf("rule %s rests on no schema and names no source", r.ID)
		}
	}
	for _, r := range all {
		bad, good := r.Examples()
		if lacks := len(bad.Files) == 0 || len(good.Files) == 0; lacks != slices.Contains(withoutExample(), r.ID) {
			t.Errorf("the page of rule %s has %d bad and %d good examples: want one of each, such as -- bad/wifi.payload --, "+
				"or the rule in withoutExample", r.ID, len(bad.Files), len(good.Files))
		}
	}
	if _, ok := Find("no-such-rule"); ok {
		t.Error("found a rule that does not exist")
	}
}

// withoutExample lists the rules that no example can show.
func withoutExample() []string {
	return []string{
		"internal-error",    // a defect of syncguard: one that is known is corrected
		"needs-shared-ipad", // nothing in the embedded schemas is for Shared iPad alone; an imported schema may be
		"too-large-for-mdm", // a megabyte
		"too-many-findings", // hundreds of findings of other rules stand before it
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"summary\n\nWhy.\n", "colour: red\n\nWhy.\n", "group: taste\n\nWhy.\n", "severity: fatal\n\nWhy.\n"} {
		if _, err := parse("x", []byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
