package schema

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"

	"syncguard/internal/target"
)

const indexFile = "index.json"

// SourceCount is a source of facts, at one version, and how many types rest on it. Its Path is empty.
type SourceCount struct {
	Source
	Types int
}

type index struct {
	sources []SourceCount
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

// Sources lists what the catalog was made from, most used first.
func (c *Catalog) Sources() ([]SourceCount, error) {
	x, err := c.index()
	if err != nil {
		return nil, err
	}
	return x.sources, nil
}

func (c *Catalog) readIndex() (*index, error) {
	data, err := fs.ReadFile(c.files, indexFile)
	if err != nil {
		return nil, fmt.Errorf("reading the schema catalog: %w", err)
	}
	x, err := decodeIndex(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s of the schema catalog: %w", indexFile, err)
	}
	return x, nil
}

func decodeIndex(data []byte) (*index, error) {
	x := &index{}
	d := decoder{reader: reader{text: string(data)}}
	d.object(func(name string) {
		switch name {
		case "sources":
			d.array(func() { x.sources = append(x.sources, d.source()) })
		case "types":
			d.array(func() { x.entries = append(x.entries, d.entry()) })
		default:
			d.value()
		}
	})
	return x, d.finish()
}

func (d *decoder) entry() Entry {
	e := Entry{Platforms: map[target.Platform]Lifecycle{}}
	d.object(func(name string) {
		switch name {
		case "id":
			e.ID = d.string()
		case "payloadtype":
			e.PayloadType = d.string()
		case "family":
			e.Family = Family(d.string())
		case "platforms":
			for platform, a := range d.availabilities() {
				e.Platforms[platform] = Lifecycle{a.Introduced, a.Deprecated, a.Removed}
			}
		default:
			d.value()
		}
	})
	e.PayloadType = cmp.Or(e.PayloadType, e.ID)
	return e
}

// An index file is JSON, too.
type indexFormat struct {
	Sources []sourceFile `json:"sources"`
	Types   []entryFile  `json:"types"`
}

type entryFile struct {
	ID          string                            `json:"id"`
	PayloadType string                            `json:"payloadtype,omitempty"` // if it is not the ID
	Family      Family                            `json:"family"`
	Platforms   map[target.Platform]lifecycleFile `json:"platforms,omitempty"`
}

type lifecycleFile struct {
	Introduced string `json:"introduced,omitempty"`
	Deprecated string `json:"deprecated,omitempty"`
	Removed    string `json:"removed,omitempty"`
}

// Files returns the files of a catalog that holds types, by their names: what Open reads. The same types give the
// same bytes, in whatever order they come.
func Files(types []*Type) (map[string][]byte, error) {
	types = slices.SortedFunc(slices.Values(types), func(a, b *Type) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.ID, b.ID))
	})
	files := map[string][]byte{}
	for _, t := range types {
		name := fileName(folder(t.Family), t.ID)
		if !fs.ValidPath(name) {
			return nil, fmt.Errorf("type %q cannot name a file", t.ID)
		}
		if _, repeated := files[name]; repeated {
			return nil, fmt.Errorf("type %q is defined twice", t.ID)
		}
		data, err := encodeType(t)
		if err != nil {
			return nil, fmt.Errorf("writing type %q: %w", t.ID, err)
		}
		files[name] = data
	}
	data, err := encodeJSON(indexOf(types))
	if err != nil {
		return nil, fmt.Errorf("writing the index: %w", err)
	}
	files[indexFile] = data
	return files, nil
}

func indexOf(types []*Type) indexFormat {
	x := indexFormat{Sources: countSources(types)}
	for _, t := range types {
		f := entryFile{ID: t.ID, Family: t.Family, Platforms: map[target.Platform]lifecycleFile{}}
		if t.PayloadType != t.ID {
			f.PayloadType = t.PayloadType
		}
		for platform, a := range t.Availability {
			if !a.NotAvailable {
				f.Platforms[platform] = lifecycleFile{
					encodeVersion(a.Introduced), encodeVersion(a.Deprecated), encodeVersion(a.Removed),
				}
			}
		}
		x.Types = append(x.Types, f)
	}
	return x
}

func countSources(types []*Type) []sourceFile {
	counts := map[Source]int{}
	for _, t := range types {
		seen := map[Source]bool{}
		for _, s := range t.Sources {
			s.Path = ""
			if !seen[s] {
				counts[s]++
			}
			seen[s] = true
		}
	}
	var sources []sourceFile
	for s, n := range counts {
		sources = append(sources, sourceFile{Name: s.Name, Version: s.Version, Types: n})
	}
	slices.SortFunc(sources, func(a, b sourceFile) int {
		return cmp.Or(cmp.Compare(b.Types, a.Types), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return sources
}
