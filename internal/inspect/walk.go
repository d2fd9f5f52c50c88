package inspect

import (
	"math"
	"slices"
	"strconv"

	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/profiles"
)

// walker builds the nodes of one document. The reader has bounded the document's depth.
type walker struct {
	*describer
	known lint.Known
	depth int // documents around this one
}

// keyAt is a key of the schema at its path.
type keyAt struct {
	key  *schema.Key
	path string
}

// schemaType returns the facts about a type, the same for each payload of it.
func (d *describer) schemaType(t *schema.Type) Type {
	known, ok := d.types[t]
	if !ok {
		known = Type{ID: t.ID, Family: t.Family, Replacement: t.Replacement, Platforms: t.Availability.InOrder(), Source: t.Source()}
		if prose, err := d.inspector.catalog.Prose(t); err == nil && prose != nil {
			known.Title = prose.Title
		}
		d.types[t] = known
	}
	return known
}

// keyFacts returns the facts about a key, the same for each value of it.
func (d *describer) keyFacts(at keyAt) *schema.KeyFacts {
	if d.facts[at] == nil {
		d.facts[at] = new((&schema.Node{Key: at.key, Path: at.path}).Facts(nil))
	}
	return d.facts[at]
}

func (w *walker) payloads(content *plist.Value) []*Payload {
	all := []*Payload{}
	for i, item := range content.Items {
		p := w.payload(i, item, item.String("PayloadType"), item.String("PayloadIdentifier"), item.String("PayloadUUID"))
		switch {
		case item == nil || item.Kind != plist.Dictionary:
			p.Keys = append(p.Keys, w.item(i, item, ""))
		case p.Type == profiles.ManagedPreferences:
			p.Keys = append(append(p.Keys, w.fields(item, "", "PayloadContent")...), w.preferences(item)...)
		default:
			p.Keys = append(p.Keys, w.below(item, "")...)
		}
		all = append(all, p)
	}
	return all
}

// payload returns a payload without its keys. Payload.Is accepts its type and the other names.
func (w *walker) payload(i int, v *plist.Value, payloadType string, names ...string) *Payload {
	facts := w.known[v]
	p := &Payload{Index: i, Type: payloadType, Types: []Type{}, Obstacles: append([]lint.Obstacle{}, facts.Obstacles...), Keys: []*Node{}, Value: v,
		names: append(names, payloadType)}
	for _, t := range facts.Types {
		p.Types = append(p.Types, w.schemaType(t))
	}
	return p
}

// below returns the nodes of a dictionary or an array. path is the schema's path of the keys above.
func (w *walker) below(v *plist.Value, path string) []*Node {
	if v == nil {
		return nil
	}
	nodes := w.fields(v, path)
	for i, item := range v.Items {
		nodes = append(nodes, w.item(i, item, path))
	}
	return nodes
}

// fields returns the keys of a dictionary in the order of the file, except those in without.
func (w *walker) fields(v *plist.Value, path string, without ...string) []*Node {
	var nodes []*Node
	for _, f := range v.Fields {
		if !slices.Contains(without, f.Key) {
			nodes = append(nodes, w.field(f, path))
		}
	}
	return nodes
}

func (w *walker) field(f plist.Field, path string) *Node {
	n := w.node(f.Value)
	n.Key = f.Key
	if known := w.known[f.Value].Key; known != nil {
		if path != "" {
			path += "."
		}
		path += known.Name
		n.Schema = w.keyFacts(keyAt{known, path})
	}
	n.Keys = w.below(f.Value, path)
	return n
}

func (w *walker) item(i int, v *plist.Value, path string) *Node {
	n := w.node(v)
	n.Index = &i
	n.Keys = w.below(v, path+"[]")
	return n
}

// node returns a node without its name and without nodes below it.
func (w *walker) node(v *plist.Value) *Node {
	facts := w.known[v]
	if v == nil {
		v = &plist.Value{}
	}
	n := &Node{Type: v.Kind.String(), Secret: v.Secret, Unknown: facts.Unknown, Loose: facts.Loose, Community: facts.Community, Obstacles: facts.Obstacles}
	for _, t := range facts.Types {
		n.Types = append(n.Types, t.ID)
	}
	if v.Kind == plist.Data {
		w.data(n, v.Data)
	}
	if !v.Secret {
		n.Value, n.Text = scalar(v)
	}
	return n
}

// scalar returns a scalar for a program and as a person writes it; nothing for data and containers.
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

// preferences unfolds PayloadContent.DOMAIN.STATE[].mcx_preference_settings into a node for each domain and state, with
// the settings below it. A domain of another shape stays as it is.
func (w *walker) preferences(payload *plist.Value) []*Node {
	content := payload.Get("PayloadContent")
	if content == nil {
		return nil
	}
	if content.Kind != plist.Dictionary {
		return []*Node{w.field(plist.Field{Key: "PayloadContent", Value: content}, "")}
	}
	var nodes []*Node
	for _, domain := range content.Fields {
		unfolded, ok := w.domain(domain)
		if !ok {
			unfolded = []*Node{w.field(domain, "")}
		}
		nodes = append(nodes, unfolded...)
	}
	return nodes
}

func (w *walker) domain(domain plist.Field) (nodes []*Node, ok bool) {
	if domain.Value == nil || len(domain.Value.Fields) == 0 {
		return nil, false
	}
	for _, state := range domain.Value.Fields {
		if state.Value == nil || len(state.Value.Items) == 0 {
			return nil, false
		}
		for _, item := range state.Value.Items {
			settings := item.Get(profiles.PreferenceSettings)
			if settings == nil || settings.Kind != plist.Dictionary {
				return nil, false
			}
			n := w.node(settings)
			n.Key, n.Managed = domain.Key, state.Key
			n.Keys = append(w.fields(item, "", profiles.PreferenceSettings), w.fields(settings, "")...)
			nodes = append(nodes, n)
		}
	}
	return nodes, true
}
