package app

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/template"
)

// ruleUnusedException is the rule of package lint about an exception that a file does not need.
const ruleUnusedException = "unused-exception"

// exceptions are the unknown types and keys that are allowed: by the command line, and by the project file.
type exceptions struct {
	flags    []string
	project  *template.Project
	path     string            // of the project file, "" for none
	mistakes []diag.Diagnostic // in the project file

	files  int                        // that were checked
	unused map[string]int             // files that do not need an exception, by the message that says so
	sample map[string]diag.Diagnostic // the finding, by its message
}

func newExceptions(flags []string) *exceptions {
	return &exceptions{flags: flags, project: &template.Project{}, unused: map[string]int{}, sample: map[string]diag.Diagnostic{}}
}

// loadExceptions adds those of the project file to those of the command line.
func loadExceptions(sys files.System, flags []string) (*exceptions, error) {
	e := newExceptions(flags)
	var err error
	if e.path, err = projectPath(sys); e.path == "" || err != nil {
		return e, err
	}
	data, err := files.Read(sys, e.path)
	if err != nil {
		return nil, err
	}
	e.project, e.mistakes = template.ReadProject(diag.NewFile(e.path, data))
	return e, nil
}

// projectPath finds the project file in the current folder or above it, or returns "".
func projectPath(sys files.System) (string, error) {
	folder, err := sys.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the current folder: %w", err)
	}
	path := template.ProjectFile
	for {
		if _, err := sys.Stat(path); err == nil {
			return path, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", nil
		}
		folder, path = parent, filepath.Join("..", path)
	}
}

func (e *exceptions) names() []string {
	names := slices.Clone(e.flags)
	for _, x := range e.project.AllowUnknown {
		names = append(names, x.Key.Value)
	}
	return names
}

// count takes in which exceptions a file does not need.
func (e *exceptions) count(c checked) {
	if !c.wasChecked {
		return
	}
	e.files++
	for _, d := range c.unused {
		e.unused[d.Message]++
		e.sample[d.Message] = d
	}
}

// report returns what is wrong with the exceptions: one result for the command line and one for the project file, each
// only when there is something. That the project file allows what no file needs counts only when a whole folder was
// checked: otherwise other files may need it.
func (e *exceptions) report(wholeFolder bool) []checked {
	flags := checked{name: "--allow-unknown", kind: "option"}
	for _, name := range e.flags {
		if d, ok := e.isUnused(name); ok {
			flags.findings = append(flags.findings, d)
		}
	}
	project := checked{name: e.path, kind: "project", format: "yaml", findings: e.mistakes}
	for _, x := range e.project.AllowUnknown {
		if d, ok := e.isUnused(x.Key.Value); ok && wholeFolder {
			d.Span, d.Path = x.Key.Span, x.Key.Path
			project.findings = append(project.findings, d)
		}
	}
	project.findings = diag.Sort(project.findings)
	return slices.DeleteFunc([]checked{flags, project}, func(c checked) bool { return len(c.findings) == 0 })
}

// isUnused returns the finding that no file needs an exception.
func (e *exceptions) isUnused(name string) (diag.Diagnostic, bool) {
	for message, files := range e.unused {
		if files == e.files && strings.Contains(message, strconv.Quote(name)) {
			return e.sample[message], true
		}
	}
	return diag.Diagnostic{}, false
}

// hasFolder says whether any argument is a folder.
func hasFolder(sys files.System, paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		return files.IsFolder(sys, path)
	})
}
