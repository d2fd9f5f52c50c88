package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitFolder makes a repository with a file, and returns its commit.
func gitFolder(t *testing.T) (folder, commit string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "lamp"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "lamp"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "commit", "-qm", "lamp"},
	} {
		if _, err := git(folder, args...); err != nil {
			t.Fatal(err)
		}
	}
	commit, err := git(folder, "rev-parse", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	return folder, commit
}

func TestCheckCheckouts(t *testing.T) {
	folder, commit := gitFolder(t)
	other := strings.Repeat("1", 40)
	plain := t.TempDir()
	tests := []struct{ folder, want, wantError, wantNote string }{
		{folder, commit, "", ""},
		{folder, other, folder + " is at commit " + commit + ", want " + other + " of a/b: run git -C " + folder + " checkout " + other, ""},
		{"", other, "missing APPLE=DIR, a checkout of a/b: git clone https://github.com/a/b DIR && git -C DIR checkout " + other, ""},
		{plain, other, "", "note: " + plain + " is no git checkout: taken as a/b at " + other + "\n"},
	}
	for _, tt := range tests {
		var log bytes.Buffer
		err := checkout{Source: "a/b", Commit: tt.want}.check("APPLE", tt.folder, &log)
		if got := errorText(err); got != tt.wantError || log.String() != tt.wantNote {
			t.Errorf("error is %q, note is %q", got, log.String())
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "door"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := (checkout{Commit: commit}).check("APPLE", folder, nil); err == nil || !strings.Contains(err.Error(), "differs from commit") {
		t.Errorf("error is %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestWriteFactsFiles(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	apple, own := t.TempDir(), t.TempDir()
	write := func(folder, name, data string) {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const name = "mdm/profiles/com.example.lamp.yaml"
	write(apple, name, "title: Lamp\npayload: {payloadtype: com.example.lamp}\nlamps: 2\n")
	write(own, "apple/mdm/profiles/com.example.lamp.delta.yaml", "")
	var log bytes.Buffer
	o := options{apple: apple, sources: own, facts: true}
	if err := run(o, &log); err == nil || !strings.Contains(err.Error(), "give -commit") {
		t.Errorf("error is %v", err)
	}
	if o.commit = "soon"; run(o, &log) == nil {
		t.Error("any commit counts")
	}
	o.commit = commit
	if err := run(o, &log); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(own, "apple", name))
	want := "# source: apple/device-management @ " + commit + " " + name + "\npayload: {payloadtype: com.example.lamp}\n"
	if err != nil || string(got) != want {
		t.Errorf("the facts are %q, %v", got, err)
	}
	for _, note := range []string{`"lamps" left out`, "com.example.lamp.delta.yaml applies on top", "1 facts file of commit " + commit} {
		if !strings.Contains(log.String(), note) {
			t.Errorf("the notes are %q, want %s", log.String(), note)
		}
	}
	o.files = []string{"mdm/profiles/door.yaml"}
	if err := run(o, &log); err == nil || !strings.Contains(err.Error(), "mdm/profiles/door.yaml") {
		t.Errorf("error is %v", err)
	}
}
