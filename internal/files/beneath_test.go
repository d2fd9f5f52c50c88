package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Beneath reads what lies beneath its folders, and writes nothing.
func TestBeneath(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	one, two := filepath.Join(base, "one"), filepath.Join(base, "two")
	for _, path := range []string{filepath.Join(one, "sub", "a"), filepath.Join(two, "b"), filepath.Join(base, "out")} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(filepath.Base(path)), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{filepath.Join(one, "in"): "sub/a", filepath.Join(one, "up"): "../out", filepath.Join(one, "away"): base, filepath.Join(one, "sub", "beside"): "../in", filepath.Join(base, "alias"): one} {
		if err := os.Symlink(target, name); err != nil {
			t.Skip("no links here")
		}
	}
	b, err := NewBeneath(OS{}, filepath.Join(base, "alias"), two)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	texts := NewTexts(map[string][]byte{"text": []byte("t")}, b)
	for _, x := range []struct {
		sys        *Beneath
		path, want string // "" for a refusal
	}{
		{b, "sub/a", "a"}, {b, "in", "a"}, {b, filepath.Join(one, "in"), "a"}, {b, filepath.Join(base, "alias", "sub", "a"), "a"}, {b, filepath.Join(two, "b"), "b"}, {b, "b", ""}, {b, b.Find("b"), "b"},
		{b.From(filepath.Join(two, "b")), "b", "b"}, {b, "sub/../in", "a"},
		{b, "../out", ""}, {b, "sub/../../out", ""}, {b, "up", ""}, {b, "away/out", ""}, {b, filepath.Join(base, "out"), ""}, {b, base, ""}, {b, "", ""},
		{texts, "text", "t"}, {texts, filepath.Join(two, "b"), "b"}, {texts, "b", ""}, {texts, "sub/a", "a"}, {texts, "none", ""}, {NewTexts(nil, &Beneath{}), "text", ""}, {&Beneath{}, "text", ""}, {&Beneath{}, "/", ""},
	} {
		data, err := Read(x.sys, x.path)
		if string(data) != x.want || (err == nil) != (x.want != "") {
			t.Errorf("%s: %q, %v", x.path, data, err)
		}
	}
	for path, want := range map[string]error{"../out": ErrNotBeneath, "up": ErrOutside, "none": fs.ErrNotExist} {
		for what, err := range map[string]error{"open": second(b.Open(path)), "stat": second(b.Stat(path)), "folder": second(b.OpenFolder(path)), "entries": second(b.ReadDir(path))} {
			if !errors.Is(err, want) {
				t.Errorf("%s %s: %v, want %v", what, path, err, want)
			}
		}
	}
	sub, err := b.OpenFolder("sub")
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	if _, err := fs.ReadFile(sub, "a"); err != nil {
		t.Error(err)
	}
	if _, err := fs.ReadFile(sub, "beside"); !errors.Is(err, ErrOutside) { // out of that folder, though not of the other
		t.Errorf("a link out of a folder within: %v", err)
	}
	if err := WriteOne(b, filepath.Join(one, "new"), nil, 0o600, time.Now()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("writing: %v", err)
	}
	for what, err := range map[string]error{"in place": WriteInPlace(b, "sub/a", nil, time.Now()), "remove": b.RemoveAll("sub"), "replace": b.ReplaceFolder(one, "sub", nil, time.Now()),
		"text": WriteInPlaceIn(textsFolder{"a": nil}, "a", "a", nil, time.Now()), "settings": second(b.ConfigDir())} {
		if err == nil {
			t.Errorf("%s is done", what)
		}
	}
	if _, err := NewBeneath(OS{}, filepath.Join(base, "gone")); err == nil {
		t.Error("a folder that is not there is opened")
	}
}

func second[T any](_ T, err error) error { return err }
