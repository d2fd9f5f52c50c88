package schema

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"sync"
)

// Layered returns base with over put onto it: a type of over takes the place of base's type of the same ID, and the
// types that over lacks stay. Nothing is read before it is asked for.
func Layered(base, over *Catalog) *Catalog {
	c := &Catalog{files: layers{over.files, base.files}}
	c.index = sync.OnceValues(func() (*index, error) { return mergeIndexes(base, over) })
	return c
}

func mergeIndexes(base, over *Catalog) (*index, error) {
	low, err := base.index()
	if err != nil {
		return nil, err
	}
	high, err := over.index()
	if err != nil {
		return nil, err
	}
	replaced := map[string]bool{}
	for _, e := range high.entries {
		replaced[fileName(folder(e.Family), e.ID)] = true
	}
	merged := &index{sources: slices.Concat(high.sources, low.sources), entries: slices.Clone(high.entries)}
	for _, e := range low.entries {
		if !replaced[fileName(folder(e.Family), e.ID)] {
			merged.entries = append(merged.entries, e)
		}
	}
	slices.SortFunc(merged.entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.ID, b.ID))
	})
	return merged, nil
}

// layers is several file systems as one. Of a file that more than one has, the first one's counts.
type layers []fs.FS

func (l layers) Open(name string) (fs.File, error) {
	return firstOf(l, name, func(files fs.FS) (fs.File, error) { return files.Open(name) })
}

func (l layers) ReadFile(name string) ([]byte, error) {
	return firstOf(l, name, func(files fs.FS) ([]byte, error) { return fs.ReadFile(files, name) })
}

func (l layers) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	found := false
	seen := map[string]bool{}
	for _, files := range l {
		entries, err := fs.ReadDir(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		found = true
		for _, e := range entries {
			if !seen[e.Name()] {
				all = append(all, e)
			}
			seen[e.Name()] = true
		}
	}
	if !found {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return all, nil
}

func firstOf[T any](l layers, name string, read func(fs.FS) (T, error)) (T, error) {
	for _, files := range l {
		if got, err := read(files); !errors.Is(err, fs.ErrNotExist) {
			return got, err
		}
	}
	var none T
	return none, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
