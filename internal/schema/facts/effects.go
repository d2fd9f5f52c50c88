package facts

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// Doing is the effect of a setting on a device that honors it.
type Doing string

// All effects of a setting.
const (
	Enforces Doing = "enforced" // it is set, and the user cannot change it
	Locks    Doing = "locked"   // nobody can change it, and it stays as it was
	Presets  Doing = "preset"   // it is set, and the user can change it
	Nothing  Doing = "nothing"  // it is ignored
)

// Effect is the effect of a payload type or key on a device that honors it. It holds for the key at the path and all
// below; a last step of *NAME is any key with this ending. Of several with a Doing for a key, the last one counts.
type Effect struct {
	Site
	Is        []*plist.Value      // the values it holds for; any if empty
	On        []target.Enrollment // enrollments it holds for, by target.Effective; all if empty
	Platforms []target.Platform   // platforms it holds for, iPadOS being iOS; all if empty
	Does      Doing               // empty if the fact only adds a text
	Unless    string              // a key of the same payload; if it is true and works, the value is enforced
	Needs     string              // a key of the same payload; the effect holds only without it
	Restricts bool                // the schema's default changes nothing
	Text      string              // a predicate; its subject is the key; may be empty
	Detail    bool                // the text goes without saying in a table
	Evidence  fact.Evidence
}

// EffectsOf returns the effects of a key with a value on a target, in the order of the file. An element of an array has
// the array's path.
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

// Companions lists the keys that, beside another key of a payload type, change its effect.
func (f *Facts) Companions(payloadType string) (all []string) {
	for i := range f.Effects {
		if e := &f.Effects[i]; e.Unless != "" && slices.Contains(e.Types, payloadType) && !slices.Contains(all, e.Unless) {
			all = append(all, e.Unless)
		}
	}
	return all
}

// covers reports whether a fact's path is the path of a key or of something above it.
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

// Rename is a key with another name in a declaration. Below a renamed key, As is the name in its place.
type Rename struct {
	Site
	To       string // type of the declaration
	As       string
	Inverted bool // true becomes false
}

// RenameOf returns a declaration's name of a key, or nil if unknown.
func (f *Facts) RenameOf(payloadType string, path []string, to string) *Rename {
	for i := range f.Renames {
		r := &f.Renames[i]
		if r.To == to && slices.Contains(r.Types, payloadType) && r.Path == strings.Join(path, ".") {
			return r
		}
	}
	return nil
}

// RenamedTo returns the declaration with the renamed keys of a payload type, or "" without one.
func (f *Facts) RenamedTo(payloadType string) string {
	for _, r := range f.Renames {
		if slices.Contains(r.Types, payloadType) {
			return r.To
		}
	}
	return ""
}
