// Package files is the file system as the application sees it: bounded reading, and writing that leaves nothing half-written.
// System is the seam that tests and a browser put their own file system behind; OS is the real one.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"
)

// MaxSize is the largest file that is read at all, in bytes.
const MaxSize = 16 << 20

// System is a file system, by the paths that a person types.
type System interface {
	Open(path string) (fs.File, error)
	Stat(path string) (fs.FileInfo, error)
	Lstat(path string) (fs.FileInfo, error)
	ReadDir(path string) ([]fs.DirEntry, error) // sorted by name
	EvalSymlinks(path string) (string, error)
	SameFile(a, b fs.FileInfo) bool
	Getwd() (string, error)
	ConfigDir() (string, error) // where the user's settings are kept
	// OpenFolder opens a folder that nothing leads out of, no link either.
	OpenFolder(path string) (Folder, error)
	// Stage begins to write files. Temporary files that a run before now left behind are removed.
	Stage(now time.Time) Stage
	// ReplaceFolder writes files, by their names with slashes, into a folder of parent, in place of what it held.
	ReplaceFolder(parent, name string, files map[string][]byte, now time.Time) error
	RemoveAll(path string) error
}

// Folder is an open folder.
type Folder interface {
	fs.FS
	io.Closer
}

// Stage holds files until Commit gives all of them their names, or Close drops them. It may be used by several goroutines.
type Stage interface {
	// Add writes what path shall hold. A folder that is not there is made.
	Add(path string, data []byte, mode fs.FileMode) error
	// Folder makes a folder that is not there.
	Folder(path string) error
	Commit() error
	// Close removes what was not committed, and the folders made for it.
	Close() error
}

// File is a file to be written.
type File struct {
	Name string // in its folder, no path
	Data []byte
	Mode fs.FileMode
}

// Read reads a whole file of at most MaxSize bytes. Errors name the path.
func Read(sys System, path string) ([]byte, error) {
	f, err := sys.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a folder, want a file", path)
	}
	return ReadAll(f, path)
}

// ReadAll reads a stream of at most MaxSize bytes.
func ReadAll(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%s: is larger than %d MiB", name, MaxSize>>20)
	}
	return data, nil
}

// Write writes files into a folder, which is made if need be, all of them or none.
func Write(sys System, dir string, files []File, now time.Time) (err error) {
	s := sys.Stage(now)
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Folder(dir); err != nil {
		return err
	}
	for _, f := range files {
		if err := s.Add(filepath.Join(dir, f.Name), f.Data, f.Mode); err != nil {
			return err
		}
	}
	return s.Commit()
}

// WriteOne writes one file.
func WriteOne(sys System, path string, data []byte, mode fs.FileMode, now time.Time) error {
	return Write(sys, filepath.Dir(path), []File{{filepath.Base(path), data, mode}}, now)
}

// WriteInPlace writes a file in place of the old one, which keeps its mode; where its name is a link, in place of what
// that leads to.
func WriteInPlace(sys System, name string, data []byte, now time.Time) error {
	path, err := sys.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := sys.Stat(path)
	if err != nil {
		return err
	}
	return WriteOne(sys, path, data, info.Mode()&fs.ModePerm, now)
}

// IsFolder reports whether a path leads to a folder.
func IsFolder(sys System, path string) bool {
	info, err := sys.Stat(path)
	return err == nil && info.IsDir()
}

// Exists reports whether there is a file, folder or link of that name.
func Exists(sys System, path string) bool {
	_, err := sys.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Bounded returns a folder of which regular files of at most MaxSize bytes are read only: nobody vouches for what lies in
// it. Errors name the path below the folder's own.
func Bounded(folder fs.FS, path string) fs.ReadFileFS { return bounded{folder, path} }

type bounded struct {
	fs.FS
	path string
}

func (b bounded) ReadFile(name string) ([]byte, error) {
	path := filepath.Join(b.path, filepath.FromSlash(name))
	info, err := fs.Stat(b.FS, name)
	if err != nil {
		return nil, renamed(err, path)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: want a regular file", path)
	}
	f, err := b.Open(name)
	if err != nil {
		return nil, renamed(err, path)
	}
	defer f.Close()
	return ReadAll(f, path)
}

// renamed puts the path that a person knows into an error.
func renamed(err error, path string) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return &fs.PathError{Op: pathError.Op, Path: path, Err: pathError.Err}
	}
	return err
}

// Dir returns a folder of a System as a file system of its own. Links in it may lead out of it: use OpenFolder where they
// must not.
func Dir(sys System, path string) fs.FS { return dir{sys, path} }

type dir struct {
	sys  System
	path string
}

func (d dir) full(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return filepath.Join(d.path, filepath.FromSlash(name)), nil
}

func (d dir) Open(name string) (fs.File, error) {
	path, err := d.full("open", name)
	if err != nil {
		return nil, err
	}
	return d.sys.Open(path)
}

func (d dir) Stat(name string) (fs.FileInfo, error) {
	path, err := d.full("stat", name)
	if err != nil {
		return nil, err
	}
	return d.sys.Stat(path)
}

func (d dir) ReadDir(name string) ([]fs.DirEntry, error) {
	path, err := d.full("readdir", name)
	if err != nil {
		return nil, err
	}
	return d.sys.ReadDir(path)
}
