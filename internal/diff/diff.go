// Package diff compares two profiles, or two declarations, by what they say: neither order nor signature nor the form of
// the file counts. It says which keys differ, and what a device that has the old one does when the new one comes.
package diff

import (
	"cmp"
	"fmt"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// Side is one of the two that are compared.
type Side struct {
	Name        string       // the file, for messages
	Root        *plist.Value // unfolded (see Unfold) and with its secrets marked; nil for a file that is not there
	Declaration bool
	Signers     []Signer // none for a file without a signature
}

// Signer is who signed a file.
type Signer struct {
	Name        string
	Fingerprint string // SHA-256 of the certificate, hexadecimal
}

// Identifier is what a device tells profiles, or declarations, apart by.
func (s *Side) Identifier() string {
	if s.Declaration {
		return s.Root.String("Identifier")
	}
	return s.Root.String("PayloadIdentifier")
}

// Kind is how something differs.
type Kind string

// The kinds.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
)

// Change is one key that differs.
type Change struct {
	Kind     Kind
	Path     string       // below the payload or the top level: DNSSettings.ServerAddresses[1]
	Old, New *plist.Value // nil where there is none; a secret is marked
	Identity bool         // who it is rather than what it does: UUIDs, identifiers, tokens, and references that follow them
	Note     string       // more to say, such as "supervised, iOS 13.4 and later"

	Supervised bool // it works on supervised devices only

	keys []string // the path without indices, as schemas have it
}

// Payload is a payload that differs, or what else of a profile has keys of its own.
type Payload struct {
	Kind       Kind
	Type       string
	Name       string // what a person calls it
	Identifier string
	Changes    []Change // of a payload that was added or removed: its own keys
	// Reinstalled says that a device removes the old payload and installs the new one.
	Reinstalled bool
	Why         string // what makes it so

	old, new *plist.Value
}

// Label names the payload in a sentence.
func (p *Payload) Label() string {
	return fmt.Sprintf("payload %q", cmp.Or(p.Name, p.Identifier, p.Type))
}

// Difference is how two profiles or declarations differ. Without old or new root the whole was added or removed.
type Difference struct {
	Kind         Kind // Changed where both are there, be they equal or not
	Old, New     *Side
	Envelope     []Change  // of the top level
	Payloads     []Payload // those that differ
	Signature    string    // how who signed differs; "" for no difference
	Consequences []Consequence
}

// IsEmpty says whether the two say the same, signatures aside.
func (d *Difference) IsEmpty() bool {
	return d.Kind == Changed && len(d.Envelope) == 0 && len(d.Payloads) == 0
}

// IsIdentityOnly says whether nothing but identities differs: what is set on a device is the same.
func (d *Difference) IsIdentityOnly() bool {
	if d.Kind != Changed {
		return false
	}
	content := func(c Change) bool { return !c.Identity }
	return !slices.ContainsFunc(d.Envelope, content) && !slices.ContainsFunc(d.Payloads, func(p Payload) bool {
		return p.Kind != Changed || slices.ContainsFunc(p.Changes, content)
	})
}

// Name is what a person calls the profile or declaration.
func (d *Difference) Name() string {
	for _, s := range []*Side{d.New, d.Old} {
		if name := cmp.Or(s.Root.String("PayloadDisplayName"), s.Identifier()); name != "" {
			return name
		}
	}
	return ""
}

// Compare compares old with new; one of them may have no Root. The error is one of reading the schema facts.
func Compare(old, new *Side, catalog *schema.Catalog) (*Difference, error) {
	d := &Difference{Kind: Changed, Old: old, New: new}
	switch {
	case old.Root == nil:
		d.Kind = Added
	case new.Root == nil:
		d.Kind = Removed
	case old.Declaration != new.Declaration:
		return nil, fmt.Errorf("%s and %s: one is a profile and the other a declaration", old.Name, new.Name)
	}
	f := &facts{catalog: catalog}
	c := &comparison{renamed: map[string]string{}}
	if old.Declaration || new.Declaration {
		d.Envelope = c.tree(old.Root, new.Root)
		for i := range d.Envelope {
			d.Envelope[i].Identity = isDeclarationIdentity(d.Envelope[i].Path)
		}
		f.note(d.Envelope, f.declaration(cmp.Or(new.Root, old.Root).String("Type")), "Payload")
	} else {
		d.comparePayloads(c, f)
	}
	d.Signature = signature(old, new)
	d.Consequences = consequences(d)
	return d, f.err
}

func (d *Difference) comparePayloads(c *comparison, f *facts) {
	pairs := match(payloadsOf(d.Old.Root), payloadsOf(d.New.Root))
	for _, p := range pairs {
		if p.old != nil && p.new != nil {
			c.rename(p.old.String("PayloadUUID"), p.new.String("PayloadUUID"))
		}
	}
	d.Envelope = c.tree(withoutPayloads(d.Old.Root), withoutPayloads(d.New.Root))
	for _, p := range pairs {
		if payload, differs := c.payload(p); differs {
			f.note(payload.Changes, f.payload(payload.Type))
			d.Payloads = append(d.Payloads, payload)
		}
	}
}

// payload compares the two of a pair.
func (c *comparison) payload(p pair) (Payload, bool) {
	out := Payload{Kind: Changed, old: p.old, new: p.new}
	switch {
	case p.old == nil:
		out.Kind = Added
	case p.new == nil:
		out.Kind = Removed
	}
	shown := cmp.Or(p.new, p.old)
	out.Type, out.Identifier, out.Name = shown.String("PayloadType"), shown.String("PayloadIdentifier"), shown.String("PayloadDisplayName")
	out.Changes = c.tree(p.old, p.new)
	if out.Kind == Changed {
		for _, key := range []string{"PayloadType", "PayloadUUID", "PayloadIdentifier"} {
			if p.old.String(key) != p.new.String(key) {
				out.Reinstalled, out.Why = true, "its "+key+" changed"
				break
			}
		}
	}
	return out, out.Kind != Changed || len(out.Changes) > 0
}

// payloadsOf returns the payloads of a profile. What is no dictionary is left to the comparison of the top level.
func payloadsOf(root *plist.Value) []*plist.Value {
	if !hasPayloads(root) {
		return nil
	}
	return root.List("PayloadContent")
}

func hasPayloads(root *plist.Value) bool {
	content := root.Get("PayloadContent")
	return content != nil && content.Kind == plist.Array && !slices.ContainsFunc(content.Items, func(v *plist.Value) bool {
		return v.Kind != plist.Dictionary
	})
}

// withoutPayloads is the top level of a profile.
func withoutPayloads(root *plist.Value) *plist.Value {
	if !hasPayloads(root) {
		return root
	}
	top := *root
	top.Fields = slices.DeleteFunc(slices.Clone(root.Fields), func(f plist.Field) bool { return f.Key == "PayloadContent" })
	return &top
}

func isDeclarationIdentity(path string) bool { return path == "Identifier" || path == "ServerToken" }
