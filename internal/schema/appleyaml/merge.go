package appleyaml

import (
	"fmt"
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// Merge returns the types of both trees. Of a type in both, the newer file counts as a whole; keys listed by the older one
// alone stay, marked Dropped. Then it applies the newer tree's deltas and lifecycles. It consumes both trees.
func Merge(older, newer *Tree) ([]*schema.Type, error) {
	types := map[string]*schema.Type{}
	var ids []string
	for _, t := range older.Types {
		if id, renamed := newer.Renamed[t.ID]; renamed {
			t.ID = id
		}
		types[t.ID] = t
		ids = append(ids, t.ID)
	}
	for _, t := range newer.Types {
		if old := types[t.ID]; old != nil {
			t.Keys = mergeKeys(old.Keys, t.Keys, map[*schema.Key]bool{})
			own := slices.DeleteFunc(old.Sources, func(s schema.Source) bool { return slices.Contains(t.Sources, s) })
			t.Sources = append(own, t.Sources...)
		} else {
			ids = append(ids, t.ID)
		}
		types[t.ID] = t
	}
	merged := make([]*schema.Type, len(ids))
	for i, id := range ids {
		merged[i] = types[id]
	}
	for _, d := range newer.Deltas {
		if types[d.PayloadType] == nil {
			return nil, fmt.Errorf("%s changes unknown payload type %q", d.file, d.PayloadType)
		}
		if err := d.apply(types[d.PayloadType]); err != nil {
			return nil, err
		}
	}
	for _, l := range newer.Lifecycles {
		if err := l.apply(merged); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

// mergeKeys returns the newer keys, with the keys of the older list alone put back in their places.
func mergeKeys(older, newer []*schema.Key, done map[*schema.Key]bool) []*schema.Key {
	merged := slices.Clone(newer)
	at := 0 // where the next dropped key belongs
	for _, old := range older {
		i := slices.IndexFunc(merged, func(k *schema.Key) bool { return k.Name == old.Name })
		if i < 0 {
			old.Dropped = true
			merged = slices.Insert(merged, at, old)
			at++
			continue
		}
		mergeSubkeys(old, merged[i], done)
		at = i + 1
	}
	if len(merged) == len(newer) {
		return newer // the same list: others may share it
	}
	return merged
}

func mergeSubkeys(old, k *schema.Key, done map[*schema.Key]bool) {
	if done[k] || old == k || old.Kind != k.Kind {
		return
	}
	done[k] = true
	if k.Kind == plist.Array {
		// Elements pair up by place: their names are for people only.
		for i := range min(len(old.Keys), len(k.Keys)) {
			mergeSubkeys(old.Keys[i], k.Keys[i], done)
		}
		return
	}
	k.Keys = mergeKeys(old.Keys, k.Keys, done)
}

func (l *Lifecycle) isOf(t *schema.Type) bool {
	return t.PayloadType == l.PayloadType && t.Family == schema.Payload
}

// apply sets the lifecycle on every type of the payload type.
func (l *Lifecycle) apply(types []*schema.Type) error {
	found := false
	for _, t := range types {
		if !l.isOf(t) {
			continue
		}
		found = true
		a := t.Availability[l.Platform]
		before := a
		a = a.Override(schema.Availability{Introduced: l.Introduced, Deprecated: l.Deprecated, Removed: l.Removed})
		t.Availability[l.Platform] = a
		if l.Replacement != "" {
			t.Replacement = l.Replacement
		}
		if a.Introduced != before.Introduced || a.Deprecated != before.Deprecated || a.Removed != before.Removed {
			t.Sources = append(t.Sources, l.Source)
		}
	}
	if !found {
		return fmt.Errorf("%s has unknown payload type %q", lifecycleFile, l.PayloadType)
	}
	return nil
}
