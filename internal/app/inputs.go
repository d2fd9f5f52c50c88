package app

import (
	"bytes"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// input is one file to check.
type input struct {
	path    string // under which its findings are shown
	isStdin bool
}

// inputOf is the input that a single argument names.
func inputOf(path string) input {
	if path == "-" {
		return input{"stdin", true}
	}
	return input{path: path}
}

func (in input) read(h *Host) ([]byte, error) {
	if in.isStdin {
		return files.ReadAll(h.Stdin, in.path)
	}
	return files.Read(h.Files, in.path)
}

// inputFinder says what counts as an input.
type inputFinder struct {
	files     files.System
	stdinName string                 // how stdin is shown
	isInput   func(path string) bool // whether a file in a folder that nobody named is one
	wants     string                 // what a folder should hold, for the message that it does not
}

// find lists the files that arguments name, those of a folder sorted. What cannot be listed is among the failures.
func (f *inputFinder) find(paths []string) (inputs []input, failures []error, err error) {
	for i, path := range paths {
		if path == "-" {
			if slices.Contains(paths[:i], "-") {
				return nil, nil, diag.Usage("stdin can be read once", "- is given twice")
			}
			inputs = append(inputs, input{f.stdinName, true})
			continue
		}
		info, err := f.files.Stat(path)
		if err != nil || !info.IsDir() {
			inputs = append(inputs, input{path: path}) // reading it says what is wrong
			continue
		}
		found, failed := f.walk(path)
		if len(found)+len(failed) == 0 {
			failed = []error{&fs.PathError{Op: "searching", Path: path, Err: fmt.Errorf("holds no %s", f.wants)}}
		}
		inputs = append(inputs, found...)
		failures = append(failures, failed...)
	}
	return inputs, failures, nil
}

// walk lists the inputs in a folder and those below it. Hidden folders are left alone, and links to folders.
func (f *inputFinder) walk(folder string) (inputs []input, failures []error) {
	entries, err := f.files.ReadDir(folder)
	if err != nil {
		return nil, []error{err}
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		switch {
		case entry.IsDir() && !strings.HasPrefix(entry.Name(), "."):
			found, failed := f.walk(path)
			inputs, failures = append(inputs, found...), append(failures, failed...)
		case !entry.IsDir() && isRegular(f.files, path) && f.isInput(path):
			inputs = append(inputs, input{path: path})
		}
	}
	return inputs, failures
}

// isProfileName says whether a file in a folder is a profile.
func isProfileName(path string) bool { return strings.EqualFold(filepath.Ext(path), ".mobileconfig") }

// hasProfileName says whether a file that nobody named is meant to be checked. Other programs write JSON too, so there the
// words that every declaration of Apple's holds must be in it.
func (h *Host) hasProfileName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mobileconfig":
		return true
	case ".json":
		data, err := files.Read(h.Files, path)
		return err != nil || bytes.Contains(data, []byte(`"Type"`)) && bytes.Contains(data, []byte(`"com.apple.`))
	}
	return false
}

// isLintable is hasProfileName, for templates too.
func (h *Host) isLintable(path string) bool {
	if !isTemplateName(path) || filepath.Base(path) == template.ProjectFile {
		return h.hasProfileName(path)
	}
	data, err := files.Read(h.Files, path)
	return err != nil || plist.IsTemplate(data)
}

// isRegular keeps pipes and devices out, which would block. A dangling link is let through, to be reported.
func isRegular(sys files.System, path string) bool {
	info, err := sys.Stat(path)
	return err != nil || info.Mode().IsRegular()
}

// ordered calls do for each item, at most limit at a time, and yields the results in the order of the items. A slow item does
// not keep those behind it from being worked on, up to aheadOf times the limit.
func ordered[T, R any](items []T, limit int, do func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		stop := make(chan struct{})
		defer close(stop)
		queue := make(chan chan R, aheadOf*limit)
		go func() {
			defer close(queue)
			slots := make(chan struct{}, limit)
			for _, item := range items {
				result := make(chan R, 1)
				select {
				case queue <- result:
				case <-stop:
					return
				}
				slots <- struct{}{}
				go func() {
					result <- do(item)
					<-slots
				}()
			}
		}()
		for result := range queue {
			if !yield(<-result) {
				return
			}
		}
	}
}

// aheadOf bounds how many results wait to be taken, and with them the memory.
const aheadOf = 16
