package template

import (
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// referenceKey is the key of {$uuid: ID}, which stands for the PayloadUUID of the payload with this id.
const referenceKey = "$uuid"

// ReferenceTo returns the id in {$uuid: ID}, or false for any other value. Load has checked the references in a Spec without Error.
func ReferenceTo(v *plist.Value) (id string, ok bool) {
	if v.Kind != plist.Dictionary || len(v.Fields) != 1 || v.Fields[0].Key != referenceKey || v.Fields[0].Value.Kind != plist.String {
		return "", false
	}
	return v.Fields[0].Value.Text, true
}

// NewReference returns {$uuid: ID}.
func NewReference(id string) *plist.Value {
	return plist.NewDictionary(plist.Field{Key: referenceKey, Value: plist.NewString(id)})
}

// references checks {$uuid: ID} in Apple's keys, and lists them with their payload. Each target has other UUIDs, so package compose
// puts them in.
func (s *load) references(spec *Spec) {
	payloads, ids := map[string]*Payload{}, []string{}
	for i := range spec.Payloads {
		if p := &spec.Payloads[i]; p.ID.IsSet && !p.ID.Secret && payloads[p.ID.Value] == nil {
			payloads[p.ID.Value], ids = p, append(ids, p.ID.Value)
		}
	}
	for i := range spec.Payloads {
		p := &spec.Payloads[i]
		s.referencesIn(p.Keys, p.Path.Key("keys"), func(v, name *plist.Value, at place) {
			to := payloads[name.Text]
			switch {
			case profiles.IsDeclarationType(p.Type.Value):
				s.badReference(v, at, "a declaration names others by their Identifier, not by a PayloadUUID").
					Help = "write the Identifier of the other declaration"
			case to == nil && s.partial: // it may be in the unreadable base
				s.unknown[v] = true
			case to == nil:
				s.badReference(v, at, "no payload has the id %s", describe(name)).
					Help = didYouMean(name.Text, ids, "use the id of a payload in this template")
			case to == p:
				s.badReference(v, at, "payload %s names itself", describe(name)).
					Help = "use the id of another payload"
			case profiles.IsDeclarationType(to.Type.Value):
				s.badReference(v, at, "%s is a declaration, which has no PayloadUUID", describe(name)).
					Help = "use the id of a payload"
			default:
				p.References = append(p.References, entry(name.Text, name, at.path))
			}
		})
	}
	s.referencesIn(spec.Profile.Keys, diag.Keys("profile", "keys"), func(v, _ *plist.Value, at place) {
		s.badReference(v, at, "the top level of a profile names no payload").Help = "write it in the keys of a payload"
	})
}

// referencesIn calls use for each well-formed reference below keys, with the text of its id, and reports the others.
func (s *load) referencesIn(keys *plist.Value, path diag.Path, use func(v, name *plist.Value, at place)) {
	for n := range plist.Walk(keys) {
		f := n.Value.Field(referenceKey)
		if f == nil {
			continue
		}
		work.Add(1)
		n.Skip()
		v, at := n.Value, place{f.Value.Span, n.Path(path)}
		switch _, wellFormed := ReferenceTo(v); {
		case s.unknown[f.Value], f.Value.Kind == plist.Null: // reported already
			s.unknown[v] = true
		case n.Up == nil:
			s.badReference(v, place{f.KeySpan, at.path}, "a reference cannot replace all keys").Help = "write it as the value of a key"
		case n.Up.Up == nil && n.Field != nil && slices.Contains(shownKeys, n.Field.Key): // else references could lead in a circle
			s.badReference(v, at, "a payload has a %s of its own, not that of another", n.Field.Key).Help = "write the text"
		case len(v.Fields) > 1:
			s.badReference(v, place{v.Fields[1].KeySpan, at.path}, "it has other keys beside $uuid").Help = "keep only $uuid"
		case f.Value.Secret:
			(&checker{out: s.out, skip: s.unknown}).secretName(f.Value, at.path)
			s.unknown[v] = true
		case !wellFormed:
			d := s.badReference(v, at, "its $uuid is %s, want the id of a payload", describe(f.Value))
			if d.Help = "use the id of a payload in this template"; isScalar(f.Value.Kind) && f.Value.Kind != plist.Data {
				d.Help = "put the id in quotes"
			}
		default:
			use(v, f.Value, at)
		}
	}
}

// badReference reports a reference, and keeps further checks away from it.
func (s *load) badReference(v *plist.Value, at place, format string, args ...any) *diag.Diagnostic {
	s.unknown[v] = true
	return s.out.add(rule.InvalidPayloadReference, at, "%q: %s", at.path, fmt.Sprintf(format, args...))
}
