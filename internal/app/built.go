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
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// builtFile is the record that build leaves in its folder. push refuses profiles there that the last build did not write.
const builtFile = ".syncguard.build"

// builtRecord tells what the last build into a folder was made of, its files, and the targets of the profiles.
type builtRecord struct {
	Version   int               `json:"version"`
	Templates map[string]string `json:"templates"` // the SHA-256 of each template's file, by its path relative to the folder; empty for a built-in one and stdin
	Files     []string          `json:"files"`
	Sums      map[string]string `json:"sums"` // the SHA-256 of each file
	Targets   map[string]string `json:"targets"`

	names map[string]bool // Files
}

// platform returns the platform that a profile was built for, "" if it is unknown. The top level of an
// imported profile often does not tell it.
func (r *builtRecord) platform(name string) target.Platform {
	if r == nil {
		return ""
	}
	t, err := target.Parse(r.Targets[name])
	if err != nil {
		return ""
	}
	return t.Platform.Schema()
}

// record returns the file of the record for the files of a build. It is readable by its owner only, if one of them is.
func (o *BuildOptions) record(h *Host, profiles []*BuiltProfile, made []files.File) (files.File, error) {
	r := builtRecord{Version: 1, Templates: map[string]string{}, Files: []string{}, Sums: map[string]string{}, Targets: map[string]string{}}
	for _, p := range profiles {
		if p.File != "" {
			r.Targets[p.File] = p.Target
		}
	}
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
		r.Sums[f.Name] = hexSum(f.Data)
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
	r.names = map[string]bool{}
	for _, name := range r.Files {
		r.names[name] = true
	}
	return r, nil
}

// builtProfiles returns the folder with the build of the project's template. It refuses one of other templates, and one of an
// earlier text of this one. to is the caller's verb.
func (h *Host) builtProfiles(to string) (folder string, err error) {
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
	again := "run syncguard build first, or name what to " + to
	switch {
	case r == nil:
		return "", diag.WithHint(fmt.Errorf("%s has no build of %s", folder, template), "%s", again)
	case !slices.Equal(slices.Collect(maps.Keys(r.Templates)), []string{h.relativeTo(name).of(template)}):
		var of []string
		for _, made := range slices.Sorted(maps.Keys(r.Templates)) {
			if made != "-" && !strings.HasPrefix(made, "builtin:") {
				made = filepath.Join(folder, filepath.FromSlash(made))
			}
			of = append(of, made)
		}
		return "", diag.WithHint(fmt.Errorf("%s has the build of %s, not of %s", folder, text.QuotedList(of, "and"), template), "%s", text.WithFile(again+": FILE", folder))
	case r.Templates[h.relativeTo(name).of(template)] != hexSum(source):
		return "", diag.WithHint(fmt.Errorf("%s changed after its build in %s", template, folder), "%s", again)
	}
	h.note(fmt.Sprintf("using %s, the build of %s", folder, template))
	return folder, nil
}

// otherBuilds lists the inputs that were found in the folder of a build, or below it, but were not written by its last build.
func (h *Host) otherBuilds(inputs []input) (others []string, err error) {
	builds := builds{}
	for _, in := range inputs {
		switch _, r, rest, err := builds.find(in); {
		case err != nil:
			return nil, err
		case r != nil && !r.names[rest]:
			others = append(others, in.path)
		}
	}
	return others, nil
}

// withoutBuilds leaves out files that a build made of templates among the inputs: checked too, they would have every finding twice,
// and count as profiles of one device. One that was changed since is checked, and a stranger's record leaves out nothing.
func (h *Host) withoutBuilds(inputs []input) (rest []input) {
	type place struct {
		folder files.Folder
		name   string
	}
	checked := sync.OnceValue(func() map[place]bool { // only if there is a build
		all := map[place]bool{}
		for _, in := range inputs {
			all[place{in.folder, in.name}] = in.folder != nil
		}
		return all
	})
	builds, folders := builds{}, map[string]bool{}
	rest = slices.DeleteFunc(slices.Clone(inputs), func(in input) bool {
		dir, r, name, err := builds.find(in)
		if h.distrust != nil || err != nil || r == nil || len(r.Templates) == 0 || !r.names[name] {
			return false
		}
		for template := range r.Templates {
			if !checked()[place{in.folder, path.Join(dir, template)}] {
				return false
			}
		}
		if data, err := h.readInput(in); err != nil || hexSum(data) != r.Sums[name] {
			return false
		}
		folders[strings.TrimSuffix(in.path, string(filepath.Separator)+filepath.FromSlash(name))] = true
		return true
	})
	if len(folders) > 0 {
		h.note(fmt.Sprintf("skipped %s in %s: the templates are checked", text.Count(len(inputs)-len(rest), "built file"), few(slices.Sorted(maps.Keys(folders)))))
	}
	return rest
}

// builds are the records in the folders of files, each read once.
type builds map[buildFolder]*builtRecord

type buildFolder struct {
	folder files.Folder
	dir    string
}

// find returns the record in the folder of a file, or in the nearest one above it, and the name of the file from there. A file named
// by the user belongs to no build.
func (b builds) find(in input) (dir string, r *builtRecord, rest string, err error) {
	if in.folder == nil {
		return "", nil, "", nil
	}
	for dir, rest = path.Dir(in.name), path.Base(in.name); ; dir, rest = path.Dir(dir), path.Join(path.Base(dir), rest) {
		at := buildFolder{in.folder, dir}
		r, known := b[at]
		if !known {
			name := path.Join(dir, builtFile)
			shown := strings.TrimSuffix(in.path, filepath.FromSlash(in.name)) + filepath.FromSlash(name)
			data, err := files.ReadIn(in.folder, name, shown)
			if r, err = parseRecord(shown, data, err); err != nil {
				return "", nil, "", err
			}
			b[at] = r
		}
		if r != nil || dir == "." {
			return dir, r, rest, nil
		}
	}
}
