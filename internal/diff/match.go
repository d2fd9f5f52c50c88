package diff

import (
	"slices"

	"syncguard/internal/plist"
)

// pair is a payload before and after; one of them may be missing.
type pair struct{ old, new *plist.Value }

// match finds for each old payload the new one that it has become: the one with the same identity first, as a device does,
// and then what a person would take for it. The pairs are in the order of the new profile, what was removed at the end.
func matchPayloads(old, new []*plist.Value) []pair {
	var pairs []pair
	freeOld, freeNew := slices.Clone(old), slices.Clone(new)
	for _, same := range matchRules {
		freeOld = slices.DeleteFunc(freeOld, func(a *plist.Value) bool {
			i := slices.IndexFunc(freeNew, func(b *plist.Value) bool { return same(a, b) })
			if i < 0 {
				return false
			}
			pairs = append(pairs, pair{a, freeNew[i]})
			freeNew = slices.Delete(freeNew, i, i+1)
			return true
		})
	}
	for _, v := range freeNew {
		pairs = append(pairs, pair{nil, v})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return slices.Index(new, a.new) - slices.Index(new, b.new) })
	for _, v := range freeOld {
		pairs = append(pairs, pair{v, nil})
	}
	return pairs
}

// likenesses say when two payloads are the same one, the surest first.
var matchRules = []func(a, b *plist.Value) bool{
	plist.Equal,
	func(a, b *plist.Value) bool {
		return haveEqual(a, b, "PayloadType", "PayloadIdentifier", "PayloadUUID")
	},
	func(a, b *plist.Value) bool { return haveEqual(a, b, "PayloadType", "PayloadUUID") },
	func(a, b *plist.Value) bool { return haveEqual(a, b, "PayloadType", "PayloadIdentifier") },
	func(a, b *plist.Value) bool { return haveEqual(a, b, "PayloadIdentifier", "PayloadUUID") },
	func(a, b *plist.Value) bool {
		return haveEqual(a, b, "PayloadType") && plist.Equal(withoutIdentity(a), withoutIdentity(b))
	},
	func(a, b *plist.Value) bool { return haveEqual(a, b, "PayloadType", "PayloadDisplayName") },
	func(a, b *plist.Value) bool { return haveEqual(a, b, "PayloadType") },
}

// agree says whether both have the same text at each of the keys.
func haveEqual(a, b *plist.Value, keys ...string) bool {
	for _, key := range keys {
		if t := a.String(key); t == "" || t != b.String(key) {
			return false
		}
	}
	return true
}

// settings is a payload without what only says who it is.
func withoutIdentity(v *plist.Value) *plist.Value {
	return plist.NewDictionary(slices.DeleteFunc(slices.Clone(v.Fields), func(f plist.Field) bool {
		switch f.Key {
		case "PayloadUUID", "PayloadIdentifier", "PayloadDisplayName", "PayloadDescription", "PayloadOrganization", "PayloadVersion":
			return true
		}
		return false
	})...)
}

// Match finds for each old file the new one that it has become: the one with the same identifier, and else the one with the
// same name. Sides are compared by what they hold, so that a file which was moved is not taken for another. A side that has
// none is paired with one without a Root.
func MatchSides(old, new []*Side, sameName func(a, b *Side) bool) [][2]*Side {
	var pairs [][2]*Side
	freeOld, freeNew := slices.Clone(old), slices.Clone(new)
	sameIdentifier := func(a, b *Side) bool {
		return a.Declaration == b.Declaration && a.Identifier() != "" && a.Identifier() == b.Identifier()
	}
	for _, same := range []func(a, b *Side) bool{
		func(a, b *Side) bool { return sameIdentifier(a, b) && sameName(a, b) },
		sameIdentifier,
		func(a, b *Side) bool { return a.Declaration == b.Declaration && sameName(a, b) },
	} {
		freeOld = slices.DeleteFunc(freeOld, func(a *Side) bool {
			i := slices.IndexFunc(freeNew, func(b *Side) bool { return same(a, b) })
			if i < 0 {
				return false
			}
			pairs = append(pairs, [2]*Side{a, freeNew[i]})
			freeNew = slices.Delete(freeNew, i, i+1)
			return true
		})
	}
	slices.SortStableFunc(pairs, func(a, b [2]*Side) int { return slices.Index(new, a[1]) - slices.Index(new, b[1]) })
	for _, s := range freeNew {
		pairs = append(pairs, [2]*Side{{Name: s.Name, Declaration: s.Declaration}, s})
	}
	for _, s := range freeOld {
		pairs = append(pairs, [2]*Side{s, {Name: s.Name, Declaration: s.Declaration}})
	}
	return pairs
}
