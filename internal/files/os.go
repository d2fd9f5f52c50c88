package files

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// OS is the file system of the operating system.
type OS struct{}

func (OS) Open(path string) (fs.File, error)          { return os.Open(path) }
func (OS) Stat(path string) (fs.FileInfo, error)      { return os.Stat(path) }
func (OS) Lstat(path string) (fs.FileInfo, error)     { return os.Lstat(path) }
func (OS) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }
func (OS) EvalSymlinks(path string) (string, error)   { return filepath.EvalSymlinks(path) }
func (OS) SameFile(a, b fs.FileInfo) bool             { return os.SameFile(a, b) }
func (OS) Getwd() (string, error)                     { return os.Getwd() }
func (OS) ConfigDir() (string, error)                 { return os.UserConfigDir() }
func (OS) RemoveAll(path string) error                { return os.RemoveAll(path) }

func (OS) OpenFolder(path string) (Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return openFolder{root.FS(), root}, nil
}

type openFolder struct {
	fs.FS
	root *os.Root
}

func (f openFolder) Close() error { return f.root.Close() }

func (f openFolder) ReadFile(name string) ([]byte, error)       { return fs.ReadFile(f.FS, name) }
func (f openFolder) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(f.FS, name) }
func (f openFolder) Stat(name string) (fs.FileInfo, error)      { return fs.Stat(f.FS, name) }

const (
	tempPrefix = ".syncguard-"
	tempSuffix = ".tmp"
	tempAge    = time.Hour // older temporary files are leftovers of a killed run
)

func tempName() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return tempPrefix + hex.EncodeToString(b) + tempSuffix
}

// sweep removes the temporary files, or folders, left behind by a killed run.
func sweep(root *os.Root, now time.Time, folders bool) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() != folders || !strings.HasPrefix(e.Name(), tempPrefix) || !strings.HasSuffix(e.Name(), tempSuffix) {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > tempAge {
			_ = root.RemoveAll(e.Name())
		}
	}
}

// cause drops the name of the temporary file, because it means nothing to a user.
func cause(err error) error {
	var pathError *fs.PathError
	var linkError *os.LinkError
	switch {
	case errors.As(err, &pathError):
		return pathError.Err
	case errors.As(err, &linkError):
		return linkError.Err
	}
	return err
}
