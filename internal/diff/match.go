package diff

import (
	"slices"

	"syncguard/internal/plist"
)

// pair is a payload before and after; one of them may be nil.
type pair struct{ old, new *plist.Value }

// matchPayloads pairs each old payload with its new version: first by identity, as a device does, then by similarity, as a
// person would. The pairs are in the order of the new profile, removed payloads last.
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

// matchRules decide if two payloads are the same one, the surest first.
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

// haveEqual reports whether both have the same non-empty text at each key.
func haveEqual(a, b *plist.Value, keys ...string) bool {
	for _, key := range keys {
		if t := a.String(key); t == "" || t != b.String(key) {
			return false
		}
	}
	return true
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
// so a moved file is still found. A side without a match is paired with one without a Root.
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
