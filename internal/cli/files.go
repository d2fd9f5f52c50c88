package cli

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maxInput is the largest file that is read at all, in bytes.
const maxInput = 16 << 20

// readFile reads a whole file of at most maxInput bytes. Errors name the path.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a folder, want a file", path)
	}
	return readAll(f, path)
}

func readAll(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("%s: is larger than %d MiB", name, maxInput>>20)
	}
	return data, nil
}

// output is one file to be written.
type output struct {
	name string // in the folder, no path
	data []byte
	mode fs.FileMode
}

const (
	tempPrefix = ".syncguard-"
	tempSuffix = ".tmp"
	tempAge    = time.Hour // a temporary file as old as this was left by a killed run
)

// writeFiles writes files into a folder, which is made if need be, all of them or none (see staging).
func writeFiles(dir string, files []output, now time.Time) (err error) {
	s := newStaging(now)
	defer func() { err = errors.Join(err, s.close()) }()
	if _, err := s.folder(dir); err != nil {
		return err
	}
	for _, f := range files {
		if err := s.add(filepath.Join(dir, f.name), f.data, f.mode); err != nil {
			return err
		}
	}
	return s.commit()
}

func writeTemp(root *os.Root, name string, f output) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
	if err != nil {
		return err
	}
	_, err = file.Write(f.data)
	return errors.Join(err, file.Sync(), file.Close())
}

// cause drops the name of the temporary file, which means nothing to anyone.
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

// sweep removes what a killed run left behind.
func sweep(root *os.Root, now time.Time) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempPrefix) || !strings.HasSuffix(e.Name(), tempSuffix) {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > tempAge {
			_ = root.Remove(e.Name())
		}
	}
}

func randomHex() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
