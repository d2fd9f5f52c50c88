package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	// ErrOutside is the error of a Folder for a link or path to a place outside it.
	ErrOutside = errors.New("it leads out of the folder")
	// ErrSpecial is the error of a Folder for a device, a pipe or a socket.
	ErrSpecial = errors.New("it is a device, a pipe or a socket, want a file")
)

// Folder is an open folder. Neither paths nor symbolic links lead out of it, even if another process changes it meanwhile.
// Open takes files and folders only: it refuses all else, and never waits for the other end of a pipe.
type Folder interface {
	fs.FS
	io.Closer
	// WriteInPlace replaces the content of an existing file and keeps its mode. It follows a link inside the folder.
	WriteInPlace(name string, data []byte, now time.Time) error
}

func (OS) OpenFolder(path string) (Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &openFolder{root: root, swept: map[string]bool{}}, nil
}

type openFolder struct {
	root *os.Root

	mu    sync.Mutex
	swept map[string]bool // folders cleared of temporary files
}

func (f *openFolder) Close() error { return f.root.Close() }

// OpenFolder opens a folder in this one. Neither paths nor symbolic links lead out of either.
func (f *openFolder) OpenFolder(name string) (Folder, error) {
	path, err := f.path("open", name)
	if err != nil {
		return nil, err
	}
	root, err := f.root.OpenRoot(path)
	if err != nil {
		return nil, outside(err)
	}
	return &openFolder{root: root, swept: map[string]bool{}}, nil
}

func (f *openFolder) Open(name string) (fs.File, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err // no typed nil
	}
	return file, nil
}

func (f *openFolder) open(name string) (*os.File, error) {
	path, err := localize("open", name)
	if err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(path, os.O_RDONLY|noWaiting, 0)
	if err = outside(err); errors.Is(err, ErrOutside) {
		if inside, ok := f.insideLink(path); ok {
			file, err = f.root.OpenFile(inside, os.O_RDONLY|noWaiting, 0)
			err = outside(err)
		}
	}
	if err != nil {
		return nil, err
	}
	// Look at the opened file, because it may be another one than a moment ago.
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: ErrSpecial}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (f *openFolder) ReadFile(name string) ([]byte, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadAll(file, name)
}

func (f *openFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	folder, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	entries, err := folder.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

func (f *openFolder) Stat(name string) (fs.FileInfo, error) {
	path, err := f.path("stat", name)
	if err != nil {
		return nil, err
	}
	info, err := f.root.Stat(path)
	return info, outside(err)
}

func (f *openFolder) Lstat(name string) (fs.FileInfo, error) {
	path, err := localize("lstat", name)
	if err != nil {
		return nil, err
	}
	info, err := f.root.Lstat(path)
	return info, outside(err)
}

func (f *openFolder) ReadLink(name string) (string, error) {
	path, err := localize("readlink", name)
	if err != nil {
		return "", err
	}
	target, err := f.root.Readlink(path)
	return filepath.ToSlash(target), outside(err)
}

// localize returns a slash-separated name as a path of the operating system.
func localize(op, name string) (string, error) {
	path, err := filepath.Localize(name)
	if err != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return path, nil
}

// path is localize following an absolute link to a place in the folder: os.Root takes no absolute ones.
func (f *openFolder) path(op, name string) (string, error) {
	path, err := localize(op, name)
	if err != nil {
		return "", err
	}
	if inside, ok := f.insideLink(path); ok {
		return inside, nil
	}
	return path, nil
}

// insideLink returns the target of an absolute link to a place in the folder.
func (f *openFolder) insideLink(path string) (string, bool) {
	target, err := f.root.Readlink(path)
	if err != nil || !filepath.IsAbs(target) {
		return "", false
	}
	return f.inside(target)
}

// inside returns the path of an absolute path relative to the folder, if it lies in it.
func (f *openFolder) inside(path string) (string, bool) {
	folder, err := filepath.Abs(f.root.Name())
	if err != nil {
		return "", false
	}
	folders := []string{folder}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folders = append(folders, real)
	}
	for _, folder := range folders {
		if rel, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(rel) {
			return rel, true
		}
	}
	return "", false
}

// outside turns the error of os.Root about a way out into ErrOutside, and statat into stat.
func outside(err error) error {
	var pathError *fs.PathError
	if !errors.As(err, &pathError) {
		return err
	}
	plain := &fs.PathError{Op: strings.TrimSuffix(pathError.Op, "at"), Path: pathError.Path, Err: pathError.Err}
	if strings.HasSuffix(pathError.Err.Error(), "path escapes from parent") {
		plain.Err = ErrOutside
	}
	return plain
}

func (f *openFolder) WriteInPlace(name string, data []byte, now time.Time) error {
	err := f.writeInPlace(name, data, now)
	if err != nil {
		return &fs.PathError{Op: "write", Path: name, Err: cause(err)}
	}
	return nil
}

func (f *openFolder) writeInPlace(name string, data []byte, now time.Time) error {
	name, info, err := f.linked(name)
	if err != nil {
		return err
	}
	folder, err := f.root.OpenRoot(filepath.Dir(name))
	if err != nil {
		return outside(err)
	}
	defer folder.Close()
	defer f.claim(folder, filepath.Dir(name), now)()
	temp := tempName()
	if err := writeTemp(folder, temp, data, info.Mode().Perm()); err != nil {
		return errors.Join(err, folder.Remove(temp))
	}
	if err := folder.Rename(temp, filepath.Base(name)); err != nil {
		return errors.Join(err, folder.Remove(temp))
	}
	return nil
}

// claim is claim sweeping each folder once, however many of its files are written.
func (f *openFolder) claim(folder *os.Root, name string, now time.Time) (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	swept := f.swept[name]
	f.swept[name] = true
	return claim(folder, now, !swept)
}

// maxLinks is the most links followed on the way to a file, as by os.Root.
const maxLinks = 8

// linked follows the links at the end of a name and returns the path of the file itself.
func (f *openFolder) linked(name string) (string, fs.FileInfo, error) {
	want, err := f.Stat(name)
	if err != nil {
		return "", nil, err
	}
	at, err := localize("write", name)
	if err != nil {
		return "", nil, err
	}
	for range maxLinks {
		info, err := f.root.Lstat(at)
		if err != nil {
			return "", nil, outside(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			switch {
			case !info.Mode().IsRegular():
				return "", nil, ErrSpecial
			case !os.SameFile(info, want): // a link among the folders of a link's target
				return "", nil, errors.New("its links are too complex to follow")
			}
			return at, info, nil
		}
		if at, err = f.next(at); err != nil {
			return "", nil, err
		}
	}
	return "", nil, errors.New("too many links")
}

// next returns the path a link leads to.
func (f *openFolder) next(link string) (string, error) {
	target, err := f.root.Readlink(link)
	if err != nil {
		return "", outside(err)
	}
	if filepath.IsAbs(target) {
		if inside, ok := f.inside(target); ok {
			return inside, nil
		}
		return "", ErrOutside
	}
	if target = filepath.Join(filepath.Dir(link), target); !filepath.IsLocal(target) {
		return "", ErrOutside
	}
	return target, nil
}
