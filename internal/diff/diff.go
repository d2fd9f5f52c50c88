// Package diff compares two profiles, or two declarations, by content: order, signature and file format do not count. Compare
// lists the differing keys, and how a device with the old one reacts to the new one (Consequence). Reading files and printing
// happen in packages app and view.
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

// Side is one of the two compared files.
type Side struct {
	Name        string       // of the file, for messages
	Root        *plist.Value // unfolded (see Unfold), with secrets marked; nil for a missing file
	Declaration bool
	Signers     []Signer // none for an unsigned file
}

// Signer is a signer of a file.
type Signer struct {
	Name        string
	Fingerprint string // SHA-256 of the certificate, hexadecimal
}

// Identifier is the name by which a device distinguishes profiles or declarations.
func (s *Side) Identifier() string {
	if s.Declaration {
		return s.Root.String("Identifier")
	}
	return s.Root.String("PayloadIdentifier")
}

// Kind is the kind of a difference.
type Kind string

// The kinds.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Equal   Kind = "equal" // for a Difference only
)

// Change is one differing key.
type Change struct {
	Kind     Kind         `json:"kind"`
	Path     string       `json:"path"`           // below the payload or the top level: DNSSettings.ServerAddresses[1]
	Old, New *plist.Value `json:"-"`              // nil if missing; secrets are marked, and left out of JSON
	Identity bool         `json:"identity"`       // an identity rather than a setting: UUIDs, identifiers, tokens, and references following them
	Note     string       `json:"note,omitempty"` // more to say, such as "supervised, iOS 13.4 and later"

	Supervised bool `json:"-"` // for supervised devices only

	keys []string // the path without indices, as in schemas
}

// IsSecret reports whether one of the values is a secret.
func (c *Change) IsSecret() bool { return c.Old != nil && c.Old.Secret || c.New != nil && c.New.Secret }

// MarshalJSON adds the values, except secrets. Data is base64, a date RFC 3339.
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

// rawJSON encodes a value, nil for nil. It describes a value without a form in JSON.
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

// Payload is a differing payload, or another part of a profile with keys of its own.
type Payload struct {
	Kind        Kind     `json:"kind"`        // `changed`, `added`, `removed`
	Type        string   `json:"type"`        // PayloadType
	Name        string   `json:"name"`        // display name
	Identifier  string   `json:"identifier"`  // PayloadIdentifier
	Reinstalled bool     `json:"reinstalled"` // a device removes the old payload and installs the new one
	Why         string   `json:"-"`           // reason for Reinstalled
	Changes     []Change `json:"changes"`     // for an added or removed payload: its own keys

	old, new *plist.Value
}

// Label names the payload in a sentence.
func (p *Payload) Label() string {
	return fmt.Sprintf("payload %q", cmp.Or(p.Name, p.Identifier, p.Type))
}

// Difference is the differences of two profiles or declarations. Its shape in JSON is stable (docs/json.md).
type Difference struct {
	OldName      string        `json:"old"`  // file; empty if added
	NewName      string        `json:"new"`  // file; empty if removed
	Kind         Kind          `json:"kind"` // `equal`, `changed`, `added`, `removed`
	Name         string        `json:"name"` // of the profile or declaration
	Identifier   string        `json:"identifier"`
	IdentityOnly bool          `json:"identityOnly"` // only identities differ: UUIDs, identifiers, tokens, references following them
	Signature    string        `json:"signature"`    // how the signers differ; empty for no difference
	Severity     diag.Severity `json:"severity"`     // of the gravest consequence: `error`, `warning`, `note`
	Consequences []Consequence `json:"consequences"` // reactions of a device
	TopLevel     []Change      `json:"changes"`      // of the top level, or of a declaration
	Payloads     []Payload     `json:"payloads"`     // the differing ones

	old, new *Side
}

// IsEmpty reports whether the contents are the same, ignoring signatures.
func (d *Difference) IsEmpty() bool { return d.Kind == Equal }

// IsUnchanged reports whether nothing at all differs.
func (d *Difference) IsUnchanged() bool { return d.Kind == Equal && d.Signature == "" }

// isIdentityOnly reports whether only identities differ.
func (d *Difference) isIdentityOnly() bool {
	if d.Kind != Changed {
		return false
	}
	content := func(c Change) bool { return !c.Identity }
	return !slices.ContainsFunc(d.TopLevel, content) && !slices.ContainsFunc(d.Payloads, func(p Payload) bool {
		return p.Kind != Changed || slices.ContainsFunc(p.Changes, content)
	})
}

// name returns the display name of the profile or declaration.
func (d *Difference) name() string {
	for _, s := range []*Side{d.new, d.old} {
		if name := cmp.Or(s.Root.String("PayloadDisplayName"), s.Identifier()); name != "" {
			return name
		}
	}
	return ""
}

// Compare compares old with new; one of them may have no Root. An error comes from reading the schema facts, or from
// comparing a profile with a declaration.
func Compare(old, new *Side, catalog *schema.Catalog) (*Difference, error) {
	d := &Difference{Kind: Changed, Severity: diag.Note, OldName: old.Name, NewName: new.Name, Identifier: new.Identifier(), Payloads: []Payload{}, Consequences: []Consequence{},
		old: old, new: new}
	switch {
	case old.Root == nil:
		d.Kind, d.OldName = Added, ""
	case new.Root == nil:
		d.Kind, d.NewName, d.Identifier = Removed, "", old.Identifier()
	case old.Declaration != new.Declaration:
		return nil, fmt.Errorf("comparing %s with %s: one is a profile and the other a declaration", old.Name, new.Name)
	}
	f := &facts{catalog: catalog}
	c := &comparison{renamed: map[string]string{}}
	if old.Declaration || new.Declaration {
		d.TopLevel = c.compareTrees(old.Root, new.Root)
		for i := range d.TopLevel {
			d.TopLevel[i].Identity = isDeclarationIdentity(d.TopLevel[i].Path)
		}
		f.annotate(d.TopLevel, f.declaration(cmp.Or(new.Root, old.Root).String("Type")), "Payload")
	} else {
		d.comparePayloads(c, f)
	}
	if d.Kind == Changed && len(d.TopLevel)+len(d.Payloads) == 0 {
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
	d.TopLevel = c.compareTrees(withoutPayloads(d.old.Root), withoutPayloads(d.new.Root))
	for _, p := range pairs {
		if payload, differs := c.comparePair(p); differs {
			f.annotate(payload.Changes, f.payload(payload.Type))
			d.Payloads = append(d.Payloads, payload)
		}
	}
}

// comparePair compares the two payloads of a pair.
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

// payloadsOf returns the payloads of a profile, nil if one is no dictionary: then the top level's comparison covers them.
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

// withoutPayloads returns the top level of a profile.
func withoutPayloads(root *plist.Value) *plist.Value {
	if !hasPayloads(root) {
		return root
	}
	top := *root
	top.Fields = slices.DeleteFunc(slices.Clone(root.Fields), func(f plist.Field) bool { return f.Key == "PayloadContent" })
	return &top
}

func isDeclarationIdentity(path string) bool { return path == "Identifier" || path == "ServerToken" }
