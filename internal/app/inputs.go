package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/plist"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// input is one file to read, or stdin.
type input struct {
	path    string // also its name in findings
	isStdin bool
	folder  files.Folder // folder of a file found by searching it; nil for a file named by the user
	name    string       // slash-separated path in the folder
}

// inputOf returns the input of a single argument, - for stdin.
func inputOf(path string) input {
	if path == "-" {
		return input{path: "stdin", isStdin: true}
	}
	return input{path: path}
}

func (in input) read(h *Host) ([]byte, error) {
	if in.isStdin {
		return files.ReadAll(h.Stdin, in.path)
	}
	if in.folder != nil {
		return files.ReadIn(in.folder, in.name, in.path)
	}
	return files.Read(h.Files, in.path)
}

// write replaces the content of the file.
func (in input) write(h *Host, data []byte) error {
	if in.folder != nil {
		return files.WriteInPlaceIn(in.folder, in.name, in.path, data, h.Now())
	}
	return files.WriteInPlace(h.Files, in.path, data, h.Now())
}

// inputFinder finds the files named by arguments.
type inputFinder struct {
	host      *Host
	stdinName string              // name of stdin in findings
	isInput   func(in input) bool // whether a file found in a folder is an input
	wants     string              // kinds of files, for the message about a folder without any
}

// find lists the inputs of arguments, in order; the files of a folder are sorted. Unreadable and empty folders are failures.
func (f *inputFinder) find(paths []string) (inputs []input, failures []error, err error) {
	for i, path := range paths {
		if path == "-" {
			if slices.Contains(paths[:i], "-") {
				return nil, nil, diag.Usage("stdin can be read only once", "stdin (-) is given twice")
			}
			inputs = append(inputs, input{path: f.stdinName, isStdin: true})
			continue
		}
		info, err := f.host.Files.Stat(path)
		if err != nil || !info.IsDir() {
			inputs = append(inputs, input{path: path}) // reading it reports the error
			continue
		}
		found, failed := f.walk(path)
		if len(found)+len(failed) == 0 {
			failed = []error{f.nothingIn(path)}
		}
		inputs = append(inputs, found...)
		failures = append(failures, failed...)
	}
	return inputs, failures, nil
}

// emptyFolder is the error for a folder without inputs, by the kinds of files wanted.
type emptyFolder string

func (e emptyFolder) Error() string { return "contains no " + string(e) }

// emptyHere is emptyFolder for the current folder, in words instead of a dot.
type emptyHere struct{ at *fs.PathError }

func (e emptyHere) Unwrap() error { return e.at }
func (e emptyHere) Error() string { return "this folder " + e.at.Err.Error() }

// nothingIn is the error for a folder without inputs.
func (f *inputFinder) nothingIn(path string) error {
	err := &fs.PathError{Op: "searching", Path: path, Err: emptyFolder(f.wants)}
	if path != "." {
		return err
	}
	return diag.WithHint(emptyHere{err}, "name a file or a folder, or begin with a template: syncguard init")
}

// walk lists the inputs in a folder and below it. It skips hidden folders and links to folders, and tells of links out of the
// folder, devices, pipes and sockets.
func (f *inputFinder) walk(path string) (inputs []input, failures []error) {
	folder, err := f.host.Files.OpenFolder(path)
	if err != nil {
		return nil, []error{err}
	}
	w := &walk{inputFinder: f, folder: folder, path: path}
	w.enter(".")
	switch d := f.host.distrust; {
	case d != nil:
		for _, name := range w.outside {
			d.refuse(name, "link out of the folder not followed")
		}
	case len(w.outside) > 0:
		f.host.warn(fmt.Sprintf("skipped %s out of %s: %s", text.Count(len(w.outside), "link"), path, few(w.outside)), "to read a file behind a link, name it itself")
	}
	if len(w.special) > 0 {
		f.host.note(fmt.Sprintf("skipped %s (devices, pipes or sockets): %s", text.Count(len(w.special), "special file"), few(w.special)))
	}
	return w.inputs, w.failures
}

// walk is one call of inputFinder.walk.
type walk struct {
	*inputFinder
	folder           files.Folder // stays open for reading its files
	path             string
	inputs           []input
	failures         []error
	outside, special []string // paths not read
}

