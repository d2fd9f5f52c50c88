package files

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

// git gets neither the secrets of the environment nor settings that change its commands, and a hostile configuration of the
// repository starts no program: not with a git too old to know GIT_NO_LAZY_FETCH either.
func TestGitIsAlone(t *testing.T) {
	real, err := exec.LookPath("git")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("needs git, and a shell")
	}
	dir := t.TempDir()
	bin, top := filepath.Join(dir, "bin"), filepath.Join(dir, "top")
	write := func(path, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	seen, ran := filepath.Join(dir, "seen"), filepath.Join(dir, "ran")
	write(filepath.Join(bin, "git"), "#!/bin/sh\n{ env; echo \"$@\"; } >>"+seen+"\nunset GIT_NO_LAZY_FETCH\nexec "+real+" \"$@\"\n")
	write(filepath.Join(top, ".gitattributes"), "* filter=trap diff=trap\n")
	write(filepath.Join(top, "a"), "a")
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(real, append([]string{"-C", top, "-c", "user.name=T", "-c", "user.email=t@example.com"}, args...)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	run("init", "-q", "-b", "main")
	run("add", ".")
	run("commit", "-q", "-m", "one")
	for _, setting := range []string{"core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy", "core.alternateRefsCommand", "credential.helper", "diff.external",
		"diff.trap.textconv", "diff.trap.command", "filter.trap.smudge", "filter.trap.clean", "filter.trap.process", "gpg.program", "alias.cat-file", "alias.rev-parse", "uploadpack.packObjectsHook"} {
		run("config", setting, "!touch "+ran+"-"+setting)
		run("config", "--add", setting, "touch "+ran+"-"+setting)
	}
	write(filepath.Join(top, "hooks", "post-checkout"), "#!/bin/sh\ntouch "+ran+"-hook\n")
	run("config", "core.hooksPath", filepath.Join(top, "hooks"))
	run("config", "core.repositoryFormatVersion", "1")
	run("config", "extensions.partialClone", "origin")
	run("config", "remote.origin.promisor", "true")
	run("config", "protocol.ext.allow", "always")

	const secret = "hunter2-canary"
	environ := []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + dir, "SYNCGUARD_JAMF_CLIENT_SECRET=" + secret, "GITHUB_TOKEN=" + secret, "P12_PASSWORD=" + secret,
		"GIT_SSH_COMMAND=touch " + ran + "-" + secret, "GIT_EXTERNAL_DIFF=" + secret, "GIT_TRACE=" + seen, "GIT_CONFIG_PARAMETERS='core.x=" + secret + "'", "LD_PRELOAD=" + secret,
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=http.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: " + secret, "GIT_CONFIG_KEY_1=safe.directory", "GIT_CONFIG_VALUE_1=/safe"}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH")) // where exec looks for git
	t.Chdir(top)
	for _, url := range []string{"ext::touch " + ran + "-ext", "ssh://example.com/x", "git://example.com/x"} {
		run("config", "remote.origin.url", url)
		r, err := OpenRevision(t.Context(), environ, "main")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.ReadFile("a"); string(got) != "a" {
			t.Errorf("%q, %v", got, err)
		}
		for _, name := range []string{"main:a", ":a", ":/one", "@{-1}", "@{upstream}", "1234567890123456789012345678901234567890"} {
			_, _ = OpenRevision(t.Context(), environ, name) // an object that is not here
		}
	}
	data, err := os.ReadFile(seen)
	if err != nil || bytes.Contains(data, []byte(secret)) || !bytes.Contains(data, []byte("GIT_CONFIG_COUNT=1\n")) || !bytes.Contains(data, []byte("GIT_CONFIG_VALUE_0=/safe\n")) {
		t.Errorf("git sees, %v:\n%s", err, data)
	}
	if found, _ := filepath.Glob(ran + "*"); found != nil {
		t.Errorf("these ran: %v", found)
	}
}
