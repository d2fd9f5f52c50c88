package generated

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 30))
	tests := []struct{ name, text, want string }{
		{"a short paragraph stays", "one\ntwo", "one\ntwo"},
		{"a long one is filled", long + "\nend", long[:109] + "\n" + long[110:] + " end"},
		{"an item hangs", "* " + long, "* " + long[:104] + "\n  " + long[105:]},
		{"an item in an item", "* a\n  * " + long, "* a\n  * " + long[:104] + "\n    " + long[105:]},
		{"code stays whole", long[:99] + " `lint --for fleet --check`", long[:99] + "\n`lint --for fleet --check`"},
		{"no line opens a block", long[:109] + " - " + long, long[:109] + " -\n" + long[:109] + "\n" + long[110:]},
		{"fences", "```\n" + long + "\n```", "```\n" + long + "\n```"},
		{"indented code", "text\n\n    " + long, "text\n\n    " + long},
		{"tables and headings", "# " + long + "\n| " + long + " |", "# " + long + "\n| " + long + " |"},
		{"an address", strings.Repeat("a", 130), strings.Repeat("a", 130)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Wrap(test.text)
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if again := Wrap(got); again != got {
				t.Errorf("wrapped twice it is\n%s", again)
			}
		})
	}
}
