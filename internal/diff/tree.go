package diff

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// comparison collects the changes between two trees.
type comparison struct {
	renamed map[string]string // old payload UUIDs to new ones, if they differ
	changes []Change
}

func (c *comparison) mapUUID(old, new string) {
	if old != "" && new != "" && old != new {
		c.renamed[strings.ToUpper(old)] = strings.ToUpper(new)
	}
}

// compareTrees compares two dictionaries; either may be nil.
func (c *comparison) compareTrees(old, new *plist.Value) []Change {
	c.changes = []Change{}
	at := location{}
	switch {
	case old == nil && new == nil:
	case old == nil || new == nil || old.Kind != plist.Dictionary || new.Kind != plist.Dictionary:
		c.compareOneSided(at, old, new)
	default:
		c.compareDictionaries(at, old, new)
	}
	return c.changes
}

// compareOneSided compares with a side missing, or not a dictionary.
func (c *comparison) compareOneSided(at location, old, new *plist.Value) {
	empty := plist.NewDictionary()
	if old == nil && new.Kind == plist.Dictionary {
		c.compareDictionaries(at, empty, new)
	} else if new == nil && old.Kind == plist.Dictionary {
		c.compareDictionaries(at, old, empty)
	} else {
		c.compareValues(at, old, new)
	}
}

// location is the path of a value.
type location struct {
	path string
	keys []string // without indices
}

func (p location) key(name string) location {
	path := name
	if p.path != "" {
		path = p.path + "." + name
	}
	return location{path, append(slices.Clip(p.keys), name)}
}

func (p location) item(i int) location { return location{fmt.Sprintf("%s[%d]", p.path, i), p.keys} }

func (c *comparison) addChange(kind Kind, at location, old, new *plist.Value) {
	c.changes = append(c.changes, Change{Kind: kind, Path: at.path, keys: at.keys, Old: old, New: new, Identity: c.isIdentity(at, kind, old, new)})
}

// isIdentity reports whether a change is about identity, not settings. A reference following its target counts as identity.
func (c *comparison) isIdentity(at location, kind Kind, old, new *plist.Value) bool {
	switch at.path {
	case "PayloadUUID", "PayloadIdentifier":
		return true
	}
	if slices.Equal(at.keys, []string{"Declarations", "ServerToken"}) {
		return true
	}
	return kind == Changed && old.Kind == plist.String && new.Kind == plist.String &&
		c.renamed[strings.ToUpper(old.Text)] == strings.ToUpper(new.Text) && new.Text != ""
}

func (c *comparison) compareValues(at location, old, new *plist.Value) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		c.addLeaves(Added, at, new)
	case new == nil:
		c.addLeaves(Removed, at, old)
	case old.Kind == plist.Dictionary && new.Kind == plist.Dictionary:
		c.compareDictionaries(at, old, new)
	case old.Kind == plist.Array && new.Kind == plist.Array:
		c.compareArrays(at, old, new)
	case !plist.Equal(old, new):
		c.addChange(Changed, at, old, new)
	}
}

// addLeaves adds the content of a value present on one side only: each key, and arrays of scalars as a whole.
func (c *comparison) addLeaves(kind Kind, at location, v *plist.Value) {
	switch {
	case v.Kind == plist.Dictionary && len(v.Fields) > 0:
		for _, f := range slices.SortedStableFunc(slices.Values(v.Fields), func(a, b plist.Field) int { return strings.Compare(a.Key, b.Key) }) {
			c.addLeaves(kind, at.key(f.Key), f.Value)
		}
	case v.Kind == plist.Array && slices.ContainsFunc(v.Items, func(w *plist.Value) bool { return w.Kind == plist.Dictionary || w.Kind == plist.Array }):
		for i, item := range v.Items {
			c.addLeaves(kind, at.item(i), item)
		}
	case kind == Added:
		c.addChange(kind, at, nil, v)
	default:
		c.addChange(kind, at, v, nil)
	}
}

