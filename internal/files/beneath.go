package files

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

var (
	// ErrNotBeneath is the error of Beneath for a path that lies in none of its folders.
	ErrNotBeneath = errors.New("it is outside the folders that may be read")
	// ErrReadOnly is the error of Beneath for every change.
	ErrReadOnly = errors.New("nothing is written here")
)

// Beneath is a System of a few folders: it reads what lies beneath them, and nothing else. Neither paths nor symbolic links lead
// out, and it writes nothing. The current folder is the first one.
type Beneath struct {
	sys     System
	folders []openAt
	texts   textsFolder // read by their names, wherever the current folder is
}

type openAt struct {
	path   string
	folder Folder
}

// NewBeneath opens folders, by their absolute paths. The error is that of the first folder that cannot be opened.
func NewBeneath(sys System, paths ...string) (*Beneath, error) {
	b := &Beneath{sys: sys}
	for _, path := range paths {
		folder, err := sys.OpenFolder(path)
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
		b.folders = append(b.folders, openAt{filepath.Clean(path), folder})
		if real, err := sys.EvalSymlinks(path); err == nil && real != path { // a path may have either name of the folder
			b.folders = append(b.folders, openAt{real, folder})
		}
	}
	return b, nil
}

// NewTexts returns a Beneath of the folders of another one, and of texts in memory, by their names. Without folders the current one
// holds the texts alone. It does not close the other one.
func NewTexts(texts map[string][]byte, and *Beneath) *Beneath {
	return &Beneath{and.sys, append(slices.Clip(and.folders), openAt{textsPath, textsFolder(texts)}), texts}
}

// textsPath is a folder for texts. It exists on no disk.
var textsPath = map[bool]string{true: `C:\syncguard texts`, false: "/syncguard texts"}[runtime.GOOS == "windows"]

// From returns the same folders with another one first: the one that an absolute path lies in.
func (b *Beneath) From(path string) *Beneath {
	for i, f := range b.folders {
		if name, err := filepath.Rel(f.path, path); err == nil && filepath.IsLocal(name) {
			return &Beneath{b.sys, append([]openAt{f}, slices.Delete(slices.Clone(b.folders), i, i+1)...), b.texts}
		}
	}
	return b
}

// Find returns the absolute path of a relative one: in the first folder that has it, or else in the first folder.
func (b *Beneath) Find(path string) string {
	for _, f := range b.folders {
		if _, err := fs.Stat(f.folder, filepath.ToSlash(filepath.Clean(path))); err == nil {
			return filepath.Join(f.path, path)
		}
	}
	if len(b.folders) == 0 {
		return path
	}
	return filepath.Join(b.folders[0].path, path)
}

// Close closes the folders.
func (b *Beneath) Close() (err error) {
	for _, f := range b.folders {
		err = errors.Join(err, f.folder.Close())
	}
	return err
}

// locate returns the folder that a path lies in, and its slash-separated name there.
func (b *Beneath) locate(op, path string) (Folder, string, error) {
	if _, ok := b.texts[path]; ok {
		return b.texts, path, nil
	}
	full := path
	if !filepath.IsAbs(full) && len(b.folders) > 0 {
		full = filepath.Join(b.folders[0].path, path)
	}
	for _, f := range b.folders {
		if name, err := filepath.Rel(f.path, full); err == nil && filepath.IsLocal(name) {
			return f.folder, filepath.ToSlash(name), nil
		}
	}
	return nil, "", &fs.PathError{Op: op, Path: path, Err: ErrNotBeneath}
}

// in calls do with the folder and the name of a path. An error of do gets the path.
func in[T any](b *Beneath, op, path string, do func(Folder, string) (T, error)) (result T, err error) {
	folder, name, err := b.locate(op, path)
	if err != nil {
		return result, err
	}
	result, err = do(folder, name)
	return result, WithPath(err, path)
}

func (b *Beneath) Open(path string) (fs.File, error) {
	return in(b, "open", path, func(f Folder, name string) (fs.File, error) { return f.Open(name) })
}

func (b *Beneath) Stat(path string) (fs.FileInfo, error) {
	return in(b, "stat", path, func(f Folder, name string) (fs.FileInfo, error) { return fs.Stat(f, name) })
}

func (b *Beneath) Lstat(path string) (fs.FileInfo, error) {
	return in(b, "lstat", path, func(f Folder, name string) (fs.FileInfo, error) { return fs.Lstat(f, name) })
}

func (b *Beneath) ReadDir(path string) ([]fs.DirEntry, error) {
	return in(b, "readdir", path, func(f Folder, name string) ([]fs.DirEntry, error) { return fs.ReadDir(f, name) })
}

// OpenFolder opens a folder beneath the others.
func (b *Beneath) OpenFolder(path string) (Folder, error) {
	return in(b, "open", path, func(f Folder, name string) (Folder, error) {
		if parent, ok := f.(interface{ OpenFolder(string) (Folder, error) }); ok {
			return parent.OpenFolder(name)
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	})
}

// EvalSymlinks returns a path as it is: its folder follows links, as far as they stay inside.
func (b *Beneath) EvalSymlinks(path string) (string, error) {
	_, _, err := b.locate("lstat", path)
	return filepath.Clean(path), err
}

func (b *Beneath) SameFile(one, other fs.FileInfo) bool {
	return b.sys != nil && b.sys.SameFile(one, other)
}

func (b *Beneath) Getwd() (string, error) {
	if len(b.folders) == 0 {
		return "", ErrNotBeneath
	}
	return b.folders[0].path, nil
}

// ConfigDir returns an error: the user's settings lie in none of the folders.
func (b *Beneath) ConfigDir() (string, error) { return "", ErrNotBeneath }

func (b *Beneath) RemoveAll(string) error { return ErrReadOnly }

func (b *Beneath) ReplaceFolder(_, _ string, _ map[string][]byte, _ time.Time) error {
	return ErrReadOnly
}

func (b *Beneath) Stage(time.Time) Stage { return noStage{} }

// noStage is a Stage that takes no file.
type noStage struct{}

func (noStage) Add(string, []byte, fs.FileMode) error                  { return ErrReadOnly }
func (noStage) Create(string, fs.FileMode) (io.WriteCloser, error)     { return nil, ErrReadOnly }
func (noStage) Folder(string) error                                    { return ErrReadOnly }
func (noStage) Commit() error                                          { return nil }
func (noStage) Close() error                                           { return nil }
func (textsFolder) Close() error                                       { return nil }
func (textsFolder) WriteInPlace(_ string, _ []byte, _ time.Time) error { return ErrReadOnly }

// textsFolder is a Folder of texts in memory, by their names.
type textsFolder map[string][]byte

// OpenFolder opens the folder itself: it has no other.
func (t textsFolder) OpenFolder(name string) (Folder, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return t, nil
}

func (t textsFolder) Open(name string) (fs.File, error) {
	data, ok := t[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return newTextFile(name, data), nil
}
