package diag

import (
	"bytes"
	"math/rand"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"syncguard/internal/work"
)

// slowLines is the obvious reading of a text: the start of each line, the byte order mark left out.
func slowLines(data []byte) []int {
	lines := []int{0}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		lines[0] = 3
	}
	for i, b := range data {
		if b == '\n' || b == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// Places found over remembered blocks are those of a walk from the start, in texts longer than a block.
func TestPlacesEqualThoseOfAWalk(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	parts := []string{"a", "ä", "€", "𝄞", "\n", "\r\n", "\r", "\xff", "\t", strings.Repeat("x", 700), strings.Repeat("ü", 300), strings.Repeat("\n", 20)}
	for round := range 12 {
		var text strings.Builder
		if round%3 == 0 {
			text.WriteString("\xef\xbb\xbf")
		}
		for range random.Intn(60) {
			text.WriteString(parts[random.Intn(len(parts))])
		}
		data := []byte(text.String())
		f, lines := NewFile("f", data), slowLines(data)
		if f.Lines() != len(lines) {
			t.Fatalf("%d lines, want %d", f.Lines(), len(lines))
		}
		for offset := range text.String() {
			line := max(sort.SearchInts(lines, offset+1)-1, 0)
			want := Position{line + 1, utf8.RuneCount(data[lines[line]:max(offset, lines[line])]) + 1}
			if got := f.Position(offset); got != want {
				t.Fatalf("offset %d is at %v, want %v", offset, got, want)
			}
			end := lines[line] + len(f.Line(want.Line)) // a place in a line ending is clamped
			if back := f.Offset(want); back != min(max(offset, lines[line]), end) {
				t.Fatalf("%v is offset %d, want %d", want, back, min(offset, end))
			}
		}
		for n := range lines {
			end := len(data)
			if n+1 < len(lines) {
				end = lines[n+1]
			}
			want := bytes.TrimRight(data[min(lines[n], end):end], "\r\n")
			if got := f.Line(n + 1); !bytes.Equal(got, want) || f.LineLength(n+1) != utf8.RuneCount(want) {
				t.Fatalf("line %d is %q of length %d, want %q", n+1, got, f.LineLength(n+1), want)
			}
		}
	}
}

// The work for a place does not depend on the length of its line, nor on the number of lines.
func TestPlacesTakeBoundedWork(t *testing.T) {
	for _, unit := range []string{"x", "ü", "\n", "ab\r\n"} {
		data := []byte(strings.Repeat(unit, 1<<16/len(unit)))
		f := NewFile("f", data)
		f.Lines()
		const times = 200
		done := work.Measure(func() {
			for i := range times {
				at := f.Position(i * len(data) / times)
				f.Offset(at)
				f.Line(at.Line)
				f.LineLength(at.Line)
			}
		})
		if most := 10 * blockSize * times; done > most {
			t.Errorf("%q: %d places walk %d bytes, want at most %d", unit, times, done, most)
		}
	}
}

// A text of line feeds alone takes no more memory than another.
func TestLineFeedsTakeLittleMemory(t *testing.T) {
	f := NewFile("f", bytes.Repeat([]byte("\n"), 1<<20))
	if f.Lines() != 1<<20+1 || len(f.blocks) > 1<<20/blockSize+1 {
		t.Errorf("%d lines in %d blocks", f.Lines(), len(f.blocks))
	}
}

func BenchmarkPosition(b *testing.B) {
	f := NewFile("f", bytes.Repeat([]byte("x"), 16<<20))
	f.Lines()
	for i := 0; b.Loop(); i++ {
		f.Position(i * 7919 % len(f.Data))
	}
}
