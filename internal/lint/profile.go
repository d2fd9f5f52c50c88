package lint

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// profile is what is checked: the envelope, and the payloads in it.
type profile struct {
	root     *plist.Value
	targets  []target.Target
	envelope *node
	payloads []*payload
	uuids    map[string]bool // PayloadUUID of every payload, in upper case
	reader   *reader
	formats  formats
	budget   int   // suggestions that may still be looked for, which is slow
	err      error // the first that the walk met
}

// payload is one dictionary in PayloadContent.
type payload struct {
	node        *node
	payloadType string
	types       []*schema.Type // what it may be: one type, or several where a payload may be all of them at once
}

// suggestionBudget bounds the time that a profile of nothing but unknown keys can take.
const suggestionBudget = 200

func newProfile(c Catalog, rootValue *plist.Value, targets []target.Target) (*profile, error) {
	p := &profile{root: rootValue, targets: targets, uuids: map[string]bool{}, reader: newReader(c), formats: formats{}, budget: suggestionBudget}
	if p.root == nil {
		p.root = &plist.Value{}
	}
	envelope, err := c.Envelope()
	if err != nil {
		return nil, fmt.Errorf("reading the schema of the top level: %w", err)
	}
	p.envelope = &node{value: p.root, path: root, layers: []layer{p.layer(envelope)}}
	if err := p.addPayloads(); err != nil {
		return nil, err
	}
	return p, p.reader.readEntries()
}

func (p *profile) addPayloads() error {
	content := p.root.Get("PayloadContent")
	if content == nil || content.Kind != plist.Array {
		return nil
	}
	common, err := p.reader.catalog.Common()
	if err != nil {
		return fmt.Errorf("reading the schema of common payload keys: %w", err)
	}
	at := root.field("PayloadContent")
	for i, item := range content.Items {
		if item == nil || item.Kind != plist.Dictionary {
			continue
		}
		pl, err := p.newPayload(item, at.at(i), common)
		if err != nil {
			return err
		}
		p.payloads = append(p.payloads, pl)
		if id := item.Get("PayloadUUID"); id != nil && id.Kind == plist.String {
			p.uuids[strings.ToUpper(id.Text)] = true
		}
	}
	return nil
}

func (p *profile) newPayload(v *plist.Value, at *path, common *schema.Type) (*payload, error) {
	pl := &payload{}
	n := &node{value: v, path: at, payload: pl}
	pl.node = n
	if t := v.Get("PayloadType"); t != nil && t.Kind == plist.String {
		pl.payloadType = t.Text
		n.domain = t.Text
	}
	known, err := p.reader.types(pl.payloadType)
	if err != nil {
		return nil, err
	}
	keys := layer{keys: common.Keys, loose: len(known) == 0}
	n.layers = []layer{keys}
	pl.types = candidates(pl.payloadType, v, known, keys)
	for _, t := range known {
		if slices.Contains(pl.types, t) {
			n.layers = append(n.layers, p.layer(t))
		} else if pl.payloadType == mcx {
			l := p.layer(t)
			l.optional = true
			n.layers = append(n.layers, l)
		}
	}
	n.community = len(pl.types) > 0 && pl.types[0].Family == schema.Preferences
	for _, t := range pl.types {
		n.effects = append(n.effects, newEffects(nil, p.typeStanding(t), p.targets)...)
	}
	return pl, nil
}

// layer returns the keys of a type.
func (p *profile) layer(t *schema.Type) layer {
	community := t.Family == schema.Preferences
	return layer{keys: t.Keys, standing: p.typeStanding(t), loose: community, community: community}
}

// mcx is the payload type whose payloads may be several types at once: time server, energy saver, accounts and more.
const mcx = "com.apple.MCX"

// candidates picks, of the types that share a payload type, the ones that a payload is.
func candidates(payloadType string, v *plist.Value, types []*schema.Type, common layer) []*schema.Type {
	if len(types) <= 1 {
		return types
	}
	scores := make([]int, len(types))
	for i, t := range types {
		scores[i] = fit(v, t, common)
	}
	best := slices.Max(scores)
	if payloadType == mcx && best > 0 {
		var used []*schema.Type
		for i, t := range types {
			if scores[i] > 0 {
				used = append(used, t)
			}
		}
		return used
	}
	i := slices.Index(scores, best)
	return types[i : i+1]
}

// fit counts the keys present that a type knows; one with an allowed value counts twice, one with another value not at all.
func fit(v *plist.Value, t *schema.Type, common layer) int {
	score := 0
	for _, f := range v.Fields {
		k := named(t.Keys, f.Key)
		switch {
		case k == nil || named(common.keys, f.Key) != nil || !accepts(k, f.Value):
		case len(k.RangeList) == 0:
			score++
		case inRangeList(k, f.Value):
			score += 2
		}
	}
	return score
}

// reader remembers what it reads of a catalog during one check.
type reader struct {
	catalog Catalog
	known   map[string][]*schema.Type
	names   []string // payload types that exist, in order
}

func newReader(c Catalog) *reader { return &reader{catalog: c, known: map[string][]*schema.Type{}} }

// types returns what a payload or a preference domain of this type may be.
func (r *reader) types(payloadType string) ([]*schema.Type, error) {
	if types, ok := r.known[payloadType]; ok || payloadType == "" {
		return types, nil
	}
	types, err := r.catalog.Payloads(payloadType)
	if err == nil && len(types) == 0 {
		types, err = r.catalog.Preferences(payloadType)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the schema of payload type %s: %w", quote(payloadType), err)
	}
	r.known[payloadType] = types
	return types, nil
}

func (r *reader) readEntries() error {
	entries, err := r.catalog.Entries()
	if err != nil {
		return fmt.Errorf("reading the index of schemas: %w", err)
	}
	for _, e := range entries {
		if e.Family == schema.Payload || e.Family == schema.Preferences {
			r.names = append(r.names, e.PayloadType)
		}
	}
	slices.SortFunc(r.names, strings.Compare)
	r.names = slices.Compact(r.names)
	return nil
}
