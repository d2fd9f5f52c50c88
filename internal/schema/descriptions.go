package schema

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"syncguard/internal/plist"
)

// descriptionsCSV holds type, key, line and source: short lines in syncguard's own words, written from facts. The ID of
// a type stands for every family, and a key ANY for any name.
//
//go:embed descriptions.csv
var descriptionsCSV string

// line is a description of syncguard's own, at a path as schema show takes it.
type line struct {
	path string
	Description
}

// ownLines reads the lines on first use, by type.
var ownLines = sync.OnceValues(func() (map[string][]line, error) {
	r := csv.NewReader(strings.NewReader(descriptionsCSV))
	r.FieldsPerRecord = 4
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the descriptions of keys: %w", err)
	}
	all := map[string][]line{}
	for _, row := range rows[min(1, len(rows)):] {
		all[row[0]] = append(all[row[0]], line{row[1], Description{Text: row[2], Source: row[3], Own: true}})
	}
	return all, nil
})

// Description explains a type or key in words.
type Description struct {
	Text   string `json:"text"`
	Source string `json:"source"`        // of an import's text; of a line of syncguard's own, the source of its facts
	Own    bool   `json:"own,omitempty"` // the text is a line of syncguard's own
}

// String returns the text with its source.
func (d *Description) String() string {
	if d.Own {
		return fmt.Sprintf("%s (syncguard's words, from %s)", d.Text, d.Source)
	}
	return fmt.Sprintf("%s (%s)", d.Text, d.Source)
}

// Descriptions looks up the descriptions of a type and its keys. It stands at the type or one of its keys; nil has no
// descriptions.
type Descriptions struct {
	own    *ownDescriptions
	key    *Key   // nil for the type
	path   string // without elements of arrays
	prose  *Prose // of an import; may be nil
	source string // of prose
}

// ownDescriptions are the lines of one type.
type ownDescriptions struct {
	byPath map[string]*Description
	byKey  map[*Key]*Description // for keys shared by several paths, one of them with a line
}

// OwnLine returns syncguard's own line on a key of a type, "" without one.
func OwnLine(id, path string) string {
	lines, err := ownLines()
	if err != nil {
		return "" // a test reads them all
	}
	for i := range lines[id] {
		if lines[id][i].path == path {
			return lines[id][i].Text
		}
	}
	return ""
}

// Descriptions returns the descriptions of a type: those of an import, or else syncguard's own lines.
func (c *Catalog) Descriptions(t *Type) (*Descriptions, error) {
	lines, err := ownLines()
	if err != nil {
		return nil, err
	}
	own := &ownDescriptions{map[string]*Description{}, map[*Key]*Description{}}
	for i := range lines[t.ID] {
		line := &lines[t.ID][i]
		own.byPath[line.path] = &line.Description
		if keys, rest := t.Resolve(line.path); rest == "" {
			if k := t.Key(keys...); own.byKey[k] == nil {
				own.byKey[k] = &line.Description
			}
		}
	}
	prose, source, err := c.proseOf(t)
	return &Descriptions{own: own, prose: prose, source: source}, err
}

// Key returns the descriptions from a subkey down.
func (d *Descriptions) Key(k *Key) *Descriptions {
	if d == nil {
		return nil
	}
	below := *d
	below.key, below.prose = k, d.prose.Key(k.Name)
	switch {
	case d.isArray():
	case d.path == "":
		below.path = k.Name
	default:
		below.path += "." + k.Name
	}
	return &below
}

func (d *Descriptions) isArray() bool { return d.key != nil && d.key.Kind == plist.Array }

// Title returns an import's title, or "".
func (d *Descriptions) Title() string {
	if d == nil || d.prose == nil {
		return ""
	}
	return d.prose.Title
}

// Text returns the description, nil without one. An import's counts before syncguard's own line.
func (d *Descriptions) Text() *Description {
	if d == nil {
		return nil
	}
	if d.prose != nil {
		if text := strings.TrimSpace(d.prose.Content); text != "" {
			return &Description{Text: text, Source: d.source}
		}
	}
	if text := d.own.byKey[d.key]; text != nil {
		return cmp.Or(d.own.byPath[d.path], text)
	}
	return nil
}

// IsImported reports whether an import describes the type.
func (d *Descriptions) IsImported() bool { return d != nil && d.source != "" }
