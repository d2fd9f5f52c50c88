// Package manifests reads ProfileManifests (property lists of pfm_ keys) into the schema model: the preference domains of Apple's
// and other vendors' programs. It reads facts only, no titles, descriptions or hints for editors.
//
// Read and AddCommunityKeys read a trusted checkout, for the catalog: howett.net/plist does not guard against hostile files.
// ReadCheckout reads a user's checkout, with limits, and keeps the prose. Both lead to manifest.convert and key.convert.
package manifests

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"howett.net/plist"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// SourceName names the repository in a schema.Source.
const SourceName = "ProfileManifests/ProfileManifests"

// patterns returns the patterns of preference domains, the editor's own samples included. Apple's own schemas have the payloads,
// all but one.
func patterns() []string {
	return []string{"Manifests/ManagedPreferences*/*.plist", "Manifests/ManifestsApple/com.apple.SubmitDiagInfo.plist"}
}

// manifest is the facts of one file.
type manifest struct {
	name         string // of the file, without .plist
	Domain       string `plist:"pfm_domain"`
	Unique       *bool  `plist:"pfm_unique"`
	UserApproved *bool  `plist:"pfm_user_approved"`
	Subkeys      []key  `plist:"pfm_subkeys"`
	Platforms
}

// Read reads the preference domains of a checkout of ProfileManifests. Version names the checkout in the sources of each.
func Read(files fs.FS, version string) ([]*schema.Type, error) {
	names, err := list(files)
	if err != nil {
		return nil, fmt.Errorf("reading ProfileManifests: %w", err)
	}
	return read(files, names, version)
}

func read(files fs.FS, names []string, version string) ([]*schema.Type, error) {
	var err error
	all := make([]manifest, len(names))
	users := map[string]int{}
	for i, name := range names {
		if all[i], err = readManifest(files, name); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		users[all[i].Domain]++
	}
	types := make([]*schema.Type, len(all))
	for i, m := range all {
		if types[i], err = m.convert(users[m.Domain] > 1); err != nil {
			return nil, fmt.Errorf("reading %s: %w", names[i], err)
		}
		types[i].Sources = []schema.Source{{Name: SourceName, Version: version, Path: names[i]}}
	}
	return types, nil
}

// list returns the names of the files of preference domains.
func list(files fs.FS) ([]string, error) {
	var names []string
	for _, pattern := range patterns() {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	if len(names) == 0 {
		return nil, errors.New("no preference domain in Manifests/ManagedPreferences*")
	}
	return names, nil
}

func readManifest(files fs.FS, name string) (manifest, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return manifest{}, err
	}
	m := manifest{name: strings.TrimSuffix(path.Base(name), ".plist")}
	if _, err := plist.Unmarshal(data, &m); err != nil {
		return m, err
	}
	if m.Domain == "" {
		return m, errors.New("no pfm_domain in the manifest")
	}
	return m, nil
}

// convert returns the type of a manifest. Manifests sharing a domain have the rest of their file names in brackets in their IDs.
func (m *manifest) convert(shared bool) (*schema.Type, error) {
	t := &schema.Type{ID: m.Domain, PayloadType: m.Domain, Family: schema.Preferences, Availability: schema.Availabilities{}}
	if shared {
		t.ID = m.Domain + "(" + strings.TrimPrefix(m.name, m.Domain+"-") + ")"
	}
	for _, name := range m.Names {
		a, err := m.on(name)
		if err != nil {
			return nil, err
		}
		if m.Unique != nil {
			multiple := !*m.Unique
			a.Multiple = &multiple
		}
		a.UserApprovedMDM = m.UserApproved
		t.Availability[target.Platform(name)] = a
	}
	var err error
	t.Keys, err = convertKeys(m.Subkeys, m.Names, true)
	return t, err
}

// Platforms is the platforms of a manifest or a key. It is exported for the decoder.
type Platforms struct {
	Names           []string `plist:"pfm_platforms"`
	Targets         []string `plist:"pfm_targets"`
	Supervised      *bool    `plist:"pfm_supervised"`
	MacOS           string   `plist:"pfm_macos_min"`
	MacOSDeprecated string   `plist:"pfm_macos_deprecated"`
	IOS             string   `plist:"pfm_ios_min"`
	IOSDeprecated   string   `plist:"pfm_ios_deprecated"`
	TvOS            string   `plist:"pfm_tvos_min"`
	TvOSDeprecated  string   `plist:"pfm_tvos_deprecated"`
}

// on returns the availability on a platform.
func (a *Platforms) on(platform string) (schema.Availability, error) {
	s := schema.Availability{Supervised: a.Supervised}
	introduced, deprecated := "", ""
	switch target.Platform(platform) { // only these: ProfileManifests has keys for no others
	case target.MacOS:
		introduced, deprecated = a.MacOS, a.MacOSDeprecated
		if a.Targets != nil {
			s.DeviceChannel, s.UserChannel = contains(a.Targets, "system"), contains(a.Targets, "user")
		}
	case target.IOS:
		introduced, deprecated = a.IOS, a.IOSDeprecated
	case target.TvOS:
		introduced, deprecated = a.TvOS, a.TvOSDeprecated
	default:
		return s, fmt.Errorf("unknown platform %q: want macOS, iOS or tvOS", platform) // only these: as above
	}
	var err error
	if s.Introduced, err = version(introduced); err != nil {
		return s, err
	}
	s.Deprecated, err = version(deprecated)
	return s, err
}

func contains(list []string, s string) *bool {
	found := false
	for _, x := range list {
		found = found || x == s
	}
	return &found
}

func version(s string) (target.Version, error) {
	if s == "" {
		return target.Version{}, nil
	}
	return target.ParseVersion(s)
}
