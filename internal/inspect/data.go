package inspect

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"time"

	"syncguard/internal/content"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/pki"
	"syncguard/internal/plist"
)

// Data describes some bytes.
type Data struct {
	Kind         string        `json:"kind"`             // such as `certificate`, `PKCS#12`, `property list`, or a media type: `image/png`
	Size         int           `json:"size"`             // in bytes
	SHA256       string        `json:"sha256,omitempty"` // absent for a secret
	Certificates []Certificate `json:"certificates,omitempty"`
}

// Certificate is a certificate in data.
type Certificate struct {
	pki.Facts
	CA      bool `json:"ca"`
	Expired bool `json:"expired"`
}

// data describes the data of a node, and a document in it. A secret stays hidden, unless it is a PKCS#12 file, never
// opened, or a document, described with its own secrets marked.
func (w *walker) data(n *Node, data []byte) {
	if n.Secret {
		if content.Kind(data) == content.PKCS12 {
			n.Data = &Data{Kind: content.PKCS12, Size: len(data)}
		} else if n.Inside = w.inside(data); n.Inside != nil {
			n.Data = &Data{Kind: kindOfInside(n.Inside), Size: len(data)}
		}
		return
	}
	n.Data = DataOf(data, w.inspector.options.Now)
	if n.Inside = w.inside(data); n.Inside != nil && n.Inside.Kind != "" {
		n.Data.Kind = kindOfInside(n.Inside)
	}
}

// DataOf describes bytes that are no secret; now marks expired certificates.
func DataOf(data []byte, now time.Time) *Data {
	d := &Data{Kind: content.Kind(data), Size: len(data), SHA256: fmt.Sprintf("%x", sha256.Sum256(data))}
	for _, c := range content.Certificates(data) {
		facts := pki.FactsOf(c)
		facts.Subject, facts.Issuer = cmp.Or(facts.Subject, "(empty)"), cmp.Or(facts.Issuer, "(empty)")
		d.Certificates = append(d.Certificates, Certificate{facts, c.IsCA, now.After(c.NotAfter)})
	}
	return d
}

func kindOfInside(d *Document) string { return cmp.Or(string(d.Kind), "property list") }

// inside describes a document in data: a declaration carried by a profile, another profile, or a property list. It returns
// nil for anything else, and once all nested documents together exceed the size of one file.
func (w *walker) inside(data []byte) *Document {
	if w.depth == maxInside || w.left.IsSpent() || len(data) == 0 {
		return nil
	}
	doc, found := document.OpenNested(diag.NewFile("data", data), w.left)
	if doc.Root == nil || doc.Root.Kind != plist.Dictionary && doc.Root.Kind != plist.Array || diag.HasErrors(found) {
		return nil
	}
	return w.document(doc, w.depth+1)
}
