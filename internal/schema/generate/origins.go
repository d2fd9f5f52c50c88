package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
	"syncguard/internal/schema/manifests"
)

// ownSource is this repository in the table of origins, with paths below internal/schema/sources.
const ownSource = "sources"

// everyFile stands for all files of the catalog in the table of origins.
const everyFile = "*"

const originColumns = "catalog,source,path,blob"

// originTable tells, for each file of the catalog, the files that its facts come from, with git's hash of each.
type originTable struct {
	sources      *sources
	newer        *appleyaml.Tree
	repositories map[string]fs.FS // by source
}

// origin is a file of a repository, or of the sources.
type origin struct{ source, path string }

func (o originTable) write(types []*schema.Type) ([]byte, error) {
	rows := [][]string{}
	add := func(file string, from origin) error {
		files := o.repositories[from.source]
		if from.source == ownSource {
			files = o.sources.files
		}
		data, err := fs.ReadFile(files, from.path)
		if err != nil {
			return fmt.Errorf("writing the origin of %s: %w", file, err)
		}
		rows = append(rows, []string{file, from.source, from.path, blob(data)})
		return nil
	}
	for _, table := range []string{checkoutsFile, releasesFile, unsureReleasesFile} {
		if err := add(everyFile, origin{ownSource, table}); err != nil {
			return nil, err
		}
	}
	for _, t := range types {
		for _, from := range o.of(t) {
			if err := add(schema.FileName(t), from); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(rows, slices.Compare)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	err := w.WriteAll(append([][]string{strings.Split(originColumns, ",")}, rows...))
	return b.Bytes(), err
}

// of returns the origins of a type, without repetitions.
func (o originTable) of(t *schema.Type) []origin {
	var all []origin
	add := func(from origin) {
		if !slices.Contains(all, from) {
			all = append(all, from)
		}
	}
	base := o.sources.checkouts.of(appleyaml.RepositoryName).version()
	for _, s := range t.Sources {
		switch {
		case s.Name == manifests.SourceName, s.Name == appleyaml.RepositoryName && s.Version == base && path.Ext(s.Path) == ".yaml":
			add(origin{s.Name, s.Path})
		case o.sources.prescribers[s.Name]:
			add(origin{ownSource, prescribedFile})
		}
	}
	for _, name := range o.newer.Files(t) {
		add(origin{ownSource, path.Join(appleFolder, name)})
	}
	if o.sources.unsure[t.ID] != nil {
		add(origin{ownSource, unsureFile})
	}
	return all
}

// blob returns the name that git gives to a file of these bytes.
func blob(data []byte) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(data), data))
	return hex.EncodeToString(sum[:])
}
