package schema

import (
	"maps"
	"reflect"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// newer names the definition of a type from the later release.
type newer uint8

const (
	neither   newer = iota // or unknown
	baseNewer              // the import is older
	importNewer
)

// combination is a type of two layers.
type combination struct {
	base, over *Type // nil if missing
	result     *Type // base itself if the import adds nothing to it
	newKeys    int   // in the import alone
	keptKeys   int   // in base alone, without a community's and dropped ones
	refused    bool  // base is newer, and the import states something else
}

// combine puts the facts of an import, over, together with those of base:
//
//   - Every key and platform of base stays, and so do life cycles and replacements the import does not state.
//   - If base is newer, its facts count, and the import adds keys.
//   - If the import is newer, its facts of a key count as a whole, and its facts of the type if stated.
//   - Otherwise the facts of both count, and the import's if they differ.
//
// Releases are versions of iOS, zero if unknown. Neither type is changed.
func combine(base, over *Type, baseRelease, overRelease target.Version) combination {
	c := &combiner{lists: map[[2]list][]*Key{}}
	if !baseRelease.IsZero() && !overRelease.IsZero() {
		switch order := baseRelease.Compare(overRelease); {
		case order > 0:
			c.newer = baseNewer
		case order < 0:
			c.newer = importNewer
		}
	}
	x := combination{base: base, over: over, result: base}
	t := *base
	t.Apply = choose(c.newer, base.Apply, over.Apply)
	t.Replacement = choose(c.newer, base.Replacement, over.Replacement)
	t.Availability = c.availabilities(base.Availability, over.Availability, true)
	t.Keys = c.keys(base.root(), over.root())
	c.differs = c.differs || t.Apply != over.Apply || t.Replacement != over.Replacement || !sameAvailabilities(t.Availability, over.Availability)
	x.newKeys, x.keptKeys = c.newKeys, c.keptKeys
	x.refused = c.newer == baseNewer && c.differs
	if !c.changed && t.Apply == base.Apply && t.Replacement == base.Replacement && sameAvailabilities(t.Availability, base.Availability) {
		return x
	}
	switch c.newer {
	case baseNewer:
		t.Sources = slices.Concat(over.Sources, base.Sources)
	case importNewer:
		t.Sources, t.Unsure = slices.Concat(base.Sources, over.Sources), over.Unsure
	default:
		t.Sources = slices.Concat(base.Sources, over.Sources)
	}
	x.result = &t
	return x
}

// choose returns the stated value in force.
func choose(n newer, base, over string) string {
	if over == "" || n == baseNewer && base != "" {
		return base
	}
	return over
}

type combiner struct {
	newer    newer
	lists    map[[2]list][]*Key // combined already: keys may lead back to their own list
	newKeys  int
	keptKeys int
	changed  bool // the result differs from base
	differs  bool // the import differs from the result
}

// keys combines the subkeys of two keys, those of a dictionary by name and the elements of an array by their order.
// Keys of the import alone stand behind the key they follow there.
func (c *combiner) keys(base, over *Key) []*Key {
	if len(over.Keys) == 0 {
		c.countKept(base.Keys)
		return base.Keys
	}
	if len(base.Keys) == 0 {
		if c.newer == baseNewer {
			c.differs = true
			return base.Keys // every key or element is allowed by the newer facts
		}
		c.changed, c.newKeys = true, c.newKeys+len(over.Keys)
		return over.Keys
	}
	pair := [2]list{listOf(base.Keys), listOf(over.Keys)}
	if done, ok := c.lists[pair]; ok {
		return done
	}
	var partners [][2]*Key
	at := 0 // behind the partner of the last key of over
	for _, k := range base.Keys {
		partners = append(partners, [2]*Key{k, nil})
	}
	for i, k := range over.Keys {
		old := partner(base, over, i)
		if old != nil {
			at = slices.IndexFunc(partners, func(p [2]*Key) bool { return p[0] == old })
			partners[at][1] = k
			at++
			continue
		}
		if base.Kind == plist.Array && c.newer == baseNewer {
			c.differs = true
			continue // a new element would loosen newer facts about all elements
		}
		partners = slices.Insert(partners, at, [2]*Key{nil, k})
		at++
	}
	combined := make([]*Key, len(partners))
	for i := range combined {
		combined[i] = &Key{}
	}
	c.lists[pair] = combined // before the subkeys: they may lead back here
	for i, p := range partners {
		switch {
		case p[1] == nil:
			c.countKept([]*Key{p[0]})
			*combined[i] = *p[0]
		case p[0] == nil:
			c.changed, c.newKeys = true, c.newKeys+1
			*combined[i] = *p[1]
		default:
			*combined[i] = c.key(p[0], p[1])
		}
	}
	return combined
}

func (c *combiner) countKept(keys []*Key) {
	for _, k := range keys {
		if !k.Community && !k.Dropped {
			c.keptKeys++
			c.differs = true
		}
	}
}

// key combines a key both have.
func (c *combiner) key(base, over *Key) Key {
	if base.Kind != over.Kind || base.AnyKind != over.AnyKind {
		c.differs = true
		if c.newer == baseNewer {
			return *base
		}
		c.changed = true
		return *over
	}
	k := c.facts(base, over)
	k.Keys = nil
	c.changed = c.changed || !sameFacts(base, &k)
	c.differs = c.differs || !sameFacts(over, &k)
	k.Keys = c.keys(base, over)
	return k
}

// facts combines two keys, subkeys aside.
func (c *combiner) facts(base, over *Key) Key {
	var k Key
	switch c.newer {
	case baseNewer:
		k = *base
	case importNewer:
		k = *over
		k.Replacement = choose(c.newer, base.Replacement, over.Replacement)
	default:
		k = *over
		if k.Default == nil {
			k.Default = base.Default
		}
		k.RangeList = unite(base.RangeList, over.RangeList)
		k.KeyDetails = bothDetails(base.KeyDetails, over.KeyDetails)
		if k.SubkeyType == "" {
			k.SubkeyType = base.SubkeyType
		}
	}
	k.Availability = c.availabilities(base.Availability, over.Availability, false)
	return k
}

// unite returns the values of both lists. An empty one states nothing.
func unite(base, over []*plist.Value) []*plist.Value {
	all := slices.Clone(base)
	for _, v := range over {
		if !slices.ContainsFunc(base, func(x *plist.Value) bool { return plist.Equal(x, v) }) {
			all = append(all, v)
		}
	}
	return all
}

// bothDetails returns the details of base with those over states in their place. A key over lists is not Dropped, nor
// a community's alone.
func bothDetails(base, over KeyDetails) KeyDetails {
	all := base
	to, from := reflect.ValueOf(&all).Elem(), reflect.ValueOf(over)
	for i := range to.NumField() {
		if !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	all.Dropped, all.Community = over.Dropped, over.Community
	return all
}

// sameFacts reports whether two keys state the same, subkeys aside.
func sameFacts(a, b *Key) bool {
	x, y := *a, *b
	x.Keys, y.Keys = nil, nil
	x.Availability, y.Availability = nil, nil
	x.SubkeyType, y.SubkeyType = "", "" // a name, and no fact
	return reflect.DeepEqual(x, y) && sameAvailabilities(a.Availability, b.Availability)
}

func sameAvailabilities(a, b Availabilities) bool {
	return maps.EqualFunc(a, b, func(x, y Availability) bool { return reflect.DeepEqual(x, y) })
}

// availabilities combines the statements of each platform. A type has every platform of both (isType); a key states only
// its differences from the type and the keys above it.
func (c *combiner) availabilities(base, over Availabilities, isType bool) Availabilities {
	if c.newer == baseNewer || len(over) == 0 && c.newer == neither {
		return base
	}
	combined := Availabilities{}
	for platform, a := range base {
		if kept := addLifecycle(Availability{}, a); c.newer == importNewer && !isType {
			if !reflect.DeepEqual(kept, Availability{}) {
				combined[platform] = kept
			}
			continue
		}
		combined[platform] = a
	}
	for platform, b := range over {
		if c.newer == importNewer && !isType {
			combined[platform] = addLifecycle(b, base[platform])
		} else {
			combined[platform] = base[platform].Override(b)
		}
	}
	return combined
}

// addLifecycle returns a with the parts of b's life cycle it does not state.
func addLifecycle(a, b Availability) Availability {
	if !a.NotAvailable && a.Introduced.IsZero() {
		a.Introduced = b.Introduced
	}
	if a.Deprecated.IsZero() {
		a.Deprecated = b.Deprecated
	}
	if a.Removed.IsZero() {
		a.Removed = b.Removed
	}
	return a
}
