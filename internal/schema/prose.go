package schema

import (
	"errors"
	"fmt"
	"io/fs"
)

const proseFolder = "prose"

// Prose is a source's text about a type or key. The embedded catalog has none; an import keeps it in a file beside each
// type.
type Prose struct {
	Title   string            `json:"title,omitempty"`
	Content string            `json:"content,omitempty"`
	Keys    map[string]*Prose `json:"keys,omitempty"` // by name; an element of an array has one too
}

// Key returns the prose of a subkey, nil without one. The receiver may be nil.
func (p *Prose) Key(name string) *Prose {
	if p == nil {
		return nil
	}
	return p.Keys[name]
}

// Prose returns the prose an import keeps of a type, or nil.
func (c *Catalog) Prose(t *Type) (*Prose, error) {
	p, _, err := c.proseOf(t)
	return p, err
}

// proseOf returns the prose of a type with its source, or nil and "".
func (c *Catalog) proseOf(t *Type) (*Prose, string, error) {
	if c.layer != nil {
		return c.layer.proseOf(t)
	}
	return c.readProse(fileName(folder(t.Family), t.ID))
}

func (c *Catalog) readProse(file string) (*Prose, string, error) {
	name := proseFolder + "/" + file
	data, err := fs.ReadFile(c.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	} else if err != nil {
		return nil, "", fmt.Errorf("reading the schema catalog: %w", err)
	}
	var p Prose
	if err := decodeJSON(data, &p); err != nil {
		return nil, "", fmt.Errorf("reading %s of the schema catalog: %w", name, err)
	}
	t, err := c.load(file)
	if err != nil {
		return nil, "", err
	}
	return &p, t.Source(), nil
}

func proseName(t *Type) string { return proseFolder + "/" + fileName(folder(t.Family), t.ID) }
