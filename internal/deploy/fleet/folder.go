package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/deploy"
	"syncguard/internal/target"
)

// Unlisted is the file with entries for an existing YAML file.
const Unlisted = "configuration-profiles.yml"

// teamFile is the part about profiles of a team's YAML: https://fleetdm.com/docs/configuration/yaml-files.
type teamFile struct {
	Name     string `yaml:"name,omitempty"`
	Controls struct {
		Apple struct {
			Profiles []profileEntry `yaml:"configuration_profiles"`
		} `yaml:"apple_settings"`
	} `yaml:"controls"`
}

type profileEntry struct {
	Path       string   `yaml:"path"`
	IncludeAll []string `yaml:"labels_include_all,omitempty"`
	IncludeAny []string `yaml:"labels_include_any,omitempty"`
	ExcludeAny []string `yaml:"labels_exclude_any,omitempty"`
}

const teamHeader = `# The profiles of %s, for Fleet's GitOps. Fleet removes everything from a team its file does not list: before applying this
# to an existing team, add its other settings, policies and software.
`

const entriesHeader = `# Entries for the YAML file of the team to get these profiles, such as fleets/workstations.yml. The paths are relative to
# its folder; in default.yml they begin with platforms/. Fleet does not read this file.
`

// Files lays the profiles out like Fleet's own starter repository and lists them in the team's file, or without a team in a
// file to copy from. It never changes an existing team file.
func (d *Server) Files(existing fs.FS, items []*deploy.Item, stems []string) ([]*deploy.File, error) {
	var files []*deploy.File
	list := teamFile{Name: d.Team}
	for i, item := range items {
		name := profileFolder(item.Profile) + stems[i] + ".mobileconfig"
		f := &deploy.File{Name: name, Data: item.Body, Item: item}
		for _, platform := range []string{"all", "ios", "macos"} {
			old := "platforms/" + platform + "/configuration-profiles/" + stems[i] + ".mobileconfig"
			if _, err := fs.Stat(existing, old); err == nil && old != name {
				f.Notes = append(f.Notes, "the folder also has "+old+": if it is the same profile, delete it and correct the files listing it")
			}
		}
		files = append(files, f)
		list.Controls.Apple.Profiles = append(list.Controls.Apple.Profiles, profileEntry{Path: "../" + name,
			IncludeAll: d.Labels[IncludeAll], IncludeAny: d.Labels[IncludeAny], ExcludeAny: d.Labels[ExcludeAny]})
	}
	name, head := Unlisted, entriesHeader
	if d.Team != "" {
		name, head = "fleets/"+slug(d.Team)+".yml", fmt.Sprintf(teamHeader, strings.Join(strings.Fields(d.Team), " "))
		if is, err := teamNameIn(existing, name); err == nil {
			if is != d.Team {
				return nil, fmt.Errorf("%s exists for another team, %q; rename one of the two", name, is)
			}
			return append(files, &deploy.File{Name: name}), nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	text, err := yaml.Dump(list, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithQuotePreference(yaml.QuoteDouble))
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", name, err)
	}
	return append(files, &deploy.File{Name: name, Data: append([]byte(head), text...)}), nil
}

// maxTeam is the largest team file read, in bytes.
const maxTeam = 1 << 20

// teamNameIn reads the team's name from a file.
func teamNameIn(existing fs.FS, name string) (string, error) {
	info, err := fs.Stat(existing, name)
	if err != nil {
		return "", err
	}
	var team struct {
		Name string `yaml:"name"`
	}
	data, err := fs.ReadFile(existing, name)
	if err == nil && (info.Size() > maxTeam || yaml.Load(data, &team) != nil) {
		err = errors.New("want valid YAML of at most 1 MiB")
	}
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", name, err)
	}
	return team.Name, nil
}

// profileFolder returns the folder of a platform in Fleet's starter repository. The folder has no effect: Fleet delivers all
// profiles of a team to each of its Apple devices.
func profileFolder(p *deploy.Profile) string {
	platform := "all"
	switch p.Platform() { // only these: Fleet's folders for Apple's platforms
	case target.MacOS:
		platform = "macos"
	case target.IOS:
		platform = "ios"
	}
	return "platforms/" + platform + "/configuration-profiles/"
}

func slug(name string) string {
	s := strings.Trim(notInSlug().ReplaceAllString(strings.ToLower(name), "-"), "-")
	if s == "" {
		s = "team"
	}
	return s
}

var notInSlug = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^\p{L}\p{N}]+`) })
