package files

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestWriteLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	// The second name cannot be written: a folder that is not empty has it.
	if err := os.MkdirAll(filepath.Join(dir, "b", "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := Write(OS{}, dir, []File{{"a", []byte("new"), 0o644}, {"b", []byte("new"), 0o644}}, time.Now())
	if err == nil || !strings.Contains(err.Error(), "writing "+filepath.Join(dir, "b")) || strings.Contains(err.Error(), tempPrefix) {
		t.Errorf("got %v", err)
	}
	if got := names(t, dir); got != "b" {
		t.Errorf("the folder holds %s", got)
	}
}

// A file that may not have reached the disk keeps all of them from their names.
func TestNothingIsRenamedAfterAFailedSync(t *testing.T) {
	dir := t.TempDir()
	stage := OS{}.Stage(time.Now()).(*staging)
	for i := range 3 * maxSyncs {
		if err := stage.Add(filepath.Join(dir, strconv.Itoa(i)), []byte("new"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	failure := errors.New("input/output error")
	stage.fail(failure)
	if err := stage.Commit(); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	if err := stage.Close(); err != nil {
		t.Error(err)
	}
	if got := names(t, dir); got != "" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestWriteReplacesALinkAndDoesNotFollowIt(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(outside, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "a")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := Write(OS{}, dir, []File{{"a", []byte("new"), 0o644}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(outside); err != nil || string(data) != "old" {
		t.Errorf("the file behind the link holds %q, %v", data, err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(data) != "new" {
		t.Errorf("a holds %q, %v", data, err)
	}
}

func TestReadIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(MaxSize + 1); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(OS{}, path); err == nil || !strings.Contains(err.Error(), "is too large, want at most 16 MiB") {
		t.Errorf("got %v", err)
	}
	if _, err := Read(OS{}, filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("got %v", err)
	}
}
