package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// staging writes files into temporary ones first; Commit renames them. So no file is ever half-written, and a failure before
// Commit leaves the old files untouched. It is safe for concurrent use.
type staging struct {
	now time.Time

	mu      sync.Mutex
	folders map[string]*os.Root
	release []func() // ends the claims on the folders
	created []string // missing folders created here
	staged  []staged
	names   map[folded]string // paths of all files added
}

type staged struct {
	folder     *os.Root
	path       string // for messages
	temp, name string // in the folder
}

func (OS) Stage(now time.Time) Stage {
	return &staging{now: now, folders: map[string]*os.Root{}, names: map[folded]string{}}
}

func (s *staging) Add(path string, data []byte, mode fs.FileMode) error {
	name := filepath.Base(path)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("writing %s: it is a folder, a device or a pipe, want a file", path) // the new name would replace it
	} else if err != nil {
		if err := checkNew(path, name); err != nil {
			return err
		}
	}
	folder, err := s.folder(filepath.Dir(path))
	if err != nil {
		return err
	}
	f := staged{folder, path, tempName(), name}
	if err := s.add(f); err != nil {
		return err
	}
	if err := writeTemp(folder, f.temp, data, mode); err != nil {
		return fmt.Errorf("writing %s: %w", path, cause(err))
	}
	return nil
}

func (s *staging) add(f staged) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkAlone(f); err != nil {
		return err
	}
	s.staged = append(s.staged, f)
	return nil
}

func (s *staging) Folder(dir string) error {
	_, err := s.folder(dir)
	return err
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
		s.created = append(s.created, missing) // innermost first, the order of removal
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("creating the output folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the output folder: %w", err)
	}
	s.release = append(s.release, claim(root, s.now, true))
	s.folders[dir] = root
	return root, nil
}

func (s *staging) Commit() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.staged) > 0 {
		f := s.staged[0]
		if err := f.folder.Rename(f.temp, f.name); err != nil {
			return fmt.Errorf("writing %s: %w", f.path, cause(err))
		}
		s.staged = s.staged[1:]
	}
	s.created = nil
	return nil
}

func (s *staging) Close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.staged {
		if removeErr := f.folder.Remove(f.temp); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}
	for _, release := range s.release {
		release()
	}
	for _, root := range s.folders {
		err = errors.Join(err, root.Close())
	}
	for _, dir := range s.created {
		_ = os.Remove(dir) // fails, as it should, if somebody else has put a file there
	}
	return err
}

func writeTemp(root *os.Root, name string, data []byte, mode fs.FileMode) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}
