package diff

import (
	"slices"

	"syncguard/internal/plist"
	"syncguard/internal/work"
)

// pair is a payload before and after; one of them may be nil.
type pair struct{ old, new *plist.Value }

// matchPayloads pairs each old payload with its new version: first by identity, as a device does, then by similarity, as a
// person would. The pairs are in the order of the new profile, removed payloads last.
func matchPayloads(old, new []*plist.Value) []pair {
	same := func(n int, a, b *plist.Value) bool { return n > 0 || plist.Equal(a, b) } // a hash may be equal by chance
	matches, freeOld, freeNew := match(old, new, matchKeys, same)
	for _, j := range freeNew {
		matches = append(matches, [2]int{-1, j})
	}
	slices.SortStableFunc(matches, func(a, b [2]int) int { return a[1] - b[1] })
	var pairs []pair
	for _, m := range matches {
		p := pair{new: new[m[1]]}
		if m[0] >= 0 {
			p.old = old[m[0]]
		}
		pairs = append(pairs, p)
	}
	for _, i := range freeOld {
		pairs = append(pairs, pair{old: old[i]})
	}
	return pairs
}

// match pairs indexes of old and new: by equal results of the first key function, then of the second, and so on. Each old
// value takes the first free new one. A nil key matches nothing; same confirms a match by the key function of a number. The
// work grows with the number of values, not with its square.
func match[T any](old, new []T, keys []func(T) any, same func(n int, a, b T) bool) (pairs [][2]int, freeOld, freeNew []int) {
	takenOld, takenNew := make([]bool, len(old)), make([]bool, len(new))
	for n, keyOf := range keys {
		waiting := map[any][]int{} // free new values by key, in order
		for j := range new {
			if !takenNew[j] {
				if key := keyOf(new[j]); key != nil {
					waiting[key] = append(waiting[key], j)
				}
			}
		}
		for i := range old {
			if takenOld[i] {
				continue
			}
			work.Add(1)
			key := keyOf(old[i])
			if key == nil || len(waiting[key]) == 0 || !same(n, old[i], new[waiting[key][0]]) {
				continue
			}
			j := waiting[key][0]
			waiting[key] = waiting[key][1:]
			takenOld[i], takenNew[j] = true, true
			pairs = append(pairs, [2]int{i, j})
		}
	}
	return pairs, freeOf(takenOld), freeOf(takenNew)
}

func freeOf(taken []bool) (free []int) {
	for i, is := range taken {
		if !is {
			free = append(free, i)
		}
	}
	return free
}

// matchKeys tell the same payload by equal results, the surest first.
var matchKeys = []func(v *plist.Value) any{
	func(v *plist.Value) any { return plist.Hash(v) },
	textsOf("PayloadType", "PayloadIdentifier", "PayloadUUID"),
	textsOf("PayloadType", "PayloadUUID"),
	textsOf("PayloadType", "PayloadIdentifier"),
	textsOf("PayloadIdentifier", "PayloadUUID"),
	func(v *plist.Value) any {
		t := v.String("PayloadType")
		if t == "" {
			return nil
		}
		return typedHash{t, plist.Hash(withoutIdentity(v))}
	},
	textsOf("PayloadType", "PayloadDisplayName"),
	textsOf("PayloadType"),
}

type typedHash struct {
	payloadType string
	hash        uint64
}

// textsOf returns a key function: the texts at up to three keys, nil if one is missing or empty.
func textsOf(keys ...string) func(v *plist.Value) any {
	return func(v *plist.Value) any {
		var texts [3]string
		for i, key := range keys {
			if texts[i] = v.String(key); texts[i] == "" {
				return nil
			}
		}
		return texts
	}
}

// withoutIdentity returns a payload without the keys naming it.
func withoutIdentity(v *plist.Value) *plist.Value {
	return plist.NewDictionary(slices.DeleteFunc(slices.Clone(v.Fields), func(f plist.Field) bool {
		switch f.Key {
		case "PayloadUUID", "PayloadIdentifier", "PayloadDisplayName", "PayloadDescription", "PayloadOrganization", "PayloadVersion":
			return true
		}
		return false
	})...)
}

// MatchSides pairs each old file with its new version: with the same identifier, or else the same name. It compares content,
// so a moved file is still found. A side without a match is paired with one without a Root. nameOld and nameNew return the
// names to compare.
func MatchSides(old, new []*Side, nameOld, nameNew func(*Side) string) [][2]*Side {
	type side struct {
		*Side
		name string
	}
	type key struct {
		declaration      bool
		identifier, name string
	}
	named := func(sides []*Side, name func(*Side) string) []side {
		var all []side
		for _, s := range sides {
			all = append(all, side{s, name(s)})
		}
		return all
	}
	identified := func(s side, name string) any {
		if id := s.Identifier(); id != "" {
			return key{s.Declaration, id, name}
		}
		return nil
	}
	matches, freeOld, freeNew := match(named(old, nameOld), named(new, nameNew), []func(side) any{
		func(s side) any { return identified(s, s.name) },
		func(s side) any { return identified(s, "") },
		func(s side) any { return key{s.Declaration, "", s.name} },
	}, func(int, side, side) bool { return true })
	slices.SortStableFunc(matches, func(a, b [2]int) int { return a[1] - b[1] })
	var pairs [][2]*Side
	for _, m := range matches {
		pairs = append(pairs, [2]*Side{old[m[0]], new[m[1]]})
	}
	for _, j := range freeNew {
		s := new[j]
		pairs = append(pairs, [2]*Side{{Name: s.Name, Declaration: s.Declaration}, s})
	}
	for _, i := range freeOld {
		s := old[i]
		pairs = append(pairs, [2]*Side{s, {Name: s.Name, Declaration: s.Declaration}})
	}
	return pairs
}
