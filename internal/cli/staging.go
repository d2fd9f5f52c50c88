package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// staging writes any number of files, in any folders: each into a temporary file first, and only commit gives them their
// names. So no file is ever half-written, and a failure before leaves the old ones as they were. It is for any number of
// goroutines.
type staging struct {
	now time.Time

	mu      sync.Mutex
	folders map[string]*os.Root
	made    []string // folders that were not there
	staged  []staged
}

type staged struct {
	folder     *os.Root
	path       string // for messages
	temp, name string // in the folder
}

func newStaging(now time.Time) *staging { return &staging{now: now, folders: map[string]*os.Root{}} }

// add writes what path shall hold. A folder that is not there is made.
func (s *staging) add(path string, data []byte, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("writing %s: it is a folder, a device or a pipe, want a file", path) // the new name would replace it
	}
	name := filepath.Base(path)
	folder, err := s.folder(filepath.Dir(path))
	if err != nil {
		return err
	}
	temp := tempPrefix + randomHex() + tempSuffix
	s.mu.Lock()
	s.staged = append(s.staged, staged{folder, path, temp, name})
	s.mu.Unlock()
	if err := writeTemp(folder, temp, output{name, data, mode}); err != nil {
		return fmt.Errorf("writing %s: %w", path, cause(err))
	}
	return nil
}

func (s *staging) folder(dir string) (*os.Root, error) {
	dir = filepath.Clean(dir)
	s.mu.Lock()
	defer s.mu.Unlock()
	if root := s.folders[dir]; root != nil {
		return root, nil
	}
	for missing := dir; ; missing = filepath.Dir(missing) {
		if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		s.made = append(s.made, missing) // the innermost first, as they can be removed
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the output folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the output folder: %w", err)
	}
	sweep(root, s.now)
	s.folders[dir] = root
	return root, nil
}

// commit renames all that was added.
func (s *staging) commit() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.staged) > 0 {
		f := s.staged[0]
		if err := f.folder.Rename(f.temp, f.name); err != nil {
			return fmt.Errorf("writing %s: %w", f.path, cause(err))
		}
		s.staged = s.staged[1:]
	}
	s.made = nil
	return nil
}

// close takes away what was not committed, and folders that it was for.
func (s *staging) close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.staged {
		if removeErr := f.folder.Remove(f.temp); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}
	for _, root := range s.folders {
		err = errors.Join(err, root.Close())
	}
	for _, dir := range s.made {
		_ = os.Remove(dir) // which does nothing to one that somebody else has used
	}
	return err
}
