package lint

import (
	"cmp"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/profiles"
)

// node is one value of the profile with what a schema says of it. The walk has one for each level and uses it again, so
// nothing keeps one, or its path, after the rules were called.
type node struct {
	value     *plist.Value
	key       *schema.Key // nil for the top level and for a payload
	path      *path
	keySpan   diag.Span // zero for an element of an array
	parent    *node
	payload   *payload // nil in the envelope
	domain    string   // payload type or preference domain that the value belongs to
	layers    []layer  // of a dictionary: the keys that it may have; none where nothing is known
	standing  []schema.Availability
	effects   []effect // what stands in its way on the targets, and not already in its parent's
	community bool     // the schema is a community's and not Apple's
	open      bool     // it is part of preferences: a program may read keys that no schema has
	facts     *facts.Place
	noun      string // of a node without a key: what it is called in a message

	preferences []*schema.Type // what is known of the domain, where the value is what one is set to

	own   path     // what path points at, where the node was made by the walk
	layer [1]layer // what layers are, where there is but one
}

// What a node without a key is called.
const (
	nounProfile     = "profile"
	nounPayload     = "payload"
	nounDeclaration = "declaration"
)

// layer is a list of keys that a dictionary may have. A dictionary has several where several definitions apply to it.
type layer struct {
	keys      []*schema.Key
	standing  []schema.Availability // of the dictionary, by target; nil where nothing is known
	loose     bool                  // other keys may be right all the same
	optional  bool                  // required keys do not count
	community bool
}

// named returns the key of a name, exactly, or nil.
func named(keys []*schema.Key, name string) *schema.Key {
	for _, k := range keys {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// find returns what the layers say of a key, the exact name counting before any name, or nil.
func (n *node) find(name string) (*schema.Key, layer) {
	for _, pattern := range []string{name, schema.Any} {
		for _, l := range n.layers {
			if k := named(l.keys, pattern); k != nil {
				return k, l
			}
		}
	}
	return nil, layer{}
}

// at is the place of the value itself.
func (n *node) at() place { return place{n.path, n.value.Span, isSecret(n.value)} }

// atKey is the place that names the value best: its key, the PayloadType of a payload, or else the value itself.
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

// fieldValue is the place of what a key of the value holds.
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

// isDomain says whether the value is a dictionary of settings: a payload, or what a preference domain is set to.
func (n *node) isDomain() bool {
	return n.domain != "" && n.value.Kind == plist.Dictionary && (n.key == nil || n.parent.domain != n.domain)
}

// visit calls every rule for a value and all below it. The depth is bounded as it is for a reader of property lists: a
// schema may be recursive, but the walk goes only where there are values.
func (r *run) visit(n *node) { r.visitTo(n, plist.MaxDepth) }

func (r *run) visitTo(n *node, depth int) {
	if n.value.Kind == plist.Null && !r.profile.isDeclaration {
		return // not known, as where a template's variable has no value
	}
	r.apply(n)
	if depth == 0 {
		return
	}
	switch n.value.Kind {
	case plist.Dictionary:
		for _, f := range n.value.Fields {
			if k, l := n.find(f.Key); k != nil && f.Value != nil {
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

// apply calls every rule that has something to say of a value.
func (r *run) apply(n *node) {
	for _, p := range r.values {
		p.rule.value(p, n)
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

// child makes the node of a key in a dictionary.
func (r *run) child(n *node, f plist.Field, k *schema.Key, l layer, depth int) *node {
	c := r.node(depth)
	*c = node{value: f.Value, key: k, own: path{up: n.path, key: f.Key}, keySpan: f.KeySpan, parent: n,
		payload: n.payload, domain: n.domain, community: l.community || k.Community, open: n.open, facts: n.facts.Key(f.Key)}
	c.path = &c.own
	r.profile.describe(c, l.standing)
	return c
}

// item makes the node of an element of an array.
func (r *run) item(n *node, i int, v *plist.Value, k *schema.Key, depth int) *node {
	c := r.node(depth)
	*c = node{value: v, key: k, own: path{up: n.path, index: i, item: true}, parent: n,
		payload: n.payload, domain: n.domain, community: n.community, open: n.open, facts: n.facts}
	c.path = &c.own
	r.profile.describe(c, n.standing)
	return c
}

// describe fills in what the schema says of a node below its parent's standing.
func (p *profile) describe(n *node, parent []schema.Availability) {
	n.standing = p.resolve(parent, n.key.Availability)
	if len(n.key.Availability) > 0 {
		n.effects = newEffects(parent, n.standing, p.targets)
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
		keys = keys[0].Keys // the schema shows one item for the languages, which stand in the dictionary itself
	}
	if len(keys) > 0 && n.key.Kind == plist.Dictionary {
		n.layer[0] = layer{keys: keys, standing: n.standing, community: n.community, loose: n.community || n.open}
		n.layers = n.layer[:]
	}
}

// preferences returns the keys of a preference domain where a node is what com.apple.ManagedClient.preferences sets one to:
// PayloadContent.DOMAIN.Forced[0].mcx_preference_settings.
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

// element returns the definition of an array's element that fits a value best, or nil where none is known.
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
