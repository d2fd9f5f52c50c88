package view

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

const (
	diffBefore = "one\n\ttwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\nGrüße, 世界\n"
	diffAfter  = "one\n\t2\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\nGrüße, 世界\n"
)

func plainDiff(name string, before, after []byte) string {
	var b bytes.Buffer
	NewPrinter(&b, nil, 0).Diff(name, before, after)
	return b.String()
}

func TestDiff(t *testing.T) {
	golden(t, "diff.txt", plainDiff("dir/a b.yaml", []byte(diffBefore), []byte(diffAfter)))
	var b bytes.Buffer
	NewPrinter(&b, []string{"TERM=xterm-256color", "CLICOLOR_FORCE=1"}, 80).Diff("a", []byte(diffBefore), []byte(diffAfter))
	golden(t, "diff-colour.txt", b.String())
	if got := plainDiff("a", []byte("x"), []byte("x")); got != "" {
		t.Errorf("no change is %q", got)
	}
}

// What a file holds cannot reach the terminal.
func TestDiffIsHarmless(t *testing.T) {
	got := plainDiff("\x1b[2J\u202e.yaml", []byte("a\x1b[31m\rb\u202e\xff\x00\x07\n"), []byte("c\u2028\u0085d\n"))
	for _, r := range strings.ReplaceAll(got, "\n", "") {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Errorf("%U in %q", r, got)
		}
	}
}

// git takes what is written, whatever the endings of lines and the place of the change.
func TestDiffCanBeApplied(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	tries := [][2]string{
		{diffBefore, diffAfter}, {diffAfter, diffBefore}, {"a\n", "b\n"}, {"a", "b"}, {"a", "a\n"}, {"a\n", "a"}, {"a\n", ""},
		{"\xef\xbb\xbf<a>\n", "\xef\xbb\xbf<b>\n"}, {"a \n\n\nb\n", "a\n\n\nb \n"},
		{strings.Repeat("x\n", 50) + "a\n" + strings.Repeat("y\n", 50), strings.Repeat("x\n", 50) + "b\n" + strings.Repeat("y\n", 50)},
		{"-- a\n++ b\n", "-- b\n++ b\n"},
	}
	for _, try := range tries[:len(tries):len(tries)] {
		tries = append(tries, [2]string{strings.ReplaceAll(try[0], "\n", "\r\n"), strings.ReplaceAll(try[1], "\n", "\r\n")})
	}
	for i, try := range tries {
		for _, name := range []string{"a.mobileconfig", "a b.yaml"}[i%2 : i%2+1] {
			dir := t.TempDir()
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, []byte(try[0]), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(git, "apply", "--whitespace=nowarn", "-")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
			cmd.Stdin = strings.NewReader(plainDiff(name, []byte(try[0]), []byte(try[1])))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("try %d, %s: %v: %s", i, name, err, out)
				continue
			}
			got, err := os.ReadFile(file)
			if err != nil || string(got) != try[1] {
				t.Errorf("try %d, %s: got %q, %v; want %q", i, name, got, err, try[1])
			}
		}
	}
}

// The numbers of a later part follow from the parts before it.
func TestDiffCountsLines(t *testing.T) {
	between := strings.Repeat("x\n", 20)
	before, after := "a\nb\nc\nd\n"+between+"e\n", "A\nb\nC\nd\n"+between+"e\nf\n"
	if got := plainDiff("a", []byte(before), []byte(after)); !strings.Contains(got, "\n@@ -23,3 +23,4 @@\n") {
		t.Errorf("got\n%s", got)
	}
}
