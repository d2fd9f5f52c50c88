package files

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestRevision(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not on PATH")
	}
	dir := t.TempDir()
	environ := append(os.Environ(), "HOME="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+filepath.Join(dir, "none"), "GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com",
		"GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com")
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = dir, environ
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	odd := []byte("a\x00b\r\nc") // neither text nor a line at its end
	git("init", "-q", "-b", "main")
	write("a", odd)
	write("empty", nil)
	write("-below/* b", []byte("below"))
	write("large", bytes.Repeat([]byte{' '}, MaxSize+1))
	git("add", ".")
	git("commit", "-q", "-m", "one")
	write("a", []byte("changed"))
	git("commit", "-q", "-a", "-m", "two")
	write("a", []byte("not committed"))

	t.Chdir(dir)
	open := func(name string) *Revision {
		t.Helper()
		r, err := OpenRevision(t.Context(), environ, name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return r
	}
	read := func(r *Revision, name, want string, wantErr error) {
		t.Helper()
		got, err := r.ReadFile(name)
		if string(got) != want || !errors.Is(err, wantErr) {
			t.Errorf("%q: %q, %v; want %q, %v", name, got, err, want, wantErr)
		}
	}
	read(open("main"), "a", "changed", nil)
	r := open("main~1")
	read(r, "a", string(odd), nil)
	read(r, "empty", "", nil)
	read(r, "-below/* b", "below", nil)
	read(r, "gone", "", fs.ErrNotExist)
	read(r, "-below", "", fs.ErrNotExist) // a folder
	for _, bad := range []string{"../a", "/a", "a\nHEAD:a", filepath.Join(dir, "a")} {
		read(r, bad, "", fs.ErrInvalid)
	}
	if data, err := r.ReadFile("large"); err == nil {
		t.Errorf("read %d bytes", len(data))
	}
	t.Chdir(filepath.Join(dir, "-below"))
	r = open("HEAD^")
	read(r, "../a", string(odd), nil)
	read(r, "* b", "below", nil)
	for _, bad := range []string{"", "-h", "--git-dir=/tmp", "gone", "main:a", "main..main~1", "main\n", "\x00"} {
		if _, err := OpenRevision(t.Context(), environ, bad); err == nil {
			t.Errorf("%q is a revision", bad)
		}
	}
	// A bare repository inside the change, with a configuration of its own, is none to read from.
	git("clone", "-q", "--bare", ".", "trap.git")
	t.Chdir(filepath.Join(dir, "trap.git"))
	if r, err := OpenRevision(t.Context(), environ, "main"); err == nil {
		if top, err := r.git("", maxGitReply, "rev-parse", "--absolute-git-dir"); err != nil || bytes.Contains(top, []byte("trap.git")) {
			t.Errorf("reads from %s", top)
		}
	}
}
