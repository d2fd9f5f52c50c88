// Package inspect describes an opened profile or declaration as a tree: its payloads and keys, the schema facts of each
// value, the kind of any data, and documents nested in data.
//
// Start with Inspector.Describe, which returns a Document; walk.go builds the nodes and data.go tells what bytes are. Plain
// returns a copy of a property list for YAML, XML and templates. The package opens no files (see package document), judges
// nothing (see package lint) and lays nothing out (see package view).
package inspect

import (
	"slices"
	"strings"
	"time"

	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
)

// Options change the description.
type Options struct {
	Targets     []target.Target // add the obstacles of each value on them
	ShowSecrets bool            // leave secrets unmarked
	Now         time.Time       // marks expired certificates
}

// Document is a profile, a declaration, or any other property list.
type Document struct {
	Kind     document.Kind `json:"kind"`     // `profile` or `declaration`; empty for another property list
	Envelope []*Node       `json:"envelope"` // the keys around the payloads
	Payloads []*Payload    `json:"payloads"` // of a declaration, the one payload
}

// Payload is a payload of a profile, or the one of a declaration.
type Payload struct {
	Index     int             `json:"index"`     // in PayloadContent, from 0
	Type      string          `json:"type"`      // may be empty
	Types     []Type          `json:"types"`     // the schema's types of that name; empty for an unknown type
	Obstacles []lint.Obstacle `json:"obstacles"` // what keeps it from working, or limits it, on a `--target`
	Keys      []*Node         `json:"keys"`
	Value     *plist.Value    `json:"-"`

	names []string // accepted by Is
}

// Type holds the schema facts about a type as a whole.
type Type struct {
	ID          string              `json:"id"`
	Family      schema.Family       `json:"family"`
	Title       string              `json:"title,omitempty"`       // of an imported schema
	Replacement string              `json:"replacement,omitempty"` // the declaration in its place
	Platforms   []schema.OnPlatform `json:"platforms"`
	Source      string              `json:"source"` // where its facts come from
}

// Is reports whether one of the names is the payload's type, identifier or UUID, in any case.
func (p *Payload) Is(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name != "" && slices.ContainsFunc(p.names, func(own string) bool { return strings.EqualFold(own, name) })
	})
}

// Node is a key of a dictionary with its value, or an element of an array.
type Node struct {
	Key       string           `json:"key"`                 // empty for an element
	Index     *int             `json:"index,omitempty"`     // of an element, from 0
	Type      string           `json:"type"`                // `dictionary`, `array`, `string`, `data`, `date`, `boolean`, `integer`, `real`, `null`, `uid`
	Value     any              `json:"value,omitempty"`     // of a scalar, a date as RFC 3339; absent for data, secrets and null
	Secret    bool             `json:"secret,omitempty"`    // it is masked
	Unknown   bool             `json:"unknown,omitempty"`   // no schema has the key, though one lists the keys beside it
	Community bool             `json:"community,omitempty"` // the schema is the community's, not Apple's
	Managed   string           `json:"managed,omitempty"`   // how a preference domain is managed: `Forced`, `Set-Once` or `Often`
	Types     []string         `json:"types,omitempty"`     // the schema's types of such a domain
	Schema    *schema.KeyFacts `json:"schema,omitempty"`    // without subkeys
	Obstacles []lint.Obstacle  `json:"obstacles,omitempty"` // what keeps it from working, or limits it, on a `--target`
	Data      *Data            `json:"data,omitempty"`      // kind and size of data
	Inside    *Document        `json:"inside,omitempty"`    // a readable document in data
	Keys      []*Node          `json:"keys,omitempty"`      // of a dictionary or an array; absent if empty

	Text  string `json:"-"` // of a scalar, as a person writes it
	Loose bool   `json:"-"` // the schema does not claim to list every key
}

// Inspector describes one document after another. It is safe for concurrent use.
type Inspector struct {
	catalog *schema.Catalog
	check   *lint.Checker
	options Options
}

// New returns an Inspector for a catalog.
func New(c *schema.Catalog, o Options) *Inspector { return &Inspector{c, lint.New(c), o} }

// Describe describes a document. It marks the secrets in it unless Options.ShowSecrets is set; never print the value of a
// marked one. It fails if the catalog cannot be read.
func (i *Inspector) Describe(doc *document.Document) (*Document, error) {
	d := &describer{inspector: i, left: plist.NewBudget(), types: map[*schema.Type]Type{}, facts: map[keyAt]*schema.KeyFacts{}}
	return d.document(doc, 0), d.err
}

// maxInside limits documents nested in data, since each could hold another.
const maxInside = 2

// describer describes one file.
type describer struct {
	inspector *Inspector
	left      *plist.Budget // of documents nested in data
	types     map[*schema.Type]Type
	facts     map[keyAt]*schema.KeyFacts
	err       error
}

func (d *describer) document(doc *document.Document, depth int) *Document {
	if !d.inspector.options.ShowSecrets {
		secret.Mark(doc.Root)
	}
	out := &Document{Kind: kindOf(doc), Envelope: []*Node{}, Payloads: []*Payload{}}
	known, err := d.inspector.check.Known(doc.Root, out.Kind == document.Declaration, d.inspector.options.Targets)
	if err != nil {
		d.err = err
		return out
	}
	w := &walker{describer: d, known: known, depth: depth}
	payload, content := doc.Root.Get("Payload"), doc.Root.Get("PayloadContent")
	switch {
	case out.Kind == document.Declaration && payload != nil && payload.Kind == plist.Dictionary:
		out.Envelope = w.fields(doc.Root, "", "Payload")
		p := w.payload(0, payload, doc.Root.String("Type"), doc.Root.String("Identifier"))
		p.Keys = append(p.Keys, w.below(payload, "")...)
		out.Payloads = append(out.Payloads, p)
	case out.Kind == document.Profile && content != nil && content.Kind == plist.Array:
		out.Envelope = w.fields(doc.Root, "", "PayloadContent")
		out.Payloads = w.payloads(content)
	default:
		out.Envelope = append(out.Envelope, w.below(doc.Root, "")...)
	}
	return out
}

// kindOf returns Profile only for a document with a profile's keys at its top level.
func kindOf(doc *document.Document) document.Kind {
	if doc.Kind() != document.Profile {
		return doc.Kind()
	}
	for _, key := range []string{"PayloadContent", "PayloadType", "EncryptedPayloadContent"} {
		if doc.Root.Field(key) != nil {
			return document.Profile
		}
	}
	return ""
}
