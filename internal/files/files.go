// Package files is the application's view of a file system: bounded reading, and atomic writing.
//
// Start with System: OS is the real one, Memory that of tests and of a browser. Read and Write serve single calls; a
// command with many outputs adds them to a Stage and commits once. The package knows nothing of profiles or templates.
package files

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"
)

// MaxSize is the size of the largest readable file, in bytes.
const MaxSize = 16 << 20

// System is a file system. Its paths are those a person types, with the separators of the operating system.
type System interface {
	Open(path string) (fs.File, error)
	Stat(path string) (fs.FileInfo, error)
	Lstat(path string) (fs.FileInfo, error)
	ReadDir(path string) ([]fs.DirEntry, error) // sorted by name
	EvalSymlinks(path string) (string, error)
	SameFile(a, b fs.FileInfo) bool
	Getwd() (string, error)
	ConfigDir() (string, error) // folder of the user's settings
	// OpenFolder opens a folder. Neither paths nor symbolic links lead out of it.
	OpenFolder(path string) (Folder, error)
	// Stage begins writing files. It removes temporary files left behind by an earlier, killed run, and none of a live one.
	Stage(now time.Time) Stage
	// ReplaceFolder replaces the folder name in parent, with all it held. The keys of files are slash-separated paths.
	ReplaceFolder(parent, name string, files map[string][]byte, now time.Time) error
	RemoveAll(path string) error
}

// Stage holds files until Commit gives all of them their names, or Close drops them. It is safe for concurrent use.
type Stage interface {
	// Add writes the future content of path, and creates a missing folder.
	Add(path string, data []byte, mode fs.FileMode) error
	// Create is Add for content that comes bit by bit. The file is whole once it is closed.
	Create(path string, mode fs.FileMode) (io.WriteCloser, error)
	// Folder creates a missing folder.
	Folder(path string) error
	Commit() error
	// Close removes uncommitted files, and the folders created for them.
	Close() error
}

// File is a file to write.
type File struct {
	Name string // without a path
	Data []byte
	Mode fs.FileMode
}

// Read reads a whole file of at most MaxSize bytes. Errors name the path.
func Read(sys System, path string) ([]byte, error) {
	f, err := sys.Open(path)
	if err != nil {
		return nil, err
	}
	return readFile(f, path)
}

// ReadIn is Read for a file in a folder. Errors name path.
func ReadIn(folder Folder, name, path string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, WithPath(err, path)
	}
	return readFile(f, path)
}

func readFile(f fs.File, path string) ([]byte, error) {
	defer f.Close()
	size := int64(0)
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, want a file", path)
	} else if err == nil {
		size = info.Size()
	}
	return readAll(f, path, size)
}

// ReadAll reads a stream of at most MaxSize bytes.
func ReadAll(r io.Reader, name string) ([]byte, error) { return readAll(r, name, 0) }

// readAll is ReadAll for a stream that probably has size bytes.
func readAll(r io.Reader, name string, size int64) ([]byte, error) {
	data := bytes.NewBuffer(make([]byte, 0, min(max(size, 0), MaxSize)+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(r, MaxSize+1)); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if data.Len() > MaxSize {
		return nil, fmt.Errorf("%s is too large, want at most %d MiB", name, MaxSize>>20)
	}
	return data.Bytes(), nil
}

// Write writes all of the files into a folder, or none. It creates a missing folder.
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

// WriteStream writes one file as write does, bit by bit. Without success there is no file, or the old one.
func WriteStream(sys System, path string, mode fs.FileMode, now time.Time, write func(io.Writer) error) (err error) {
	s := sys.Stage(now)
	defer func() { err = errors.Join(err, s.Close()) }()
	file, err := s.Create(path, mode)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 64<<10)
	if err := cmp.Or(write(out), out.Flush()); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return err
	}
	return s.Commit()
}

// WriteInPlace replaces the content of an existing file and keeps its mode. It follows a symbolic link to its file.
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

// IsFolder is true for a folder, or a link to one.
func IsFolder(sys System, path string) bool {
	info, err := sys.Stat(path)
	return err == nil && info.IsDir()
}

// Exists is true for any file, folder or link, even a broken link.
func Exists(sys System, path string) bool {
	_, err := sys.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Bounded limits an untrusted folder to files of at most MaxSize bytes. Errors begin with path, the folder's own.
func Bounded(folder Folder, path string) fs.ReadFileFS { return bounded{folder, path} }

type bounded struct {
	Folder
	path string
}

func (b bounded) ReadFile(name string) ([]byte, error) {
	return ReadIn(b.Folder, name, filepath.Join(b.path, filepath.FromSlash(name)))
}

func (b bounded) Stat(name string) (fs.FileInfo, error) { return fs.Stat(b.Folder, name) }

// WithPath puts the path known to the user into an error.
func WithPath(err error, path string) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return &fs.PathError{Op: pathError.Op, Path: path, Err: pathError.Err}
	}
	return err
}

// WriteInPlaceIn is WriteInPlace for a file in a folder. Errors name path.
func WriteInPlaceIn(folder Folder, name, path string, data []byte, now time.Time) error {
	return WithPath(folder.WriteInPlace(name, data, now), path)
}
