package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// openTest opens a folder made of texts by name; a text beginning with "-> " is a link. OUT stands for a folder outside.
func openTest(t *testing.T, texts map[string]string) (folder Folder, dir, out string) {
	t.Helper()
	dir, out = t.TempDir(), t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			target = strings.NewReplacer("OUT", out, "IN", dir).Replace(target)
			if err := os.Symlink(target, path); err != nil {
				t.Skip("no symbolic links here:", err)
			}
			return
		}
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(out, "token"), "outside")
	for name, text := range texts {
		write(filepath.Join(dir, name), text)
	}
	folder, err := OS{}.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	return folder, dir, out
}

func TestFolderStaysInside(t *testing.T) {
	folder, dir, out := openTest(t, map[string]string{
		"file":          "inside",
		"sub/file":      "below",
		"link":          "-> sub/file",
		"chain":         "-> link",
		"around":        "-> sub/../file",
		"absolute":      "-> IN/sub/file",
		"sub/up":        "-> ../file",
		"folder":        "-> sub",
		"out":           "-> OUT/token",
		"out-chain":     "-> out",
		"out-up":        "-> ../x",
		"out-folder":    "-> OUT",
		"sub/out-again": "-> ../../x",
		"device":        "-> /dev/null",
		"process":       "-> /proc/self/environ",
		"dangling":      "-> nothing",
		"loop":          "-> loop",
	})
	for name, want := range map[string]string{
		"file": "inside", "sub/file": "below", "link": "below", "chain": "below", "around": "inside", "absolute": "below", "sub/up": "inside", "folder/file": "below",
	} {
		data, err := ReadIn(folder, name, name)
		if err != nil || string(data) != want {
			t.Errorf("%s: got %q, %v, want %q", name, data, err, want)
		}
		if name == "folder/file" {
			continue
		}
		if err := WriteInPlaceIn(folder, name, name, []byte(want), time.Now()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string]error{
		"out": ErrOutside, "out-chain": ErrOutside, "out-up": ErrOutside, "out-folder/token": ErrOutside, "out-folder": ErrOutside, "sub/out-again": ErrOutside,
		"device": ErrOutside, "process": ErrOutside, "dangling": fs.ErrNotExist, "loop": nil, "../x": fs.ErrInvalid, "": fs.ErrInvalid, "/etc/passwd": fs.ErrInvalid,
	} {
		data, err := ReadIn(folder, name, filepath.Join("shown", name))
		if err == nil || want != nil && !errors.Is(err, want) || want == ErrOutside && !strings.Contains(err.Error(), "open "+filepath.Join("shown", name)+": it leads out of the folder") {
			t.Errorf("%s: read %q, %v", name, data, err)
		}
		if err := WriteInPlaceIn(folder, name, name, []byte("written"), time.Now()); err == nil {
			t.Errorf("%s is written", name)
		}
	}
	if data, err := os.ReadFile(filepath.Join(out, "token")); err != nil || string(data) != "outside" {
		t.Errorf("the file outside holds %q, %v", data, err)
	}
	if info, err := os.Lstat(filepath.Join(dir, "chain")); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Error("writing replaced a link")
	}
	if info, err := os.Stat(filepath.Join(dir, "sub", "file")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("writing changed the mode: %v, %v", info.Mode(), err)
	}
	if got := names(t, dir); strings.Contains(got, tempPrefix) {
		t.Errorf("the folder holds %s", got)
	}
}

// A link may take a way the text of its path does not show. Another file must not be written for it.
func TestWriteInPlaceFollowsNoLinkAmongFolders(t *testing.T) {
	folder, dir, _ := openTest(t, map[string]string{"deep/er/x": "x", "y": "mine", "deep/y": "theirs", "down": "-> deep/er", "link": "-> down/../y"})
	if data, err := ReadIn(folder, "link", "link"); err != nil || string(data) != "theirs" && string(data) != "mine" {
		t.Fatalf("got %q, %v", data, err)
	}
	_ = WriteInPlaceIn(folder, "link", "link", []byte("written"), time.Now())
	mine, err := os.ReadFile(filepath.Join(dir, "y"))
	if err != nil {
		t.Fatal(err)
	}
	read, _ := ReadIn(folder, "link", "link")
	if string(mine) == "written" && string(read) != "written" {
		t.Error("another file was written")
	}
}

func TestFolderSorts(t *testing.T) {
	folder, _, _ := openTest(t, map[string]string{"b": "", "a": "", "c/d": ""})
	entries, err := fs.ReadDir(folder, ".")
	if err != nil || len(entries) != 3 || entries[0].Name() != "a" || entries[2].Name() != "c" {
		t.Errorf("got %v, %v", entries, err)
	}
	if _, err := ReadIn(folder, "c", "c"); err == nil || !strings.Contains(err.Error(), "c is a folder") {
		t.Errorf("got %v", err)
	}
}
