package lint

import (
	"cmp"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/profiles"
)

// node is one value of the profile with its schema. The walk reuses one node for each level, so no rule may keep a node or
// its path.
type node struct {
	value     *plist.Value
	key       *schema.Key // nil for the top level and for a payload
	path      *path
	keySpan   diag.Span // zero for an array element
	parent    *node
	payload   *payload   // nil in the envelope
	domain    string     // payload type or preference domain that the value belongs to
	layers    []layer    // of a dictionary: its known keys; empty if unknown
	known     []string   // their names, once asked for
	available *available // nil if unknown
	effects   []effect   // its own obstacles on the targets, without those of its parent
	community bool       // the schema is a community's, not Apple's
	open      bool       // it is part of preferences: a program may read keys unknown to any schema
	facts     *facts.Place
	noun      string // of a node without a key: its name in messages

	preferences []*schema.Type // of a preference domain: its schema types

	own   path     // storage for path in the nodes of the walk
	layer [1]layer // storage for a single layer
}

// Names of nodes without a key, for messages.
const (
	nounProfile     = "profile"
	nounPayload     = "payload"
	nounDeclaration = "declaration"
)

// layer is a list of a dictionary's known keys. A dictionary with several definitions has several layers.
type layer struct {
	keys      []*schema.Key
	available *available // of the dictionary; nil if unknown
	loose     bool       // keys outside the list may be valid
	optional  bool       // do not enforce required keys
	community bool
}

