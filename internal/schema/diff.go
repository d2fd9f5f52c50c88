package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// Change is the fate of a type, a key or a fact.
type Change string

const (
	DiffAdded   Change = "added"
	DiffRemoved Change = "removed"
	DiffChanged Change = "changed"
)

// TypeDifference is a type missing in one of two catalogs, or different in them.
type TypeDifference struct {
	ID     string           `json:"id"`
	Family Family           `json:"family"`
	Change Change           `json:"change"`  // `added`, `removed`, `changed`
	Facts  []FactDifference `json:"changes"` // of a changed type
}

// FactDifference is a key added or removed, or a changed fact. It concerns the type itself if Path is empty.
type FactDifference struct {
	Path     string `json:"path,omitempty"`     // absent for the type itself
	Change   Change `json:"change"`             // `added`, `removed`, `changed`
	Fact     string `json:"fact,omitempty"`     // by its name in Apple's schema files; absent for a key as a whole
	Platform string `json:"platform,omitempty"` // absent for a fact of every platform
	Old      string `json:"old,omitempty"`      // the values before and after; for a key as a whole its type
	New      string `json:"new,omitempty"`
}

// DifferenceCount counts additions, removals and changes.
type DifferenceCount struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
}

func (c *DifferenceCount) add(change Change) {
	switch change {
	case DiffAdded:
		c.Added++
	case DiffRemoved:
		c.Removed++
	default:
		c.Changed++
	}
}

// CountDifferences counts the types, and the keys of changed types.
func CountDifferences(all []TypeDifference) (types, keys DifferenceCount) {
	for _, t := range all {
		types.add(t.Change)
		changed := map[string]bool{}
		for _, f := range t.Facts {
			switch {
			case f.Fact == "":
				keys.add(f.Change)
			case f.Path != "" && !changed[f.Path]:
				changed[f.Path] = true
				keys.Changed++
			}
		}
	}
	return types, keys
}

// Diff lists the changes from one catalog to another, ordered by family and ID. A type missing in the new one counts as
// removed only if the new one has something of the same sources: a catalog of one repository removes nothing of another.
func Diff(old, new *Catalog) ([]TypeDifference, error) {
	olds, err := old.all()
	if err != nil {
		return nil, err
	}
	news, err := new.all()
	if err != nil {
		return nil, err
	}
	return diffAll(olds, news)
}

