package files

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// staging writes files into temporary ones first and syncs them; Commit renames them once all are on the disk. So no file is
// ever half-written, even after a loss of power, and a failure before Commit leaves the old files untouched. It is safe for
// concurrent use.
type staging struct {
	now     time.Time
	slots   chan struct{} // one is taken by each sync under way
	syncing sync.WaitGroup

	mu      sync.Mutex
	folders map[string]*os.Root
	release []func() // ends the claims on the folders
	created []string // missing folders created here
	staged  []staged
	names   map[folded]string // paths of all files added
	failed  error             // of the first failed sync
}

// maxSyncs is the most files synced at a time. A file system with a journal writes it once for all that wait for it.
const maxSyncs = 16

type staged struct {
	folder     *os.Root
	path       string // for messages
	temp, name string // in the folder
}

func (OS) Stage(now time.Time) Stage {
	return &staging{now: now, slots: make(chan struct{}, maxSyncs), folders: map[string]*os.Root{}, names: map[folded]string{}}
}

func (s *staging) Add(path string, data []byte, mode fs.FileMode) error {
	w, err := s.Create(path, mode)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return cmp.Or(err, w.Close())
}

func (s *staging) Create(path string, mode fs.FileMode) (io.WriteCloser, error) {
	name := filepath.Base(path)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("writing %s: it is a folder, a device or a pipe, want a file", path) // the new name would replace it
	} else if err != nil {
		if err := checkNew(path, name); err != nil {
			return nil, err
		}
	}
	folder, err := s.folder(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	f := staged{folder, path, tempName(), name}
	if err := s.add(f); err != nil {
		return nil, err
	}
	file, err := folder.OpenFile(f.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", path, cause(err))
	}
	return &stagedWriter{s, file, path}, nil
}

// stagedWriter writes a temporary file, with errors about the future one.
type stagedWriter struct {
	stage *staging
	file  *os.File
	path  string
}

func (w *stagedWriter) Write(data []byte) (int, error) {
	n, err := w.file.Write(data)
	return n, w.about(err)
}

// Close has the file synced meanwhile: Commit waits for it.
func (w *stagedWriter) Close() error {
	w.stage.slots <- struct{}{}
	w.stage.syncing.Go(func() {
		defer func() { <-w.stage.slots }()
		if err := errors.Join(w.file.Sync(), w.file.Close()); err != nil {
			w.stage.fail(w.about(err))
		}
	})
	return nil
}

func (w *stagedWriter) about(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing %s: %w", w.path, cause(err))
}

func (s *staging) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = cmp.Or(s.failed, err)
}

func (s *staging) add(f staged) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkAlone(s.names, folded{f.folder.Name(), f.name}, f.path); err != nil {
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
		info, err := os.Stat(missing)
		if err == nil && !info.IsDir() {
			return nil, fmt.Errorf("%s is a file, want a folder for the output", missing)
		}
		if !errors.Is(err, fs.ErrNotExist) {
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
	s.syncing.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return s.failed
	}
	for len(s.staged) > 0 {
		f := s.staged[0]
		if err := f.folder.Rename(f.temp, f.name); err != nil {
			return fmt.Errorf("writing %s: %w", f.path, cause(err))
		}
		s.staged = s.staged[1:]
	}
	for _, root := range s.folders {
		syncFolder(root)
	}
	s.created = nil
	return nil
}

func (s *staging) Close() (err error) {
	s.syncing.Wait()
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

// syncFolder makes new names last through a loss of power. Not every system can: the files are whole all the same.
func syncFolder(root *os.Root) {
	if folder, err := root.Open("."); err == nil {
		_ = errors.Join(folder.Sync(), folder.Close())
	}
}
