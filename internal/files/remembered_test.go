package files

import (
	"errors"
	"io/fs"
	"testing"
)

// What was asked once is answered as it was then; what nobody asked is read.
func TestRemembered(t *testing.T) {
	m, err := NewMemory(map[string][]byte{"a": []byte("1"), "b": []byte("1"), "d/x": nil})
	if err != nil {
		t.Fatal(err)
	}
	r := NewRemembered(m)
	read := func(r *Remembered, path, want string) {
		t.Helper()
		if data, err := Read(r, path); err != nil || string(data) != want {
			t.Errorf("%s holds %q, %v, want %q", path, data, err, want)
		}
	}
	read(r, "a", "1")
	if IsFolder(r, "c") || Exists(r, "c") || !IsFolder(r, "d") {
		t.Error("a folder is wrong")
	}
	if _, err := Read(r, "c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := r.EvalSymlinks("c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := errors.Join(m.Write("a", []byte("2")), m.Write("b", []byte("2")), m.Write("c", nil)); err != nil {
		t.Fatal(err)
	}
	read(r, "/home/a", "1")
	read(r, "b", "2")
	if Exists(r, "c") {
		t.Error("a file that came later is there")
	}
	read(NewRemembered(m), "a", "2")
	read(r.Over(m), "a", "1")
	if !r.Knows("/home/a") || !r.Knows("/home/c") || r.Knows("/home/other") {
		t.Error("what was asked is not known")
	}
	if _, err := Read(r, "d"); err == nil {
		t.Error("a folder is read")
	}
}
