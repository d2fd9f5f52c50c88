package inspect

import (
	"slices"

	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/profiles"
)

// walker makes the nodes of one document. Its depth is bounded by the reader's.
type walker struct {
	*describer
	known lint.Known
	depth int // documents around this one
}

func (w *walker) payloads(content *plist.Value) []*Payload {
	var all []*Payload
	for i, item := range content.Items {
		p := &Payload{Index: i, Value: item, Type: item.String("PayloadType"), Facts: w.known[item],
			names: []string{item.String("PayloadType"), item.String("PayloadIdentifier"), item.String("PayloadUUID")}}
		switch {
		case item == nil || item.Kind != plist.Dictionary:
			p.Nodes = []*Node{w.node(&Node{Index: i, IsItem: true, Value: item})}
		case p.Type == profiles.ManagedPreferences:
			p.Nodes = append(w.fields(item, "PayloadContent"), w.preferences(item)...)
		default:
			p.Nodes = w.below(item)
		}
		all = append(all, p)
	}
	return all
}

// below returns what a dictionary or an array holds.
func (w *walker) below(v *plist.Value) []*Node {
	if v == nil {
		return nil
	}
	nodes := w.fields(v)
	for i, item := range v.Items {
		nodes = append(nodes, w.node(&Node{Index: i, IsItem: true, Value: item}))
	}
	return nodes
}

// fields returns the keys of a dictionary, in the order of the file, without some.
func (w *walker) fields(v *plist.Value, without ...string) []*Node {
	var nodes []*Node
	for _, f := range v.Fields {
		if !slices.Contains(without, f.Key) {
			nodes = append(nodes, w.node(&Node{Key: f.Key, Value: f.Value}))
		}
	}
	return nodes
}

func (w *walker) node(n *Node) *Node {
	n.Facts = w.known[n.Value]
	if n.Value == nil {
		n.Value = &plist.Value{}
	}
	if n.Value.Kind == plist.Data {
		w.data(n)
	}
	n.Nodes = w.below(n.Value)
	return n
}

// preferences unfolds PayloadContent.DOMAIN.STATE[].mcx_preference_settings into a node for each domain and state, whose
// nodes are the settings. What has another shape is left as it is.
func (w *walker) preferences(payload *plist.Value) []*Node {
	content := payload.Get("PayloadContent")
	if content == nil {
		return nil
	}
	if content.Kind != plist.Dictionary {
		return []*Node{w.node(&Node{Key: "PayloadContent", Value: content})}
	}
	var nodes []*Node
	for _, domain := range content.Fields {
		unfolded, ok := w.domain(domain)
		if !ok {
			unfolded = []*Node{w.node(&Node{Key: domain.Key, Value: domain.Value})}
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
			nodes = append(nodes, &Node{Key: domain.Key, Managed: state.Key, Value: settings, Facts: w.known[settings],
				Nodes: append(w.fields(item, profiles.PreferenceSettings), w.fields(settings)...)})
		}
	}
	return nodes, true
}
