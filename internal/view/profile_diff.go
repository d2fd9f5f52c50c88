package view

import (
	"bytes"
	"encoding/json"

	"syncguard/internal/diff"
	"syncguard/internal/plist"
)

// ProfileDiffs is how profiles or declarations differ, pair by pair. In JSON its shape is stable (docs/json.md).
type ProfileDiffs struct {
	Files  []ProfileDiff `json:"files"`
	Equal  int           `json:"equal"`
	Differ int           `json:"differ"` // those that were added or removed are among them
	Old    string        `json:"old"`
	New    string        `json:"new"`

	Titles bool `json:"-"` // each pair is named
	Sum    bool `json:"-"` // of folders: pairs that are equal are only counted
}

// ProfileDiff is one pair.
type ProfileDiff struct {
	Old          string            `json:"old"` // file; empty where it was added
	New          string            `json:"new"` // file; empty where it was removed
	Kind         string            `json:"kind"`
	Name         string            `json:"name"`
	Identifier   string            `json:"identifier"`
	IdentityOnly bool              `json:"identityOnly"`
	Signature    string            `json:"signature"` // how who signed differs
	Severity     string            `json:"severity"`  // the gravest consequence
	Consequences []DiffConsequence `json:"consequences"`
	Changes      []DiffChange      `json:"changes"` // of the top level
	Payloads     []DiffPayload     `json:"payloads"`
}

// DiffConsequence is what a device does.
type DiffConsequence struct {
	ID        string `json:"id"`
	Severity  string `json:"severity"`
	Text      string `json:"text"`
	Help      string `json:"help,omitempty"`
	Payload   string `json:"payload,omitempty"` // PayloadIdentifier
	Source    string `json:"source"`
	Community bool   `json:"community"` // Apple does not state it
}

// DiffPayload is a payload that differs.
type DiffPayload struct {
	Kind        string       `json:"kind"`
	Type        string       `json:"type"`
	Name        string       `json:"name"`
	Identifier  string       `json:"identifier"`
	Reinstalled bool         `json:"reinstalled"`
	Changes     []DiffChange `json:"changes"`
}

// DiffChange is a key that differs.
type DiffChange struct {
	Kind     string          `json:"kind"`
	Path     string          `json:"path"`
	Old      json.RawMessage `json:"old,omitempty"` // data is base64, a date RFC 3339; absent for a secret
	New      json.RawMessage `json:"new,omitempty"`
	Secret   bool            `json:"secret"`
	Identity bool            `json:"identity"`
	Note     string          `json:"note,omitempty"`

	from, to string
}

// Add takes a difference in.
func (r *ProfileDiffs) Add(d *diff.Difference) {
	f := ProfileDiff{Old: d.Old.Name, New: d.New.Name, Kind: string(d.Kind), Name: d.Name(), Identifier: d.New.Identifier(),
		IdentityOnly: d.IsIdentityOnly() && !d.IsEmpty(), Signature: d.Signature, Severity: d.Severity().String(),
		Consequences: []DiffConsequence{}, Changes: diffChanges(d.Envelope), Payloads: []DiffPayload{}}
	switch {
	case d.Kind == diff.Added:
		f.Old = ""
	case d.Kind == diff.Removed:
		f.New, f.Identifier = "", d.Old.Identifier()
	case d.IsEmpty():
		f.Kind = "equal"
	}
	for _, c := range d.Consequences {
		m := c.ID.Meaning()
		out := DiffConsequence{ID: string(c.ID), Severity: m.Severity.String(), Text: c.Text, Help: c.Help, Source: m.Source, Community: m.Community}
		if c.Payload != nil {
			out.Payload = c.Payload.Identifier
		}
		f.Consequences = append(f.Consequences, out)
	}
	for _, p := range d.Payloads {
		f.Payloads = append(f.Payloads, DiffPayload{string(p.Kind), p.Type, p.Name, p.Identifier, p.Reinstalled, diffChanges(p.Changes)})
	}
	if f.Kind == "equal" && f.Signature == "" {
		r.Equal++
	} else {
		r.Differ++
	}
	r.Files = append(r.Files, f)
}

func diffChanges(all []diff.Change) []DiffChange {
	out := make([]DiffChange, 0, len(all))
	for _, c := range all {
		secret := c.Old != nil && c.Old.Secret || c.New != nil && c.New.Secret
		d := DiffChange{Kind: string(c.Kind), Path: c.Path, Secret: secret, Identity: c.Identity, Note: c.Note}
		if !secret {
			d.Old, d.New = rawJSON(c.Old), rawJSON(c.New)
		}
		d.from, d.to = contrast(c.Old, c.New)
		out = append(out, d)
	}
	return out
}

// rawJSON is nil for a value that is not there.
func rawJSON(v *plist.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	data, err := plist.WriteJSON(v)
	if err != nil { // what JSON has no form for
		data, _ = json.Marshal(v.Describe())
	}
	var compact bytes.Buffer
	if json.Compact(&compact, data) != nil {
		return nil
	}
	return compact.Bytes()
}
