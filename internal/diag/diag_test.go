package diag

import "testing"

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		name   string
		data   string
		offset int
		want   Position
	}{
		{"empty", "", 0, Position{1, 1}},
		{"start", "ab\ncd", 0, Position{1, 1}},
		{"line feed belongs to its line", "ab\ncd", 2, Position{1, 3}},
		{"second line", "ab\ncd", 4, Position{2, 2}},
		{"end", "ab\ncd", 5, Position{2, 3}},
		{"beyond", "ab", 9, Position{1, 3}},
		{"before", "ab", -1, Position{1, 1}},
		{"code points, not bytes", "äö€x", 7, Position{1, 4}},
		{"beyond the basic plane", "𝄞x", 4, Position{1, 2}},
		{"tab is one", "\tx", 1, Position{1, 2}},
		{"CRLF is one ending", "a\r\nb", 3, Position{2, 1}},
		{"lone CR", "a\rb", 2, Position{2, 1}},
		{"CR at the end", "a\r", 2, Position{2, 1}},
		{"byte order mark", "\xef\xbb\xbfab", 4, Position{1, 2}},
		{"inside the byte order mark", "\xef\xbb\xbfab", 1, Position{1, 1}},
		{"invalid bytes count one each", "\xff\xfex", 2, Position{1, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := NewFile("f", []byte(c.data)).Position(c.offset); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	f := NewFile("f", []byte("\xef\xbb\xbfone\r\ntwo\n\nfour"))
	for n, want := range map[int]string{0: "", 1: "one", 2: "two", 3: "", 4: "four", 5: ""} {
		if got := string(f.Line(n)); got != want {
			t.Errorf("line %d is %q, want %q", n, got, want)
		}
	}
}

// Offset undoes Position, for every place where a code point begins.
func FuzzOffsetUndoesPosition(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\xef\xbb\xbfä\tb", "\xff\n\r", "𝄞\u2028x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		file := NewFile("f", []byte(s))
		for offset := range s {
			at := file.Position(offset)
			if at.Line < 1 || at.Column < 1 {
				t.Fatalf("offset %d is at %v", offset, at)
			}
			if back := file.Offset(at); file.Position(back) != at && back != len(s) {
				// A place inside a line ending is clamped to the end of its line.
				if line := file.Line(at.Line); at.Column <= len([]rune(string(line))) {
					t.Fatalf("offset %d is at %v, which is offset %d", offset, at, back)
				}
			}
		}
	})
}

func TestSort(t *testing.T) {
	a, b := NewFile("a", []byte("x\ny")), NewFile("b", nil)
	in := []Diagnostic{
		{Rule: "z", Span: Span{a, 2, 3}},
		{Rule: "y", Span: Span{b, 0, 0}},
		{Rule: "x", Span: Span{a, 0, 1}},
		{Rule: "z", Span: Span{a, 2, 3}},
		{Rule: "w"},
	}
	got := ""
	for _, d := range Sort(in) {
		got += d.Rule
	}
	if got != "wxzy" {
		t.Errorf("got %s, want wxzy", got)
	}
	if len(in) != 5 || in[0].Rule != "z" {
		t.Error("the input changed")
	}
}
