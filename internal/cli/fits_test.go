package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// screen is a terminal of a width, without styles.
type screen struct {
	bytes.Buffer
	columns int
}

func (s *screen) Columns() int { return s.columns }

// onScreen runs a command on a terminal, and returns what stands on the screen. 0 columns are a pipe.
func onScreen(t *testing.T, columns int, args ...string) string {
	t.Helper()
	out := &screen{columns: columns}
	env := &Env{Stdin: strings.NewReader(""), Stdout: out, Stderr: out, Now: func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }}
	if code := Main(context.Background(), env, args, ""); code > 1 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	return out.String()
}

// tooWide returns the lines wider than a screen that could be broken: only a word, such as a key or a file name, may be wider.
func tooWide(text string, columns int) (lines []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if utf8.RuneCountInString(line) > columns && len(strings.Fields(line)) > 1 {
			lines = append(lines, line)
		}
	}
	return lines
}

// The first screen of a new user fits 80 columns and 25 lines, with the command above it and the prompt below; a pipe gets the same.
func TestBuildFits(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	golden, err := filepath.Abs(filepath.Join("testdata", "build"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	onScreen(t, 80, "build") // makes the development identity, and says so
	for _, columns := range []int{40, 80, 100, 140} {
		got := onScreen(t, columns, "build")
		path := filepath.Join(golden, fmt.Sprintf("%d.txt", columns))
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%d columns: %s", columns, d)
		}
	}
	for columns := 40; columns <= 200; columns += 3 {
		for _, line := range tooWide(onScreen(t, columns, "build", "--unsigned"), columns) {
			t.Errorf("%d columns: %s", columns, line)
		}
	}
	first := onScreen(t, 80, "build")
	if lines := strings.Count(first, "\n"); lines > 23 {
		t.Errorf("%d lines, want 23 at most", lines)
	}
	if piped := onScreen(t, 0, "build"); piped != first {
		t.Error(cmp.Diff(first, piped))
	}
}

// On a terminal lint reports that nothing was found; a pipe gets nothing.
func TestLintReportsNothingFound(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	onScreen(t, 80, "build", "builtin:prevention", "--unsigned", "--target", "iOS/supervised")
	for columns, want := range map[int]string{80: "3 files, no findings\n", 0: ""} {
		if got := onScreen(t, columns, "lint", "dist"); got != want {
			t.Errorf("%d columns: got %q, want %q", columns, got, want)
		}
	}
}
