// Package inspect describes what an opened profile or declaration holds, as a tree with what the schemas say of each value,
// what data is, and what other documents stand inside.
package inspect

import (
	"slices"
	"strings"

	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
	"syncguard/internal/target"
)

// Options change what is described.
type Options struct {
	Targets     []target.Target // to say what stands in the way of each value there
	ShowSecrets bool            // secrets are not marked, so that they are shown
}

// Document is a profile, a declaration, or any other property list.
type Document struct {
	Kind     document.Kind // empty for a property list that is neither
	Envelope []*Node       // the keys around the payloads
	Payloads []*Payload    // of a declaration, what it holds
}

// Payload is a payload of a profile, or that of a declaration.
type Payload struct {
	Index int    // in PayloadContent, from 0
	Type  string // PayloadType, or Type of a declaration; may be empty
	Value *plist.Value
	Facts lint.Facts
	Nodes []*Node

	names []string // by which it can be asked for
}

// Is says whether one of the names is that of the payload: its type, its identifier or its UUID.
func (p *Payload) Is(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name != "" && slices.ContainsFunc(p.names, func(own string) bool { return strings.EqualFold(own, name) })
	})
}

// Node is one key of a dictionary with its value, or an element of an array.
type Node struct {
	Key     string
	Index   int  // of an element
	IsItem  bool // an element has no key
	Value   *plist.Value
	Facts   lint.Facts
	Managed string    // how a preference domain is managed, where Value is its settings: Forced, Set-Once, Often
	Data    *Data     // what data is; nil for another kind and for a secret
	Inside  *Document // what data holds, where that can be read
	Nodes   []*Node
}

// Inspector describes one document after another. It is safe for concurrent use.
type Inspector struct {
	check   *lint.Checker
	options Options
}

// New returns an Inspector for a catalog.
func New(c lint.Catalog, o Options) *Inspector { return &Inspector{lint.New(c), o} }

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
	out := &Document{Kind: kindOf(doc)}
	known, err := d.inspector.check.Known(doc.Root, out.Kind == document.Declaration, d.inspector.options.Targets)
	if err != nil {
		d.err = err
		return out
	}
	w := &walker{describer: d, known: known, depth: depth}
	payload, content := doc.Root.Get("Payload"), doc.Root.Get("PayloadContent")
	switch {
	case out.Kind == document.Declaration && payload != nil && payload.Kind == plist.Dictionary:
		out.Envelope = w.fields(doc.Root, "Payload")
		out.Payloads = []*Payload{{Value: payload, Type: doc.Root.String("Type"), Facts: known[payload], Nodes: w.below(payload),
			names: []string{doc.Root.String("Type"), doc.Root.String("Identifier")}}}
	case out.Kind == document.Profile && content != nil && content.Kind == plist.Array:
		out.Envelope = w.fields(doc.Root, "PayloadContent")
		out.Payloads = w.payloads(content)
	default:
		out.Envelope = w.below(doc.Root)
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
