package app

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"syncguard/internal/files"
	"syncguard/internal/lint"
	"syncguard/internal/template"
)

// Workspace lints the files of a folder again and again while an editor changes them, with the findings of Lint in that folder. A
// file is checked again only after a change of its own, or of a file that it reads. It is not safe for concurrent use.
type Workspace struct {
	host    *Host
	folder  string // absolute
	options LintOptions
	loose   bool
	known   knownFiles
	single  bool     // what is known is of one file: nothing is known of it as one of a set
	changed []string // since the last look at what to lint

	looked   bool            // the next four are of the folder as it is
	inputs   []input         // found in it
	unfound  []error         // why some were not found
	isInput  map[string]bool // their absolute paths
	lintable map[string]bool // by absolute path: whether its content makes a file one to lint
	left     map[string]bool // files to lint by their content, but not found, by their absolute path; true if they are on the disk

	settings *files.Remembered // what is around the files: projects, their settings, a baseline; nil if that is to be read anew
	made     *checker          // of an earlier run; nil for none
	day      time.Time         // of what is known: dates are judged by the time
}

// NewWorkspace returns a Workspace. A loose one has no files but those that are linted alone.
func NewWorkspace(h *Host, folder string, loose bool, o LintOptions) *Workspace {
	return &Workspace{host: h, folder: folder, loose: loose, options: o, known: knownFiles{files: map[string]*knownFile{}}, lintable: map[string]bool{}, left: map[string]bool{}}
}

// ProjectFolder returns the folder of the project that a folder belongs to, absolute, or "" without one.
func ProjectFolder(h *Host, folder string) (string, error) {
	h = h.withFiles(&files.Overlay{System: h.Files, Folder: folder})
	nearest := ""
	for _, name := range []string{template.ProjectFile, DefaultTemplate} {
		path, err := h.findAbove(name)
		if err != nil {
			return "", err
		}
		if path == "" {
			continue
		}
		if above := filepath.Join(folder, filepath.Dir(path)); len(above) > len(nearest) {
			nearest = above
		}
	}
	return nearest, nil
}

// Changed makes the next Lint read a file again. path is absolute and clean.
func (w *Workspace) Changed(path string) {
	slashed := filepath.ToSlash(path)
	if w.settings != nil && w.settings.Knows(path) {
		w.settings = nil
	}
	if filepath.Base(path) == template.ProjectFile || strings.Contains(slashed, "/.syncguard/") {
		w.looked, w.made, w.settings = false, nil, nil
		w.known.reset()
		return
	}
	w.looked = w.looked && filepath.Base(path) != builtFile
	w.changed = append(w.changed, path)
	delete(w.lintable, path)
	w.known.forget(path)
}

// Renew makes the next Lint read settings again, wherever they are: a change of them need not be told.
func (w *Workspace) Renew() { w.settings = nil }

// movesIn reports whether a changed file may be one to lint now, or is none any more: the folder has to be looked through again.
func (w *Workspace) movesIn(h *Host, path string) bool {
	_, err := w.host.Files.Stat(path)
	is := err == nil && h.isLintable(input{path: path})
	switch onDisk, known := w.left[path]; {
	case is == w.isInput[path], is && known && onDisk == (err == nil):
		return false
	case is:
		w.left[path] = err == nil
	default:
		delete(w.left, path)
	}
	return true
}

// look finds the files to lint. It reads only those whose content it has not seen.
func (w *Workspace) look(l *linting) (err error) {
	for _, path := range w.changed {
		w.looked = w.looked && !w.movesIn(l.host, path)
	}
	w.changed = nil
	if w.looked || w.loose {
		return nil
	}
	w.inputs, w.unfound, err = l.find(func(in input) bool {
		path := w.abs(in.path)
		is, known := w.lintable[path]
		if !known {
			is = l.host.isLintable(in)
			w.lintable[path] = is
		}
		return is
	})
	if err != nil {
		return err
	}
	// An editor opens any folder.
	w.unfound = slices.DeleteFunc(w.unfound, func(err error) bool { var empty emptyFolder; return errors.As(err, &empty) })
	w.looked, w.isInput = true, map[string]bool{}
	for _, in := range w.inputs {
		w.isInput[w.abs(in.path)] = true
	}
	return nil
}

func (w *Workspace) abs(path string) string {
	return (&files.Overlay{Folder: w.folder}).Abs(path)
}

