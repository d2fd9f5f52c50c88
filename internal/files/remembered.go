package files

import (
	"io/fs"
	"path/filepath"
)

// Remembered is a System that asks another one each question about a path once: for small files that are read again and again, such as
// settings. It is not safe for concurrent use.
type Remembered struct {
	System
	answers map[question]answer
}

type question struct{ kind, path string }

type answer struct {
	info fs.FileInfo
	data []byte
	path string
	err  error
}

// NewRemembered returns a Remembered that knows nothing yet.
func NewRemembered(sys System) *Remembered { return &Remembered{sys, map[question]answer{}} }

// Over returns a Remembered of what this one knows, that asks another System.
func (r *Remembered) Over(sys System) *Remembered { return &Remembered{sys, r.answers} }

// Knows reports whether something was asked about a path.
func (r *Remembered) Knows(path string) bool {
	for asked := range r.answers {
		if filepath.Clean(asked.path) == path {
			return true
		}
	}
	return false
}

// ask is keyed by the absolute path: the working folder may be another one for an Overlay.
func (r *Remembered) ask(kind, path string, do func(string) answer) answer {
	full := path
	if !filepath.IsAbs(path) {
		if folder, err := r.System.Getwd(); err == nil {
			full = filepath.Join(folder, path)
		}
	}
	key := question{kind, full}
	known, ok := r.answers[key]
	if !ok {
		known = do(path)
		r.answers[key] = known
	}
	return known
}

// Open opens a file, all of which is remembered. A folder, or what is larger than a file may be, is not.
func (r *Remembered) Open(path string) (fs.File, error) {
	known := r.ask("open", path, func(path string) (a answer) {
		if a.info, a.err = r.System.Stat(path); a.err == nil && a.info.Mode().IsRegular() && a.info.Size() <= MaxSize {
			a.data, a.err = Read(r.System, path)
			if a.data == nil {
				a.data = []byte{}
			}
		}
		return a
	})
	if known.err != nil || known.data == nil {
		return r.System.Open(path)
	}
	return newTextFile(path, known.data), nil
}

// Stat is about what is at a path.
func (r *Remembered) Stat(path string) (fs.FileInfo, error) {
	known := r.ask("stat", path, func(path string) (a answer) { a.info, a.err = r.System.Stat(path); return a })
	return known.info, known.err
}

// Lstat is Stat without following a link.
func (r *Remembered) Lstat(path string) (fs.FileInfo, error) {
	known := r.ask("lstat", path, func(path string) (a answer) { a.info, a.err = r.System.Lstat(path); return a })
	return known.info, known.err
}

// EvalSymlinks returns the path behind links.
func (r *Remembered) EvalSymlinks(path string) (string, error) {
	known := r.ask("link", path, func(path string) (a answer) { a.path, a.err = r.System.EvalSymlinks(path); return a })
	return known.path, known.err
}
