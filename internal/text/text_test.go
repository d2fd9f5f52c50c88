package text

import (
	"strings"
	"testing"
)

func TestWithFile(t *testing.T) {
	for name, want := range map[string]string{
		"a.yaml": "build a.yaml", "dir/a b.yaml": "build 'dir/a b.yaml'", "$(rm x).yaml": "build '$(rm x).yaml'", "it's": `build 'it'\''s'`,
		"-x.yaml": "build ./-x.yaml", "-x y": "build './-x y'", "": "build FILE", "-": "build FILE", "stdin": "build FILE",
	} {
		if got := WithFile("build FILE", name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

func TestPhrases(t *testing.T) {
	long := strings.Repeat("ä", MaxShown)
	for _, tt := range [][2]string{
		{Count(0, "file"), "0 files"}, {Count(1, "file"), "1 file"}, {Count(2, "file"), "2 files"},
		{Shorten(long), long}, {Shorten(long + "b"), long + "..."}, {Shorten(""), ""},
		{Quote("a\x1b\""), `"a\x1b\""`}, {Quote(long + "b"), `"` + long + `..."`},
		{Article("array"), "an array"}, {Article("uid"), "a uid"}, {Article("data"), "data"}, {Article("string"), "a string"},
		{QuotedList([]string{"a", "b", "c"}, "or"), `"a", "b" or "c"`}, {QuotedList([]string{"a"}, "and"), `"a"`}, {QuotedList(nil, "and"), ""},
	} {
		if tt[0] != tt[1] {
			t.Errorf("got %s, want %s", tt[0], tt[1])
		}
	}
}