// Lint lints the files of the folder, and each of alone for itself unless it is one of them or nothing to lint. texts are those of files that are
// open, by absolute path; do not modify them. The names of the results are relative to the folder, or absolute.
func (w *Workspace) Lint(ctx context.Context, texts map[string][]byte, alone []string) (linted []*LintedFile, failures []error, err error) {
	if day := w.host.Now().Truncate(24 * time.Hour); !day.Equal(w.day) {
		w.day = day
		w.known.reset()
	}
	h := w.host.withFiles(&files.Overlay{System: w.host.Files, Folder: w.folder, Texts: texts})
	l, err := w.linting(h, w.options)
	if err != nil {
		return nil, nil, err
	}
	l.checker.options.Interrupted = ctx.Err
	if err := w.look(l); err != nil {
		return nil, nil, err
	}
	inputs := slices.Clone(w.inputs)
	for i, in := range inputs {
		if in.folder != nil {
			inputs[i].folder = h.Files.(*files.Overlay).Over(in.folder)
		}
	}
	if single := len(inputs) == 1; single != w.single {
		w.single = single
		w.known.reset()
		l.known = &knownRun{&w.known, w.known.generation}
	}
	if w.single {
		l.checker.set = nil
	}
	gather := func(run *LintRun) error {
		for f, err := range run.Files {
			if err != nil {
				return err
			}
			linted = append(linted, f)
		}
		failures = append(failures, run.Footer.Failures...)
		return ctx.Err()
	}
	if !w.loose {
		if err := gather(l.stream(ctx, inputs, w.unfound)); err != nil {
			return nil, nil, err
		}
	}
	for _, path := range alone {
		if w.isInput[path] || !h.isOurs(path) {
			continue
		}
		o := w.options
		o.Paths = []string{path}
		l, err := w.linting(h, o)
		if err == nil {
			l.checker.options.Interrupted, l.checker.set = ctx.Err, nil
			err = gather(l.stream(ctx, []input{{path: path}}, nil))
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return linted, failures, nil
}

// isOurs reports whether a file that nobody named is worth linting: as in a folder, and property lists that look like a profile.
func (h *Host) isOurs(path string) bool {
	if !strings.EqualFold(filepath.Ext(path), ".plist") {
		return h.isLintable(input{path: path})
	}
	data, err := h.readFile(path)
	return err == nil && bytes.Contains(data, []byte("PayloadType")) && bytes.Contains(data, []byte("PayloadContent"))
}

// linting returns a run over what is known. It keeps what the checks have read of the schemas.
func (w *Workspace) linting(h *Host, o LintOptions) (*linting, error) {
	if w.settings == nil {
		w.settings = files.NewRemembered(h.Files)
	}
	w.settings = w.settings.Over(h.Files)
	o.made = w.made
	l, err := newLinting(h.withFiles(w.settings), o)
	if err != nil {
		w.settings = nil
		return nil, err
	}
	w.made = &checker{catalog: l.checker.catalog, lint: l.checker.lint}
	l.host, l.checker.host = h, h
	l.known = &knownRun{&w.known, w.known.generation}
	return l, nil
}

// Fixed returns the text of a file after lint --fix, nil if that changes nothing.
func (w *Workspace) Fixed(ctx context.Context, texts map[string][]byte, path string) ([]byte, error) {
	o := w.options
	o.Paths, o.Fix = []string{path}, FixShown
	l, err := w.linting(w.host.withFiles(&files.Overlay{System: w.host.Files, Folder: w.folder, Texts: texts}), o)
	if err != nil {
		return nil, err
	}
	l.known = nil
	l.checker.options.Interrupted = ctx.Err
	r := l.lint(input{path: path})
	if r.err != nil || r.fix == nil {
		return nil, r.err
	}
	return r.fix.Data, nil
}

// knownFiles are the results of checks by the absolute path of the file.
type knownFiles struct {
	mu         sync.Mutex
	generation int // grows with each change
	files      map[string]*knownFile
}

type knownFile struct {
	checked
	reads map[string]bool // absolute paths of the other files that it depends on, there or not
}

func (k *knownFiles) reset() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.generation++
	clear(k.files)
}

// forget drops the results that a file has a part in.
func (k *knownFiles) forget(path string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.generation++
	for name, known := range k.files {
		if name == path || known.reads[path] {
			delete(k.files, name)
		}
	}
}

// knownRun is the view of one run. A check of it may outlive it, and then its result counts no more.
type knownRun struct {
	*knownFiles
	started int // its generation
}

// check returns what is known of an input, or checks it.
func (k *knownRun) check(c *checker, in input) checked {
	over := c.host.Files.(*files.Overlay)
	path := over.Abs(in.path)
	k.mu.Lock()
	known := k.files[path]
	k.mu.Unlock()
	if known != nil && known.name == in.path {
		return known.again(c)
	}
	known = &knownFile{reads: map[string]bool{}}
	watching, mine := *over, *c
	watching.Opened = func(read string) { known.reads[read] = true }
	mine.host = c.host.withFiles(&watching)
	known.checked = mine.checkInput(in)
	if known.err != nil || known.shortened { // a run counts what it drops
		return known.checked
	}
	k.mu.Lock()
	if k.generation == k.started {
		k.files[path] = known
	}
	k.mu.Unlock()
	return known.again(c)
}

// again returns the result for another run, which changes what it gets.
func (k *knownFile) again(c *checker) checked {
	r := k.checked
	r.findings = slices.Clone(r.findings)
	r.ignores, r.baseIgnores = copyIgnores(r.ignores), copyIgnores(r.baseIgnores)
	r.unlisted = tally{}
	if r.facts != nil {
		facts := *r.facts
		facts.Bound = c.bound(&checked{name: r.name}, nil)
		r.facts = &facts
	}
	return r
}

func copyIgnores(all []*lint.Ignore) []*lint.Ignore {
	copies := make([]*lint.Ignore, len(all))
	for i, one := range all {
		copies[i] = new(*one)
	}
	return copies
}

// Paths lists the files of the last Lint, absolute.
func (w *Workspace) Paths() (paths []string) {
	for _, in := range w.inputs {
		paths = append(paths, w.abs(in.path))
	}
	return paths
}
