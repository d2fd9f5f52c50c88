package template

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/diag"
)

func TestReadProject(t *testing.T) {
	for _, c := range []struct {
		name, text string
		keys       []string
		found      []string
	}{
		{"empty", "", nil, nil},
		{"a comment only", "# nothing\n", nil, nil},
		{"two entries", "ignore:\n  - rule: unknown-key\n    key: com.apple.dock.newKey\n    reason: in the beta\n  - {rule: unknown-payload-type, key: org.example.tool, reason: our own}\n",
			[]string{"com.apple.dock.newKey", "org.example.tool"}, nil},
		{"no reason", "ignore:\n  - {rule: r, key: com.apple.dock.newKey}\n", nil, []string{"missing-template-key"}},
		{"an empty reason", "ignore:\n  - {rule: r, key: a, reason: \"\"}\n  - {rule: r, key: b, reason: x}\n", []string{"b"}, []string{"invalid-template-value"}},
		{"a misspelt key", "ignroe: []\n", nil, []string{"unknown-template-key"}},
		{"a misspelt key inside", "ignore:\n  - {rule: r, key: a, reason: b, reasons: c}\n", []string{"a"}, []string{"unknown-template-key"}},
		{"a number as the key", "ignore:\n  - {rule: r, key: 1, reason: x}\n", nil, []string{"wrong-template-type"}},
		{"what ignore does now", "allowUnknown:\n  - {key: a, reason: b}\n", nil, []string{"unknown-template-key"}},
		{"a list", "- a\n", nil, []string{"wrong-template-type"}},
		{"texts in the list", "ignore: [a, b]\n", nil, []string{"wrong-template-type", "wrong-template-type"}},
		{"a number as the reason", "ignore:\n  - {rule: r, key: a, reason: 1}\n", nil, []string{"wrong-template-type"}},
		{"no YAML", "ignore: [\n", nil, []string{"invalid-yaml"}},
		{"two documents", "a: 1\n---\nb: 2\n", nil, []string{"invalid-yaml"}},
		{"settings", "targets: [iOS/manual, iOS@26/manual, macOS]\nfor: jamf\nfail-on: note\nselect: [sync]\nbaseline: b.json\npaths: [a]\n", nil, nil},
		{"an inventory", "inventory:\n  columns: {version: OS Version, groups: \"-\"}\n  assume: {supervised: no, enrollment: device}\n", nil, nil},
		{"a wrong inventory", "inventory:\n  columns: {versoin: OS Version}\n  assume: {supervised: maybe, enrollment: 1}\n", nil,
			[]string{"unknown-template-key", "invalid-template-value", "wrong-template-type"}},
		{"wrong settings", "targets: [phone]\nfail-on: warn\nselect: []\nfor: {}\npaths: a\n", nil,
			[]string{"invalid-target", "invalid-template-value", "invalid-template-value", "wrong-template-type", "wrong-template-type"}},
		{"a file of another kind", "pass: hunter2\nhost: a\n", nil, []string{"wrong-template-type"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			project, found := ReadProject(diag.NewFile(ProjectFile, []byte(c.text)))
			var keys, rules []string
			for _, e := range project.Ignore {
				keys = append(keys, e.Key.Value)
				if got := c.text[e.Key.Span.Start:e.Key.Span.End]; got != e.Key.Value {
					t.Errorf("the place of %s is %q", e.Key.Value, got)
				}
			}
			for _, d := range found {
				rules = append(rules, d.Rule)
			}
			if d := cmp.Diff(c.keys, keys); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.found, rules); d != "" {
				t.Error(d, found)
			}
		})
	}
}

func TestReadProjectSuggests(t *testing.T) {
	_, found := ReadProject(diag.NewFile(ProjectFile, []byte("ignroe: []\n")))
	if len(found) != 1 || !strings.Contains(found[0].Help, `"ignore"`) {
		t.Errorf("found %v", found)
	}
}
