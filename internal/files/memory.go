package files

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	memoryBytes = 256 << 20 // of all files together, staged ones too
	memoryFiles = 50_000    // files and folders
)

// ErrFull is the error of Memory for a file that it has no room for.
var ErrFull = errors.New("no room left in memory")

// Memory is a System in memory, for a browser and for tests: folders and files, no links, no user. Paths may have either kind of
// slash; relative ones begin in its working folder. It is bounded, and safe for concurrent use.
type Memory struct {
	mu   sync.RWMutex
	all  map[string]*memoryFile // by the clean absolute path, with slashes
	kept int64                  // bytes of all files, and of those staged
	room int64                  // the most of them
}

// memoryFile is a file or a folder. A file never changes: writing makes another one.
type memoryFile struct {
	name    string
	data    []byte
	mode    fs.FileMode
	time    time.Time
	names   map[string]bool // in a folder
	written bool            // since NewMemory
}

// memoryHome is the working folder.
const memoryHome = "/home"

// NewMemory returns a Memory of files by their paths, and of the folders around them. It keeps the contents: do not modify them. The
// error is that of the first path, in their order, which cannot be: a file's that others have as their folder.
func NewMemory(contents map[string][]byte) (*Memory, error) {
	m := &Memory{all: map[string]*memoryFile{"/": newFolder("/")}, room: memoryBytes}
	m.makeFolder(memoryHome)
	for _, path := range slices.Sorted(maps.Keys(contents)) {
		if err := m.keep(path, contents[path], false); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Memory) keep(name string, data []byte, written bool) error {
	at := memoryPath(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.check(name, at, int64(len(data))); err != nil {
		return err
	}
	m.kept += int64(len(data))
	m.put(at, &memoryFile{data: data, mode: 0o644, written: written})
	return nil
}

// Write writes a file, and creates missing folders. It keeps the data: do not modify it.
func (m *Memory) Write(path string, data []byte) error { return m.keep(path, data, true) }

// Written lists the absolute paths of the files written since NewMemory and still there, sorted. They have slashes.
func (m *Memory) Written() (paths []string) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for at, f := range m.all {
		if f.written && f.names == nil {
			paths = append(paths, at)
		}
	}
	slices.Sort(paths)
	return paths
}

// memoryPath returns the name of a path in Memory.all.
func memoryPath(name string) string {
	name = strings.ReplaceAll(name[len(filepath.VolumeName(name)):], `\`, "/")
	if !path.IsAbs(name) {
		name = path.Join(memoryHome, name)
	}
	return path.Clean(name)
}

func newFolder(name string) *memoryFile {
	return &memoryFile{name: name, mode: fs.ModeDir | 0o755, names: map[string]bool{}}
}

// check reports why a file cannot be at a path. m.mu is held.
func (m *Memory) check(name, at string, size int64) error {
	if f := m.all[at]; f != nil && f.names != nil {
		return fmt.Errorf("writing %s: it is a folder, a device or a pipe, want a file", name)
	}
	for above := path.Dir(at); ; above = path.Dir(above) {
		if f := m.all[above]; f != nil && f.names == nil {
			return fmt.Errorf("%s is a file, want a folder for the output", filepath.FromSlash(above))
		} else if f != nil {
			break
		}
	}
	// A path makes a folder of each of its parts.
	if size > m.room-m.kept || len(m.all)+strings.Count(at, "/") > memoryFiles {
		return &fs.PathError{Op: "write", Path: name, Err: ErrFull}
	}
	return nil
}

// put gives a file its place, and counts out the one there before. m.mu is held.
func (m *Memory) put(at string, f *memoryFile) {
	m.makeFolder(path.Dir(at))
	if old := m.all[at]; old != nil {
		m.kept -= int64(len(old.data))
	}
	f.name = path.Base(at)
	m.all[at], m.all[path.Dir(at)].names[f.name] = f, true
}

// makeFolder creates missing folders and returns them, the innermost first. m.mu is held.
func (m *Memory) makeFolder(at string) (created []string) {
	for ; m.all[at] == nil; at = path.Dir(at) {
		m.all[at] = newFolder(path.Base(at))
		created = append(created, at)
	}
	for _, at := range created {
		m.all[path.Dir(at)].names[path.Base(at)] = true
	}
	return created
}

// remove removes a file, or a folder with all in it. m.mu is held.
func (m *Memory) remove(at string) {
	f := m.all[at]
	if f == nil {
		return
	}
	for name := range f.names {
		m.remove(path.Join(at, name))
	}
	m.kept -= int64(len(f.data))
	delete(m.all, at)
	if folder := m.all[path.Dir(at)]; folder != nil {
		delete(folder.names, f.name)
	}
}

// find returns the file at a path in Memory.all. Errors name the path given.
func (m *Memory) find(op, name, at string) (*memoryFile, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if f := m.all[at]; f != nil && name != "" {
		return f, nil
	}
	for above := path.Dir(at); name != ""; above = path.Dir(above) {
		if f := m.all[above]; f != nil && f.names == nil {
			return nil, &fs.PathError{Op: op, Path: name, Err: errNoFolder}
		} else if f != nil {
			break
		}
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// errNoFolder is the error for a file where a folder has to be.
var errNoFolder = errors.New("it is a file, want a folder")

func (m *Memory) open(name, at string) (fs.File, error) {
	f, err := m.find("open", name, at)
	if err != nil {
		return nil, err
	}
	if f.names == nil {
		return &openedMemory{bytes.NewReader(f.data), f}, nil
	}
	entries, err := m.list(name, at)
	return &openedFolder{f, name, entries}, err
}

// list lists a folder by name.
func (m *Memory) list(name, at string) (entries []fs.DirEntry, err error) {
	f, err := m.find("open", name, at)
	if err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if f.names == nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errNoFolder}
	}
	for _, child := range slices.Sorted(maps.Keys(f.names)) {
		entries = append(entries, fs.FileInfoToDirEntry(memoryInfo{m.all[path.Join(at, child)]}))
	}
	return entries, nil
}

func (m *Memory) Open(name string) (fs.File, error) { return m.open(name, memoryPath(name)) }

func (m *Memory) Stat(name string) (fs.FileInfo, error) {
	f, err := m.find("stat", name, memoryPath(name))
	if err != nil {
		return nil, err
	}
	return memoryInfo{f}, nil
}

func (m *Memory) Lstat(name string) (fs.FileInfo, error) { return m.Stat(name) }

func (m *Memory) ReadDir(name string) ([]fs.DirEntry, error) { return m.list(name, memoryPath(name)) }

func (m *Memory) EvalSymlinks(name string) (string, error) {
	if _, err := m.find("lstat", name, memoryPath(name)); err != nil {
		return "", err
	}
	return filepath.Clean(name), nil
}

func (m *Memory) SameFile(a, b fs.FileInfo) bool {
	one, isOne := a.(memoryInfo)
	other, isOther := b.(memoryInfo)
	return isOne && isOther && one.memoryFile == other.memoryFile
}

// Getwd returns the folder that relative paths begin in.
func (m *Memory) Getwd() (string, error) {
	if runtime.GOOS == "windows" {
		return `C:\home`, nil
	}
	return memoryHome, nil
}

// ConfigDir returns an error: nobody has settings here.
func (m *Memory) ConfigDir() (string, error) {
	return "", errors.New("there is no folder of settings in memory")
}

// OpenFolder opens a folder. Its paths do not lead out of it.
func (m *Memory) OpenFolder(name string) (Folder, error) { return m.openFolder(name, memoryPath(name)) }

func (m *Memory) openFolder(name, at string) (Folder, error) {
	f, err := m.find("open", name, at)
	if err == nil && f.names == nil {
		err = &fs.PathError{Op: "open", Path: name, Err: errNoFolder}
	}
	if err != nil {
		return nil, err
	}
	return memoryFolder{m, at}, nil
}

func (m *Memory) RemoveAll(name string) error {
	at := memoryPath(name)
	if at == "/" || name == "" {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrInvalid}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(at)
	return nil
}

func (m *Memory) ReplaceFolder(parent, name string, contents map[string][]byte, now time.Time) error {
	at := path.Join(memoryPath(parent), name)
	for _, file := range slices.Sorted(maps.Keys(contents)) {
		if !filepath.IsLocal(filepath.FromSlash(file)) {
			return fmt.Errorf("writing %q: the path leads out of the folder", file)
		}
	}
	// All of it or nothing: it is made elsewhere first, as on a disk.
	fresh, err := NewMemory(nil)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh.room = m.room - m.kept
	for file, data := range contents {
		if err := fresh.keep(path.Join(at, file), bytes.Clone(data), true); err != nil {
			return err
		}
	}
	if err := m.check(filepath.Join(parent, name, "x"), path.Join(at, "x"), fresh.kept); err != nil {
		return err
	}
	if len(m.all)+len(fresh.all) > memoryFiles {
		return &fs.PathError{Op: "write", Path: filepath.Join(parent, name), Err: ErrFull}
	}
	m.remove(at)
	m.makeFolder(at)
	for file, f := range fresh.all {
		if f.names == nil {
			f.time = now
			m.kept += int64(len(f.data))
			m.put(file, f)
		}
	}
	return nil
}

// memoryInfo is about a memoryFile.
type memoryInfo struct{ *memoryFile }

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return int64(len(i.data)) }
func (i memoryInfo) Mode() fs.FileMode  { return i.mode }
func (i memoryInfo) ModTime() time.Time { return i.time }
func (i memoryInfo) IsDir() bool        { return i.names != nil }
func (i memoryInfo) Sys() any           { return nil }

type openedMemory struct {
	*bytes.Reader
	of *memoryFile
}

func (f *openedMemory) Stat() (fs.FileInfo, error) { return memoryInfo{f.of}, nil }
func (f *openedMemory) Close() error               { return nil }

// openedFolder is an open folder, as it was when it was opened.
type openedFolder struct {
	of   *memoryFile
	name string
	left []fs.DirEntry
}

func (f *openedFolder) Stat() (fs.FileInfo, error) { return memoryInfo{f.of}, nil }
func (f *openedFolder) Close() error               { return nil }
func (f *openedFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.name, Err: errors.New("it is a folder, want a file")}
}

func (f *openedFolder) ReadDir(n int) (entries []fs.DirEntry, err error) {
	if n > 0 && len(f.left) == 0 {
		return nil, io.EOF
	}
	if n <= 0 {
		n = len(f.left)
	}
	n = min(n, len(f.left))
	entries, f.left = f.left[:n:n], f.left[n:]
	return entries, nil
}

// memoryFolder is a Folder of a Memory.
type memoryFolder struct {
	m  *Memory
	at string
}

func (f memoryFolder) path(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return path.Join(f.at, name), nil
}

func (f memoryFolder) Close() error { return nil }

func (f memoryFolder) Open(name string) (fs.File, error) {
	at, err := f.path("open", name)
	if err != nil {
		return nil, err
	}
	return f.m.open(name, at)
}

func (f memoryFolder) Stat(name string) (fs.FileInfo, error) {
	at, err := f.path("stat", name)
	if err != nil {
		return nil, err
	}
	file, err := f.m.find("stat", name, at)
	if err != nil {
		return nil, err
	}
	return memoryInfo{file}, nil
}

func (f memoryFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	at, err := f.path("open", name)
	if err != nil {
		return nil, err
	}
	return f.m.list(name, at)
}

// OpenFolder opens a folder in this one.
func (f memoryFolder) OpenFolder(name string) (Folder, error) {
	at, err := f.path("open", name)
	if err != nil {
		return nil, err
	}
	return f.m.openFolder(name, at)
}

func (f memoryFolder) WriteInPlace(name string, data []byte, now time.Time) error {
	at, err := f.path("open", name)
	if err != nil {
		return err
	}
	old, err := f.m.find("open", name, at)
	if err != nil {
		return err
	}
	return f.m.write([]stagedMemory{{name, at, &memoryFile{data: bytes.Clone(data), mode: old.mode, time: now}}})
}

// write gives files their places: all or none.
func (m *Memory) write(all []stagedMemory) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range all {
		if err := m.check(f.name, f.at, int64(len(f.file.data))); err != nil {
			return err
		}
	}
	for _, f := range all {
		f.file.written = true
		m.kept += int64(len(f.file.data))
		m.put(f.at, f.file)
	}
	return nil
}

// Stage begins writing files.
func (m *Memory) Stage(now time.Time) Stage {
	return &memoryStage{m: m, now: now, names: map[folded]string{}}
}

type stagedMemory struct {
	name string // as given, for messages
	at   string
	file *memoryFile
}

// memoryStage is a Stage of a Memory.
type memoryStage struct {
	m   *Memory
	now time.Time

	mu      sync.Mutex
	staged  []stagedMemory
	names   map[folded]string
	size    int64    // bytes of the staged files: they count as kept
	created []string // folders, the innermost first
}

func (s *memoryStage) Add(path string, data []byte, mode fs.FileMode) error {
	w, err := s.Create(path, mode)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return cmp.Or(err, w.Close())
}

func (s *memoryStage) Create(name string, mode fs.FileMode) (io.WriteCloser, error) {
	at := memoryPath(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	err := s.m.check(name, at, 0)
	if s.m.all[at] == nil {
		err = cmp.Or(err, checkNew(name, path.Base(at)))
	}
	if err = cmp.Or(err, checkAlone(s.names, folded{path.Dir(at), path.Base(at)}, name)); err != nil {
		return nil, err
	}
	s.created = append(s.m.makeFolder(path.Dir(at)), s.created...)
	return &memoryWriter{stage: s, to: stagedMemory{name, at, &memoryFile{mode: mode & fs.ModePerm, time: s.now}}}, nil
}

// memoryWriter collects a file. Its bytes count as soon as they are written.
type memoryWriter struct {
	bytes.Buffer
	stage *memoryStage
	to    stagedMemory
}

func (w *memoryWriter) Write(data []byte) (int, error) {
	m := w.stage.m
	m.mu.Lock()
	if int64(len(data)) > m.room-m.kept {
		m.mu.Unlock()
		return 0, &fs.PathError{Op: "write", Path: w.to.name, Err: ErrFull}
	}
	m.kept += int64(len(data))
	m.mu.Unlock()
	w.stage.mu.Lock()
	defer w.stage.mu.Unlock()
	w.stage.size += int64(len(data))
	return w.Buffer.Write(data)
}

func (w *memoryWriter) Close() error {
	w.stage.mu.Lock()
	defer w.stage.mu.Unlock()
	w.to.file.data = w.Bytes()
	w.stage.staged = append(w.stage.staged, w.to)
	return nil
}

func (s *memoryStage) Folder(name string) error {
	at := memoryPath(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if err := s.m.check(name, path.Join(at, "x"), 0); err != nil {
		return err
	}
	s.created = append(s.m.makeFolder(at), s.created...)
	return nil
}

func (s *memoryStage) Commit() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
	err := s.m.write(s.staged)
	if err == nil {
		s.staged, s.created = nil, nil
	}
	return err
}

// release stops counting the staged files. s.mu is held.
func (s *memoryStage) release() {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.kept -= s.size
	s.size = 0
}

func (s *memoryStage) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
	s.staged = nil
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	for _, at := range s.created {
		if f := s.m.all[at]; f != nil && len(f.names) == 0 {
			s.m.remove(at)
		}
	}
	s.created = nil
	return nil
}
