package schema

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/target"
)

// layer is the upper part of a layered catalog, an import, with the catalog below it.
type layer struct {
	base, over *Catalog
	release    func() (target.Version, error)    // of the import, zero if unknown
	renamed    func() (map[string]string, error) // files of over, by their present names in base
}

// Layered puts an import, a catalog made by Open, over base. Types only one of them has stay. A type of both has every
// key of both; if they differ on a fact, the newer source wins, and the import if neither is known to be newer (see
// combine). Nothing is read before its first use.
func Layered(base, over *Catalog) *Catalog {
	l := &layer{base: base, over: over}
	l.release = sync.OnceValues(l.readRelease)
	l.renamed = sync.OnceValues(l.readRenamed)
	c := &Catalog{layer: l}
	c.index = sync.OnceValues(func() (*index, error) { return l.mergeIndexes(c) })
	return c
}

// mergeIndexes loads the types of both catalogs only if their life cycles differ.
func (l *layer) mergeIndexes(c *Catalog) (*index, error) {
	low, err := l.base.index()
	if err != nil {
		return nil, err
	}
	high, err := l.over.index()
	if err != nil {
		return nil, err
	}
	renamed, err := l.renamed()
	if err != nil {
		return nil, err
	}
	upper := map[string]Entry{}
	for _, e := range high.entries {
		upper[cmp.Or(oldName(renamed, e.file()), e.file())] = e
	}
	merged := &index{sources: slices.Concat(high.sources, low.sources)}
	for _, e := range low.entries {
		over, both := upper[e.file()]
		delete(upper, e.file())
		if both && !maps.Equal(e.Platforms, over.Platforms) {
			t, err := c.load(e.file())
			if err != nil {
				return nil, err
			}
			e.Platforms = lifecycles(t)
		}
		merged.entries = append(merged.entries, e)
	}
	merged.entries = slices.AppendSeq(merged.entries, maps.Values(upper))
	slices.SortFunc(merged.entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.ID, b.ID))
	})
	return merged, nil
}

// oldName returns the present name in base of a file with an old name in over, or "".
func oldName(renamed map[string]string, file string) string {
	for present, old := range renamed {
		if old == file {
			return present
		}
	}
	return ""
}

// readRenamed finds the types Apple renamed since the checkout: unknown parts of a known payload type, read from a file
// base names as a source. Apple once misspelled com.apple.MCX(Mobility).
func (l *layer) readRenamed() (map[string]string, error) {
	low, err := l.base.index()
	if err != nil {
		return nil, err
	}
	high, err := l.over.index()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, e := range low.entries {
		known[e.file()] = true
	}
	renamed := map[string]string{}
	for _, e := range high.entries {
		if known[e.file()] || e.ID == e.PayloadType {
			continue
		}
		t, err := l.over.load(e.file())
		if err != nil {
			return nil, err
		}
		for _, candidate := range low.entries {
			if candidate.Family != e.Family || candidate.PayloadType != e.PayloadType {
				continue
			}
			present, err := l.base.load(candidate.file())
			if err != nil {
				return nil, err
			}
			if shareFile(present, t) {
				renamed[candidate.file()] = e.file()
			}
		}
	}
	return renamed, nil
}

// shareFile reports whether both types name the same file of the same source.
func shareFile(a, b *Type) bool {
	return slices.ContainsFunc(a.Sources, func(s Source) bool {
		return s.Path != "" && slices.ContainsFunc(b.Sources, func(t Source) bool { return s.Name == t.Name && s.Path == t.Path })
	})
}

// overFile returns the name of a type's file in over.
func (l *layer) overFile(file string) (string, error) {
	renamed, err := l.renamed()
	return cmp.Or(renamed[file], file), err
}

// read combines a type of both catalogs.
func (l *layer) read(file string) (*Type, error) {
	x, err := l.combine(file)
	return x.result, err
}

// combine returns both definitions of a type with the result. base or over is nil if the other alone has the type.
func (l *layer) combine(file string) (combination, error) {
	overFile, err := l.overFile(file)
	if err != nil {
		return combination{}, err
	}
	over, err := unlessMissing(l.over.load(overFile))
	if err != nil {
		return combination{}, err
	}
	base, err := l.base.load(file)
	switch {
	case over == nil:
		return combination{base: base, result: base}, err
	case errors.Is(err, fs.ErrNotExist):
		return combination{over: over, result: over}, nil
	case err != nil:
		return combination{}, err
	}
	baseRelease, err := l.base.release(file, base)
	if err != nil {
		return combination{}, err
	}
	overRelease, err := l.release()
	return combine(base, over, baseRelease, overRelease), err
}

func unlessMissing(t *Type, err error) (*Type, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return t, err
}

// names lists the files of both catalogs as readNames does, renamed types under their present names.
func (l *layer) names(folder string) (map[string][]string, error) {
	low, err := once(&l.base.names, folder, l.base.readNames)
	if err != nil {
		return nil, err
	}
	high, err := once(&l.over.names, folder, l.over.readNames)
	if err != nil {
		return nil, err
	}
	renamed, err := l.renamed()
	if err != nil {
		return nil, err
	}
	all := maps.Clone(low)
	for name, files := range high {
		joined := slices.Clone(low[name])
		for _, file := range files {
			if oldName(renamed, file) == "" && !slices.Contains(joined, file) {
				joined = append(joined, file)
			}
		}
		slices.SortFunc(joined, strings.Compare)
		all[name] = joined
	}
	return all, nil
}

// Taken counts the facts an import adds to those below it.
type Taken struct {
	NewTypes int `json:"newTypes"` // in the import alone
	Types    int `json:"types"`    // types with other facts since the import
	Keys     int `json:"keys"`     // new keys of known types
}

// Kept counts the facts an import leaves as they were.
type Kept struct {
	Types int `json:"types"` // types with newer built-in facts, and older ones in the import
	Keys  int `json:"keys"`  // keys the import lacks
}

// Import counts the facts taken from the uppermost import and the ones kept below it, over all of its types. A catalog
// without layers has nothing of either.
func (c *Catalog) Import() (taken Taken, kept Kept, err error) {
	if c.layer == nil {
		return taken, kept, nil
	}
	high, err := c.layer.over.index()
	if err != nil {
		return taken, kept, err
	}
	renamed, err := c.layer.renamed()
	if err != nil {
		return taken, kept, err
	}
	for _, e := range high.entries {
		x, err := c.layer.combine(cmp.Or(oldName(renamed, e.file()), e.file()))
		if err != nil {
			return taken, kept, err
		}
		switch {
		case x.over == nil: // the index may list a missing file
		case x.base == nil:
			taken.NewTypes++
		default:
			taken.Keys += x.newKeys
			kept.Keys += x.keptKeys
			if x.result != x.base {
				taken.Types++
			}
			if x.refused {
				kept.Types++
			}
		}
	}
	return taken, kept, nil
}

// proseOf returns the prose of a type with its source: the import's, or else from the catalog below.
func (l *layer) proseOf(t *Type) (*Prose, string, error) {
	file, err := l.overFile(fileName(folder(t.Family), t.ID))
	if err != nil {
		return nil, "", err
	}
	p, source, err := l.over.readProse(file)
	if p == nil && err == nil {
		return l.base.proseOf(t)
	}
	return p, source, err
}
