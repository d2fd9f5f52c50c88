package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/text"
)

// builtFile is the record that build leaves in its folder. push refuses profiles there that the last build did not write.
const builtFile = ".syncguard.build"

// builtRecord tells what the last build into a folder was made of, and its files.
type builtRecord struct {
	Version   int               `json:"version"`
	Templates map[string]string `json:"templates"` // the SHA-256 of each template's file, by its path relative to the folder; empty for a built-in one and stdin
	Files     []string          `json:"files"`
}

// record returns the file of the record for the files of a build. It is readable by its owner only, if one of them is.
func (o *BuildOptions) record(h *Host, made []files.File) (files.File, error) {
	r := builtRecord{1, map[string]string{}, []string{}}
	for _, name := range o.Templates {
		if name == "-" || strings.HasPrefix(name, "builtin:") {
			r.Templates[name] = ""
			continue
		}
		data, err := h.readFile(name)
		if err != nil {
			return files.File{}, err
		}
		r.Templates[h.relativeTo(filepath.Join(o.Out, builtFile)).of(name)] = hexSum(data)
	}
	mode := fs.FileMode(0o644)
	for _, f := range made {
		r.Files, mode = append(r.Files, f.Name), mode&f.Mode
	}
	data, err := json.MarshalIndent(r, "", "  ")
	return files.File{Name: builtFile, Data: append(data, '\n'), Mode: mode}, err
}

// parseRecord reads a record. It returns nil without one.
func parseRecord(name string, data []byte, err error) (*builtRecord, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	r := &builtRecord{}
	if err == nil {
		err = json.Unmarshal(data, r)
	}
	if err != nil || r.Version != 1 {
		return nil, diag.WithHint(fmt.Errorf("unusable record of a build %q", name), "build again, or delete it")
	}
	return r, nil
}

// builtProfiles returns the folder with the build of the project's template. It refuses one of other templates, and one of an
// earlier text of this one.
func (h *Host) builtProfiles() (folder string, err error) {
	template, err := h.findAbove(DefaultTemplate)
	if err != nil {
		return "", err
	}
	if template == "" {
		return "", diag.Usage("name a profile, a folder, or - for stdin", "missing FILE, and no %s here or above", DefaultTemplate)
	}
	folder = filepath.Join(filepath.Dir(template), DefaultOutput)
	name := filepath.Join(folder, builtFile)
	data, err := h.readFile(name)
	r, err := parseRecord(name, data, err)
	if err != nil {
		return "", err
	}
	source, err := h.readFile(template)
	if err != nil {
		return "", err
	}
	again := "run syncguard build first, or name what to push"
	switch {
	case r == nil:
		return "", diag.WithHint(fmt.Errorf("%s has no build of %s", folder, template), "%s", again)
	case !slices.Equal(slices.Collect(maps.Keys(r.Templates)), []string{h.relativeTo(name).of(template)}):
		return "", diag.WithHint(fmt.Errorf("%s has the build of %s, not of %s", folder, text.Quote(strings.Join(slices.Sorted(maps.Keys(r.Templates)), ", ")), template), "%s", again)
	case r.Templates[h.relativeTo(name).of(template)] != hexSum(source):
		return "", diag.WithHint(fmt.Errorf("%s changed after its build in %s", template, folder), "%s", again)
	}
	h.note(fmt.Sprintf("using %s, the build of %s", folder, template))
	return folder, nil
}

// otherBuilds lists the inputs that were found in the folder of a build, or below it, but were not written by its last build.
func (h *Host) otherBuilds(inputs []input) (others []string, err error) {
	type place struct {
		folder files.Folder
		dir    string
	}
	records := map[place]*builtRecord{}
	for _, in := range inputs {
		if in.folder == nil { // named by the user
			continue
		}
		for dir, rest := path.Dir(in.name), path.Base(in.name); ; dir, rest = path.Dir(dir), path.Join(path.Base(dir), rest) {
			at := place{in.folder, dir}
			r, known := records[at]
			if !known {
				name := path.Join(dir, builtFile)
				shown := strings.TrimSuffix(in.path, filepath.FromSlash(in.name)) + filepath.FromSlash(name)
				data, err := files.ReadIn(in.folder, name, shown)
				if r, err = parseRecord(shown, data, err); err != nil {
					return nil, err
				}
				records[at] = r
			}
			if r != nil {
				if !slices.Contains(r.Files, rest) {
					others = append(others, in.path)
				}
				break
			}
			if dir == "." {
				break
			}
		}
	}
	return others, nil
}
