package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"syncguard/internal/schema"
)

// The tables of the sources folder. Its README describes their columns.
const (
	appleFolder        = "apple"
	checkoutsFile      = "checkouts.csv"
	releasesFile       = "releases.csv"
	unsureFile         = "unsure.csv"
	unsureReleasesFile = "unsure-releases.csv"
	prescribedFile     = "prescribed.csv"
	originsFile        = "origins.csv"
)

// sources are the contents of internal/schema/sources.
type sources struct {
	files          fs.FS
	apple          fs.FS // facts in the shape of Apple's repository
	checkouts      checkouts
	releases       map[string]string // by the full commit of Apple's repository
	unsure         map[string][]string
	unsureReleases []unsureRelease
	prescribed     []*schema.Type
	prescribers    map[string]bool // the sources of prescribed
}

// unsureRelease is a line of unsure-releases.csv: facts unsure in types last read at a release.
type unsureRelease struct {
	release, documentation string
	families               []string
	unsure                 string
}

// matches reports whether the line is for a type. Read is true if a file of Apple's repository is among its sources.
func (u unsureRelease) matches(release string, read bool, family, documentation string) bool {
	return u.release == release && (release != "") == read &&
		(len(u.families) == 0 || slices.Contains(u.families, family)) &&
		(u.documentation == "" || u.documentation == documentation)
}

func readSources(files fs.FS) (*sources, error) {
	s := &sources{files: files, releases: map[string]string{}, unsure: map[string][]string{}, prescribers: map[string]bool{}}
	var err error
	if s.apple, err = fs.Sub(files, appleFolder); err != nil {
		return nil, err
	}
	for _, table := range []struct {
		name, columns string
		add           func(row []string) error
	}{
		{checkoutsFile, "source,commit,release", s.addCheckout},
		{releasesFile, "commit,release", func(row []string) error {
			s.releases[row[0]] = row[1]
			return checkCommit(row[0])
		}},
		{unsureFile, "type,unsure", func(row []string) error {
			s.unsure[row[0]] = append(s.unsure[row[0]], row[1])
			return nil
		}},
		{unsureReleasesFile, "release,families,documentation,unsure", func(row []string) error {
			s.unsureReleases = append(s.unsureReleases, unsureRelease{row[0], row[2], strings.Fields(row[1]), row[3]})
			return nil
		}},
		{prescribedFile, "domain,key,type,rule,source", s.addPrescribed},
	} {
		if err := readTable(files, table.name, table.columns, table.add); err != nil {
			return nil, fmt.Errorf("reading %s: %w", table.name, err)
		}
	}
	return s, nil
}

// readTable calls add for each line below the first one, the names of the columns.
func readTable(files fs.FS, name, columns string, add func(row []string) error) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return err
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != columns {
		return fmt.Errorf("invalid first line: want %s", columns)
	}
	for i, row := range rows[1:] {
		if err := add(row); err != nil {
			return fmt.Errorf("line %d: %w", i+2, err)
		}
	}
	return nil
}

func (s *sources) addCheckout(row []string) error {
	c := checkout{Source: row[0], Commit: row[1], Release: row[2]}
	s.checkouts = append(s.checkouts, c)
	s.releases[c.Commit] = c.Release
	return checkCommit(c.Commit)
}

func checkCommit(commit string) error {
	if len(commit) != 40 || strings.Trim(commit, "0123456789abcdef") != "" {
		return fmt.Errorf("invalid commit %q: want 40 hexadecimal digits", commit)
	}
	return nil
}

// addPrescribed adds a key to the type of its domain. Lines of one domain follow each other.
func (s *sources) addPrescribed(row []string) error {
	domain, rule := row[0], row[3]
	if n := len(s.prescribed); n == 0 || s.prescribed[n-1].PayloadType != domain {
		s.prescribed = append(s.prescribed, &schema.Type{ID: domain + "(prescribed)", PayloadType: domain, Family: schema.Preferences,
			Availability: schema.Availabilities{"macOS": {}}})
	}
	t := s.prescribed[len(s.prescribed)-1]
	k := &schema.Key{Name: row[1]}
	var err error
	if k.Kind, k.AnyKind, err = schema.ParseKind(row[2]); err != nil {
		return err
	}
	t.Keys = append(t.Keys, k)
	repository, commit, _ := strings.Cut(row[4], "@")
	s.prescribers[repository] = true
	t.Sources = append(t.Sources, schema.Source{Name: repository, Version: commit, Path: rule})
	return nil
}
