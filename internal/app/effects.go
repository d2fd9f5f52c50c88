package app

import (
	"errors"
	"fmt"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/summary"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// Effect is what a payload or a declaration of a template does, on the targets where it does the same.
type Effect struct {
	Subject  string   // the payload or declaration type, or its key if it is a single one
	Keys     []string // the keys with this effect
	Says     []summary.Sentence
	Class    intent.Class
	Silent   bool          // Apple's schema does not state whether a person can change it
	Declared bool          // by a declaration that an MDM server delivers
	Notes    []intent.Note // conditions; for intent.None the reasons
	On       []target.Target
}

// key is equal for effects that differ in the targets only.
func (e *Effect) key() string {
	return fmt.Sprintf("%#v", []any{e.Subject, e.Keys, e.Says, e.Class, e.Silent, e.Declared, e.Notes})
}

// mergeEffects joins the effects of several targets.
func mergeEffects(all []Effect) (merged []Effect) {
	at := map[string]int{}
	for _, e := range all {
		key := e.key()
		if i, ok := at[key]; ok {
			merged[i].On = append(merged[i].On, e.On...)
			continue
		}
		at[key] = len(merged)
		merged = append(merged, e)
	}
	return merged
}

// addEffects adds to each profile what it does. built and all have the same order.
func addEffects(h *Host, built []*BuiltProfile, all []*composed) error {
	catalog, _, err := h.catalog()
	if err != nil {
		return err
	}
	for i, c := range all {
		if built[i].Effects, err = c.effects(catalog); err != nil {
			return fmt.Errorf("%s: %w", c.result.Target, err)
		}
	}
	return nil
}

// effects lists what the profile and the declarations do on their target.
func (c *composed) effects(catalog *schema.Catalog) (all []Effect, err error) {
	secret.Mark(c.result.Root)
	for _, payload := range c.result.Root.List("PayloadContent") {
		name := payload.String("PayloadType")
		if name == declarationsType && c.result.Embedded {
			continue // its declarations follow
		}
		root := plist.NewDictionary().Set("PayloadContent", plist.NewArray(payload))
		effects, err := effectsOf(root, summary.Payload{Type: name, Keys: payload}, c.result.Target, catalog)
		if err != nil {
			return nil, err
		}
		all = append(all, effects...)
	}
	for i := range c.result.Declarations {
		d := &c.result.Declarations[i]
		if d.Type == profiles.ActivationType {
			continue
		}
		root, err := d.Value()
		if err != nil {
			return nil, err
		}
		secret.Mark(root)
		effects, err := effectsOf(root, summary.Payload{Type: d.Type, Keys: root.Get("Payload")}, c.result.Target, catalog)
		if err != nil {
			return nil, err
		}
		for i := range effects {
			effects[i].Declared = !c.result.Embedded
		}
		all = append(all, effects...)
	}
	return all, nil
}

// effectsOf lists what one payload or declaration does: an effect for the keys of each class and condition.
func effectsOf(root *plist.Value, p summary.Payload, to target.Target, catalog *schema.Catalog) (all []Effect, err error) {
	m, err := coverage.Keys([]coverage.File{{Root: root}}, []target.Target{to}, catalog)
	if errors.Is(err, coverage.ErrTooManyKeys) { // no real payload; the report states no class of it
		common, err := catalog.Common()
		if err != nil {
			return nil, err
		}
		for _, f := range p.Keys.Fields {
			if common.Key(f.Key) == nil {
				p.Count++
			}
		}
		return []Effect{{Subject: p.Type, Says: summary.Of(p), Class: intent.Enforced, Silent: true, On: []target.Target{to}}}, nil
	}
	if err != nil {
		return nil, err
	}
	var kinds []Effect
	seen, kindOf := map[string]int{}, map[string]int{}
	for _, r := range m.Rows {
		e := effectOf(r.Cells[0])
		e.On = []target.Target{to}
		i, ok := seen[e.key()]
		if !ok {
			i = len(kinds)
			seen[e.key()], kinds = i, append(kinds, e)
		}
		kinds[i].Subject = r.Subject.Type
		kinds[i].Keys = append(kinds[i].Keys, r.Subject.Key)
		for key := r.Subject.Key; key != ""; key = key[:max(0, strings.LastIndexByte(key, '.'))] {
			if _, ok := kindOf[key]; !ok { // a key counts as the first one below it
				kindOf[key] = i
			}
		}
	}
	for i, kind := range kinds {
		p.Count = len(kind.Keys)
		p.Works = func(key string) bool { of, ok := kindOf[key]; return ok && of == i }
		if len(kind.Keys) == 1 && kind.Keys[0] != "" {
			kind.Subject += "." + kind.Keys[0]
		}
		if kind.Says = summary.Of(p); kind.Says != nil {
			all = append(all, kind)
		}
	}
	return all, nil
}

// effectOf returns the effect of a key, without the details.
func effectOf(c coverage.Cell) Effect {
	e := Effect{Class: c.Class}
	for _, n := range c.Notes {
		if n.Detail {
			continue
		}
		e.Silent = e.Silent || n.Evidence == fact.Unverified // is set, and nobody states more
		if n.Text != coverage.Silent {
			e.Notes = append(e.Notes, n)
		}
	}
	return e
}
