// Package merge knows how the values of one setting combine on a device, if several profiles or declarations set it: Apple's
// combinetype of declarations, what Apple and others state of payloads, and that nobody states anything.
//
// Start with Payload and Declaration, which name the Way of a setting, and with Way.Combine, which applies it. The rules are data
// in rules.go, each with its source and evidence. Package effective works out a whole device by them, and the set check of
// package lint asks the same questions. This package reads no files and makes no findings.
package merge

import (
	"slices"
	"strings"
	"sync"

	"syncguard/internal/fact"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// How is what a device does with several values of one setting.
type How string

// Apple's combinetypes of declarations. Payloads use the same words where Apple states the same in prose.
const (
	BooleanAnd      How = "boolean-and"
	BooleanOr       How = "boolean-or"
	NumberMin       How = "number-min"
	NumberMax       How = "number-max"
	EnumFirst       How = "enum-first" // the value that stands first in the range list
	EnumLast        How = "enum-last"
	First           How = "first" // the value processed first; files do not tell which that is
	ArrayAppend     How = "array-append"
	SetUnion        How = "set-union"
	SetIntersection How = "set-intersection"
)

// What else a device does.
const (
	Last      How = "last"      // the value installed last counts; files do not tell which that is
	Coexist   How = "coexist"   // every payload or declaration stands beside the others
	Single    How = "single"    // the device takes one payload of the type
	Chosen    How = "chosen"    // all are installed, and a person chooses the one in use
	Undefined How = "undefined" // nobody states it
)

// CombineTypes lists Apple's combinetypes.
func CombineTypes() []How {
	return []How{BooleanAnd, BooleanOr, NumberMin, NumberMax, EnumFirst, EnumLast, First, ArrayAppend, SetUnion, SetIntersection}
}

// IsWhole reports whether payloads are told apart as a whole, and not key by key.
func (h How) IsWhole() bool { return h == Coexist || h == Single || h == Chosen }

// Rule is a statement on how settings combine.
type Rule struct {
	ID      string `json:"id"`
	Does    string `json:"does"`              // what a device does, as a sentence without its end
	Caution string `json:"caution,omitempty"` // what speaks against relying on it
	Next    string `json:"next,omitempty"`    // what to do if values differ
	fact.Statement
}

// Way is how the values of one setting combine.
type Way struct {
	*Rule
	How      How
	Evidence fact.Evidence // weaker than the rule's if the rule does not name this key
	key      *schema.Key   // of a declaration, or nil
	order    []string      // of EnumFirst and EnumLast without a range list in the schema
}

// IsDefined reports whether the device's value can be told from the values alone.
func (w Way) IsDefined() bool {
	switch w.How {
	case Last, First, Single, Chosen, Undefined:
		return false
	}
	return true
}

// Payload returns the way of a key of a payload type on a platform. A path without keys asks for the payload as a whole: the way
// is one of those for wholes then, or its settings combine key by key. types are the schema's for that payload type.
func Payload(payloadType string, types []*schema.Type, path []string, p target.Platform) Way {
	p = p.Schema()
	for _, e := range entriesOf(payloadType) {
		if !e.holds(path, p) {
			continue
		}
		w := Way{Rule: rule(e.rule), How: e.how, order: e.order}
		w.Evidence = w.Rule.Evidence
		if e.evidence != "" {
			w.Evidence = fact.Weaker(w.Evidence, e.evidence)
		}
		return w
	}
	switch multiple := allowsMultiple(types, p); {
	case len(types) == 0 || types[0].Family == schema.Preferences:
		return wayOf("preferences", Undefined)
	case multiple == nil:
		return wayOf("payload-unstated", Undefined)
	case *multiple:
		return wayOf("payloads-coexist", Coexist)
	}
	return wayOf("single-payload", Single)
}

// allowsMultiple returns the schema's statement on several payloads of a type, nil without one. Of types with one name the strictest
// counts.
func allowsMultiple(types []*schema.Type, p target.Platform) (multiple *bool) {
	for _, t := range types {
		a, listed := t.Availability[p]
		if !listed || a.NotAvailable || a.Multiple == nil || t.Family != schema.Payload {
			continue
		}
		if multiple == nil || !*a.Multiple {
			multiple = a.Multiple
		}
	}
	return multiple
}

// IsSingle reports whether a device takes one payload of a type on a platform: Apple's schema says so, and no rule says more of the
// type's keys.
func IsSingle(t *schema.Type, p target.Platform) bool {
	a := t.Availability[p.Schema()]
	if a.NotAvailable || a.Multiple == nil || *a.Multiple {
		return false
	}
	return !slices.ContainsFunc(entriesOf(t.PayloadType), func(e *entry) bool {
		return e.key != "" && len(t.Keys) > 0 && e.holds([]string{t.Keys[0].Name}, p.Schema())
	})
}

// IsByKey reports whether payloads of a type combine key by key on any platform, so that their values can contradict each other.
// For types without a schema, a Mac reads preferences.
func IsByKey(payloadType string, types []*schema.Type) bool {
	return slices.ContainsFunc(target.SchemaPlatforms(), func(p target.Platform) bool {
		isThere := len(types) == 0 || slices.ContainsFunc(types, func(t *schema.Type) bool { return !t.AvailabilityAt(p).NotAvailable })
		return isThere && !Payload(payloadType, types, nil, p).How.IsWhole()
	})
}

// IsConflict reports whether different values of a key are a fault on a platform: nobody states which counts, or it is stated and
// advised against.
func (w Way) IsConflict() bool { return !w.IsDefined() || w.Caution != "" }

// Declaration returns the way of a key of a declaration type; without keys, of the declaration as a whole.
func Declaration(t *schema.Type, path []string) Way {
	switch t.Apply {
	case "single":
		return wayOf("declaration-single", Single)
	case "multiple":
		return wayOf("declarations-coexist", Coexist)
	case "combined":
	default:
		return wayOf("declaration-unstated", Coexist)
	}
	k := t.Key(path...)
	switch {
	case len(path) == 0:
		return wayOf("combinetype", Undefined)
	case k == nil:
		return wayOf("combinetype-absent", Undefined)
	case k.CombineType == "" && combinesInside(k, 0):
		w := wayOf("combinetype", SetUnion)
		w.key, w.Evidence = k, fact.Unverified
		return w
	case !slices.Contains(CombineTypes(), How(k.CombineType)):
		return wayOf("combinetype-absent", Undefined)
	}
	w := wayOf("combinetype", How(k.CombineType))
	if w.How == First {
		w = wayOf("combinetype-first", First)
	}
	w.key = k
	return w
}

// maxSchemaDepth bounds walks down a schema, which may lead back up.
const maxSchemaDepth = 8

// combinesInside reports whether keys below k state how they combine.
func combinesInside(k *schema.Key, depth int) bool {
	return depth < maxSchemaDepth && slices.ContainsFunc(k.Keys, func(below *schema.Key) bool {
		return below.CombineType != "" || combinesInside(below, depth+1)
	})
}

// Beside returns the way of a payload's setting beside the declaration type that replaces it. mapped tells that the setting has a key
// in the declaration, of the way declared.
func Beside(declarationType string, declared Way, mapped bool) Way {
	switch {
	case declarationType == softwareUpdateSettings:
		return wayOf("declared-updates", Last)
	case mapped && declared.IsDefined():
		w := wayOf("declared-policies", declared.How)
		w.key = declared.key
		return w
	}
	return wayOf("declaration-beside-payload", Undefined)
}

// BothHold reports whether a payload and the declaration type that replaces it both hold, so that a key which only one of them has
// is as it says.
func BothHold(declarationType string) bool {
	return Replaced(declarationType).ID == "declared-policies"
}

// Replaced returns the rule for payloads beside the declaration type that replaces them.
func Replaced(declarationType string) *Rule {
	switch declarationType {
	case softwareUpdateSettings:
		return rule("declared-updates")
	case "com.apple.configuration.passcode.settings":
		return rule("declared-policies")
	}
	return rule("declaration-beside-payload")
}

const softwareUpdateSettings = "com.apple.configuration.softwareupdate.settings"

// DeclaredWins reports whether a declaration counts alone, whatever a payload sets.
func (w Way) DeclaredWins() bool { return w.ID == "declared-updates" }

func wayOf(id string, how How) Way {
	r := rule(id)
	return Way{Rule: r, How: how, Evidence: r.Evidence}
}

// ByID returns a rule by its ID, or nil.
func ByID(id string) *Rule { return rulesByID()[id] }

var rulesByID = sync.OnceValue(func() map[string]*Rule {
	all := map[string]*Rule{}
	for i := range rules {
		all[rules[i].ID] = &rules[i]
	}
	return all
})

// rule is ByID for a rule that must be there; a test names those that are not.
func rule(id string) *Rule {
	if r := ByID(id); r != nil {
		return r
	}
	panic("no rule " + id)
}

// Rules returns all rules. The result is shared; do not modify it.
func Rules() []Rule { return rules }

// holds reports whether an entry is about a path on a platform.
func (e *entry) holds(path []string, p target.Platform) bool {
	if e.platforms != nil && !slices.Contains(e.platforms, p) {
		return false
	}
	if e.key == "" {
		return true
	}
	if len(path) == 0 {
		return false
	}
	return slices.ContainsFunc(e.patterns, func(pattern string) bool { return matches(pattern, path) })
}

// matches reports whether a pattern is about a path: a name stands for the key and all below it, NAME* for names with that beginning,
// *.NAME for the last key.
func matches(pattern string, path []string) bool {
	if last, ok := strings.CutPrefix(pattern, "*."); ok {
		return path[len(path)-1] == last
	}
	if begin, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(path[0], begin)
	}
	return path[0] == pattern
}
