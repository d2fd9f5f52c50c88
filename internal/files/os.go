package files

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

const (
	tempPrefix = ".syncguard-"
	tempSuffix = ".tmp"
)

func tempName() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return tempPrefix + hex.EncodeToString(b) + tempSuffix
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
