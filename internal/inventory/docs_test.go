package inventory

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/generated"
)

const docs, begin, end = "../../docs/inventory.md", "<!-- sources -->\n", "<!-- end of sources -->"

// What the documentation says of APIs is what the program knows.
func TestDocumentation(t *testing.T) {
	data, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(data), begin)
	got, after, found := strings.Cut(rest, end)
	want := "\n" + strings.TrimRight(generated.Wrap(sourcesPage()), "\n") + "\n"
	if !found {
		t.Fatalf("%s has no block of sources", docs)
	}
	if *update {
		if err := os.WriteFile(docs, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != want {
		t.Errorf("%s is stale, run the tests of this package with -update", docs)
	}
}

func sourcesPage() string {
	var b strings.Builder
	for _, s := range sources().Sources {
		fmt.Fprintf(&b, "### %s\n\n`%s` (%s: %s)\n\n", s.Title, s.Request, s.Evidence, s.Source)
		for _, f := range slices.Concat(Fields(), []Field{automated, channel}) {
			if paths := s.Fields[f]; len(paths) > 0 {
				fmt.Fprintf(&b, "* %s: `%s`\n", shown(f), strings.Join(paths, "`, `"))
			} else if why := s.Silent[f]; why != "" {
				fmt.Fprintf(&b, "* %s: %s\n", f, why)
			}
			for _, m := range s.Values[f] {
				means := m.Means.describe()
				if m.Means == "" {
					means = "nothing"
				}
				if m.Because != "" {
					means += ": " + m.Because
				}
				fmt.Fprintf(&b, "  * `%s`: %s (%s: %s)\n", m.Value, means, m.Evidence, m.Source)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("### Automated Device Enrollment supervises\n\n")
	for _, f := range sources().Supervised {
		fmt.Fprintf(&b, "* %s %s and later (%s: %s)\n", f.Platform, f.Since, f.Evidence, f.Source)
	}
	return b.String()
}
