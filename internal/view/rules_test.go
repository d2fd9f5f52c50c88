package view

import (
	"bytes"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/rules"
)

func TestMarkdownStandsForItself(t *testing.T) {
	for text, want := range map[string]string{
		"a <data> element": `a \<data\> element`,
		"a|b *c* `d` _e_":  `a\|b \*c\* \` + "`d\\`" + ` \_e\_`,
		"[x](y) &amp; $z$": `\[x\](y) \&amp; \$z\$`,
		`back\slash`:       `back\\slash`,
		"plain - text. 1)": "plain - text. 1)",
	} {
		if got := escapeMarkdown(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestFencesHold(t *testing.T) {
	got := fenced("yaml", "a\n```\nb ````` c\n")
	if want := "``````yaml\na\n```\nb ````` c\n``````\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := cleanLines("a\tb\x1b[31m\nc\u202e\n"); got != "a\tb\\u{1b}[31m\nc\\u{202e}\n" {
		t.Errorf("got %q", got)
	}
}

// A page is for a person at a terminal of any width, and what hurts a terminal in an example is shown as what it is.
func TestRulePageFits(t *testing.T) {
	for _, r := range rules.Pages() {
		for _, width := range []int{0, 40} {
			var out bytes.Buffer
			p := NewPrinter(&out, nil, width)
			p.RulePage(&app.RulePage{Page: r})
			if strings.ContainsAny(out.String(), "\x1b\x00\r\u202e") {
				t.Errorf("%s: %q", r.ID, out.String())
			}
			head, _, _ := strings.Cut(out.String(), "\nto ignore it")
			head, _, _ = strings.Cut(head, "\nbad")
			for _, line := range tooWide(head[strings.Index(head, "\n"):], width) {
				t.Errorf("%s is wider than %d columns: %s", r.ID, width, line)
			}
		}
	}
}

func TestWaysToIgnore(t *testing.T) {
	for id, want := range map[string]string{
		"unknown-key":          "xml yaml yaml",
		"unknown-entity":       "xml yaml",
		"malformed-binary":     "yaml",
		"malformed-json":       "yaml",
		"unknown-template-key": "yaml yaml",
		"internal-error":       "yaml",
	} {
		r, _ := rules.FindPage(id)
		var got []string
		for _, way := range waysToIgnore(r) {
			got = append(got, way.language)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is ignored by %v, want %s", id, got, want)
		}
	}
	if defaultSource(rules.Rule{Groups: []rules.Group{rules.Lint}, Severity: diag.Error}) != "syncguard's own behavior" {
		t.Error("a rule about the tool has another source")
	}
}
