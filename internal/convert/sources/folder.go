package sources

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// ReadFolder reads information about the profiles of a folder: GitOps files of Fleet, and info files of Iru. The keys of the
// result are slash-separated paths in the folder. Unreadable files are among the errors.
func ReadFolder(fsys fs.FS) (map[string]Context, []error) {
	f := folderReader{fsys: fsys, found: map[string]Context{}}
	f.readFleet()
	f.readIru()
	return f.found, f.failures
}

type folderReader struct {
	fsys     fs.FS
	found    map[string]Context
	failures []error
}

// maxFile is the largest file read beside profiles, in bytes.
const maxFile = 1 << 20

// read parses YAML, JSON or a property list. It returns nil after recording a failure.
func (f *folderReader) read(name string) *plist.Value {
	info, err := fs.Stat(f.fsys, name)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		err = errors.New("want a file of at most 1 MiB")
	}
	var data []byte
	if err == nil {
		data, err = fs.ReadFile(f.fsys, name)
	}
	if err != nil {
		f.failures = append(f.failures, fmt.Errorf("%s: %w", name, err))
		return nil
	}
	file := diag.NewFile(name, data)
	var root *plist.Value
	var findings []diag.Diagnostic
	if ext := path.Ext(name); ext == ".plist" || ext == ".json" {
		doc, found := document.Open(file)
		root, findings = doc.Root, found
	} else {
		root, findings = template.ReadYAML(file)
	}
	if root == nil || root.Kind != plist.Dictionary {
		why := "want a mapping at the top level"
		if len(findings) > 0 {
			why = findings[0].Message
		}
		f.failures = append(f.failures, fmt.Errorf("%s: %s", name, why))
		return nil
	}
	return root
}

// glob lists files by patterns, sorted.
func (f *folderReader) glob(patterns ...string) []string {
	var all []string
	for _, p := range patterns {
		names, _ := fs.Glob(f.fsys, p)
		all = append(all, names...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// readFleet reads Fleet's files listing the profiles of all devices and of each team.
//
// See https://fleetdm.com/docs/configuration/yaml-files.
func (f *folderReader) readFleet() {
	for _, name := range f.glob("default.yml", "no-team.yml", "teams/*.yml", "fleets/*.yml") {
		root := f.read(name)
		if root == nil {
			continue
		}
		team := name
		if v := root.Get("name"); v != nil && v.Text != "" {
			team = v.Text
		}
		for _, settings := range []string{"apple_settings", "macos_settings"} {
			for _, profiles := range []string{"configuration_profiles", "custom_settings"} {
				if list := root.Lookup("controls", settings, profiles); list != nil {
					for _, item := range list.Items {
						f.addEntry(item, name, team)
					}
				}
			}
		}
	}
}

// addEntry adds one entry of a list of profiles.
func (f *folderReader) addEntry(item *plist.Value, by, team string) {
	var names []string
	if v := item.Get("path"); v != nil {
		names = []string{path.Join(path.Dir(by), v.Text)}
		if _, err := fs.Stat(f.fsys, names[0]); err != nil {
			f.failures = append(f.failures, fmt.Errorf("%s: lists %q, missing from the folder", by, v.Text))
			return
		}
	}
	if v := item.Get("paths"); v != nil {
		names = f.glob(path.Join(path.Dir(by), v.Text))
	}
	line := fmt.Sprintf("delivered by %s (%s)", by, team)
	for _, key := range []string{"labels", "labels_include_all", "labels_include_any", "labels_exclude_any"} {
		var labels []string
		if v := item.Get(key); v != nil {
			for _, label := range v.Items {
				labels = append(labels, label.Text)
			}
		}
		if len(labels) > 0 {
			line += ", " + strings.ReplaceAll(key, "_", " ") + " " + joinNames(labels)
		}
	}
	for _, name := range names {
		c := f.found[name]
		c.Tool = "Fleet"
		c.Lines = append(c.Lines, line)
		f.found[name] = c
	}
}

// readIru reads the info file beside each profile. The folder may be the repository, its folder of profiles, or the folder of
// one profile.
//
// See https://github.com/kandji-inc/kst.
func (f *folderReader) readIru() {
	var infos []string
	for _, dir := range []string{"", "*/", "profiles/*/"} {
		infos = append(infos, f.glob(dir+"info.yaml", dir+"info.json", dir+"info.plist")...)
	}
	for _, name := range infos {
		profiles := f.glob(path.Join(path.Dir(name), "*.mobileconfig"))
		if len(profiles) != 1 {
			continue // Iru expects one
		}
		if root := f.read(name); root != nil {
			f.found[profiles[0]] = iruContext(root)
		}
	}
}

func iruContext(root *plist.Value) Context {
	c := Context{Tool: "Iru"}
	var runsOn []string
	for _, d := range []struct {
		key string
		on  target.Platform
	}{
		{"runs_on_mac", target.MacOS}, {"runs_on_iphone", target.IOS}, {"runs_on_ipad", target.IOS},
		{"runs_on_tv", target.TvOS}, {"runs_on_vision", target.VisionOS},
	} {
		if v := root.Get(d.key); v != nil && v.Bool {
			runsOn = append(runsOn, strings.TrimPrefix(d.key, "runs_on_"))
			if !slices.Contains(c.Platforms, d.on) {
				c.Platforms = append(c.Platforms, d.on)
			}
		}
	}
	if len(runsOn) > 0 {
		c.Lines = append(c.Lines, "runs on "+joinNames(runsOn))
	}
	if v := root.Get("name"); v != nil {
		c.Name = v.Text
	}
	if v := root.Get("active"); v != nil && v.Kind == plist.Boolean && !v.Bool {
		c.Lines = append(c.Lines, "not active")
	}
	for _, key := range []string{"id", "mdm_identifier"} {
		if v := root.Get(key); v != nil && v.Text != "" {
			c.Lines = append(c.Lines, key+" "+v.Text)
		}
	}
	return c
}
