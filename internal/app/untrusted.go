package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// UntrustedOptions are for files of a change by strangers. Nothing in the change suppresses findings, and nothing reads the
// environment or files beside it.
type UntrustedOptions struct {
	Untrusted  bool
	ConfigFrom string // source of the project file and the baseline: a folder beginning with / or ., or a git revision; empty for none
}

// Refused is something of an untrusted change without effect: settings, comments, or references.
type Refused struct {
	Name    string `json:"file"`    // file of the change, or the option
	Message string `json:"message"` // what has no effect
}

// maxUntrusted is the size of the largest readable file of an untrusted change, in bytes.
const maxUntrusted = files.MaxSize / 2

// distrust is what a Host needs to know of an untrusted run.
type distrust struct {
	from    string       // UntrustedOptions.ConfigFrom
	read    settingsRead // reads settings; nil for none
	above   bool         // settings may lie above the current folder
	refused []Refused    // settings of the change; those of files are kept with the files
}

// settingsRead reads a file of settings by a path relative to the current folder. The error is ErrNotExist for a missing file,
// and ErrInvalid for a path to nowhere.
type settingsRead func(path string) ([]byte, error)

// host returns a Host for the run: h itself, or one that distrusts the change. close frees its resources.
func (o *UntrustedOptions) host(ctx context.Context, h *Host) (_ *Host, close func(), err error) {
	close = func() {}
	if !o.Untrusted {
		if o.ConfigFrom != "" {
			return nil, close, diag.Usage("add --untrusted", "--config-from needs --untrusted")
		}
		return h, close, nil
	}
	d := &distrust{from: o.ConfigFrom}
	distrusting := h.withFiles(h.Files)
	distrusting.distrust = d
	switch {
	case o.ConfigFrom == "":
	case strings.HasPrefix(o.ConfigFrom, "-"):
		return nil, close, diag.Usage("give a folder such as ./base, or a git revision such as origin/main", "invalid --config-from %q", o.ConfigFrom)
	case isFolderArgument(o.ConfigFrom):
		if err := distrusting.checkLink(o.ConfigFrom); err != nil {
			return nil, close, fmt.Errorf("--config-from: %w", err)
		}
		folder, err := h.Files.OpenFolder(o.ConfigFrom)
		if err != nil {
			return nil, close, fmt.Errorf("--config-from: %w", err)
		}
		close = func() { _ = folder.Close() }
		d.read = func(path string) ([]byte, error) {
			name := filepath.ToSlash(filepath.Clean(path))
			if !fs.ValidPath(name) {
				return nil, fs.ErrInvalid
			}
			return files.Bounded(folder, o.ConfigFrom).ReadFile(name)
		}
	default:
		if h.Revision == nil {
			return nil, close, errors.New("--config-from: git is not available here")
		}
		if d.read, err = h.Revision(ctx, o.ConfigFrom); err != nil {
			return nil, close, diag.WithHint(fmt.Errorf("--config-from %q: %w", o.ConfigFrom, err), "%s", h.revisionHint(o.ConfigFrom, err))
		}
		d.above = true
	}
	return distrusting, close, nil
}

