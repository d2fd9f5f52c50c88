// Package iru writes profiles as the repository of Iru's own tool, iructl: a folder for each profile, with an info file. It
// contacts no server.
//
// See https://github.com/kandji-inc/iructl/wiki/Custom-Profiles, and src/iructl/repository/info.py there for the keys.
package iru

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v4"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/target"
)

// Devices are the kinds of devices, named as in the keys runs_on_….
var Devices = []string{"mac", "iphone", "ipad", "tv", "vision"}

// Repository writes into a repository of iructl.
type Repository struct {
	RunsOn []string // some of Devices; none to follow TargetDeviceType
	Active bool     // new profiles are delivered at once
}

// Prepare takes the unsigned content.
func (r *Repository) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	if len(r.runsOn(p)) == 0 {
		return nil, diag.Usage("give --runs-on "+strings.Join(Devices, ","), "TargetDeviceType does not name the devices")
	}
	item := &deploy.Item{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		item.Notes = append(item.Notes, "without its signature: iructl reads property lists only")
	}
	return []*deploy.Item{item}, nil
}

func (r *Repository) runsOn(p *deploy.Profile) []string {
	if len(r.RunsOn) > 0 {
		return r.RunsOn
	}
	switch p.Platform() { // only these: Iru has a runs_on_ key for each
	case target.MacOS:
		return []string{"mac"}
	case target.IOS:
		return []string{"iphone", "ipad"}
	case target.TvOS:
		return []string{"tv"}
	case target.VisionOS:
		return []string{"vision"}
	}
	return nil
}

// info is the file beside a profile. iructl creates a profile for an id unknown to Iru, and replaces the id with Iru's own.
type info struct {
	ID     string `yaml:"id"`
	Name   string `yaml:"name"`
	Active bool   `yaml:"active"`
	Mac    bool   `yaml:"runs_on_mac,omitempty"`
	IPhone bool   `yaml:"runs_on_iphone,omitempty"`
	IPad   bool   `yaml:"runs_on_ipad,omitempty"`
	TV     bool   `yaml:"runs_on_tv,omitempty"`
	Vision bool   `yaml:"runs_on_vision,omitempty"`
}

// uuidNamespace is the namespace of the version 5 UUIDs of new profiles.
var uuidNamespace = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("iru.syncguard"))

// Files makes a folder for each profile, or uses the folder already holding its PayloadIdentifier. It replaces the profile
// and keeps an existing info file, which holds the id given by Iru.
func (r *Repository) Files(existing fs.FS, items []*deploy.Item, stems []string) ([]*deploy.File, error) {
	folders, err := readFolders(existing)
	if err != nil {
		return nil, err
	}
	var files []*deploy.File
	for i, item := range items {
		dir, id := path.Join("profiles", stems[i]), item.Profile.Identifier()
		f := folders[dir]
		for name, other := range folders {
			if id != "" && other.identifier == id {
				dir, f = name, other
			}
		}
		switch {
		case f == nil:
			f = &folder{profile: path.Join(dir, "profile.mobileconfig")}
		case f.duplicates != "":
			return nil, fmt.Errorf("%s holds %s, but iructl takes one profile and one info file; delete the others", dir, f.duplicates)
		case f.identifier != id:
			return nil, fmt.Errorf("%s holds the profile %s, but %s has the identifier %s; rename the file", dir, f.identifier, item.Profile.Name, id)
		}
		files = append(files, &deploy.File{Name: f.profile, Data: item.Body, Item: item})
		info := &deploy.File{Name: f.info, Item: item, IsSidecar: true}
		if info.Name == "" {
			info.Name = path.Join(dir, "info.yaml")
			if info.Data, err = r.info(item); err != nil {
				return nil, fmt.Errorf("writing %s: %w", info.Name, err)
			}
		}
		files = append(files, info)
	}
	return files, nil
}

// folder is an existing folder of a profile.
type folder struct {
	profile, info string // files; info is empty for none
	identifier    string // PayloadIdentifier, empty if unreadable
	duplicates    string // the files, if there are several of one kind
}

// readFolders returns the existing folders, by path. People may have edited them, and iructl chooses the profile's file name.
func readFolders(existing fs.FS) (map[string]*folder, error) {
	dirs, err := fs.ReadDir(existing, "profiles")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := map[string]*folder{}
	for _, d := range dirs {
		dir := path.Join("profiles", d.Name())
		entries, err := fs.ReadDir(existing, dir)
		if err != nil {
			continue // a file
		}
		var profiles, infos []string
		for _, e := range entries {
			switch name := path.Join(dir, e.Name()); {
			case path.Ext(name) == ".mobileconfig":
				profiles = append(profiles, name)
			case slices.Contains([]string{"info.yaml", "info.yml", "info.json", "info.plist"}, e.Name()):
				infos = append(infos, name)
			}
		}
		f := &folder{}
		switch {
		case len(profiles) > 1 || len(infos) > 1:
			f.duplicates = strings.Join(append(profiles, infos...), ", ")
		case len(profiles) == 0:
			continue
		default:
			f.profile = profiles[0]
			f.identifier = identifierIn(existing, profiles[0])
		}
		if len(infos) == 1 {
			f.info = infos[0]
		}
		all[dir] = f
	}
	return all, nil
}

func identifierIn(existing fs.FS, name string) string {
	if info, err := fs.Stat(existing, name); err != nil || info.Size() > maxProfile {
		return ""
	}
	data, err := fs.ReadFile(existing, name)
	if err != nil {
		return ""
	}
	root, err := deploy.ReadContent(data)
	if err != nil {
		return ""
	}
	return (&deploy.Profile{Root: root}).Identifier()
}

const maxProfile = 16 << 20

func (r *Repository) info(item *deploy.Item) ([]byte, error) {
	on := r.runsOn(item.Profile)
	is := func(device string) bool { return slices.Contains(on, device) }
	return yaml.Dump(info{ID: uuid.NewSHA1(uuidNamespace, []byte(item.Profile.Identifier())).String(), Name: item.Name, Active: r.Active,
		Mac: is("mac"), IPhone: is("iphone"), IPad: is("ipad"), TV: is("tv"), Vision: is("vision")}, yaml.WithLineWidth(-1))
}
