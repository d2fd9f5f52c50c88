package lint

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/cms"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/secret"
	"syncguard/internal/target"
)

// profile is the document checked: the envelope and its payloads. A declaration is a profile with a single payload.
type profile struct {
	checker  *Checker
	facts    *facts.Facts
	root     *plist.Value
	at       *path // of the root
	targets  []target.Target
	on       *availability // for the targets
	envelope *node
	payloads []*payload
	types    []string            // of the payloads in the file, or of the declaration; nil until asked for: each is found among all keys
	uuids    map[string]*payload // payloads by their PayloadUUID in upper case
	budget   int                 // searches for suggestions left, since each is slow
	err      error               // the first error of reading the catalog during the walk

	iterations int64 // of key derivation for the passphrases of identities, including those refused for their number

	secrets  map[*plist.Value]secret.Reason
	options  Options
	signedBy func() []cms.SignerFacts // the facts about the signers in the signed message

	isDeclaration bool
	declared      map[string]string // types of the declarations in the same payload, by Identifier; nil if they are unknown
}

// payload is one dictionary in PayloadContent, or the Payload of a declaration.
type payload struct {
	node        *node
	payloadType string
	types       []*schema.Type // several only for com.apple.MCX, one payload of several types

	parsed       bool // certificates are those in its content
	certificates []*x509.Certificate
}

// suggestionBudget bounds the time spent on a profile of unknown keys.
const suggestionBudget = 200

func (c *Checker) newBase(rootValue *plist.Value, at *path, targets []target.Target, o Options) *profile {
	if rootValue == nil {
		rootValue = &plist.Value{}
	}
	return &profile{checker: c, facts: facts.Embedded(), root: rootValue, at: at, targets: targets, on: c.availabilityOn(targets), budget: suggestionBudget,
		options: o, signedBy: sync.OnceValue(o.Container.signers)}
}

// isInterrupted reports whether the check ends early; p.err says why.
func (p *profile) isInterrupted() bool {
	if p.err == nil && p.options.Interrupted != nil {
		p.err = p.options.Interrupted()
	}
	return p.err != nil
}

func (c *Checker) newProfile(rootValue *plist.Value, targets []target.Target, o Options) (*profile, error) {
	p := c.newBase(rootValue, root, targets, o)
	envelope, err := c.catalog.Envelope()
	if err != nil {
		return nil, fmt.Errorf("reading the schema of the top level: %w", err)
	}
	p.envelope = &node{value: p.root, path: root, noun: nounProfile, layers: []layer{p.layer(envelope)}, facts: p.facts.Of(facts.Profile)}
	return p, p.addPayloads()
}

func (p *profile) addPayloads() error {
	content := p.root.List("PayloadContent")
	if content == nil {
		return nil
	}
	common, err := p.checker.catalog.Common()
	if err != nil {
		return fmt.Errorf("reading the schema of common payload keys: %w", err)
	}
	p.uuids = make(map[string]*payload, len(content))
	at, ids := root.field("PayloadContent"), plist.ItemIDs(content, "PayloadIdentifier")
	for i, item := range content {
		if item == nil || item.Kind != plist.Dictionary {
			continue
		}
		here := at.at(i)
		here.id = ids[i]
		pl, err := p.newPayload(item, here, common)
		if err != nil {
			return err
		}
		p.payloads = append(p.payloads, pl)
		if id := item.String("PayloadUUID"); id != "" {
			p.uuids[strings.ToUpper(id)] = pl
		}
	}
	return nil
}

func (p *profile) newPayload(v *plist.Value, at *path, common *schema.Type) (*payload, error) {
	pl := &payload{payloadType: v.String("PayloadType")}
	n := &node{value: v, path: at, payload: pl, domain: pl.payloadType, noun: nounPayload}
	pl.node = n
	n.facts = p.facts.Of(pl.payloadType)
	known, err := p.checker.types(pl.payloadType)
	if err != nil {
		return nil, err
	}
	keys := layer{keys: common.Keys, loose: len(known) == 0}
	n.layers = make([]layer, 1, 1+len(known))
	n.layers[0] = keys
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
	if err := p.addExtendedKeys(n); err != nil {
		return nil, err
	}
	n.community = len(pl.types) > 0 && pl.types[0].Family == schema.Preferences
	n.open = n.community || p.facts.IsPreferences(pl.payloadType)
	for _, t := range pl.types {
		n.effects = append(n.effects, p.on.ofType(t).effects...)
	}
	return pl, nil
}

// addExtendedKeys adds the keys of the type extended by a payload's type.
func (p *profile) addExtendedKeys(n *node) error {
	base := p.facts.Extended(n.domain)
	if base == "" {
		return nil
	}
	types, err := p.checker.types(base)
	for _, t := range types {
		n.layers = append(n.layers, p.layer(t))
	}
	return err
}

// layer returns the keys of a type.
func (p *profile) layer(t *schema.Type) layer {
	community := t.Family == schema.Preferences
	return layer{keys: t.Keys, available: p.on.ofType(t), loose: community || p.facts.IsPreferences(t.PayloadType), community: community}
}

// mcx is the payload type of payloads with several schema types at once: time server, energy saver, accounts and more.
const mcx = "com.apple.MCX"

// candidates picks a payload's types among those sharing its payload type, by its keys.
func candidates(payloadType string, v *plist.Value, types []*schema.Type, common layer) []*schema.Type {
	if len(types) <= 1 {
		return types
	}
	scores := make([]int, len(types))
	for i, t := range types {
		scores[i] = matchScore(v, t, common)
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

// matchScore counts a type's keys present. A key with an allowed value counts twice, one with a forbidden value not at all.
func matchScore(v *plist.Value, t *schema.Type, common layer) int {
	score := 0
	for _, f := range v.Fields {
		k := keyNamed(t.Keys, f.Key)
		switch {
		case k == nil || keyNamed(common.keys, f.Key) != nil || !accepts(k, f.Value):
		case len(k.RangeList) == 0:
			score++
		case inRangeList(k, f.Value):
			score += 2
		}
	}
	return score
}
