package files

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"time"
)

// Overlay is a System with a working folder of its own, and with texts over the files of another System, such as those that an
// editor has not saved yet. Only reading sees them.
type Overlay struct {
	System
	Folder string            // the working folder, absolute
	Texts  map[string][]byte // by the clean absolute path of their file
	Opened func(path string) // called with the absolute path of each file that is opened, there or not; may be nil
}

// Abs returns the clean absolute path of a path.
func (o *Overlay) Abs(path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(o.Folder, path)
	}
	return filepath.Clean(path)
}

// Open opens a text, or the file below it.
func (o *Overlay) Open(path string) (fs.File, error) {
	full := o.Abs(path)
	if o.Opened != nil {
		o.Opened(full)
	}
	if text, ok := o.Texts[full]; ok {
		return newTextFile(full, text), nil
	}
	f, err := o.System.Open(full)
	return f, WithPath(err, path)
}

// Stat is about a text, or the file below it.
func (o *Overlay) Stat(path string) (fs.FileInfo, error) { return o.stat(path, o.System.Stat) }

// Lstat is Stat without following a link.
func (o *Overlay) Lstat(path string) (fs.FileInfo, error) { return o.stat(path, o.System.Lstat) }

func (o *Overlay) stat(path string, below func(string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	full := o.Abs(path)
	if text, ok := o.Texts[full]; ok {
		return textInfo{filepath.Base(full), len(text)}, nil
	}
	info, err := below(full)
	return info, WithPath(err, path)
}

// ReadDir lists a folder, without texts that have no file yet.
func (o *Overlay) ReadDir(path string) ([]fs.DirEntry, error) { return o.System.ReadDir(o.Abs(path)) }

// EvalSymlinks returns the path behind links.
func (o *Overlay) EvalSymlinks(path string) (string, error) {
	return o.System.EvalSymlinks(o.Abs(path))
}

// Getwd returns the working folder.
func (o *Overlay) Getwd() (string, error) { return o.Folder, nil }

// OpenFolder opens a folder, with the texts over its files.
func (o *Overlay) OpenFolder(path string) (Folder, error) {
	full := o.Abs(path)
	folder, err := o.System.OpenFolder(full)
	if err != nil {
		return nil, WithPath(err, path)
	}
	return &overlayFolder{folder, o, full}, nil
}

// Over returns a folder opened by OpenFolder of another Overlay with the texts of this one.
func (o *Overlay) Over(folder Folder) Folder {
	if f, ok := folder.(*overlayFolder); ok {
		return &overlayFolder{f.Folder, o, f.path}
	}
	return folder
}

type overlayFolder struct {
	Folder
	over *Overlay
	path string
}

func (f *overlayFolder) Open(name string) (fs.File, error) {
	full := filepath.Join(f.path, filepath.FromSlash(name))
	if f.over.Opened != nil {
		f.over.Opened(full)
	}
	if text, ok := f.over.Texts[full]; ok && fs.ValidPath(name) {
		return newTextFile(full, text), nil
	}
	return f.Folder.Open(name)
}

// ReadDir lists a folder in this one.
func (f *overlayFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(f.Folder, name)
}

// textFile is an opened text.
type textFile struct {
	*bytes.Reader
	info textInfo
}

func newTextFile(path string, text []byte) *textFile {
	return &textFile{bytes.NewReader(text), textInfo{filepath.Base(path), len(text)}}
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }

type textInfo struct {
	name string
	size int
}

func (i textInfo) Name() string     { return i.name }
func (i textInfo) Size() int64      { return int64(i.size) }
func (textInfo) Mode() fs.FileMode  { return 0o644 }
func (textInfo) ModTime() time.Time { return time.Time{} }
func (textInfo) IsDir() bool        { return false }
func (textInfo) Sys() any           { return nil }
