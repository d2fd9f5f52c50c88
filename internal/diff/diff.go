// Package diff compares two profiles, or two declarations, by what they say: neither order nor signature nor the form of
// the file counts. It says which keys differ, and what a device that has the old one does when the new one comes.
package diff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"syncguard/internal/diag"
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
	Equal   Kind = "equal" // of a Difference
)

// Change is one key that differs.
type Change struct {
	Kind     Kind         `json:"kind"`
	Path     string       `json:"path"`           // below the payload or the top level: DNSSettings.ServerAddresses[1]
	Old, New *plist.Value `json:"-"`              // nil where there is none; a secret is marked, and not in JSON
	Identity bool         `json:"identity"`       // who it is rather than what it does: UUIDs, identifiers, tokens, and references that follow them
	Note     string       `json:"note,omitempty"` // more to say, such as "supervised, iOS 13.4 and later"

	Supervised bool `json:"-"` // it works on supervised devices only

	keys []string // the path without indices, as schemas have it
}

// IsSecret reports whether one of the values is a secret.
func (c *Change) IsSecret() bool { return c.Old != nil && c.Old.Secret || c.New != nil && c.New.Secret }

// MarshalJSON adds the values, unless they are secret. Data is base64, a date RFC 3339.
func (c Change) MarshalJSON() ([]byte, error) {
	type fields Change
	out := struct {
		fields
		Old    json.RawMessage `json:"old,omitempty"`
		New    json.RawMessage `json:"new,omitempty"`
		Secret bool            `json:"secret"`
	}{fields: fields(c), Secret: c.IsSecret()}
	if !out.Secret {
		out.Old, out.New = rawJSON(c.Old), rawJSON(c.New)
	}
	return json.Marshal(out)
}

// rawJSON is nil for a value that is not there. What JSON has no form for is described.
func rawJSON(v *plist.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	data, err := plist.WriteJSON(v)
	if err != nil {
		data, _ = json.Marshal(v.Describe())
	}
	return data
}

// Payload is a payload that differs, or what else of a profile has keys of its own.
type Payload struct {
	Kind        Kind     `json:"kind"`        // `changed`, `added`, `removed`
	Type        string   `json:"type"`        // PayloadType
	Name        string   `json:"name"`        // what a person calls it
	Identifier  string   `json:"identifier"`  // PayloadIdentifier
	Reinstalled bool     `json:"reinstalled"` // a device removes the old payload and installs the new one
	Why         string   `json:"-"`           // what makes it so
	Changes     []Change `json:"changes"`     // of a payload that was added or removed: its own keys

	old, new *plist.Value
}

// Label names the payload in a sentence.
func (p *Payload) Label() string {
	return fmt.Sprintf("payload %q", cmp.Or(p.Name, p.Identifier, p.Type))
}

// Difference is how two profiles or declarations differ. In JSON its shape is stable (docs/json.md).
type Difference struct {
	OldName      string        `json:"old"`  // file; empty where it was added
	NewName      string        `json:"new"`  // file; empty where it was removed
	Kind         Kind          `json:"kind"` // `equal`, `changed`, `added`, `removed`
	Name         string        `json:"name"` // of the profile or declaration
	Identifier   string        `json:"identifier"`
	IdentityOnly bool          `json:"identityOnly"` // nothing but identities differs: UUIDs, identifiers, tokens, references that follow
	Signature    string        `json:"signature"`    // how who signed differs; empty for no difference
	Severity     diag.Severity `json:"severity"`     // the gravest consequence: `error`, `warning`, `note`
	Consequences []Consequence `json:"consequences"` // what a device does
	Envelope     []Change      `json:"changes"`      // of the top level, or of a declaration
	Payloads     []Payload     `json:"payloads"`     // those that differ

	old, new *Side
}

// IsEmpty reports whether the two say the same, signatures aside.
func (d *Difference) IsEmpty() bool { return d.Kind == Equal }

// IsUnchanged reports whether nothing at all differs.
func (d *Difference) IsUnchanged() bool { return d.Kind == Equal && d.Signature == "" }

// isIdentityOnly says whether nothing but identities differs.
func (d *Difference) isIdentityOnly() bool {
	if d.Kind != Changed {
		return false
	}
	content := func(c Change) bool { return !c.Identity }
	return !slices.ContainsFunc(d.Envelope, content) && !slices.ContainsFunc(d.Payloads, func(p Payload) bool {
		return p.Kind != Changed || slices.ContainsFunc(p.Changes, content)
	})
}

// name is what a person calls the profile or declaration.
func (d *Difference) name() string {
	for _, s := range []*Side{d.new, d.old} {
		if name := cmp.Or(s.Root.String("PayloadDisplayName"), s.Identifier()); name != "" {
			return name
		}
	}
	return ""
}

// Compare compares old with new; one of them may have no Root. The error is one of reading the schema facts.
func Compare(old, new *Side, catalog *schema.Catalog) (*Difference, error) {
	d := &Difference{Kind: Changed, Severity: diag.Note, OldName: old.Name, NewName: new.Name, Identifier: new.Identifier(), Payloads: []Payload{}, Consequences: []Consequence{},
		old: old, new: new}
	switch {
	case old.Root == nil:
		d.Kind, d.OldName = Added, ""
	case new.Root == nil:
		d.Kind, d.NewName, d.Identifier = Removed, "", old.Identifier()
	case old.Declaration != new.Declaration:
		return nil, fmt.Errorf("%s and %s: one is a profile and the other a declaration", old.Name, new.Name)
	}
	f := &facts{catalog: catalog}
	c := &comparison{renamed: map[string]string{}}
	if old.Declaration || new.Declaration {
		d.Envelope = c.compareTrees(old.Root, new.Root)
		for i := range d.Envelope {
			d.Envelope[i].Identity = isDeclarationIdentity(d.Envelope[i].Path)
		}
		f.annotate(d.Envelope, f.declaration(cmp.Or(new.Root, old.Root).String("Type")), "Payload")
	} else {
		d.comparePayloads(c, f)
	}
	if d.Kind == Changed && len(d.Envelope)+len(d.Payloads) == 0 {
		d.Kind = Equal
	}
	d.Name, d.IdentityOnly, d.Signature = d.name(), d.isIdentityOnly(), signatureChange(old, new)
	d.addConsequences()
	return d, f.err
}

func (d *Difference) comparePayloads(c *comparison, f *facts) {
	pairs := matchPayloads(payloadsOf(d.old.Root), payloadsOf(d.new.Root))
	for _, p := range pairs {
		if p.old != nil && p.new != nil {
			c.mapUUID(p.old.String("PayloadUUID"), p.new.String("PayloadUUID"))
		}
	}
	d.Envelope = c.compareTrees(withoutPayloads(d.old.Root), withoutPayloads(d.new.Root))
	for _, p := range pairs {
		if payload, differs := c.comparePair(p); differs {
			f.annotate(payload.Changes, f.payload(payload.Type))
			d.Payloads = append(d.Payloads, payload)
		}
	}
}

// payload compares the two of a pair.
func (c *comparison) comparePair(p pair) (Payload, bool) {
	out := Payload{Kind: Changed, old: p.old, new: p.new}
	switch {
	case p.old == nil:
		out.Kind = Added
	case p.new == nil:
		out.Kind = Removed
	}
	shown := cmp.Or(p.new, p.old)
	out.Type, out.Identifier, out.Name = shown.String("PayloadType"), shown.String("PayloadIdentifier"), shown.String("PayloadDisplayName")
	out.Changes = c.compareTrees(p.old, p.new)
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
