package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/text"
)

func missingRequiredKey(p *pass, n *node) {
	if n.value.Kind != plist.Dictionary {
		return
	}
	for _, l := range n.layers {
		if l.optional {
			continue
		}
		for _, k := range l.keys {
			if p.profile.isMissing(n, k, l) {
				d := p.reportSchema(n, n.atKey(), "%s lacks the required key %s", n.subject(), quote(k.Name))
				d.Help = "add " + quote(k.Name) + ", " + text.Article(k.Kind.String())
				offerMissing(d, n, k)
				tolerate(d, n.facts.Key(k.Name))
			}
		}
	}
}

// isMissing reports whether a dictionary lacks a required key.
func (p *profile) isMissing(n *node, k *schema.Key, l layer) bool {
	if !k.Required || k.Name == schema.Any || n.value.Field(k.Name) != nil || p.isGivenByServer(n, k) {
		return false
	}
	return !n.facts.HasAlternative(k.Name) && !p.isNowhere(p.on.ofKey(l.available, k).on)
}

// isGivenByServer reports whether the server adds a key to a declaration: the ServerToken, new for each version. Nobody adds
// it to a declaration inside a profile.
func (p *profile) isGivenByServer(n *node, k *schema.Key) bool {
	return n.noun == nounDeclaration && n.payload == nil && k.Name == "ServerToken" && p.declared == nil
}

// isNowhere reports whether a key exists on none of the targets, so that nothing can require it.
func (p *profile) isNowhere(available []schema.Availability) bool {
	for i, a := range available {
		if !isVoid(a.Limits(p.targets[i])) {
			return false
		}
	}
	return len(available) > 0
}

func unknownKey(p *pass, n *node) {
	if n.value.Kind != plist.Dictionary || len(n.layers) == 0 || n.isUnread() {
		return
	}
	loose := slices.ContainsFunc(n.layers, func(l layer) bool { return l.loose })
	var absent []string
	var misspelt []unknown
	for _, f := range n.value.Fields {
		if k, _ := n.findKey(f.Key); k != nil || plist.HasPlaceholder(f.Key) {
			continue
		}
		if absent == nil {
			absent = n.absentKeys()
		}
		u := p.lookUp(n, f, absent)
		switch {
		case u.near != "":
			misspelt = append(misspelt, u)
		case !loose:
			p.reportUnknown(n, &u, loose)
		}
	}
	p.makeRoom(len(misspelt))
	meant := map[string][]int{} // from a key to the findings with a fix to that key
	for i := range misspelt {
		u := &misspelt[i]
		if d := p.reportUnknown(n, u, loose); d.Fix != nil {
			meant[u.near] = append(meant[u.near], len(p.found)-1)
		}
	}
	for _, rivals := range meant {
		for _, at := range rivals {
			if len(rivals) > 1 {
				p.found[at].Fix = nil // only one of them can be right
			}
		}
	}
}

// absentKeys returns the known keys absent from a dictionary, as candidates for misspelt ones.
func (n *node) absentKeys() []string {
	present := make(map[string]bool, 1+len(n.value.Fields))
	present[schema.Any] = true
	for _, f := range n.value.Fields {
		present[f.Key] = true
	}
	absent := make([]string, 0, n.countKeys())
	for _, name := range n.knownKeys() {
		if !present[name] {
			absent = append(absent, name)
		}
	}
	return absent
}

// unknown is an unknown key.
type unknown struct {
	plist.Field
	near, help string // the key likely intended, and a help naming it or its opposite
}

// lookUp looks for the key intended by an unknown one.
func (p *pass) lookUp(n *node, f plist.Field, absent []string) unknown {
	u := unknown{Field: f}
	if !isLegacy(f.Key) {
		u.near, u.help = p.profile.nearest(f.Key, absent)
	}
	if u.help == "" && p.profile.budget > 0 {
		u.help = text.OppositeHelp(f.Key, n.knownKeys()) // the opposite may be present too
	}
	return u
}