// diffAll compares types by the names of their files.
func diffAll(olds, news map[string]*Type) ([]TypeDifference, error) {
	covered := sourceNames(news)
	all := []TypeDifference{}
	for file, t := range olds {
		switch n := news[file]; {
		case n != nil:
			facts, err := diffTypes(t, n)
			if err != nil {
				return nil, err
			}
			if len(facts) > 0 {
				all = append(all, TypeDifference{n.ID, n.Family, DiffChanged, facts})
			}
		case covers(covered, t):
			all = append(all, TypeDifference{t.ID, t.Family, DiffRemoved, []FactDifference{}})
		}
	}
	for file, t := range news {
		if olds[file] == nil {
			all = append(all, TypeDifference{t.ID, t.Family, DiffAdded, []FactDifference{}})
		}
	}
	slices.SortFunc(all, func(a, b TypeDifference) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func (c *Catalog) all() (map[string]*Type, error) {
	types := map[string]*Type{}
	err := c.each(func(_ Entry, t *Type) { types[fileName(folder(t.Family), t.ID)] = t })
	return types, err
}

func sourceNames(types map[string]*Type) map[string]bool {
	names := map[string]bool{}
	for _, t := range types {
		for _, s := range t.Sources {
			names[s.Name] = true
		}
	}
	return names
}

// AppleSource is the name of the source of Apple's types. Other sources only add keys to these.
const AppleSource = "apple/device-management"

// covers reports whether sources would still have a type: Apple's for one of Apple's types, else any source of its own.
func covers(names map[string]bool, t *Type) bool {
	isApples := slices.ContainsFunc(t.Sources, func(s Source) bool { return s.Name == AppleSource })
	return len(t.Sources) == 0 || names[AppleSource] && isApples || !isApples && slices.ContainsFunc(t.Sources, func(s Source) bool { return names[s.Name] })
}

func diffTypes(old, new *Type) ([]FactDifference, error) {
	d := &differ{done: map[[2]list]bool{}}
	d.facts("", typeFacts(old), typeFacts(new))
	d.keys(old.root(), new.root(), "")
	return d.found, d.err
}

type differ struct {
	done  map[[2]list]bool // keys may lead back to themselves
	found []FactDifference
	err   error
}

// keys compares the subkeys of two keys: those of a dictionary by name, the elements of an array by their order.
func (d *differ) keys(old, new *Key, path string) {
	pair := [2]list{listOf(old.Keys), listOf(new.Keys)}
	if d.done[pair] {
		return
	}
	d.done[pair] = true
	partners := map[*Key]*Key{}
	for i, k := range new.Keys {
		if o := partner(old, new, i); o != nil {
			partners[o] = k
			at := joinPath(path, new, k)
			d.facts(at, keyFacts(o), keyFacts(k))
			d.keys(o, k, at)
		} else {
			d.found = append(d.found, FactDifference{Path: joinPath(path, new, k), Change: DiffAdded, New: k.TypeName()})
		}
	}
	for _, o := range old.Keys {
		if partners[o] == nil {
			d.found = append(d.found, FactDifference{Path: joinPath(path, old, o), Change: DiffRemoved, Old: o.TypeName()})
		}
	}
}

// partner returns the old key to compare with the i-th subkey of new, or nil.
func partner(old, new *Key, i int) *Key {
	if new.Kind == plist.Array && old.Kind == plist.Array {
		if i < len(old.Keys) {
			return old.Keys[i]
		}
		return nil
	}
	at := slices.IndexFunc(old.Keys, func(k *Key) bool { return k.Name == new.Keys[i].Name })
	if at < 0 {
		return nil
	}
	return old.Keys[at]
}

// facts compares the values of two files by name.
func (d *differ) facts(path string, old, new facts) {
	if d.err = cmp.Or(d.err, old.err, new.err); d.err != nil {
		return
	}
	names := slices.Collect(maps.Keys(old.values))
	for name := range new.values {
		if _, both := old.values[name]; !both {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, compareFacts)
	for _, name := range names {
		a, b := old.values[name], new.values[name]
		if a == b {
			continue
		}
		f := FactDifference{Path: path, Change: DiffChanged, Fact: name.name, Platform: name.platform, Old: a, New: b}
		switch {
		case a == "":
			f.Change = DiffAdded
		case b == "":
			f.Change = DiffRemoved
		}
		d.found = append(d.found, f)
	}
}

// fact names one fact. Each value of a rangelist is a fact, to show single values added and removed.
type fact struct{ name, platform, item string }

func compareFacts(a, b fact) int {
	return cmp.Or(cmp.Compare(a.platform, b.platform), cmp.Compare(a.name, b.name), cmp.Compare(a.item, b.item))
}

type facts struct {
	values map[fact]string
	err    error
}

// typeFacts returns the facts of a type itself. Its sources are no facts.
func typeFacts(t *Type) facts {
	bare := *t
	bare.Keys, bare.Sources, bare.Unsure = nil, nil, nil
	data, err := encodeType(&bare)
	return readFacts(data, err, "id", "payloadtype", "family")
}

// keyFacts returns the facts of a key itself, without its subkeys.
func keyFacts(k *Key) facts {
	bare := *k
	bare.Keys = nil
	f, err := newKeyEncoder(nil).key(&bare)
	if err != nil {
		return facts{err: err}
	}
	data, err := json.Marshal(f)
	return readFacts(data, err, "key", "subkeytype")
}

func readFacts(data []byte, err error, without ...string) facts {
	var stated map[string]any
	if err == nil {
		err = decodeJSON(data, &stated)
	}
	if err != nil {
		return facts{err: fmt.Errorf("comparing: %w", err)}
	}
	values := map[fact]string{}
	for name, x := range stated {
		switch {
		case slices.Contains(without, name):
		case name == "supportedOS":
			addPlatforms(values, x)
		case name == "rangelist":
			for _, item := range x.([]any) {
				values[fact{name: name, item: Text(item)}] = Text(item)
			}
		default:
			values[fact{name: name}] = Text(x)
		}
	}
	return facts{values: values}
}

func addPlatforms(values map[fact]string, x any) {
	platforms, _ := x.(map[string]any)
	for platform, stated := range platforms {
		names, _ := stated.(map[string]any)
		for name, value := range names {
			nested, ok := value.(map[string]any)
			if !ok {
				values[fact{name: name, platform: platform}] = Text(value)
			}
			for part, value := range nested {
				values[fact{name: name + "." + part, platform: platform}] = Text(value)
			}
		}
	}
}

// Text writes a JSON value for people. Only nil gives an empty text.
func Text(x any) string {
	switch x := x.(type) {
	case string:
		if x == "" {
			return `""`
		}
		return x
	case []any:
		texts := make([]string, len(x))
		for i := range x {
			texts[i] = Text(x[i])
		}
		if len(x) == 0 {
			return "none"
		}
		return strings.Join(texts, ", ")
	case map[string]any:
		data, err := json.Marshal(x)
		if err != nil {
			return "a dictionary"
		}
		return string(data)
	}
	return fmt.Sprint(x)
}
