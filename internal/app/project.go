package app

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/templates"
)

// A project is a folder with a template named syncguard.yaml, or with settings in .syncguard.yaml. Commands without arguments find
// it in the current folder or above.

// DefaultTemplate is the name of a project's template. DefaultOutput is the folder beside it for what is built.
const (
	DefaultTemplate = "syncguard.yaml"
	DefaultOutput   = "dist"
)

// findAbove finds a file in the current folder, or in the nearest one above it. It returns "" without one. The search ends at the
// top of a Git repository, below the user's home folder, and below a folder for everybody's files such as /tmp: what lies
// there belongs to no project, or to somebody else's.
func (h *Host) findAbove(name string) (string, error) {
	folder, err := h.Files.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the current folder: %w", err)
	}
	if real, err := h.Files.EvalSymlinks(folder); err == nil { // ".." leads to the parent of the real one
		folder = real
	}
	for at := "."; ; at = filepath.Join("..", at) {
		if at != "." && h.isShared(at) {
			return "", nil
		}
		if path := filepath.Join(at, name); h.isThere(path) {
			return path, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder || h.isShared(at) || h.isThere(filepath.Join(at, ".git")) { // in a worktree and in a submodule it is a file
			return "", nil
		}
		folder = parent
	}
}

// isShared reports whether a folder is the user's home, or one where everybody may add files and nobody may remove another's.
func (h *Host) isShared(folder string) bool {
	info, err := h.Files.Stat(folder)
	if err != nil || info.Mode()&fs.ModeSticky != 0 {
		return true
	}
	return slices.ContainsFunc([]string{"HOME", "USERPROFILE"}, func(name string) bool {
		if h.Getenv == nil {
			return false
		}
		home, _ := h.Getenv(name)
		own, err := h.Files.Stat(home)
		return home != "" && err == nil && h.Files.SameFile(own, info)
	})
}

// isThere is true for a link to nowhere, too, which fails when it is read, and false in a folder that may not be searched.
func (h *Host) isThere(path string) bool {
	_, err := h.Files.Lstat(path)
	return err == nil
}

// projectTemplate returns the project's template, or the built-in one without a project, and tells which.
func (h *Host) projectTemplate() (string, error) {
	path, err := h.findAbove(DefaultTemplate)
	switch {
	case err != nil:
		return "", err
	case path != "":
		h.note("using " + path)
		return path, nil
	}
	const builtin = "builtin:" + templates.Prevention
	if other := h.templateHere(); other != "" { // the person means that one
		return "", diag.Usage(fmt.Sprintf("name it, rename it to %s, or name %s", DefaultTemplate, builtin), "no %s here or above, only %q", DefaultTemplate, other)
	}
	h.note(fmt.Sprintf("using %s: no %s here or above", builtin, DefaultTemplate))
	return builtin, nil
}

// templateHere returns the first template in the current folder, "" for none.
func (h *Host) templateHere() string {
	entries, _ := h.Files.ReadDir(".")
	for _, e := range entries {
		if e.Type().IsRegular() && isTemplateName(e.Name()) {
			if data, err := h.readFile(e.Name()); err == nil && plist.IsTemplate(data) {
				return e.Name()
			}
		}
	}
	return ""
}
