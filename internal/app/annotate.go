package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"syncguard/internal/coverage"
	"syncguard/internal/files"
	"syncguard/internal/intent"
	"syncguard/internal/outline"
	"syncguard/internal/plist"
)

// Link is a file that a template names, or a rule that a comment ignores.
type Link struct {
	Start, End int
	Path       string // absolute
	Rule       string
}

// Links lists the links of a text.
func (t *Text) Links() (all []Link) {
	if t.Format == outline.YAML {
		t.Root.Walk(func(n *outline.Node) {
			isFile := n.Key == "$file" || n.Key == "$text" || n.Key == "extends" && n.Parent == t.Root
			if path := filepath.FromSlash(n.Text); isFile && n.Kind == outline.Scalar && filepath.IsLocal(path) && !strings.Contains(n.Text, "${") {
				all = append(all, Link{n.Open, n.Close, filepath.Join(filepath.Dir(t.Path), path), ""})
			}
		})
	}
	const word = "syncguard:ignore "
	for at := 0; ; {
		i := bytes.Index(t.Data[at:], []byte(word))
		if i < 0 {
			return all
		}
		at += i + len(word)
		end := bytes.IndexAny(t.Data[at:], ":\n")
		if end < 0 {
			return all
		}
		from := at
		for name := range strings.SplitSeq(string(t.Data[at:at+end]), ",") {
			start := from + len(name) - len(strings.TrimLeft(name, " "))
			if rule := strings.TrimSpace(name); slices.Contains(RuleIDs(), rule) {
				all = append(all, Link{start, start + len(rule), "", rule})
			}
			from += len(name) + 1
		}
	}
}

// Lens tells of a payload how it works on the targets.
type Lens struct {
	Start, End int // of the payload's type
	Enforced   int // targets where nobody can change any of its settings
	InEffect   int // targets where all of its settings have an effect, and some can be changed
	InPart     int // targets where some have none
	None       int // targets where none has any
}

// Lenses returns a lens for each payload, or for a declaration; none without targets.
func (t *Text) Lenses(given []string) (all []Lens, err error) {
	targets := t.targets(given)
	if len(targets) == 0 {
		return nil, nil
	}
	catalog, _, err := t.host.catalog()
	if err != nil {
		return nil, err
	}
	holders := t.payloads()
	if t.Format == outline.JSON {
		holders = []*outline.Node{t.Root}
	}
	for _, p := range holders {
		at := p.Get(map[outline.Format]string{outline.XML: "PayloadType", outline.JSON: "Type", outline.YAML: "type"}[t.Format])
		name := t.typeName(p)
		if at == nil || at.Kind != outline.Scalar || name == "" {
			continue
		}
		m, err := coverage.Keys([]coverage.File{{Root: t.alone(p, name)}}, targets, catalog)
		if errors.Is(err, coverage.ErrTooManyKeys) {
			continue // no real payload
		}
		if err != nil {
			return nil, err
		}
		if len(m.Rows) > 0 {
			l := Lens{Start: at.Open, End: at.Close}
			for i := range targets {
				l.count(m, i)
			}
			all = append(all, l)
		}
	}
	return all, nil
}

// count adds a target.
func (l *Lens) count(m *coverage.Matrix, i int) {
	enforced, works := 0, 0
	for _, row := range m.Rows {
		switch row.Cells[i].Class {
		case intent.Enforced, intent.Locked:
			enforced++
			works++
		case intent.Preset:
			works++
		}
	}
	switch {
	case enforced == len(m.Rows):
		l.Enforced++
	case works == len(m.Rows):
		l.InEffect++
	case works > 0:
		l.InPart++
	default:
		l.None++
	}
}

// alone is a profile with one payload, or a declaration, as far as the text tells.
func (t *Text) alone(holder *outline.Node, name string) *plist.Value {
	own := holder
	switch t.Format {
	case outline.YAML:
		own = holder.Get("keys")
	case outline.JSON:
		own = holder.Get("Payload")
	}
	v := plist.NewDictionary()
	if own != nil && own.Kind == outline.Dictionary {
		v = t.wholeValue(own)
	}
	if t.Format == outline.JSON || strings.HasPrefix(name, "com.apple.configuration.") {
		return plist.NewDictionary().Set("Type", plist.NewString(name)).Set("Payload", v)
	}
	v.Set("PayloadType", plist.NewString(name))
	return t.envelope(v)
}

// wholeValue is valueOf with all keys and elements.
func (t *Text) wholeValue(n *outline.Node) *plist.Value {
	switch n.Kind {
	case outline.Dictionary:
		v := plist.NewDictionary()
		for _, child := range n.Nodes {
			if child.Kind != outline.Missing {
				v.Fields = append(v.Fields, plist.Field{Key: child.Key, Value: t.wholeValue(child)})
			}
		}
		return v
	case outline.Array:
		v := plist.NewArray()
		for _, child := range n.Nodes {
			v.Items = append(v.Items, t.wholeValue(child))
		}
		return v
	}
	return t.valueOf(n)
}

// Hint is what a person cannot read off a value: what a certificate is, how large data is, what a number counts.
type Hint struct {
	At   int
	Text string
}

// Hints lists the hints of a text.
func (t *Text) Hints() (all []Hint, err error) {
	t.Root.Walk(func(n *outline.Node) {
		if text, failed := t.unitHint(n); text != "" || failed != nil {
			all, err = append(all, Hint{n.End, text}), cmp.Or(err, failed)
		}
		if n.Kind != outline.Scalar || n.Tag != "data" || n.Text == "" || t.Format != outline.XML {
			return
		}
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Text), ""))
		if err != nil {
			return
		}
		all = append(all, Hint{n.End, dataHint(data)})
	})
	return all, err
}

// dataHint describes data: a certificate by its subject and end, anything else by its size.
func dataHint(data []byte) string {
	der := data
	if block, _ := pem.Decode(data); block != nil {
		der = block.Bytes
	}
	if c, err := x509.ParseCertificate(der); err == nil {
		name := c.Subject.CommonName
		if name == "" {
			name = c.Subject.String()
		}
		return fmt.Sprintf("%s, until %s", cleanName(name), c.NotAfter.Format(time.DateOnly))
	}
	if len(data) < 1000 {
		return fmt.Sprintf("%d bytes", len(data))
	}
	return fmt.Sprintf("%.1f kB", float64(len(data))/1000)
}

// cleanName is a name from a certificate without characters that an editor would obey.
func cleanName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, name)
}

// Formatted returns a text in the canonical form of fmt, nil if it cannot be read or has that form.
func (t *Text) Formatted(ctx context.Context) ([]byte, error) {
	over := *t.host.Files.(*files.Overlay)
	run, err := Format(ctx, t.host.withFiles(&over), FormatOptions{Paths: []string{t.Path}, Mode: FormatShown})
	if err != nil {
		return nil, err
	}
	for f, err := range run.Files {
		if err != nil || f.Changed {
			return f.Data, err
		}
	}
	return nil, nil
}

// envelope is a profile around one payload.
func (t *Text) envelope(payload *plist.Value) *plist.Value {
	root := plist.NewDictionary().Set("PayloadType", plist.NewString("Configuration")).Set("PayloadContent", plist.NewArray(payload))
	if device := t.Root.Get("TargetDeviceType"); device != nil && device.Kind == outline.Scalar {
		root.Set("TargetDeviceType", t.valueOf(device))
	}
	return root
}