// plainRevision matches a full hash, or the name of a branch with that of its remote.
var plainRevision = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([0-9a-f]{40}|[0-9a-f]{64})|(?:origin/)?([A-Za-z0-9_][A-Za-z0-9_./-]*))$`)
})

// revisionHint tells how to get the missing commit of a revision. CI systems fetch one commit alone.
func (h *Host) revisionHint(name string, err error) string {
	var missing *files.NoCommitError
	_, statErr := h.Files.Lstat(name)
	m := plainRevision().FindStringSubmatch(name)
	switch {
	case errors.Is(err, files.ErrAmbiguous):
		return "give a hash, or the full name, such as refs/remotes/" + name
	case !errors.As(err, &missing), statErr == nil, m == nil && !missing.Shallow:
		return "a folder begins with ./, ../ or /"
	case m == nil:
		return "run git fetch --unshallow, or set fetch-depth: 0 for actions/checkout"
	}
	fetch := "run git fetch"
	if missing.Shallow {
		fetch += " --depth=1"
	}
	if m[1] != "" {
		return fmt.Sprintf("%s origin %s", fetch, name)
	}
	fetch += fmt.Sprintf(" origin %s:refs/remotes/origin/%s", m[2], m[2])
	if name == m[2] {
		fetch += ", and give origin/" + name
	}
	return fetch
}

// isFolderArgument tells a folder from a git revision by its first character, which no name in the change can alter.
func isFolderArgument(s string) bool { return strings.HasPrefix(s, ".") || filepath.IsAbs(s) }

// settings reads a file of settings of an untrusted run. data is nil without one to trust. It records the file of the change,
// unless both are the same.
func (d *distrust) settings(h *Host, path string) (data []byte, err error) {
	if d.read != nil {
		data, err = d.read(path)
		if errors.Is(err, files.ErrPartial) {
			return nil, diag.WithHint(fmt.Errorf("--config-from %q: %w", d.from, err), "clone without --filter (actions/checkout: without filter and sparse-checkout), or give a folder with the base")
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil && data == nil {
			data = []byte{}
		}
	}
	info, err := h.Files.Lstat(path)
	if err != nil {
		return data, nil
	}
	if info.Mode().IsRegular() && data != nil {
		if own, err := files.Read(h.Files, path); err == nil && bytes.Equal(own, data) {
			return data, nil
		}
	}
	switch {
	case d.read == nil:
		d.refuse(path, "not read: --config-from takes it from a trusted folder or revision")
	case data == nil:
		d.refuse(path, fmt.Sprintf("not read: %q has no such file", d.from))
	default:
		d.refuse(path, fmt.Sprintf("not read: that of %q counts", d.from))
	}
	return data, nil
}

func (d *distrust) refuse(name, message string) {
	d.refused = append(d.refused, Refused{filepath.ToSlash(name), message})
}

// project finds the project file to trust, in the current folder or above it. path is where it belongs in the change.
func (d *distrust) project(h *Host) (path string, data []byte, err error) {
	own, err := h.findAbove(template.ProjectFile)
	if err != nil {
		return "", nil, err
	}
	path = template.ProjectFile
	for {
		data, err = d.settings(h, path)
		if path == own {
			own = "" // recorded
		}
		if data != nil || err != nil || !d.above {
			break
		}
		path = filepath.Join("..", path)
	}
	if errors.Is(err, fs.ErrInvalid) { // above the repository
		err = nil
	}
	if own != "" {
		d.refuse(own, "not read: it is above the current folder")
	}
	return path, data, err
}

// checkLink refuses a path of an untrusted change with a symbolic link in it. A path out of the current folder is the
// operator's, up to its last element.
func (h *Host) checkLink(path string) error {
	if h.distrust == nil {
		return nil
	}
	here, err := h.Files.Getwd()
	if err != nil {
		return fmt.Errorf("finding the current folder: %w", err)
	}
	full, err := h.abs(path)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(here, full)
	if err != nil || !filepath.IsLocal(rel) {
		return h.refuseLink(path, path)
	}
	at := here
	for part := range strings.SplitSeq(rel, string(filepath.Separator)) {
		at = filepath.Join(at, part)
		if err := h.refuseLink(at, path); err != nil {
			return err
		}
	}
	return nil
}

// refuseLink returns an error for a symbolic link. A missing file passes, to be reported as such.
func (h *Host) refuseLink(at, path string) error {
	info, err := h.Files.Lstat(at)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return nil
	}
	return &fs.PathError{Op: "reading", Path: path, Err: errors.New("it is behind a symbolic link, refused by --untrusted")}
}

// readInput reads an input. One of an untrusted change is behind no link, and at most half as large as another.
func (h *Host) readInput(in input) ([]byte, error) {
	if !in.isStdin {
		if err := h.checkLink(in.path); err != nil {
			return nil, err
		}
	}
	data, err := in.read(h)
	if err == nil && h.distrust != nil && len(data) > maxUntrusted {
		return nil, fmt.Errorf("%s is too large, want at most %d MiB with --untrusted", in.path, maxUntrusted>>20)
	}
	return data, err
}

// maxRefused is the number of references listed for one template.
const maxRefused = 100

// listed shortens what one template was refused to maxRefused entries, and counts the others.
func listed(refused []Refused) []Refused {
	more := len(refused) - maxRefused
	if more <= 0 {
		return refused
	}
	return append(refused[:maxRefused:maxRefused], Refused{refused[maxRefused].Name, text.Count(more, "more reference") + " not read"})
}

// loader returns a template loader for the Host. refused gets the references refused to an untrusted template.
func (h *Host) loader(refused *[]Refused) template.Loader {
	l := template.Loader{ReadFile: h.readFile}
	if h.distrust != nil {
		l.Untrusted, l.Refused = true, func(file, message string) { *refused = append(*refused, Refused{filepath.ToSlash(file), message}) }
	}
	return l
}

// dropIgnores drops the ignore comments of a file, and counts them.
func (r *checked) dropIgnores(name string, n int) {
	if n > 0 {
		r.refused = append(r.refused, Refused{filepath.ToSlash(name), text.Count(n, "ignore comment") + " not counted"})
	}
}
