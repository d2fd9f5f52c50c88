package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// tell runs the same work on a System and returns what came of it, with the folder's own path left out.
func tell(t *testing.T, sys System, home string) (told []string) {
	add := func(what string, values ...any) {
		line := fmt.Sprintln(append([]any{what}, values...)...)
		told = append(told, strings.ReplaceAll(line, home+string(filepath.Separator), ""))
	}
	at := func(name string) string { return filepath.Join(home, filepath.FromSlash(name)) }
	read := func(name string) {
		data, err := Read(sys, at(name))
		add("read "+name, string(data), err != nil, errors.Is(err, fs.ErrNotExist))
	}
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	if err := Write(sys, at("a/b"), []File{{"one", []byte("1"), 0o644}, {"two", []byte("2"), 0o600}}, now); err != nil {
		t.Fatal(err)
	}
	s := sys.Stage(now)
	add("staged", s.Add(at("new/x"), []byte("x"), 0o644), s.Add(at("new/X"), nil, 0o644), s.Add(at("new/nul"), nil, 0o644), s.Folder(at("deep/er")),
		s.Add(at("a/b"), nil, 0o644), s.Folder(at("a/b/one")), s.Add(at("a/b/one/more"), nil, 0o644), IsFolder(sys, at("new")))
	read("new/x")
	add("dropped", s.Close(), Exists(sys, at("new")), Exists(sys, at("deep")))
	add("stream", WriteStream(sys, at("a/b/one"), 0o644, now, func(w io.Writer) error { _, err := w.Write([]byte("11")); return err }))
	read("a/b/one")
	add("in place", WriteInPlace(sys, at("a/b/two"), []byte("22"), now), WriteInPlace(sys, at("a/b/none"), nil, now) != nil)
	read("a/b/two")
	read("a/b")
	read("none")
	read("a/b/one/none")
	folder, err := sys.OpenFolder(at("a"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"b/one", "b/../b/one", "../a/b/one", "/", "", "b", "none"} {
		data, err := ReadIn(folder, name, "shown/"+name)
		add("in a folder "+name, string(data), err != nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid))
	}
	add("in place", WriteInPlaceIn(folder, "b/one", "b/one", []byte("111"), now), WriteInPlaceIn(folder, "b/none", "b/none", nil, now) != nil)
	entries, err := fs.ReadDir(folder, "b")
	add("entries", err, len(entries), entries[0].Name(), entries[0].IsDir(), entries[1].Name())
	add("closed", folder.Close())
	for _, name := range []string{"a/b", "a/b/one", "none"} {
		entries, err := sys.ReadDir(at(name))
		info, statErr := sys.Stat(at(name))
		link, linkErr := sys.EvalSymlinks(at(name))
		_, folderErr := sys.OpenFolder(at(name))
		add("look at "+name, len(entries), err != nil, statErr != nil, linkErr != nil, link, folderErr != nil)
		if statErr == nil {
			other, _ := sys.Lstat(at("a/b/one"))
			size := info.Size()
			if info.IsDir() {
				size = 0
			}
			add("info", info.Name(), info.IsDir(), size, info.Mode(), sys.SameFile(info, other))
		}
	}
	add("replace", sys.ReplaceFolder(at("a"), "b", map[string][]byte{"x/y": []byte("y"), "z": nil}, now), sys.ReplaceFolder(at("a"), "b", map[string][]byte{"../out": nil}, now), Exists(sys, at("a/b/one")))
	read("a/b/x/y")
	add("remove", sys.RemoveAll(at("a/b")), sys.RemoveAll(at("a/b")), Exists(sys, at("a/b/x/y")), Exists(sys, at("a")))
	return told
}

// What is done in memory comes to the same as on a disk.
func TestMemoryIsLikeADisk(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(home, 0o755); err != nil {
		t.Fatal(err)
	}
	m, err := NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	current, err := m.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	want, got := tell(t, OS{}, home), tell(t, m, current)
	for i := range want {
		if want[i] != got[i] {
			t.Errorf("on a disk %s in memory %s", want[i], got[i])
		}
	}
	if len(m.Written()) > 0 || m.kept != 0 || len(m.all) != 3 {
		t.Errorf("%q is left, %d bytes, %d files", m.Written(), m.kept, len(m.all))
	}
}