func (p *pass) reportUnknown(n *node, u *unknown, loose bool) *diag.Diagnostic {
	f, help := &u.Field, u.help
	d := p.report(n.field(f), "%s is not a key of %s", quote(f.Key), n.subject())
	var home []string
	sure := false
	if help == "" {
		home, sure = p.profile.homeOf(n, f.Key)
	}
	switch {
	case help != "":
		d.Help = help
		d.HideSource = secret.MarkUnder(u.near, f.Value) || d.HideSource
		p.offerKey(d, n, f, u.near, loose)
	case home != nil:
		d.Help = "move it to " + strings.Join(home, ".")
		if sure {
			p.offerHome(d, n, f, home)
		}
	case isLegacy(f.Key) && f.Value != nil && f.Value.Kind == plist.Boolean && !f.Value.Bool:
		d.Help = "devices ignore it and apply the payload: remove the payload, or the key"
	case isLegacy(f.Key):
		d.Severity, d.Help = diag.Note, "remove it: devices ignore it"
		d.Fix = fix.New("remove it", fix.Remove(f))
	default:
		d.Help = "remove it, or check that devices support it"
	}
	if help != "" && !loose || sure || p.profile.isDeclaration {
		d.Severity = diag.Error
	}
	if at := n.facts.Key(f.Key); at.Tolerance(d.Rule) != nil {
		tolerate(d, at)
		d.Help, d.Fix = "keep it: working profiles have it, although Apple's schema does not", nil
	}
	return d
}

func droppedKey(p *pass, n *node) {
	if n.key != nil && n.key.Dropped {
		help := "remove it unless older devices need it"
		home, _ := p.profile.homeOf(n.parent, n.key.Name)
		if slices.Equal(home, n.keys()) {
			return // valid: another part of the type has it
		}
		if home != nil {
			help = "move it to " + strings.Join(home, ".") + ", its place in the newest schema"
		}
		p.report(n.atKey(), "%s is no longer in Apple's schema", n.subject()).Help = help
	}
}

// isLegacy reports whether a key is common in old profiles although no schema has it.
func isLegacy(key string) bool {
	return key == "PayloadEnabled"
}

// nearest returns the candidate nearest to a misspelt word, or "", and a help naming it or its opposite. It spends one of
// the profile's suggestions and returns nothing once they are used up.
func (p *profile) nearest(word string, candidates []string) (near, help string) {
	if p.budget == 0 || len(word) < 3 || len(word) > 100 {
		return "", ""
	}
	p.budget--
	return text.Nearest(word, candidates)
}

// homeOf returns the path, in the same payload, of the dictionary a misplaced key belongs to, with the key, or nil. It is
// sure if that dictionary encloses n or lies within it, and lacks the key.
func (p *profile) homeOf(n *node, key string) (home []string, sure bool) {
	if n.payload == nil || p.budget == 0 {
		return nil, false
	}
	p.budget--
	for _, l := range n.payload.node.layers {
		if at := findBelow(l.keys, key, nil, maxHomeDepth); at != nil {
			return at, n.isAlong(at[:len(at)-1]) && n.payload.node.value.Lookup(at...) == nil
		}
	}
	return nil, false
}

// isAlong reports whether the dictionary at a path of the payload encloses a node, is the node, or lies within it.
func (n *node) isAlong(dictionary []string) bool {
	keys := n.keys()
	shared := min(len(keys), len(dictionary))
	return slices.Equal(keys[:shared], dictionary[:shared])
}

// maxHomeDepth bounds the search through a schema, which may be recursive.
const maxHomeDepth = 3

func findBelow(keys []*schema.Key, name string, above []string, depth int) []string {
	for _, k := range keys {
		if k.Name == name && !k.Dropped {
			return append(slices.Clone(above), name)
		}
	}
	if depth == 0 {
		return nil
	}
	for _, k := range keys {
		if k.Kind != plist.Dictionary || k.Name == schema.Any {
			continue // an array has several dictionaries, not one
		}
		if at := findBelow(k.Keys, name, append(slices.Clone(above), k.Name), depth-1); at != nil {
			return at
		}
	}
	return nil
}
