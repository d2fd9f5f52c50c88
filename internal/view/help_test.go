package view

import "testing"

func TestHelpPage(t *testing.T) {
	for name, c := range map[string]struct {
		write func(*HelpPage)
		want  string
	}{
		"a paragraph is filled": {func(h *HelpPage) { h.Prose("one two three four five\nsix seven") }, "one two three\nfour five six\nseven\n"},
		"paragraphs stay apart": {func(h *HelpPage) { h.Prose("one\n\ntwo") }, "one\n\ntwo\n"},
		"a list stays":          {func(h *HelpPage) { h.Prose("one:\n  a list\n  b\ntwo") }, "one:\n  a list\n  b\ntwo\n"},
		"a table of terms":      {func(h *HelpPage) { h.Prose("  a  is the first\n  b  no") }, "  a  is the\n     first\n  b  no\n"},
		"a long word":           {func(h *HelpPage) { h.Prose("a verylongwordthere b") }, "a\nverylongwordthere\nb\n"},
		"an example goes on":    {func(h *HelpPage) { h.Examples("  a -o 'b c' d e f") }, "  a \\\n      -o \\\n      'b c' \\\n      d e f\n"},
		"no break in quotes":    {func(h *HelpPage) { h.Examples("  'b c d e f g h i j'") }, "  'b c d e f g h i j'\n"},
		"beside": {func(h *HelpPage) {
			h.Width = 32
			h.Columns([][2]string{{"  -a", "one two three four"}, {"  --b", "five"}})
		},
			"  -a   one two three four\n  --b  five\n"},
		"below": {func(h *HelpPage) {
			h.Width = 28
			h.Columns([][2]string{{"  -a", "one two three four"}, {"  --b", "five"}})
		},
			"  -a\n          one two three four\n  --b\n          five\n"},
	} {
		t.Run(name, func(t *testing.T) {
			h := &HelpPage{Width: 14}
			if c.write(h); h.String() != c.want {
				t.Errorf("got %q, want %q", h.String(), c.want)
			}
		})
	}
}
