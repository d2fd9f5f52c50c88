package lint

import (
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Known maps the values of a profile or declaration to the schemas' facts about them. Values outside any schema are absent.
type Known map[*plist.Value]Facts

// Facts are the schemas' facts about one value.
type Facts struct {
	Key       *schema.Key    // nil for a payload and for an unknown key
	Types     []*schema.Type // of a payload or a preference domain
	Unknown   bool           // the key is not in the schema of its dictionary
	Loose     bool           // that schema does not claim to be complete
	Community bool           // the schema is a community's, not Apple's
	Obstacles []Obstacle     // its own obstacles on the targets, without those of its parent
}

// Obstacle is a reason for a payload or key not to work fully on a target.
type Obstacle struct {
	Target target.Target `json:"target"`
	Text   string        `json:"text"`   // the rest of a sentence about the payload or key
	Blocks bool          `json:"blocks"` // it has no effect there
}

// Known returns the schemas' facts about a profile or declaration. An error means an unreadable catalog.
func (c *Checker) Known(root *plist.Value, isDeclaration bool, targets []target.Target) (Known, error) {
	known := Known{}
	p, err := c.newDocument(root, isDeclaration, targets, Options{})
	if err != nil || p.envelope == nil {
		return known, err
	}
	r := &run{profile: p}
	r.values = []*pass{{run: r, rule: &ruleCheck{value: func(_ *pass, n *node) { known.addNode(n) }}}}
	r.visitTree()
	return known, p.err
}

// addNode adds a node and its unknown keys.
func (known Known) addNode(n *node) {
	f := Facts{Key: n.key, Community: n.community}
	switch {
	case n.key == nil && n.payload != nil:
		f.Types = n.payload.types
	case n.isDomain():
		f.Types = n.preferences
	}
	for _, e := range n.effects {
		f.Obstacles = append(f.Obstacles, Obstacle{e.target, e.Limit.Phrase(e.target.Platform), e.Obstacle.Blocks()})
	}
	known[n.value] = f
	isNew := n.key == nil && n.payload != nil && len(n.payload.types) == 0 // an unknown payload type: the schemas have only the keys common to all payloads
	if n.value.Kind != plist.Dictionary || len(n.layers) == 0 || isNew {
		return
	}
	loose := slices.ContainsFunc(n.layers, func(l layer) bool { return l.loose })
	for _, field := range n.value.Fields {
		if k, _ := n.findKey(field.Key); k == nil && field.Value != nil {
			known[field.Value] = Facts{Unknown: true, Loose: loose}
		}
	}
}
