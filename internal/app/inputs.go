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

// input is one file to read, or stdin.
type input struct {
	path    string // also its name in findings
	isStdin bool
}

// inputOf returns the input of a single argument, - for stdin.
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

// inputFinder finds the files named by arguments.
type inputFinder struct {
	files     files.System
	stdinName string                 // name of stdin in findings
	isInput   func(path string) bool // whether a file found in a folder is an input
	wants     string                 // kinds of files, for the message about a folder without any
}

// find lists the inputs of arguments, in order; the files of a folder are sorted. Unreadable and empty folders are failures.
func (f *inputFinder) find(paths []string) (inputs []input, failures []error, err error) {
	for i, path := range paths {
		if path == "-" {
			if slices.Contains(paths[:i], "-") {
				return nil, nil, diag.Usage("stdin can be read only once", "stdin (-) is given twice")
			}
			inputs = append(inputs, input{f.stdinName, true})
			continue
		}
		info, err := f.files.Stat(path)
		if err != nil || !info.IsDir() {
			inputs = append(inputs, input{path: path}) // reading it reports the error
			continue
		}
		found, failed := f.walk(path)
		if len(found)+len(failed) == 0 {
			failed = []error{&fs.PathError{Op: "searching", Path: path, Err: fmt.Errorf("contains no %s", f.wants)}}
		}
		inputs = append(inputs, found...)
		failures = append(failures, failed...)
	}
	return inputs, failures, nil
}

// walk lists the inputs in a folder and below it. It skips hidden folders and links to folders.
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

// isProfileName reports whether a file name has the extension of a profile.
func isProfileName(path string) bool { return strings.EqualFold(filepath.Ext(path), ".mobileconfig") }

// hasProfileName reports whether a file found in a folder looks like a profile or declaration. Other programs write JSON too, so
// a JSON file must contain the words found in every declaration. An unreadable one counts, to be reported.
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

// isLintable is hasProfileName including templates.
func (h *Host) isLintable(path string) bool {
	if !isTemplateName(path) || filepath.Base(path) == template.ProjectFile {
		return h.hasProfileName(path)
	}
	data, err := files.Read(h.Files, path)
	return err != nil || plist.IsTemplate(data)
}

// isRegular is false for pipes and devices: reading them would block. A dangling link passes, to be reported.
func isRegular(sys files.System, path string) bool {
	info, err := sys.Stat(path)
	return err != nil || info.Mode().IsRegular()
}

// ordered calls do for each item, at most limit at a time, and yields the results in the order of the items. During a slow item
// work goes on with the items behind it, up to aheadOf times the limit.
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

// aheadOf bounds the results waiting to be yielded, and so the memory they take.
const aheadOf = 16
