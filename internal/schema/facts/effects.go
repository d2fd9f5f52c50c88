package facts

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Doing is what a setting does where it works. The vocabulary is closed.
type Doing string

// What a setting can do.
const (
	Enforces Doing = "enforced" // it is set, and the user cannot change it
	Locks    Doing = "locked"   // it constrains, and does not itself set
	Presets  Doing = "preset"   // it is set, and the user can change it
	Nothing  Doing = "nothing"  // it is ignored
)

// Effect is what a payload type or key does where it works. It holds for the key at the path and all below, and a last
// step of *NAME is any key whose name ends so. Of several that say what a key does, the last one counts.
type Effect struct {
	Site
	Is        []*plist.Value      // the values that it holds for; any when empty
	On        []target.Enrollment // where it holds, by target.Effective; everywhere when empty
	Platforms []target.Platform   // where it holds, iPadOS being iOS; everywhere when empty
	Does      Doing               // empty where the fact only adds a text
	Unless    string              // a key of the same payload: where that is true and works, the value is enforced
	Needs     string              // a key of the same payload: only where that is absent, the effect holds
	Restricts bool                // a value that is the schema's default changes nothing
	Text      string              // the rest of a sentence whose subject is the key; may be empty
	Detail    bool                // the text goes without saying in a table
	Evidence  fact.Evidence
}

// EffectsOf returns what is known of a key with a value on a target, in the order of the file. An element of an array has
// the path of the array.
func (f *Facts) EffectsOf(payloadType string, path []string, value *plist.Value, on target.Target) []*Effect {
	var found []*Effect
	for i := range f.Effects {
		e := &f.Effects[i]
		if slices.Contains(e.Types, payloadType) && covers(e.Path, path) &&
			(len(e.On) == 0 || slices.Contains(e.On, on.Effective())) &&
			(len(e.Platforms) == 0 || slices.Contains(e.Platforms, on.Platform.Schema())) &&
			(len(e.Is) == 0 || slices.ContainsFunc(e.Is, func(v *plist.Value) bool { return plist.Equal(v, value) })) {
			found = append(found, e)
		}
	}
	return found
}

// covers says whether a path of a fact is that of a key, or leads to something above it.
func covers(fact string, path []string) bool {
	if fact == "" {
		return true
	}
	steps := strings.Split(fact, ".")
	if len(steps) > len(path) {
		return false
	}
	for i, step := range steps {
		suffix, isPattern := strings.CutPrefix(step, anyKey)
		if step != path[i] && !(isPattern && strings.HasSuffix(path[i], suffix)) {
			return false
		}
	}
	return true
}

// Rename is a key that a declaration has under another name. Below a key that is renamed, As is the name in its place.
type Rename struct {
	Site
	To       string // type of the declaration
	As       string
	Inverted bool // true becomes false
}

// RenameOf returns how a declaration calls a key, or nil where nothing is known.
func (f *Facts) RenameOf(payloadType string, path []string, to string) *Rename {
	for i := range f.Renames {
		r := &f.Renames[i]
		if r.To == to && slices.Contains(r.Types, payloadType) && r.Path == strings.Join(path, ".") {
			return r
		}
	}
	return nil
}

// RenamedTo returns the declaration that takes the keys of a payload type by Renames, or "" where none does.
func (f *Facts) RenamedTo(payloadType string) string {
	for _, r := range f.Renames {
		if slices.Contains(r.Types, payloadType) {
			return r.To
		}
	}
	return ""
}
