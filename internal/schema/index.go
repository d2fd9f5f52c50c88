package schema

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"

	"syncguard/internal/target"
)

const indexName = "index.json"

// SourceCount is a source at one version, with the number of its types. Its Path is empty.
type SourceCount struct {
	Source
	Types int `json:"types"` // how many rest on it
}

type index struct {
	sources []SourceCount
	newest  target.Version // newest release a checkout introduces a key in; zero in the embedded catalog
	entries []Entry
}

// Entries lists every type of the catalog, ordered by family and ID, without reading the types themselves.
func (c *Catalog) Entries() ([]Entry, error) {
	x, err := c.index()
	if err != nil {
		return nil, err
	}
	return x.entries, nil
}

// Sources lists the sources of the catalog, most used first.
func (c *Catalog) Sources() ([]SourceCount, error) {
	x, err := c.index()
	if err != nil {
		return nil, err
	}
	return x.sources, nil
}

func (c *Catalog) readIndex() (*index, error) {
	data, err := fs.ReadFile(c.files, indexName)
	if err != nil {
		return nil, fmt.Errorf("reading the schema catalog: %w", err)
	}
	x, err := decodeIndex(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s of the schema catalog: %w", indexName, err)
	}
	return x, nil
}

// Files returns the files of a catalog, by name, for Open to read. The same types give the same bytes, in any order.
func Files(types []*Type) (map[string][]byte, error) { return catalogFiles(types, target.Version{}) }

// catalogFiles is Files with the newest release of a checkout.
func catalogFiles(types []*Type, newest target.Version) (map[string][]byte, error) {
	types = slices.SortedFunc(slices.Values(types), func(a, b *Type) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.ID, b.ID))
	})
	files := map[string][]byte{}
	for _, t := range types {
		name := FileName(t)
		if !fs.ValidPath(name) {
			return nil, fmt.Errorf("invalid type %q: not a file name on every system", t.ID)
		}
		if _, repeated := files[name]; repeated {
			return nil, fmt.Errorf("type %q: defined twice", t.ID)
		}
		data, err := encodeType(t)
		if err != nil {
			return nil, fmt.Errorf("writing type %q: %w", t.ID, err)
		}
		files[name] = data
	}
	x := indexOf(types)
	x.Newest = newest
	data, err := encodeJSON(x)
	if err != nil {
		return nil, fmt.Errorf("writing the index: %w", err)
	}
	files[indexName] = data
	return files, nil
}

// FileName returns the name of a type's file among Files.
func FileName(t *Type) string { return fileName(folder(t.Family), t.ID) }

func indexOf(types []*Type) indexFile {
	x := indexFile{Sources: countSources(types)}
	for _, t := range types {
		x.Types = append(x.Types, Entry{ID: t.ID, PayloadType: unlessID(t), Family: t.Family, Platforms: lifecycles(t)})
	}
	return x
}

// file returns the name of the type's file in a catalog.
func (e Entry) file() string { return fileName(folder(e.Family), e.ID) }

// lifecycles returns the life cycle of a type on each of its platforms.
func lifecycles(t *Type) map[target.Platform]Lifecycle {
	all := map[target.Platform]Lifecycle{}
	for platform, a := range t.Availability {
		if !a.NotAvailable {
			all[platform] = Lifecycle{a.Introduced, a.Deprecated, a.Removed}
		}
	}
	return all
}

func countSources(types []*Type) []SourceCount {
	counts := map[Source]int{}
	for _, t := range types {
		seen := map[Source]bool{}
		for _, s := range t.Sources {
			f := Source{Name: s.Name, Version: s.Version}
			if !seen[f] {
				counts[f]++
			}
			seen[f] = true
		}
	}
	var sources []SourceCount
	for f, n := range counts {
		sources = append(sources, SourceCount{f, n})
	}
	slices.SortFunc(sources, func(a, b SourceCount) int {
		return cmp.Or(cmp.Compare(b.Types, a.Types), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return sources
}
