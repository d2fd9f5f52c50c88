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
	"syncguard/profiles"
)

// converter turns keys of a payload into those of a declaration, and notes in the change what is renamed and lost.
type converter struct {
	from, to *schema.Type
	facts    *facts.Facts
	change   *Change
}

// dictionary converts what stands at a path of the payload; at is the path in the declaration.
func (c *converter) dictionary(v *plist.Value, path, at []string) *plist.Value {
	out := profiles.Dictionary()
	out.Span = v.Span
	for _, f := range v.Fields {
		if f.Value == nil {
			continue
		}
		if name, value := c.field(f, append(slices.Clip(path), f.Key), at); value != nil {
			out.Set(name, value)
		}
	}
	return out
}

// field converts one key. The value is nil where the declaration has no such key; then that is noted as lost.
func (c *converter) field(f plist.Field, path, at []string) (name string, value *plist.Value) {
	rename := c.facts.RenameOf(c.from.PayloadType, path, c.to.PayloadType)
	k, name := c.counterpart(f.Key, rename, at)
	source := strings.Join(path, ".")
	switch {
	case c.from.Key(path...) == nil && rename == nil:
		c.addLoss(source, "is in no schema of the payload")
		return "", nil
	case k == nil:
		c.addLoss(source, "has no counterpart in the declaration")
		return "", nil
	case !k.AnyKind && !accepts(k.Kind, f.Value.Kind):
		c.addLoss(source, "is "+k.Kind.String()+" in the declaration")
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

// counterpart finds the key of the declaration: by a fact, by the same name, or by the name with a capital.
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

// value converts what a key holds. Only what both schemas know of goes into dictionaries that have keys of their own.
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
	loss := Loss{key, why}
	if !slices.Contains(c.change.Lost, loss) {
		c.change.Lost = append(c.change.Lost, loss)
	}
}

// isOneToOne says whether a payload is a declaration by another name: what the declaration requires is there, and no key
// that the payload itself requires is lost.
func (c *converter) isOneToOne(t *schema.Type, v *plist.Value) bool {
	for _, k := range t.Keys {
		if k.Required && v.Get(k.Name) != nil && slices.ContainsFunc(c.change.Lost, func(l Loss) bool { return l.Key == k.Name }) {
			return false
		}
	}
	return true
}

// fits says whether a value of one kind can stand where the other is wanted.
func accepts(want, got plist.Kind) bool {
	return want == got || want == plist.Real && got == plist.Integer
}

func capitalized(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// lostReach says where the payload works and the declaration does not, on the current version.
func lostAvailability(t, d *schema.Type, path, at []string) []Loss {
	var phrases []string
	by := map[string][]string{} // platforms
	for _, p := range target.Platforms() {
		if p == target.IPadOS {
			continue // it is iOS to a schema
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

// lostOn says what a declaration needs on a platform where the payload needs nothing, each once.
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
