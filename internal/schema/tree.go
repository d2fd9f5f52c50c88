package schema

import (
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// Node is a key at its path in the tree of a type. The tree does not repeat keys, so it is no larger than the
// schema, however its keys refer to each other.
type Node struct {
	*Key
	Path      string // from the type down, such as OnDemandRules[].Action
	IsElement bool   // of an array: its Name is for people only
	Repeats   string // an earlier path with the same subkeys; empty if they are in Nodes
	Nodes     []*Node
}

// TopOfTree is the value of Node.Repeats for the keys at the top of the tree.
const TopOfTree = "the top level"

// Tree returns the keys of the type with their subkeys.
func (t *Type) Tree() []*Node { return t.root().Tree("") }

// Tree returns the subkeys of k; path is the one of k.
func (k *Key) Tree(path string) []*Node {
	return (&treeMaker{seen: map[list]string{}}).nodes(k, path)
}

// treeMaker notes the first path of each list of keys.
type treeMaker struct{ seen map[list]string }

func (m *treeMaker) nodes(parent *Key, path string) []*Node {
	if len(parent.Keys) == 0 {
		return nil
	}
	m.seen[listOf(parent.Keys)] = path
	var nodes []*Node
	for _, k := range parent.Keys {
		n := &Node{Key: k, Path: joinPath(path, parent, k), IsElement: parent.Kind == plist.Array}
		if first, again := m.seen[listOf(k.Keys)]; again {
			n.Repeats = first
			if first == "" {
				n.Repeats = TopOfTree
			}
		} else {
			n.Nodes = m.nodes(k, n.Path)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func joinPath(path string, parent, k *Key) string {
	switch {
	case parent.Kind == plist.Array:
		return path + "[]"
	case path == "":
		return k.Name
	}
	return path + "." + k.Name
}

// Resolve reads a path as people write it: keys with dots between them, and maybe dots in their names. Brackets after an
// array may be left out. rest is the part not understood.
func (t *Type) Resolve(path string) (keys []string, rest string) {
	return t.root().resolve(strings.ReplaceAll(path, "[]", ""))
}

func (k *Key) resolve(path string) (keys []string, rest string) {
	best := path
	for _, child := range byLength(k.children(nil)) {
		after, ok := cutName(path, child.Name)
		if !ok && child.Name == Any {
			_, after, _ = strings.Cut(path, ".")
			ok = path != ""
		}
		if !ok {
			continue
		}
		name := strings.TrimSuffix(strings.TrimSuffix(path, after), ".")
		below, left := child.resolve(after)
		if len(left) < len(best) || keys == nil && after == "" {
			keys, best = append([]string{name}, below...), left
		}
		if best == "" {
			break
		}
	}
	return keys, best
}

// cutName takes a name off the beginning of a path.
func cutName(path, name string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, name)
	switch {
	case !ok || name == "":
		return path, false
	case rest == "":
		return "", true
	}
	return strings.CutPrefix(rest, ".")
}

// Names lists the names allowed after a path of keys.
func (t *Type) Names(path ...string) []string {
	k := t.root().Key(path...)
	if k == nil {
		return nil
	}
	var names []string
	for _, child := range k.children(nil) {
		names = append(names, child.Name)
	}
	return names
}

// children returns the keys of a dictionary, or of the dictionaries in an array.
func (k *Key) children(seen map[*Key]bool) []*Key {
	if k.Kind != plist.Array {
		return k.Keys
	}
	if seen == nil {
		seen = map[*Key]bool{}
	}
	var all []*Key
	for _, element := range k.Keys {
		if !seen[element] {
			seen[element] = true
			all = append(all, element.children(seen)...)
		}
	}
	return all
}

// byLength puts long names first, and ANY last.
func byLength(keys []*Key) []*Key {
	return slices.SortedStableFunc(slices.Values(keys), func(a, b *Key) int {
		switch {
		case a.Name == Any && b.Name != Any:
			return 1
		case b.Name == Any && a.Name != Any:
			return -1
		}
		return len(b.Name) - len(a.Name)
	})
}

// Trail returns every key on a path, elements of arrays included, as far as the schema knows it.
func (t *Type) Trail(path ...string) []*Key {
	trail, _ := t.root().trail(path)
	return trail
}

// TypeName returns the type of a key's value as Apple's schema files name it.
func (k *Key) TypeName() string {
	if k.AnyKind {
		return anyType
	}
	return k.Kind.String()
}

// JSONValue returns a value for JSON: data as base64, a date as RFC 3339, and nil if JSON cannot hold it.
func JSONValue(v *plist.Value) any {
	x, err := encodeValue(v)
	if err != nil {
		return nil
	}
	return x
}

// ValueText returns a value as a person writes it: text as it is, an array or dictionary as JSON.
func ValueText(v *plist.Value) string { return Text(JSONValue(v)) }
