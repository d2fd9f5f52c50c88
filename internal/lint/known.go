package lint

import (
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Known is what the schemas say of the values of a profile or declaration, each at its place. It has no entry for what
// stands where no schema reaches.
type Known map[*plist.Value]Facts

// Facts is what the schemas say of one value.
type Facts struct {
	Key       *schema.Key    // nil for a payload, and for a key that no schema has
	Types     []*schema.Type // of a payload, and of what a preference domain is set to
	Unknown   bool           // the schema of the dictionary does not have the key
	Loose     bool           // and that schema does not claim to know all keys
	Community bool           // the schema is a community's and not Apple's
	Obstacles []Obstacle     // what stands in its way on the targets, and not already in the way of what it stands in
}

// Obstacle is why something does not simply work on a target.
type Obstacle struct {
	Target target.Target `json:"target"`
	Text   string        `json:"text"`   // the rest of a sentence about the payload or key
	Blocks bool          `json:"blocks"` // it does nothing there
}

// Known returns what the schemas say of a profile, or of a declaration. The error is one of reading the catalog.
func (c *Checker) Known(root *plist.Value, isDeclaration bool, targets []target.Target) (Known, error) {
	known := Known{}
	p, err := c.open(root, isDeclaration, targets, Options{})
	if err != nil || p.envelope == nil {
		return known, err
	}
	r := &run{profile: p}
	r.values = []*pass{{run: r, rule: &entry{value: func(_ *pass, n *node) { known.add(n) }}}}
	r.visitTree()
	return known, p.err
}

// add takes in a node, and the keys of it that no schema has.
func (known Known) add(n *node) {
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
	isNew := n.key == nil && n.payload != nil && len(n.payload.types) == 0 // to the schemas, which have nothing but the keys of every payload
	if n.value.Kind != plist.Dictionary || len(n.layers) == 0 || isNew {
		return
	}
	loose := slices.ContainsFunc(n.layers, func(l layer) bool { return l.loose })
	for _, field := range n.value.Fields {
		if k, _ := n.find(field.Key); k == nil && field.Value != nil {
			known[field.Value] = Facts{Unknown: true, Loose: loose}
		}
	}
}
