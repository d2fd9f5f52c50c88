package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode"

	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Limits on what is read of a checkout, which nobody vouches for. The largest file of the sources has half a megabyte.
const (
	maxCheckoutFile  = 4 << 20
	maxCheckoutBytes = 64 << 20
	maxCheckoutFiles = 10_000
	maxIDLength      = 200
)

// Checkout is what was read of a folder in the shape of a source. A file that cannot be used is skipped, and costs
// nothing but its own type.
type Checkout struct {
	Types   []*Type
	Skipped []error // one a file, with its name
	prose   map[*Type]*Prose
}

// ReadFunc reads one file of a checkout. It may return neither a type nor an error for a file that defines nothing.
type ReadFunc func(name string, data []byte) (*Type, *Prose, error)

// ReadCheckout reads the files of these names. The error is one of reading the folder, or of its size.
func ReadCheckout(files fs.FS, names []string, read ReadFunc) (*Checkout, error) {
	if len(names) > maxCheckoutFiles {
		return nil, fmt.Errorf("%d schema files, want at most %d", len(names), maxCheckoutFiles)
	}
	c := &Checkout{prose: map[*Type]*Prose{}}
	total := 0
	for _, name := range names {
		info, err := fs.Stat(files, name)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() || info.Size() > maxCheckoutFile {
			c.skip(name, fmt.Errorf("want a file of at most %d bytes", maxCheckoutFile))
			continue
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if total += len(data); total > maxCheckoutBytes {
			return nil, fmt.Errorf("the schema files have more than %d bytes", maxCheckoutBytes)
		}
		t, prose, err := read(name, data)
		if err != nil {
			c.skip(name, err)
			continue
		}
		if t != nil {
			c.Types = append(c.Types, t)
			c.prose[t] = prose
		}
	}
	return c, nil
}

func (c *Checkout) skip(name string, err error) {
	c.Skipped = append(c.Skipped, fmt.Errorf("%s: %w", name, err))
}

// Files returns the files of a catalog that holds what was read, with its prose. A type that cannot be kept is skipped.
func (c *Checkout) Files() (map[string][]byte, error) {
	var kept []*Type
	seen := map[string]bool{}
	for _, t := range c.Types {
		name := strings.ToLower(fileName(folder(t.Family), t.ID)) // file systems may not tell case apart
		err := keepable(t)
		if err == nil && seen[name] {
			err = fmt.Errorf("type %q is defined twice", t.ID)
		}
		if err != nil {
			c.skip(sourcePath(t), err)
			continue
		}
		seen[name] = true
		kept = append(kept, t)
	}
	if len(kept) == 0 {
		return nil, errors.New("no schema file can be used")
	}
	c.Types = kept
	var newest target.Version
	for _, t := range kept {
		newest = later(newest, newestOf(t))
	}
	files, err := catalogFiles(kept, newest)
	if err != nil {
		return nil, err
	}
	for _, t := range kept {
		if p := c.prose[t]; p != nil {
			if files[proseName(t)], err = encodeJSON(p); err != nil {
				return nil, fmt.Errorf("writing the prose of %q: %w", t.ID, err)
			}
		}
	}
	return files, nil
}

func sourcePath(t *Type) string {
	if len(t.Sources) == 0 {
		return t.ID
	}
	return t.Sources[0].Path
}

// keepable says why a type cannot be kept in a catalog: its name is no name of a file on every system, its keys are
// deeper than any property list, or its file would not read back.
func keepable(t *Type) error {
	if t.ID == "" || len(t.ID) > maxIDLength || strings.ContainsFunc(t.ID, unfit) {
		return fmt.Errorf("type %q cannot name a file", t.ID)
	}
	if depth(t.Tree()) > plist.MaxDepth {
		return fmt.Errorf("keys are more than %d deep", plist.MaxDepth)
	}
	data, err := encodeType(t)
	if err != nil {
		return err
	}
	_, err = decodeType(data)
	return err
}

func unfit(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|`, r) }

func depth(nodes []*Node) int {
	deepest := 0
	for _, n := range nodes {
		deepest = max(deepest, 1+depth(n.Nodes))
	}
	return deepest
}
