package schema

import (
	"errors"
	"fmt"
	"io/fs"
)

const proseFolder = "prose"

// Prose is what a source says in words of a type or a key. The embedded catalog has none; what is imported keeps it in
// a file beside each type.
type Prose struct {
	Title   string            `json:"title,omitempty"`
	Content string            `json:"content,omitempty"`
	Keys    map[string]*Prose `json:"keys,omitempty"` // by name; an element of an array has one too
}

// Key returns the prose of a subkey, nil where there is none. The receiver may be nil.
func (p *Prose) Key(name string) *Prose {
	if p == nil {
		return nil
	}
	return p.Keys[name]
}

// Prose returns what is kept in words of a type, or nil.
func (c *Catalog) Prose(t *Type) (*Prose, error) {
	if c.layer != nil {
		return c.layer.prose(t)
	}
	return c.readProse(fileName(folder(t.Family), t.ID))
}

func (c *Catalog) readProse(file string) (*Prose, error) {
	name := proseFolder + "/" + file
	data, err := fs.ReadFile(c.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("reading the schema catalog: %w", err)
	}
	var p Prose
	if err := decodeJSON(data, &p); err != nil {
		return nil, fmt.Errorf("reading %s of the schema catalog: %w", name, err)
	}
	return &p, nil
}

func proseName(t *Type) string { return proseFolder + "/" + fileName(folder(t.Family), t.ID) }
