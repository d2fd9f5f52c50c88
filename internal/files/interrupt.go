package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
	"time"
)

// Interruptible is a System that ends with a context: no call waits any longer, and nothing is written any more. Reading a
// pipe or a device, or opening one, may block for ever; it then goes on in a goroutine of its own, and its result is dropped.
type Interruptible struct {
	System
	ctx context.Context

	writing sync.RWMutex // held for reading by each change of the disk, for writing by Abandon
	mu      sync.Mutex
	stages  map[*interruptibleStage]struct{} // not closed yet
}

// NewInterruptible returns a System that ends with ctx.
func NewInterruptible(ctx context.Context, sys System) *Interruptible {
	return &Interruptible{System: sys, ctx: ctx, stages: map[*interruptibleStage]struct{}{}}
}

// Abandon removes the uncommitted files of all stages, for a process about to exit while its work is still running. It waits
// for a change of the disk under way. The context must have ended: after Abandon nothing is written.
func (i *Interruptible) Abandon() {
	i.writing.Lock() // for good
	for s := range i.stages {
		_ = s.Stage.Close()
	}
}

// Open opens a file. For anything but a regular file or a folder, Read ends with the context too.
func (i *Interruptible) Open(path string) (fs.File, error) {
	f, err := wait(i.ctx, func() (fs.File, error) { return i.System.Open(path) }, func(f fs.File) { f.Close() })
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && (info.Mode().IsRegular() || info.IsDir()) {
		return f, nil
	}
	return &interruptibleFile{f, NewReader(i.ctx, f)}, nil
}

// ReplaceFolder replaces a folder, unless the context has ended.
func (i *Interruptible) ReplaceFolder(parent, name string, files map[string][]byte, now time.Time) error {
	return i.change(func() error { return i.System.ReplaceFolder(parent, name, files, now) })
}

// RemoveAll removes a file or a folder, unless the context has ended.
func (i *Interruptible) RemoveAll(path string) error {
	return i.change(func() error { return i.System.RemoveAll(path) })
}

// OpenFolder opens a folder. After the end of the context it reads and writes nothing.
func (i *Interruptible) OpenFolder(path string) (Folder, error) {
	folder, err := i.System.OpenFolder(path)
	if err != nil {
		return nil, err
	}
	return interruptibleFolder{folder, i}, nil
}

// OpenFolder opens a folder in this one.
func (f interruptibleFolder) OpenFolder(name string) (Folder, error) {
	parent, ok := f.Folder.(interface{ OpenFolder(string) (Folder, error) })
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.ErrUnsupported}
	}
	folder, err := parent.OpenFolder(name)
	if err != nil {
		return nil, err
	}
	return interruptibleFolder{folder, f.of}, nil
}

// Stage begins writing files. After the end of the context it commits nothing.
func (i *Interruptible) Stage(now time.Time) Stage {
	s := &interruptibleStage{i.System.Stage(now), i}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stages[s] = struct{}{}
	return s
}

// change calls do, which changes the disk, unless the context has ended.
func (i *Interruptible) change(do func() error) error {
	i.writing.RLock()
	defer i.writing.RUnlock()
	if err := i.ctx.Err(); err != nil {
		return err
	}
	return do()
}

type interruptibleStage struct {
	Stage
	of *Interruptible
}

func (s *interruptibleStage) Add(path string, data []byte, mode fs.FileMode) error {
	return s.of.change(func() error { return s.Stage.Add(path, data, mode) })
}

func (s *interruptibleStage) Create(path string, mode fs.FileMode) (w io.WriteCloser, err error) {
	err = s.of.change(func() error {
		w, err = s.Stage.Create(path, mode)
		return err
	})
	return w, err
}

func (s *interruptibleStage) Folder(path string) error {
	return s.of.change(func() error { return s.Stage.Folder(path) })
}

func (s *interruptibleStage) Commit() error { return s.of.change(s.Stage.Commit) }

func (s *interruptibleStage) Close() error {
	s.of.writing.Lock() // waits for a change under way: the run may have ended before its work has
	defer s.of.writing.Unlock()
	s.of.mu.Lock()
	delete(s.of.stages, s)
	s.of.mu.Unlock()
	return s.Stage.Close()
}

// interruptibleFolder reads and writes nothing after the end of the context. It forwards the optional methods of a file system.
type interruptibleFolder struct {
	Folder
	of *Interruptible
}

func (f interruptibleFolder) WriteInPlace(name string, data []byte, now time.Time) error {
	return f.of.change(func() error { return f.Folder.WriteInPlace(name, data, now) })
}

func (f interruptibleFolder) Open(name string) (fs.File, error) {
	if err := f.of.ctx.Err(); err != nil {
		return nil, err
	}
	return f.Folder.Open(name)
}

func (f interruptibleFolder) ReadFile(name string) ([]byte, error) {
	if err := f.of.ctx.Err(); err != nil {
		return nil, err
	}
	return fs.ReadFile(f.Folder, name)
}

func (f interruptibleFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.of.ctx.Err(); err != nil {
		return nil, err
	}
	return fs.ReadDir(f.Folder, name)
}

func (f interruptibleFolder) Stat(name string) (fs.FileInfo, error)  { return fs.Stat(f.Folder, name) }
func (f interruptibleFolder) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(f.Folder, name) }
func (f interruptibleFolder) ReadLink(name string) (string, error) {
	return fs.ReadLink(f.Folder, name)
}

type interruptibleFile struct {
	fs.File
	r io.Reader
}

func (f *interruptibleFile) Read(p []byte) (int, error) { return f.r.Read(p) }

// NewReader returns a reader of r whose Read returns the error of ctx as soon as ctx ends. A Read of r still waiting then
// goes on, and its bytes are lost.
func NewReader(ctx context.Context, r io.Reader) io.Reader { return &reader{ctx: ctx, r: r} }

type reader struct {
	ctx    context.Context
	r      io.Reader
	buffer []byte // given up once a Read is left waiting
}

const readSize = 64 << 10

func (r *reader) Read(p []byte) (int, error) {
	if r.buffer == nil {
		r.buffer = make([]byte, readSize)
	}
	buffer := r.buffer[:min(len(p), readSize)]
	n, err := wait(r.ctx, func() (int, error) { return r.r.Read(buffer) }, func(int) {})
	if r.ctx.Err() != nil {
		r.buffer = nil
		return 0, r.ctx.Err()
	}
	return copy(p, buffer[:n]), err
}

// wait returns the result of do, or the error of ctx once it ends. A result too late goes to drop, without an error.
func wait[T any](ctx context.Context, do func() (T, error), drop func(T)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if ctx.Done() == nil {
		return do()
	}
	type done struct {
		result T
		err    error
	}
	finished := make(chan done) // unbuffered: somebody takes the result, or it is dropped
	go func() {
		result, err := do()
		select {
		case finished <- done{result, err}:
		case <-ctx.Done():
			if err == nil {
				drop(result)
			}
		}
	}()
	select {
	case d := <-finished:
		return d.result, d.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
