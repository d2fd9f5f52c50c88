package migrate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// converter turns a payload's keys into a declaration's, recording renamed and lost keys in the change.
type converter struct {
	from, to *schema.Type
	facts    *facts.Facts
	change   *Change
	lost     map[Loss]bool // the losses recorded
}

// dictionary converts a dictionary at a path of the payload; at is the path in the declaration.
func (c *converter) dictionary(v *plist.Value, path, at []string) *plist.Value {
	out := profiles.Dictionary()
	out.Span = v.Span
	index := map[string]int{}
	for _, f := range v.Fields {
		work.Add(1)
		if f.Value == nil {
			continue
		}
		name, value := c.field(f, append(slices.Clip(path), f.Key), at)
		if value == nil {
			continue
		}
		if i, again := index[name]; again {
			out.Fields[i].Value = value
			continue
		}
		index[name] = len(out.Fields)
		out.Fields = append(out.Fields, plist.Field{Key: name, Value: value})
	}
	return out
}

// field converts one key. The value is nil if the declaration has no such key; the loss is recorded.
func (c *converter) field(f plist.Field, path, at []string) (name string, value *plist.Value) {
	rename := c.facts.RenameOf(c.from.PayloadType, path, c.to.PayloadType)
	k, name := c.counterpart(f.Key, rename, at)
	source := strings.Join(path, ".")
	switch {
	case c.from.Key(path...) == nil && rename == nil:
		c.addLoss(source, "is unknown to the schema of the payload")
		return "", nil
	case k == nil:
		c.addLoss(source, "has no counterpart in the declaration")
		return "", nil
	case !k.AnyKind && !accepts(k.Kind, f.Value.Kind):
		c.addLoss(source, "is of type "+k.Kind.String()+" in the declaration")
		return "", nil
	}
	if name != f.Key {
		c.change.Renamed = append(c.change.Renamed, Renamed{source, strings.Join(append(slices.Clip(at), name), ".")})
	}
	if rename != nil && rename.Inverted && f.Value.Kind == plist.Boolean {
		inverted := profiles.Boolean(!f.Value.Bool)
		inverted.Span = f.Value.Span
		return name, inverted
	}
	return name, c.value(f.Value, path, append(slices.Clip(at), name))
}

// counterpart finds the declaration's key: by a fact, by the same name, or by the capitalized name.
func (c *converter) counterpart(name string, rename *facts.Rename, at []string) (*schema.Key, string) {
	names := []string{name, capitalized(name)}
	if rename != nil {
		names = []string{rename.As}
	}
	for _, n := range names {
		if k := c.to.Key(append(slices.Clip(at), n)...); k != nil {
			return k, n
		}
	}
	return nil, ""
}

// value converts a value. In a dictionary with keys of its own, it keeps the keys known to both schemas.
func (c *converter) value(v *plist.Value, path, at []string) *plist.Value {
	k := c.to.Key(at...)
	if len(at) > plist.MaxDepth || k == nil || len(k.Keys) == 0 {
		return v
	}
	switch v.Kind {
	case plist.Dictionary:
		return c.dictionary(v, path, at)
	case plist.Array:
		out := profiles.Array()
		out.Span = v.Span
		for _, item := range v.Items {
			if item != nil && item.Kind == plist.Dictionary {
				item = c.dictionary(item, path, at)
			}
			out.Items = append(out.Items, item)
		}
		return out
	}
	return v
}

func (c *converter) addLoss(key, why string) {
	work.Add(1)
	if c.lost == nil {
		c.lost = map[Loss]bool{}
	}
	if loss := (Loss{key, why}); !c.lost[loss] {
		c.lost[loss] = true
		c.change.Lost = append(c.change.Lost, loss)
	}
}

// isOneToOne reports whether no key required by the payload is lost.
func (c *converter) isOneToOne(t *schema.Type, v *plist.Value) bool {
	for _, k := range t.Keys {
		if k.Required && v.Get(k.Name) != nil && slices.ContainsFunc(c.change.Lost, func(l Loss) bool { return l.Key == k.Name }) {
			return false
		}
	}
	return true
}

// accepts reports whether a value of one kind is valid for another.
func accepts(want, got plist.Kind) bool {
	return want == got || want == plist.Real && got == plist.Integer
}

func capitalized(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// lostAvailability lists platforms of the current version supporting the payload and not the declaration.
func lostAvailability(t, d *schema.Type, path, at []string) []Loss {
	var phrases []string
	by := map[string][]string{} // platforms
	for _, p := range target.Platforms() {
		if p == target.IPadOS {
			continue // iPadOS is iOS in schemas
		}
		for _, phrase := range newRequirements(p, t, d, path, at) {
			if by[phrase] == nil {
				phrases = append(phrases, phrase)
			}
			by[phrase] = append(by[phrase], string(p))
		}
	}
	var lost []Loss
	for _, phrase := range phrases {
		lost = append(lost, Loss{Why: "on " + strings.Join(by[phrase], ", ") + " it " + phrase})
	}
	return lost
}

// newRequirements lists the declaration's requirements on a platform without any for the payload, each once.
func newRequirements(p target.Platform, t, d *schema.Type, path, at []string) []string {
	var phrases []string
	for _, e := range []target.Enrollment{target.Supervised, target.Device, target.Manual} {
		to := target.Target{Platform: p, Version: target.Version{Major: target.Current}, Enrollment: e}
		if !isAvailable(t, path, to) {
			continue
		}
		a := d.AvailabilityAt(p, at...)
		for _, l := range a.Limits(to) {
			if phrase := a.Phrase(l, target.Target{Enrollment: e}); l.Obstacle.Blocks() && !slices.Contains(phrases, phrase) {
				phrases = append(phrases, phrase)
			}
		}
	}
	return phrases
}

func isAvailable(t *schema.Type, path []string, to target.Target) bool {
	return !slices.ContainsFunc(t.AvailabilityAt(to.Platform, path...).Limits(to), func(l schema.Limit) bool { return l.Obstacle.Blocks() })
}
