package app

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/outline"
)

// Mention is a place that defines or names something: the UUID of a payload, a variable, the id of a payload in a template, an
// identifier.
type Mention struct {
	Kind       MentionKind
	Name       string
	Start, End int // of the name, in bytes
	Defines    bool
}

// MentionKind is what a Mention is of.
type MentionKind string

// The kinds of mentions.
const (
	MentionUUID       MentionKind = "UUID"
	MentionVariable   MentionKind = "variable"
	MentionID         MentionKind = "id"
	MentionIdentifier MentionKind = "identifier"
	MentionTemplate   MentionKind = "template" // a template that is extended, by its absolute path
)

// Mentions lists the mentions in a text, in its order.
func (t *Text) Mentions() (all []Mention) {
	switch t.Format {
	case outline.YAML:
		all = t.templateMentions()
	case outline.JSON:
		all = t.declarationMentions()
	default:
		all = t.profileMentions()
	}
	slices.SortFunc(all, func(a, b Mention) int { return a.Start - b.Start })
	return all
}

func mentionOf(kind MentionKind, n *outline.Node, defines bool) Mention {
	return Mention{kind, n.Text, n.Open, n.Close, defines}
}

// profileMentions are the UUIDs of payloads where they are defined and named, and the identifiers that begin with the profile's.
func (t *Text) profileMentions() (all []Mention) {
	uuids := map[string]string{}
	for _, p := range t.payloads() {
		if uuid := p.Get("PayloadUUID"); uuid != nil && uuid.Text != "" {
			uuids[strings.ToUpper(uuid.Text)] = uuid.Text
			all = append(all, mentionOf(MentionUUID, uuid, true))
		}
	}
	own := t.Root.Get("PayloadIdentifier")
	t.Root.Walk(func(n *outline.Node) {
		if n.Kind != outline.Scalar || n.Text == "" {
			return
		}
		if uuid, ok := uuids[strings.ToUpper(n.Text)]; ok && n.Key != "PayloadUUID" {
			all = append(all, Mention{MentionUUID, uuid, n.Open, n.Close, false})
		}
		if n.Key != "PayloadIdentifier" {
			return
		}
		all = append(all, mentionOf(MentionIdentifier, n, true))
		if own != nil && own.Text != "" && strings.HasPrefix(n.Text, own.Text+".") && bytes.HasPrefix(t.Data[n.Open:], []byte(own.Text)) {
			all = append(all, Mention{MentionIdentifier, own.Text, n.Open, n.Open + len(own.Text), false})
		}
	})
	return all
}

// declarationMentions are the identifier of a declaration, and those of others that it names.
func (t *Text) declarationMentions() (all []Mention) {
	t.Root.Walk(func(n *outline.Node) {
		key := n.Key
		if n.Parent != nil && n.Parent.Kind == outline.Array {
			key = n.Parent.Key
		}
		switch {
		case n.Kind != outline.Scalar || n.Text == "":
		case n.Key == "Identifier" && n.Parent == t.Root:
			all = append(all, mentionOf(MentionIdentifier, n, true))
		case strings.HasSuffix(key, "Reference"), strings.HasSuffix(key, "References"), key == "StandardConfigurations":
			all = append(all, mentionOf(MentionIdentifier, n, false))
		}
	})
	return all
}

// templateMentions are the variables, the ids of payloads, and the template extended.
func (t *Text) templateMentions() (all []Mention) {
	if variables := t.Root.Get("variables"); variables != nil {
		for _, v := range variables.Nodes {
			all = append(all, Mention{MentionVariable, v.Key, v.KeyStart, v.KeyEnd, true})
		}
	}
	known := map[string]bool{}
	for _, base := range t.bases() {
		for _, p := range base.payloads() {
			known[p.String("id")] = true
		}
	}
	for _, p := range t.payloads() {
		if id := p.Get("id"); id != nil && id.Text != "" {
			all = append(all, mentionOf(MentionID, id, !known[id.Text]))
		}
	}
	if base := t.Root.Get("extends"); base != nil && filepath.IsLocal(filepath.FromSlash(base.Text)) {
		m := mentionOf(MentionTemplate, base, false)
		m.Name = filepath.Join(filepath.Dir(t.Path), filepath.FromSlash(base.Text))
		all = append(all, m)
	}
	t.Root.Walk(func(n *outline.Node) {
		if n.Kind != outline.Scalar {
			return
		}
		if n.Key == "$uuid" {
			all = append(all, mentionOf(MentionID, n, false))
		}
	})
	for at := 0; ; {
		i := bytes.Index(t.Data[at:], []byte("${"))
		if i < 0 {
			return all
		}
		from := at + i + 2
		at = from
		end := bytes.IndexAny(t.Data[from:], "}\n")
		if end <= 0 || t.Data[from+end] == '\n' || from > 2 && t.Data[from-3] == '$' {
			continue
		}
		all = append(all, Mention{MentionVariable, string(t.Data[from : from+end]), from, from + end, false})
	}
}

// MentionAt returns the narrowest mention at an offset.
func (t *Text) MentionAt(offset int) (found Mention, ok bool) {
	for _, m := range t.Mentions() {
		if m.Start <= offset && offset <= m.End && (!ok || m.End-m.Start < found.End-found.Start) {
			found, ok = m, true
		}
	}
	return found, ok
}

// Place is a Mention in its text.
type Place struct {
	Text *Text
	Mention
}

// Places lists the mentions of the same thing as m in t: in t itself, in the templates that it extends, and among others, those that
// extend one of these, or for a declaration all. It stops with ctx.
func (t *Text) Places(ctx context.Context, m Mention, others []*Text) (all []Place) {
	family := []*Text{t}
	if t.Format == outline.YAML {
		family = append(family, t.bases()...)
	}
	isIn := func(paths []*Text, path string) bool {
		return slices.ContainsFunc(paths, func(x *Text) bool { return x.Path == path })
	}
	for _, other := range others {
		if ctx.Err() != nil {
			return nil
		}
		if isIn(family, other.Path) || other.Format != t.Format {
			continue
		}
		extends := slices.ContainsFunc(other.bases(), func(base *Text) bool { return isIn(family, base.Path) })
		if t.Format == outline.JSON || t.Format == outline.YAML && extends {
			family = append(family, other)
		}
	}
	for _, x := range family {
		for _, y := range x.Mentions() {
			if y.Kind == m.Kind && y.Name == m.Name {
				all = append(all, Place{x, y})
			}
		}
	}
	return all
}

// Renamed returns the text to write for a new name, or an error for one that does not fit.
func (m Mention) Renamed(name string) (string, error) {
	fits := name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r >= 0x80 || !isWordByte(byte(r)) })
	switch {
	case m.Kind == MentionTemplate:
		return "", fmt.Errorf("rename the file itself")
	case m.Kind == MentionUUID && (len(name) != 36 || strings.Count(name, "-") != 4):
		return "", fmt.Errorf("invalid UUID %q, want one such as 9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00", name)
	case !fits:
		return "", fmt.Errorf("invalid %s %q, want letters, digits, dots, hyphens and underscores", m.Kind, name)
	}
	return name, nil
}
