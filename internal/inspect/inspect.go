// Package inspect describes what an opened profile or declaration holds, as a tree with what the schemas say of each value,
// what data is, and what other documents stand inside.
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

// Options change what is described.
type Options struct {
	Targets     []target.Target // to say what stands in the way of each value there
	ShowSecrets bool            // secrets are not marked, so that they are shown
	Now         time.Time       // to tell certificates that have expired
}

// Document is a profile, a declaration, or any other property list.
type Document struct {
	Kind     document.Kind `json:"kind"`     // `profile` or `declaration`; empty for another property list
	Envelope []*Node       `json:"envelope"` // the keys around the payloads
	Payloads []*Payload    `json:"payloads"` // of a declaration, what it holds
}

// Payload is a payload of a profile, or that of a declaration.
type Payload struct {
	Index     int             `json:"index"`     // in PayloadContent, from 0
	Type      string          `json:"type"`      // may be empty
	Types     []Type          `json:"types"`     // what the schemas know of it; empty for an unknown type
	Obstacles []lint.Obstacle `json:"obstacles"` // why it does not simply work on a `--target`
	Keys      []*Node         `json:"keys"`
	Value     *plist.Value    `json:"-"`

	names []string // by which it can be asked for
}

// Type is what holds for a type as a whole.
type Type struct {
	ID          string              `json:"id"`
	Family      schema.Family       `json:"family"`
	Title       string              `json:"title,omitempty"`       // of an imported schema
	Replacement string              `json:"replacement,omitempty"` // the declaration that takes its place
	Platforms   []schema.OnPlatform `json:"platforms"`
	Source      string              `json:"source"` // where its facts come from
}

// Is says whether one of the names is that of the payload: its type, its identifier or its UUID.
func (p *Payload) Is(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name != "" && slices.ContainsFunc(p.names, func(own string) bool { return strings.EqualFold(own, name) })
	})
}

// Node is one key of a dictionary with its value, or an element of an array.
type Node struct {
	Key       string           `json:"key"`                 // empty for an element
	Index     *int             `json:"index,omitempty"`     // of an element, from 0
	Type      string           `json:"type"`                // `dictionary`, `array`, `string`, `data`, `date`, `boolean`, `integer`, `real`, `null`, `uid`
	Value     any              `json:"value,omitempty"`     // of a scalar, a date as RFC 3339; absent for data, secrets and null
	Secret    bool             `json:"secret,omitempty"`    // it is masked
	Unknown   bool             `json:"unknown,omitempty"`   // no schema has the key, though one has those beside it
	Community bool             `json:"community,omitempty"` // the schema is a community's, and not Apple's
	Managed   string           `json:"managed,omitempty"`   // how a preference domain is managed: `Forced`, `Set-Once` or `Often`
	Types     []string         `json:"types,omitempty"`     // what the schemas know of such a domain
	Schema    *schema.KeyFacts `json:"schema,omitempty"`    // without subkeys
	Obstacles []lint.Obstacle  `json:"obstacles,omitempty"` // why it does not simply work on a `--target`
	Data      *Data            `json:"data,omitempty"`      // what data is
	Inside    *Document        `json:"inside,omitempty"`    // the document that data holds, where that can be read
	Keys      []*Node          `json:"keys,omitempty"`      // of a dictionary or an array that is not empty

	Text  string `json:"-"` // of a scalar, as people write it
	Loose bool   `json:"-"` // the schema does not claim to have every key
}

// Inspector describes one document after another. It is safe for concurrent use.
type Inspector struct {
	catalog *schema.Catalog
	check   *lint.Checker
	options Options
}

// New returns an Inspector for a catalog.
func New(c *schema.Catalog, o Options) *Inspector { return &Inspector{c, lint.New(c), o} }

// Describe describes a document. Unless they are to be shown, the secrets in it are marked: their values are not to be
// printed. The error is one of reading the catalog.
func (i *Inspector) Describe(doc *document.Document) (*Document, error) {
	d := &describer{inspector: i, left: plist.MaxNodes}
	return d.document(doc, 0), d.err
}

// maxInside is how deep documents inside of data are read, since each could hold another.
const maxInside = 2

// describer is the work on one file.
type describer struct {
	inspector *Inspector
	left      int // values that may still be read inside of data
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

// kindOf tells a profile from another property list by the keys of its top level.
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
