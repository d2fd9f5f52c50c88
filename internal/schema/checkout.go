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

// Limits for an untrusted checkout. The largest file of the sources has half a megabyte.
const (
	maxCheckoutFile  = 4 << 20
	maxCheckoutBytes = 64 << 20
	maxCheckoutFiles = 10_000
	maxIDLength      = 200
)

// Checkout holds the types of a source's folder. An unusable file is skipped, and costs only its own type.
type Checkout struct {
	Types   []*Type
	Skipped []error // one a file, with its name
	prose   map[*Type]*Prose
}

// ReadFunc reads one file of a checkout. For a file without a definition it returns neither a type nor an error.
type ReadFunc func(name string, data []byte) (*Type, *Prose, error)

// ReadCheckout reads files by name. It returns an error only if the folder is unreadable or too large.
func ReadCheckout(files fs.FS, names []string, read ReadFunc) (*Checkout, error) {
	if len(names) > maxCheckoutFiles {
		return nil, fmt.Errorf("%d schema files: want at most %d", len(names), maxCheckoutFiles)
	}
	c := &Checkout{prose: map[*Type]*Prose{}}
	total := 0
	for _, name := range names {
		info, err := fs.Stat(files, name)
		if err != nil { // a broken link, or one out of the folder
			c.skip(name, err)
			continue
		}
		if !info.Mode().IsRegular() || info.Size() > maxCheckoutFile {
			c.skip(name, fmt.Errorf("not a regular file of at most %d bytes", maxCheckoutFile))
			continue
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			c.skip(name, err)
			continue
		}
		if total += len(data); total > maxCheckoutBytes {
			return nil, fmt.Errorf("schema files of more than %d bytes in all", maxCheckoutBytes)
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

// Files returns the files of a catalog of the types read, with their prose. Types unfit for a catalog are skipped.
func (c *Checkout) Files() (map[string][]byte, error) {
	var kept []*Type
	seen := map[string]bool{}
	for _, t := range c.Types {
		name := strings.ToLower(fileName(folder(t.Family), t.ID)) // file systems may not tell case apart
		err := keepable(t)
		if err == nil && seen[name] {
			err = fmt.Errorf("type %q: defined twice", t.ID)
		}
		if err != nil {
			c.skip(sourcePath(t), err)
			continue
		}
		seen[name] = true
		kept = append(kept, t)
	}
	if len(kept) == 0 {
		return nil, errors.New("found no usable schema file")
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

// keepable returns an error for a type unfit for a catalog: its name is no file name on some system, its keys are deeper
// than any property list, or its file would not read back.
func keepable(t *Type) error {
	if t.ID == "" || len(t.ID) > maxIDLength || strings.ContainsFunc(t.ID, unfit) {
		return fmt.Errorf("invalid type %q: not a file name on every system", t.ID)
	}
	if depth(t.Tree()) > plist.MaxDepth {
		return fmt.Errorf("keys are nested more than %d deep", plist.MaxDepth)
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