// enter walks one folder, by its slash-separated path.
func (w *walk) enter(name string) {
	entries, err := fs.ReadDir(w.folder, name)
	if err != nil {
		w.failures = append(w.failures, files.WithPath(err, w.in(name).path))
	}
	for _, entry := range entries {
		in := w.in(path.Join(name, entry.Name()))
		if entry.IsDir() {
			if !strings.HasPrefix(entry.Name(), ".") {
				w.enter(in.name)
			}
			continue
		}
		w.add(in, entry.Type())
	}
}

func (w *walk) in(name string) input {
	return input{path: filepath.Join(w.path, filepath.FromSlash(name)), folder: w.folder, name: name}
}

// add adds a file, unless it is none. A dangling link is one, to be reported.
func (w *walk) add(in input, mode fs.FileMode) {
	if mode&fs.ModeSymlink != 0 {
		info, err := fs.Stat(w.folder, in.name)
		switch {
		case errors.Is(err, files.ErrOutside):
			w.outside = append(w.outside, in.path)
			return
		case err == nil:
			mode = info.Mode().Type()
		default:
			mode = 0
		}
	}
	switch {
	case mode.IsDir():
	case mode != 0:
		w.special = append(w.special, in.path)
	case w.isInput(in):
		w.inputs = append(w.inputs, in)
	}
}

// maxFew is how many names few shows.
const maxFew = 3

// few joins names, counting those after maxFew.
func few(names []string) string {
	if more := len(names) - maxFew; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxFew], ", "), more)
	}
	return strings.Join(names, ", ")
}

// isProfileName reports whether a file name has the extension of a profile.
func isProfileName(path string) bool { return strings.EqualFold(filepath.Ext(path), ".mobileconfig") }

// isProfile is isProfileName for an input.
func isProfile(in input) bool { return isProfileName(in.path) }

// hasProfileName reports whether a file found in a folder looks like a profile or declaration. Other programs write JSON too, so
// a JSON file must contain the words found in every declaration. An unreadable one counts, to be reported.
func (h *Host) hasProfileName(in input) bool {
	switch strings.ToLower(filepath.Ext(in.path)) {
	case ".mobileconfig":
		return true
	case ".json":
		data, err := in.read(h)
		return err != nil || bytes.Contains(data, []byte(`"Type"`)) && bytes.Contains(data, []byte(`"com.apple.`)) || isEscapedDeclaration(data)
	}
	return false
}

// isEscapedDeclaration recognizes a declaration whose words are written with escapes, as nobody does but to keep it from being
// checked.
func isEscapedDeclaration(data []byte) bool {
	var declaration struct{ Type string }
	return bytes.Contains(data, []byte(`\u`)) && json.Unmarshal(data, &declaration) == nil && strings.HasPrefix(declaration.Type, "com.apple.")
}

// isLintable is hasProfileName including templates.
func (h *Host) isLintable(in input) bool {
	if !isTemplateName(in.path) || filepath.Base(in.path) == template.ProjectFile {
		return h.hasProfileName(in)
	}
	data, err := in.read(h)
	return err != nil || plist.IsTemplate(data) || h.distrust != nil && template.HasTemplateKeys(data)
}

// ordered calls do for each item, at most limit at a time, and yields the results in the order of the items. During a slow item
// work goes on with the items behind it, up to aheadOf times the limit. The end of ctx ends it with an error at once, whatever is
// under way.
func ordered[T, R any](ctx context.Context, items []T, limit int, do func(T) R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		if len(items) == 1 { // a keystroke: no workers to wait for
			yield(until(ctx, func() (R, error) { return do(items[0]), nil }))
			return
		}
		stop := make(chan struct{})
		defer close(stop)
		queue := make(chan chan R, aheadOf*limit)
		go func() {
			defer close(queue)
			type task struct {
				item   T
				result chan R
			}
			tasks := make(chan task)
			defer close(tasks)
			for range min(limit, len(items)) {
				go func() {
					for t := range tasks {
						t.result <- do(t.item)
					}
				}()
			}
			for _, item := range items {
				result := make(chan R, 1)
				select {
				case queue <- result:
				case <-stop:
					return
				}
				tasks <- task{item, result}
			}
		}()
		for waiting := range queue {
			var result R
			select {
			case result = <-waiting:
			case <-ctx.Done():
			}
			if err := ctx.Err(); !yield(result, err) || err != nil {
				return
			}
		}
	}
}

// aheadOf bounds the results waiting to be yielded, and so the memory they take.
const aheadOf = 16
