package main

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
	"syncguard/internal/schema/manifests"
)

// build makes the files of the catalog, and the table of their origins, from the two checkouts and the sources.
func build(apple, community fs.FS, s *sources) (files map[string][]byte, origins []byte, err error) {
	base, err := appleyaml.Read(apple, s.checkouts.of(appleyaml.RepositoryName).Commit)
	if err != nil {
		return nil, nil, err
	}
	newer, err := appleyaml.Read(s.apple, "")
	if err != nil {
		return nil, nil, fmt.Errorf("reading the sources: %w", err)
	}
	types, err := appleyaml.Merge(base, newer)
	if err != nil {
		return nil, nil, err
	}
	s.markUnsure(types)
	s.nameReleases(types)
	if err := appleyaml.Correct(types); err != nil {
		return nil, nil, err
	}
	if types, err = s.addCommunity(types, community); err != nil {
		return nil, nil, err
	}
	if files, err = schema.Files(types); err != nil {
		return nil, nil, err
	}
	table := originTable{sources: s, newer: newer, repositories: map[string]fs.FS{
		appleyaml.RepositoryName: apple, manifests.SourceName: community,
	}}
	origins, err = table.write(types)
	return files, origins, err
}

// addCommunity adds the facts that Apple's schemas lack: keys to Apple's types, and preference domains.
func (s *sources) addCommunity(types []*schema.Type, community fs.FS) ([]*schema.Type, error) {
	version := s.checkouts.of(manifests.SourceName).version()
	preferences, err := manifests.Read(community, version)
	if err != nil {
		return nil, err
	}
	if err := manifests.AddCommunityKeys(types, community, version); err != nil {
		return nil, err
	}
	prescribed := slices.DeleteFunc(s.prescribed, func(t *schema.Type) bool { return manifests.AddKeysOf(types, t) })
	return slices.Concat(types, preferences, prescribed), nil
}

// nameReleases puts the release beside each commit of Apple's repository: 27 beta (97a11a861f4e).
func (s *sources) nameReleases(types []*schema.Type) {
	for _, t := range types {
		for i, source := range t.Sources {
			if source.Name == appleyaml.RepositoryName && len(source.Version) == 40 {
				t.Sources[i].Version = checkout{Commit: source.Version, Release: s.releases[source.Version]}.version()
			}
		}
	}
}

// markUnsure names, in each type, the facts not seen in a source of the newest release: those its sources imply, and
// those listed for it.
func (s *sources) markUnsure(types []*schema.Type) {
	for _, t := range types {
		newest, documentation := "", "no"
		for _, source := range t.Sources {
			if source.Name == appleyaml.RepositoryName {
				newest = source.Version
			} else {
				documentation = "yes"
			}
		}
		t.Unsure = nil
		for _, m := range s.unsureReleases {
			if m.matches(s.releases[newest], newest != "", string(t.Family), documentation) {
				t.Unsure = strings.Split(m.unsure, "; ")
				break
			}
		}
		t.Unsure = append(t.Unsure, s.unsure[t.ID]...)
	}
}
