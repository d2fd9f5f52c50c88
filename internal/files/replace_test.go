package files

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A failure leaves what was there, and a success nothing else.
func TestReplaceFolder(t *testing.T) {
	parent := t.TempDir()
	now := time.Now()
	for _, content := range []string{"first", "second"} {
		if err := (OS{}).ReplaceFolder(parent, "x", map[string][]byte{"a/b.json": []byte(content), "c-" + content: nil}, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := (OS{}).ReplaceFolder(parent, "x", map[string][]byte{"../outside": nil}, now); err == nil {
		t.Error("a file outside the folder is no error")
	}
	data, err := os.ReadFile(filepath.Join(parent, "x", "a", "b.json"))
	if err != nil || string(data) != "second" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if _, err := os.Stat(filepath.Join(parent, "x", "c-first")); err == nil {
		t.Error("a file of the folder before is still there")
	}
	left, err := os.ReadDir(parent)
	if err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// A folder may hold what is no regular file of a bearable size.
func TestBoundedFiles(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large")
	if err := os.WriteFile(large, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, MaxSize+1); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	opened, err := OS{}.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	all := Bounded(opened, folder)
	for _, name := range []string{"large", "folder", "gone"} {
		if data, err := all.ReadFile(name); err == nil {
			t.Errorf("%s is read: %d bytes", name, len(data))
		}
	}
}
