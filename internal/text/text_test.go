package text

import (
	"strings"
	"testing"
)

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
