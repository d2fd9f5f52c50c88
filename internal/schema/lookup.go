package schema

import (
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Any is the Name of a Key for every key its dictionary does not name.
const Any = "ANY"

// Key returns the key at a path of dictionary keys, or nil. Arrays are transparent: ("OnDemandRules", "Action") goes
// through the elements. An unlisted name finds ANY, if the dictionary has it.
func (t *Type) Key(path ...string) *Key {
	if len(path) == 0 {
		return nil
	}
	return t.root().Key(path...)
}

// Key returns the key at a path below k, by the rules of Type.Key; k itself for no path.
func (k *Key) Key(path ...string) *Key {
	trail, found := k.trail(path)
	switch {
	case !found:
		return nil
	case len(trail) == 0:
		return k
	}
	return trail[len(trail)-1]
}

// AvailabilityAt returns the availability of a key on a platform: the type's, overridden by every key on the path. An
// unknown key counts as the last known one above it. A key is NotAvailable on a platform a key above excludes, and on one
// missing in the list of the type; a type without a list has every platform. iPadOS reads iOS.
func (t *Type) AvailabilityAt(p target.Platform, path ...string) Availability {
	p = p.Schema()
	a, listed := t.Availability[p]
	if !listed && len(t.Availability) > 0 {
		return Availability{NotAvailable: true}
	}
	trail, _ := t.root().trail(path)
	for _, k := range trail {
		if a.NotAvailable {
			break // nothing below an unavailable key is available
		}
		a = a.Override(k.Availability[p])
	}
	return a
}

// AllAt returns AvailabilityAt for every platform the type lists.
func (t *Type) AllAt(path ...string) Availabilities {
	all := Availabilities{}
	for p := range t.Availability {
		all[p] = t.AvailabilityAt(p, path...)
	}
	return all
}

func (t *Type) root() *Key { return &Key{Kind: plist.Dictionary, Keys: t.Keys} }

// trail returns every key on a path below k, elements of arrays included, as far as the schema knows it.
func (k *Key) trail(path []string) (trail []*Key, found bool) {
	for _, name := range path {
		step := k.step(name, nil)
		if step == nil {
			return trail, false
		}
		trail = append(trail, step...)
		k = trail[len(trail)-1]
	}
	return trail, true
}

// step returns the keys from below k to the one called name. Seen holds the elements of arrays already tried: an array
// of arrays may lead back to itself.
func (k *Key) step(name string, seen map[*Key]bool) []*Key {
	if k.Kind != plist.Array {
		if child := named(k.Keys, name); child != nil {
			return []*Key{child}
		}
		return nil
	}
	if seen == nil {
		seen = map[*Key]bool{}
	}
	for _, element := range k.Keys {
		if seen[element] {
			continue
		}
		seen[element] = true
		if rest := element.step(name, seen); rest != nil {
			return append([]*Key{element}, rest...)
		}
	}
	return nil
}

func named(keys []*Key, name string) *Key {
	var other *Key
	for _, k := range keys {
		switch k.Name {
		case name:
			return k
		case Any:
			other = k
		}
	}
	return other
}