// keyNamed returns the key with exactly this name, or nil.
func keyNamed(keys []*schema.Key, name string) *schema.Key {
	for _, k := range keys {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// findKey looks a key up in the layers: by its exact name, else as schema.Any. It returns nil if unknown.
func (n *node) findKey(name string) (*schema.Key, layer) {
	for _, pattern := range []string{name, schema.Any} {
		for _, l := range n.layers {
			if k := keyNamed(l.keys, pattern); k != nil {
				return k, l
			}
		}
	}
	return nil, layer{}
}

// at is the place of the value itself.
func (n *node) at() place { return place{n.path, n.value.Span, isSecret(n.value)} }

// atKey is the best place to name the value: its key, the PayloadType of a payload, or else the value itself.
func (n *node) atKey() place {
	if !n.keySpan.IsZero() {
		return place{n.path, n.keySpan, isSecret(n.value)}
	}
	if n.key == nil {
		if t := n.value.Get("PayloadType"); t != nil {
			return place{n.path, t.Span, false}
		}
	}
	return n.at()
}

// field is the place of a key of the value.
func (n *node) field(f *plist.Field) place {
	return place{n.path.field(f.Key), f.KeySpan, isSecret(f.Value)}
}

// fieldValue is the place of the value of a key.
func (n *node) fieldValue(f *plist.Field) place {
	return place{n.path.field(f.Key), f.Value.Span, isSecret(f.Value)}
}

// subject names the value in a message.
func (n *node) subject() string {
	switch {
	case n.key != nil:
		return quote(n.path.name())
	case n.payload == nil || n.payload.payloadType == "":
		return "the " + n.noun
	}
	return n.noun + " " + quote(n.payload.payloadType)
}

// isDomain reports whether the value is a dictionary of settings: of a payload or a preference domain.
func (n *node) isDomain() bool {
	return n.domain != "" && n.value.Kind == plist.Dictionary && (n.key == nil || n.parent.domain != n.domain)
}

// visit runs the rules on a value and all below it. The depth is bounded as in the property list readers. A recursive schema
// does no harm: the walk follows the values.
func (r *run) visit(n *node) { r.visitTo(n, plist.MaxDepth) }

func (r *run) visitTo(n *node, depth int) {
	if n.value.Kind == plist.Null && !r.profile.isDeclaration {
		return // unknown, such as an unset variable of a template
	}
	if r.profile.isInterrupted() {
		return
	}
	r.apply(n)
	if depth == 0 {
		return
	}
	switch n.value.Kind {
	case plist.Dictionary:
		for _, f := range n.value.Fields {
			if k, l := n.findKey(f.Key); k != nil && f.Value != nil {
				r.visitTo(r.child(n, f, k, l, depth), depth-1)
			}
		}
	case plist.Array:
		for i, item := range n.value.Items {
			if k := element(n.key, item); k != nil && item != nil {
				r.visitTo(r.item(n, i, item, k, depth), depth-1)
			}
		}
	}
}

// apply runs the rules of each kind on a node.
func (r *run) apply(n *node) {
	for _, p := range r.values {
		p.rule.value(p, n)
	}
	if n.value.Kind == plist.Dictionary {
		for _, p := range r.dictionaries {
			p.rule.dictionary(p, n)
		}
	}
	if len(n.effects) > 0 {
		for _, p := range r.effects {
			p.rule.effect(p, n)
		}
	}
	if n.isDomain() {
		for _, p := range r.settings {
			p.rule.settings(p, n)
		}
	}
	if n.facts != nil && len(r.passes) > 0 {
		r.checkFacts(n)
	}
}

// child returns the node of a key in a dictionary.
func (r *run) child(n *node, f plist.Field, k *schema.Key, l layer, depth int) *node {
	c := r.node(depth)
	*c = node{value: f.Value, key: k, own: path{up: n.path, key: f.Key}, keySpan: f.KeySpan, parent: n,
		payload: n.payload, domain: n.domain, community: l.community || k.Community, open: n.open, facts: n.facts.Key(f.Key)}
	c.path = &c.own
	r.profile.applySchema(c, l.available)
	return c
}

// item returns the node of an array element.
func (r *run) item(n *node, i int, v *plist.Value, k *schema.Key, depth int) *node {
	c := r.node(depth)
	*c = node{value: v, key: k, own: path{up: n.path, index: i, item: true}, parent: n,
		payload: n.payload, domain: n.domain, community: n.community, open: n.open, facts: n.facts}
	c.path = &c.own
	r.profile.applySchema(c, n.available)
	return c
}

// applySchema fills in a node's availability, obstacles and layers from its schema key. parent is its parent's availability.
func (p *profile) applySchema(n *node, parent *available) {
	n.available = p.on.ofKey(parent, n.key)
	if len(n.key.Availability) > 0 {
		n.effects = n.available.effects
	}
	if n.value.Kind != plist.Dictionary {
		return
	}
	if l, ok := p.preferences(n); ok {
		n.layers = l
		return
	}
	keys := n.key.Keys
	if n.key.Name == "ConsentText" && len(keys) == 1 && keys[0].Name == "ConsentTextItem" {
		keys = keys[0].Keys // the schema wraps the languages in one item; a profile has them in the dictionary itself
	}
	if len(keys) > 0 && n.key.Kind == plist.Dictionary {
		n.layer[0] = layer{keys: keys, available: n.available, community: n.community, loose: n.community || n.open}
		n.layers = n.layer[:]
	}
}

// preferences returns the keys of a preference domain, for a node of com.apple.ManagedClient.preferences at
// PayloadContent.DOMAIN.Forced[0].mcx_preference_settings. It is false for any other node and for unknown domains.
func (p *profile) preferences(n *node) ([]layer, bool) {
	if n.key.Name != profiles.PreferenceSettings || n.domain != profiles.ManagedPreferences {
		return nil, false
	}
	domain := n.path.ancestor(3)
	if domain == nil || domain.item {
		return nil, false
	}
	types, err := p.checker.types(domain.key)
	if err != nil {
		p.err = cmp.Or(p.err, err)
	}
	if len(types) == 0 {
		return nil, false
	}
	n.domain, n.preferences, n.open = domain.key, types, true
	n.facts = p.facts.Of(domain.key)
	var layers []layer
	for _, t := range types {
		l := p.layer(t)
		l.loose, l.optional = true, true
		layers = append(layers, l)
	}
	return layers, true
}

// element returns the element definition for an item: the first that accepts it, else the first of all, nil without any.
func element(array *schema.Key, item *plist.Value) *schema.Key {
	if array == nil || array.Kind != plist.Array || len(array.Keys) == 0 {
		return nil
	}
	for _, k := range array.Keys {
		if accepts(k, item) {
			return k
		}
	}
	return array.Keys[0]
}