// compareDictionaries compares key by key, sorted by name. The last of duplicate keys counts, as on devices.
func (c *comparison) compareDictionaries(at location, old, new *plist.Value) {
	if len(old.Fields)+len(new.Fields) == 0 {
		return
	}
	values := make(map[string][2]*plist.Value, len(old.Fields)+len(new.Fields))
	names := make([]string, 0, len(old.Fields)+len(new.Fields))
	for side, v := range []*plist.Value{old, new} {
		for _, f := range v.Fields {
			both, known := values[f.Key]
			if !known {
				names = append(names, f.Key)
			}
			both[side] = f.Value
			values[f.Key] = both
		}
	}
	slices.Sort(names)
	for _, name := range names {
		both := values[name]
		c.compareValues(at.key(name), both[0], both[1])
	}
}

// maxSteps bounds the work of comparing two arrays item by item.
const maxSteps = 4_000_000

// compareArrays compares two arrays: it skips the common items and compares the most similar of the others with each other.
func (c *comparison) compareArrays(at location, old, new *plist.Value) {
	a, b := hashes(old.Items), hashes(new.Items)
	if slices.Equal(a, b) {
		return
	}
	if len(a) == len(b) && slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))) {
		c.addChange(Changed, at, old, new)
		c.changes[len(c.changes)-1].Note = "the same items in another order"
		return
	}
	common := 0
	for common < min(len(a), len(b)) && a[common] == b[common] {
		common++
	}
	endA, endB := len(a), len(b)
	for endA > common && endB > common && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	i, j := common, common
	for _, m := range longestCommon(a[common:endA], b[common:endB]) {
		c.compareUnmatched(at, old, new, i, common+m[0], j, common+m[1])
		i, j = common+m[0]+1, common+m[1]+1
	}
	c.compareUnmatched(at, old, new, i, endA, j, endB)
}

// compareUnmatched compares the items i to endI of old with j to endJ of new, without common items.
func (c *comparison) compareUnmatched(at location, old, new *plist.Value, i, endI, j, endJ int) {
	left, right := old.Items[i:endI], new.Items[j:endJ]
	taken := make([]bool, len(right))
	for n, v := range left {
		best := -1
		if len(left)*len(right) <= maxSteps/1000 {
			best = mostSimilar(v, right, taken, len(left) == len(right))
		} else if n < len(right) && isContainer(v, right[n]) {
			best = n
		}
		if best < 0 {
			c.addLeaves(Removed, at.item(i+n), v)
			continue
		}
		taken[best] = true
		c.compareValues(at.item(j+best), v, right[best])
	}
	for n, v := range right {
		if !taken[n] {
			c.addLeaves(Added, at.item(j+n), v)
		}
	}
}

func isContainer(a, b *plist.Value) bool {
	return a.Kind == b.Kind && (a.Kind == plist.Dictionary || a.Kind == plist.Array)
}

// mostSimilar returns the index of the container sharing the most fields with v, the first of several, or -1. With anyWillDo
// (as many items added as removed) one sharing nothing is enough. Scalars are never similar: in a list of names, one removed
// and one added are two changes.
func mostSimilar(v *plist.Value, among []*plist.Value, taken []bool, anyWillDo bool) int {
	best, most := -1, 0
	if anyWillDo {
		most = -1
	}
	for n, w := range among {
		if taken[n] || !isContainer(v, w) {
			continue
		}
		same := 0
		for i, f := range v.Fields {
			if i == 50 {
				break
			}
			if plist.Equal(f.Value, w.Get(f.Key)) {
				same++
			}
		}
		if same > most {
			best, most = n, same
		}
	}
	return best
}

// longestCommon returns the index pairs of a longest common subsequence, or nil if finding it would take too long.
func longestCommon(a, b []uint64) [][2]int {
	if len(a) == 0 || len(b) == 0 || len(a)*len(b) > maxSteps {
		return nil
	}
	width := len(b) + 1
	length := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

func hashes(items []*plist.Value) []uint64 {
	out := make([]uint64, len(items))
	for i, v := range items {
		out[i] = plist.Hash(v)
	}
	return out
}
