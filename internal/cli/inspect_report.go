package cli

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"math"
	"strconv"
	"time"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/inspect"
	"syncguard/internal/lint"
	"syncguard/internal/pki"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/view"
)

// report says what was found in one file in the words of the report.
func (i *inspection) report(f inspected) view.Inspected {
	shown := view.Inspected{File: f.name, Format: string(f.doc.Format), Size: f.size, Signature: f.answers,
		InspectedDocument: i.document(f.tree)}
	for _, d := range f.findings {
		if d.Severity == diag.Error && (f.doc.Defect == nil || d.Rule != f.doc.Defect.Rule) {
			shown.Errors++
		}
	}
	if f.doc.Defect != nil {
		shown.Defect = f.doc.Defect.Message
	}
	if encrypted := f.doc.Root.Get(keyEncryptedContent); encrypted != nil {
		shown.Encrypted = encryptedFor(encrypted.Data)
	}
	return shown
}

func encryptedFor(data []byte) *view.InspectedEnvelope {
	shown := &view.InspectedEnvelope{Recipients: []view.InspectedRecipient{}}
	envelope, err := cms.ReadEnvelope(data)
	if err != nil {
		shown.Problem = "the encrypted payloads cannot be read: " + err.Error()
		return shown
	}
	shown.Cipher, shown.Size = envelope.Cipher.String(), envelope.Size
	for _, r := range envelope.Recipients {
		shown.Recipients = append(shown.Recipients, view.InspectedRecipient(r))
	}
	return shown
}

func (i *inspection) document(d *inspect.Document) view.InspectedDocument {
	shown := view.InspectedDocument{Kind: string(d.Kind), Envelope: i.keys(d.Envelope, ""), Payloads: []view.InspectedPayload{}}
	for _, p := range d.Payloads {
		payload := view.InspectedPayload{Index: p.Index, Type: p.Type, Types: []view.InspectedType{},
			Obstacles: append([]view.InspectedObstacle{}, obstacles(p.Facts.Obstacles)...), Keys: i.keys(p.Nodes, "")}
		for _, t := range p.Facts.Types {
			payload.Types = append(payload.Types, i.typeOf(t))
		}
		shown.Payloads = append(shown.Payloads, payload)
	}
	return shown
}

func (i *inspection) typeOf(t *schema.Type) view.InspectedType {
	shown := view.InspectedType{ID: t.ID, Family: string(t.Family), Replacement: t.Replacement, Platforms: t.Availability.InOrder(), Source: t.Source()}
	if prose, err := i.catalog.Prose(t); err == nil && prose != nil {
		shown.Title = prose.Title
	}
	return shown
}

func obstacles(all []lint.Obstacle) []view.InspectedObstacle {
	var shown []view.InspectedObstacle
	for _, o := range all {
		shown = append(shown, view.InspectedObstacle{Target: o.Target.String(), Text: o.Text, Blocks: o.Blocks})
	}
	return shown
}

// keys says nodes; path is that of the schema's keys above them.
func (i *inspection) keys(nodes []*inspect.Node, path string) []view.InspectedKey {
	shown := make([]view.InspectedKey, 0, len(nodes))
	for _, n := range nodes {
		shown = append(shown, i.key(n, path))
	}
	return shown
}

func (i *inspection) key(n *inspect.Node, path string) view.InspectedKey {
	k := view.InspectedKey{Key: n.Key, Type: n.Value.Kind.String(), Secret: n.Value.Secret, Unknown: n.Facts.Unknown, Loose: n.Facts.Loose,
		Community: n.Facts.Community, Managed: n.Managed, Obstacles: obstacles(n.Facts.Obstacles), Data: dataOf(n.Data, i.env.Now())}
	if n.IsItem {
		k.Index = &n.Index
		path += "[]"
	} else if known := n.Facts.Key; known != nil && n.Managed == "" {
		if path != "" {
			path += "."
		}
		path += known.Name
		facts := (&schema.Node{Key: known, Path: path}).Facts(nil)
		k.Schema = &facts
	}
	for _, t := range n.Facts.Types {
		k.Types = append(k.Types, t.ID)
	}
	if n.Managed != "" {
		path = "" // the keys below are those of the domain
	}
	if n.Inside != nil {
		inside := i.document(n.Inside)
		k.Inside = &inside
	}
	if !k.Secret {
		k.Value, k.Text = scalar(n.Value)
	}
	if len(n.Nodes) > 0 {
		k.Keys = i.keys(n.Nodes, path)
	}
	return k
}

// scalar says a value for a program and for people; of data and containers nothing.
func scalar(v *plist.Value) (value any, text string) {
	switch v.Kind {
	case plist.Dictionary, plist.Array, plist.Data:
		return nil, ""
	case plist.Null:
		return nil, "null"
	case plist.Real:
		if text = strconv.FormatFloat(v.Real, 'f', -1, 64); math.Abs(v.Real) > 1e15 {
			text = strconv.FormatFloat(v.Real, 'g', -1, 64)
		}
		if math.IsNaN(v.Real) || math.IsInf(v.Real, 0) {
			return text, text
		}
		return schema.JSONValue(v), text
	case plist.UID:
		return v.Int.String(), v.Int.String()
	}
	return schema.JSONValue(v), schema.ValueText(v)
}

func dataOf(d *inspect.Data, now time.Time) *view.InspectedData {
	if d == nil {
		return nil
	}
	shown := &view.InspectedData{Kind: d.Kind, Size: d.Size}
	if d.SHA256 != nil {
		shown.SHA256 = fmt.Sprintf("%x", *d.SHA256)
	}
	for _, c := range d.Certificates {
		shown.Certificates = append(shown.Certificates, certificateOf(c, now))
	}
	return shown
}

func certificateOf(c *x509.Certificate, now time.Time) view.InspectedCert {
	return view.InspectedCert{Subject: cmp.Or(c.Subject.String(), "(empty)"), Issuer: cmp.Or(c.Issuer.String(), "(empty)"), Serial: c.SerialNumber.Text(16),
		NotBefore: c.NotBefore.UTC().Format(time.RFC3339), NotAfter: c.NotAfter.UTC().Format(time.RFC3339), SHA256: cms.Fingerprint(c),
		Key: pki.KeyName(c.PublicKey), CA: c.IsCA, Expired: now.After(c.NotAfter)}
}
