package app

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"syncguard/internal/convert"
	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/files"
)

// ExportResult is the result of Export.
type ExportResult struct {
	Destination string         `json:"destination"` // the subcommand
	Output      string         `json:"output"`      // the folder
	Files       []ExportedFile `json:"files"`       // one for each file of the export

	Server     string `json:"-"` // product name, in its maker's spelling
	Data       []byte `json:"-"` // the only file's content, without a folder
	NotStarted `json:"-"`
}

// ExportedFile is one file of an export.
type ExportedFile struct {
	Name       string           `json:"name"`               // in the folder, with slashes
	Action     string           `json:"action"`             // `written`, `replaced`, `unchanged`, or `kept`: an existing file the server's own tool writes to
	File       string           `json:"file"`               // its profile; empty for a file of several profiles
	Identifier string           `json:"identifier"`         // PayloadIdentifier of the profile
	Request    *ExportedRequest `json:"request,omitempty"`  // request with this file as its body
	Secrets    bool             `json:"secrets"`            // whether it holds secrets
	Notes      []string         `json:"notes"`              // changes made for this server, and why
	Listed     []string         `json:"listed,omitempty"`   // for Fleet: the YAML files of the folder that deliver the profile, and to whom
	Unlisted   bool             `json:"unlisted,omitempty"` // for Fleet: no YAML file delivers the profile
}

// ExportedRequest is a request without its body.
type ExportedRequest struct {
	Method      string `json:"method"`
	Path        string `json:"path"`        // below the address of the server
	ContentType string `json:"contentType"` // of the body
}

// Actions of an exported file.
const (
	ExportWritten   = "written"
	ExportReplaced  = "replaced"
	ExportUnchanged = "unchanged"
	ExportKept      = "kept" // left alone, since the server's own tool writes to it
)

// Export writes the profiles of a push as files, for other tools to deliver.
func Export(ctx context.Context, h *Host, o PushOptions) (*ExportResult, error) {
	p, err := h.startPush(ctx, &o, "written", true)
	defer p.close()
	if err != nil {
		return nil, err
	}
	r := &ExportResult{Destination: o.Destination, Output: o.Output, Files: []ExportedFile{}, Server: p.setup.Destination.Server().Name,
		NotStarted: p.result.NotStarted}
	if r.is() {
		return r, nil
	}
	made, err := p.files()
	if err != nil {
		return nil, err
	}
	if o.Output != "" {
		return r, p.write(ctx, r, made)
	}
	for _, f := range made {
		for _, note := range f.Item.Notes {
			p.warn(f.Item.Profile.Name+": "+note, "")
		}
		r.Data = append(r.Data, f.Data...)
	}
	return r, nil
}

// checkOutput refuses several profiles without a folder to write to.
func (p *pushRun) checkOutput() error {
	if n := len(p.setup.Profiles); p.o.Output == "" && n > 1 {
		return diag.Usage("give a folder with -o FOLDER", "missing output folder for %d profiles", n)
	}
	return nil
}

// files returns the files of the export, not yet written.
func (p *pushRun) files() ([]*deploy.File, error) {
	names, stems := convert.Names{}, make([]string, len(p.items))
	for i, item := range p.items {
		stems[i] = names.Unique(deploy.Stem(item.Profile.Name), "-")
	}
	existing, err := p.existing()
	if err != nil {
		return nil, err
	}
	defer existing.Close()
	made, err := p.session.Files(existing, p.items, stems)
	if err != nil {
		return nil, fmt.Errorf("exporting to %s: %w", p.o.Output, err)
	}
	return made, nil
}

// existing opens the output folder with the files of an earlier export.
func (p *pushRun) existing() (files.Folder, error) {
	if p.o.Output == "" || !files.Exists(p.Files, p.o.Output) {
		return noFolder{}, nil
	}
	return p.Files.OpenFolder(p.o.Output)
}

// noFolder stands for a missing folder.
type noFolder struct{ embed.FS }

func (noFolder) Close() error                                 { return nil }
func (noFolder) WriteInPlace(string, []byte, time.Time) error { return fs.ErrNotExist }

// write writes all files or none, and adds a row for each to the result.
func (p *pushRun) write(ctx context.Context, r *ExportResult, made []*deploy.File) error {
	stage := p.Files.Stage(p.Now())
	defer func() { _ = stage.Close() }()
	var inTheWay []string
	for _, f := range made {
		row, mode := exported(f)
		path := filepath.Join(p.o.Output, filepath.FromSlash(f.Name))
		same, err := p.holds(path, f.Data, mode)
		switch {
		case f.Data == nil:
			row.Action = ExportKept
		case same:
			row.Action = ExportUnchanged
		case err == nil:
			row.Action = ExportReplaced
			if !p.o.Force {
				inTheWay = append(inTheWay, path)
			}
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if row.Action == ExportWritten || row.Action == ExportReplaced {
			if err := stage.Add(path, f.Data, mode); err != nil {
				return err
			}
		}
		r.Files = append(r.Files, row)
	}
	if len(inTheWay) > 0 {
		return diag.WithHint(fmt.Errorf("would overwrite %s; nothing was written", strings.Join(inTheWay, ", ")),
			"choose another folder, or add --force to overwrite")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := stage.Commit(); err != nil {
		return err
	}
	if p.session.ListedBy != nil {
		existing, err := p.existing()
		if err != nil {
			return err
		}
		defer existing.Close()
		listed := p.session.ListedBy(existing)
		for i := range r.Files {
			if row := &r.Files[i]; row.File != "" {
				row.Listed = listed[row.Name]
				row.Unlisted = len(row.Listed) == 0
			}
		}
	}
	return nil
}

// holds reports whether a file has this content and permissions no wider than mode.
func (p *pushRun) holds(path string, data []byte, mode fs.FileMode) (bool, error) {
	info, err := p.Files.Lstat(path)
	if err != nil || !info.Mode().IsRegular() { // a link is in the way too, whatever its target
		return false, err
	}
	existing, err := p.readFile(path)
	return bytes.Equal(existing, data) && (mode == 0o644 || info.Mode().Perm()&^mode == 0), err
}

// exported returns the row and the permissions of a file.
func exported(f *deploy.File) (row ExportedFile, mode fs.FileMode) {
	row, mode = ExportedFile{Name: f.Name, Action: ExportWritten, Notes: []string{}}, 0o644
	if f.Item != nil {
		row.File, row.Identifier = f.Item.Profile.Name, f.Item.Profile.Identifier()
		if !f.IsSidecar {
			row.Notes = append(row.Notes, f.Item.Notes...)
		}
		if row.Secrets = f.Data != nil && !f.IsSidecar && f.Item.Profile.Root.HasSecret(); row.Secrets {
			mode = 0o600
		}
	}
	row.Notes = append(row.Notes, f.Notes...)
	if r := f.Request; r != nil {
		row.Request = &ExportedRequest{Method: r.Method, Path: r.Path, ContentType: r.Header.Get("Content-Type")}
	}
	return row, mode
}