func TestMemory(t *testing.T) {
	m, err := NewMemory(map[string][]byte{"a.txt": []byte("a"), "/other/b/c.txt": []byte("c"), `d\e`: []byte("e")})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.txt": "a", "/home/a.txt": "a", "./x/../a.txt": "a", "/other/b/c.txt": "c", "d/e": "e", "../other/b/c.txt": "c"} {
		if data, err := Read(m, name); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if got := m.Written(); len(got) > 0 {
		t.Errorf("%q is written", got)
	}
	if err := errors.Join(m.Write("new/f", []byte("f")), m.Write("a.txt", []byte("aa")), WriteOne(m, "/z", nil, 0o600, time.Now())); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(m.Written(), " "); got != "/home/a.txt /home/new/f /z" {
		t.Errorf("written: %s", got)
	}
	if m.kept != int64(len("aa")+len("c")+len("e")+len("f")) {
		t.Errorf("%d bytes", m.kept)
	}
	folder, err := m.OpenFolder("/")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(folder, "home/a.txt", "other/b/c.txt", "z"); err != nil {
		t.Error(err)
	}
	for _, wrong := range []map[string][]byte{{"a": nil, "a/b": nil}, {"/": nil}, {"": nil}, {"x/..": nil}} {
		if _, err := NewMemory(wrong); err == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
	for what, err := range map[string]error{"config": second(m.ConfigDir()), "root": m.RemoveAll("/"), "no path": m.RemoveAll(""), "a folder": m.Write("new", nil), "below a file": m.Write("a.txt/b", nil)} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// What is too much is refused, and changes nothing.
func TestMemoryIsBounded(t *testing.T) {
	m, err := NewMemory(map[string][]byte{"a": make([]byte, 60)})
	if err != nil {
		t.Fatal(err)
	}
	m.room = 100
	some := make([]byte, 50)
	s := m.Stage(time.Now())
	for what, err := range map[string]error{"write": m.Write("b", some), "stage": s.Add("c", some, 0o644), "replace": m.ReplaceFolder("/", "home", map[string][]byte{"x": some, "y": nil}, time.Now()),
		"in place": WriteInPlace(m, "a", make([]byte, 200), time.Now()), "stream": WriteStream(m, "d", 0o644, time.Now(), func(w io.Writer) error {
			for {
				if _, err := w.Write(some); err != nil {
					return err
				}
			}
		}), "many": m.Write(strings.Repeat("x/", memoryFiles)+"y", nil)} {
		if !errors.Is(err, ErrFull) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if m.kept != 60 || len(m.Written()) > 0 {
		t.Errorf("%d bytes are kept, %q written", m.kept, m.Written())
	}
	if err := errors.Join(m.Write("b", make([]byte, 40)), m.RemoveAll("b"), m.Write("b", make([]byte, 40))); err != nil {
		t.Errorf("what is removed still counts: %v", err)
	}
}

func TestMemoryTogether(t *testing.T) {
	m, err := NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 200 {
				dir, name := fmt.Sprint("d", j%3), fmt.Sprintf("d%d/f%d", j%3, i)
				_ = WriteOne(m, name, []byte(name), 0o644, time.Now())
				if data, err := Read(m, name); err == nil && string(data) != name {
					t.Errorf("%s holds %q", name, data)
				}
				_, _ = m.ReadDir(dir)
				_ = m.Written()
				if j%20 == 19 {
					_ = m.RemoveAll(dir)
				}
				_ = m.ReplaceFolder("r", "s", map[string][]byte{fmt.Sprint("t", i): nil}, time.Now())
			}
		})
	}
	all.Wait()
	entries, err := m.ReadDir("r/s")
	if err != nil || len(entries) != 1 {
		t.Errorf("the replaced folder has %d files, %v", len(entries), err)
	}
	size := int64(0)
	for at := range m.all {
		size += int64(len(m.all[at].data))
		if at != "/" && !m.all[path.Dir(at)].names[path.Base(at)] {
			t.Errorf("%s is not in its folder", at)
		}
	}
	if size != m.kept {
		t.Errorf("%d bytes, counted %d", size, m.kept)
	}
}
