//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package files

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A run removes what killed runs left, however young, and nothing of a run still at work, however old.
func TestClaimTellsDeadRunsFromLiveOnes(t *testing.T) {
	dir := t.TempDir()
	live := OS{}.Stage(time.Now())
	if err := live.Add(filepath.Join(dir, "a"), []byte("live"), 0o644); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-100 * tempAge)
	for _, temp := range temps(t, dir) {
		if err := os.Chtimes(temp, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteOne(OS{}, filepath.Join(dir, "b"), nil, 0o644, time.Now()); err != nil {
		t.Fatal(err)
	}
	if len(temps(t, dir)) != 1 {
		t.Error("a run removed the temporary file of another one")
	}
	if err := live.Commit(); err != nil {
		t.Error(err)
	}
	if err := live.Close(); err != nil {
		t.Error(err)
	}
	dead, note := filepath.Join(dir, tempName()), filepath.Join(dir, tempPrefix+"note.txt")
	for _, name := range []string{dead, note} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, tempName()), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteOne(OS{}, filepath.Join(dir, "c"), nil, 0o644, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); got != tempPrefix+"note.txt a b c" {
		t.Errorf("the folder holds %s", got)
	}
}

func temps(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*"+tempSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return all
}
