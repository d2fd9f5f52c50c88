// Package iru lays profiles out as Iru's own tool, iructl, takes them: a folder a profile, with an info file.
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

	"syncguard/internal/ship"
	"syncguard/internal/target"
)

// Devices are the kinds of devices that a profile can run on, by the names of the keys runs_on_….
var Devices = []string{"mac", "iphone", "ipad", "tv", "vision"}

// Repository writes into a folder of iructl.
type Repository struct {
	RunsOn []string // some of Devices; none for what TargetDeviceType says
	Active bool     // whether a new profile is delivered at once
}

// Pack takes the content, unsigned.
func (r *Repository) Pack(p *ship.Profile) ([]*ship.Parcel, error) {
	if len(r.runsOn(p)) == 0 {
		return nil, fmt.Errorf("its TargetDeviceType does not say which devices it is for; give --runs-on %s", strings.Join(Devices, ","))
	}
	parcel := &ship.Parcel{Profile: p, Name: p.DisplayName(), Body: p.Content}
	if p.Signed {
		parcel.Notes = append(parcel.Notes, "written without its signature: iructl reads property lists only")
	}
	return []*ship.Parcel{parcel}, nil
}

func (r *Repository) runsOn(p *ship.Profile) []string {
	if len(r.RunsOn) > 0 {
		return r.RunsOn
	}
	switch p.Platform() {
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

// info is the file beside a profile. An id that Iru does not know makes a new profile there, and is replaced by Iru's own.
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

// space is that of the version 5 UUIDs of new profiles.
var space = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("iru.syncguard"))

// Export makes a folder a profile. An info file that is there stays, since it holds the id that Iru gave; the profile beside it
// is replaced.
func (r *Repository) Export(there fs.FS, parcels []*ship.Parcel, stems []string) ([]*ship.File, error) {
	var files []*ship.File
	for i, p := range parcels {
		dir := path.Join("profiles", stems[i])
		profile, kept, err := inFolder(there, dir)
		if err != nil {
			return nil, err
		}
		files = append(files, &ship.File{Name: profile, Data: p.Body, Parcel: p})
		f := &ship.File{Name: path.Join(dir, "info.yaml"), Parcel: p}
		if kept != "" {
			f.Name = kept
		} else if f.Data, err = r.info(p); err != nil {
			return nil, fmt.Errorf("writing %s: %w", f.Name, err)
		}
		files = append(files, f)
	}
	return files, nil
}

// inFolder returns the file for the profile, and the info file that is there. iructl takes no folder with two of either.
func inFolder(there fs.FS, dir string) (profile, infoFile string, err error) {
	entries, err := fs.ReadDir(there, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	var profiles, infos []string
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case path.Ext(name) == ".mobileconfig":
			profiles = append(profiles, name)
		case slices.Contains([]string{"info.yaml", "info.yml", "info.json", "info.plist"}, e.Name()):
			infos = append(infos, name)
		}
	}
	switch {
	case len(profiles) > 1 || len(infos) > 1:
		return "", "", fmt.Errorf("%s holds %s, and iructl takes one profile and one info file; delete the others", dir, strings.Join(append(profiles, infos...), ", "))
	case len(profiles) == 0:
		profiles = []string{path.Join(dir, "profile.mobileconfig")}
	}
	if len(infos) == 1 {
		infoFile = infos[0]
	}
	return profiles[0], infoFile, nil
}

func (r *Repository) info(p *ship.Parcel) ([]byte, error) {
	on := r.runsOn(p.Profile)
	is := func(device string) bool { return slices.Contains(on, device) }
	return yaml.Dump(info{ID: uuid.NewSHA1(space, []byte(p.Profile.Identifier())).String(), Name: p.Name, Active: r.Active,
		Mac: is("mac"), IPhone: is("iphone"), IPad: is("ipad"), TV: is("tv"), Vision: is("vision")}, yaml.WithLineWidth(-1))
}
