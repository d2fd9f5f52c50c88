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

// writeFiles writes files into a folder, which is made if need be: each into a temporary file first, and only when all of
// them are on the disk are they renamed. So no file is ever half-written, and a failure leaves the old ones as they were.
func writeFiles(dir string, files []output, now time.Time) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the output folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("opening the output folder: %w", err)
	}
	defer root.Close()
	sweep(root, now)

	var temps []string
	defer func() {
		for _, temp := range temps {
			if removeErr := root.Remove(temp); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) && err == nil {
				err = removeErr
			}
		}
	}()
	for _, f := range files {
		temp := tempPrefix + randomHex() + tempSuffix
		temps = append(temps, temp)
		if err := writeTemp(root, temp, f); err != nil {
			return fmt.Errorf("writing %s: %w", filepath.Join(dir, f.name), cause(err))
		}
	}
	for i, f := range files {
		if err := root.Rename(temps[i], f.name); err != nil {
			return fmt.Errorf("writing %s: %w", filepath.Join(dir, f.name), cause(err))
		}
	}
	return nil
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
