package template

import (
	"fmt"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/target"
)

// section is a mapping of the template with its shape. It returns defaults for absent and wrong keys, so decoding continues
// and finds every mistake.
type section struct {
	v     *plist.Value // nil or a Dictionary
	off   *plist.Value // false in place of the Dictionary, which turns off all below
	shape *shape
	at    place
}

// under returns the section at a key.
func (s section) under(name string) section {
	child := section{shape: s.shape.child(name), at: place{s.at.span, s.at.path.Key(name)}}
	if f := s.v.Field(name); f != nil {
		child.at.span = f.KeySpan
		switch {
		case f.Value.Kind == plist.Dictionary:
			child.v = f.Value
		case f.Value.Kind == plist.Boolean && !f.Value.Bool && child.shape.accepts(plist.Boolean):
			child.off = f.Value
		}
	}
	return child
}

// get returns the value of a key, or nil for none and for a wrong kind.
func (s section) get(name string) *plist.Value {
	v := s.v.Get(name)
	if v == nil || v.Kind == plist.Null || !s.shape.child(name).accepts(v.Kind) {
		return nil
	}
	return v
}

// has is true for a key with a value.
func (s section) has(name string) bool { return s.get(name) != nil }

// placeOf is the place of a key, or of the section without one.
func (s section) placeOf(name string) place {
	at := place{s.at.span, s.at.path.Key(name)}
	if f := s.v.Field(name); f != nil {
		at.span = f.KeySpan
	}
	return at
}

// entry makes an Entry of a value; v is nil for the default.
func entry[T any](value T, v *plist.Value, path diag.Path) Entry[T] {
	e := Entry[T]{Value: value, Path: path}
	if v != nil {
		e.IsSet, e.Secret, e.Span = true, v.Secret, v.Span
	}
	return e
}

func (s section) text(name string) Entry[string] { return textOf[string](s, name) }

func textOf[T ~string](s section, name string) Entry[T] {
	path := s.at.path.Key(name)
	if v := s.get(name); v != nil && v.Kind == plist.String {
		return entry(T(v.Text), v, path)
	}
	return entry(T(s.shape.child(name).fallback), nil, path)
}

func (s section) flag(name string) Entry[bool] {
	path := s.at.path.Key(name)
	if v := s.get(name); v != nil {
		return entry(v.Bool, v, path)
	}
	return entry(s.shape.child(name).fallback == "true", nil, path)
}

func (s section) date(name string) Entry[time.Time] {
	path := s.at.path.Key(name)
	v := s.get(name)
	if v == nil {
		return entry(time.Time{}, nil, path)
	}
	moment := v.Time
	if v.Kind == plist.String {
		moment, _ = parseDate(v.Text)
	}
	return entry(moment.UTC().Truncate(time.Second), v, path)
}

// texts is a list of texts, without the items of other kinds.
func (s section) texts(name string) []Entry[string] { return textsOf[string](s, name) }

func textsOf[T ~string](s section, name string) []Entry[T] {
	v := s.get(name)
	if v == nil {
		return nil
	}
	var all []Entry[T]
	for i, item := range v.Items {
		if item.Kind == plist.String {
			all = append(all, entry(T(item.Text), item, s.at.path.Key(name).Item(i)))
		}
	}
	return all
}

// decode turns a checked tree into a Spec, and reports conflicts between keys.
func (s *load) decode(root *plist.Value, top *shape) *Spec {
	r := section{v: root, shape: top}
	spec := &Spec{
		Organization: s.organization(r.under("organization")),
		Profile:      s.profile(r.under("profile")),
		Targets:      s.targets(r),
		Prevention:   s.prevention(r),
	}
	s.payloads(r, spec)
	s.references(spec)
	return spec
}

func (s *load) organization(o section) Organization {
	org := Organization{Name: o.text("name"), Identifier: o.text("identifier")}
	if id := org.Identifier; id.IsSet && isExampleDomain(id.Value) {
		s.out.warn(rule.ExampleIdentifier, place{id.Span, id.Path}, "%q is %s, a domain reserved for examples", id.Path, id.quoted()).
			Help = "use your own domain, reversed, before building for devices"
	}
	return org
}

// quoted shows an entry in a message.
func (e Entry[T]) quoted() string {
	if e.Secret {
		return "a secret"
	}
	return fmt.Sprintf("%q", fmt.Sprint(e.Value))
}

func (s *load) profile(p section) Profile {
	profile := Profile{
		Identifier: p.text("identifier"), DisplayName: p.text("displayName"), Description: p.text("description"),
		Scope: p.text("scope"), Expires: p.date("expires"), Removal: s.removal(p.under("removal")),
	}
	profile.Languages = p.texts("languages")
	profile.Consent = s.consent(p)
	profile.Keys, profile.Raw = p.get("keys"), p.flag("raw")
	s.checkVerbatim(profile, p)
	return profile
}

// checkVerbatim reports keys without effect beside profile.keys, a verbatim top level.
func (s *load) checkVerbatim(profile Profile, p section) {
	if profile.Keys == nil {
		if profile.Raw.IsSet {
			s.out.warn(rule.KeyWithoutEffect, p.placeOf("raw"), "%q has no effect without %q", profile.Raw.Path, "profile.keys")
		}
		return
	}
	if f := profile.Keys.Field("PayloadContent"); f != nil {
		s.out.add(rule.ReservedKey, place{f.KeySpan, diag.Keys("profile", "keys", "PayloadContent")}, "%q is reserved: it is made from %q", f.Key, "payloads").
			Help = "list each payload under payloads"
	}
	removal := p.under("removal")
	for _, written := range []struct {
		in        section
		name, key string
	}{
		{p, "displayName", "PayloadDisplayName"}, {p, "description", "PayloadDescription"}, {p, "scope", "PayloadScope"},
		{p, "expires", "PayloadExpirationDate"}, {p, "consent", "ConsentText"}, {removal, "disallowed", "PayloadRemovalDisallowed"},
		{removal, "date", "RemovalDate"}, {removal, "after", "DurationUntilRemoval"},
	} {
		if written.in.has(written.name) {
			at := written.in.placeOf(written.name)
			s.out.warn(rule.KeyWithoutEffect, at, "%q has no effect beside %q, the whole top level", at.path, "profile.keys").
				Help = "write " + written.key + " under profile.keys"
		}
	}
}

func (s *load) removal(r section) Removal {
	removal := Removal{Disallowed: r.flag("disallowed"), Date: r.date("date"), Passcode: r.text("passcode")}
	removal.Passcode.Secret = true
	after := r.text("after")
	d, _ := parseDuration(after.Value)
	removal.After = entry(d, r.get("after"), after.Path)
	if removal.Date.IsSet && removal.After.IsSet {
		s.out.note(rule.ConflictingTemplateKeys, r.placeOf("after"), "%q and %q are both set, and the earlier date counts", "date", "after")
	}
	return removal
}

func (s *load) consent(p section) []Consent {
	v := p.get("consent")
	path := p.at.path.Key("consent")
	switch {
	case v == nil:
		return nil
	case v.Kind == plist.String:
		return []Consent{{"default", entry(v.Text, v, path)}}
	}
	var all []Consent
	for _, f := range v.Fields {
		at := place{f.KeySpan, path.Key(f.Key)}
		if f.Value.Kind != plist.String {
			continue
		}
		if !languageFormat.matches(f.Key) {
			s.out.add(rule.InvalidTemplateKey, at, "invalid language %q, want %s", f.Key, languageFormat.want)
		}
		all = append(all, Consent{f.Key, entry(f.Value.Text, f.Value, at.path)})
	}
	return all
}

func (s *load) targets(r section) []Entry[target.Target] {
	var all []Entry[target.Target]
	seen := map[target.Target]Entry[string]{}
	for _, e := range r.texts("targets") {
		t, err := target.Parse(e.Value)
		if err != nil {
			continue
		}
		if note := t.ReadAs(); note != "" && !e.Secret {
			s.out.note(rule.TargetReadAsSupervised, place{e.Span, e.Path}, "%s", note)
		}
		first, repeated := seen[t]
		if !repeated {
			seen[t] = e
		} else if first.Value != e.Value {
			s.out.add(rule.RepeatedItem, place{e.Span, e.Path}, "%s is the same target as an earlier one in %q", e.quoted(), "targets").
				Related = []diag.Related{{Message: "first here", Span: first.Span}}
		}
		all = append(all, Entry[target.Target]{Value: t, IsSet: true, Secret: e.Secret, Span: e.Span, Path: e.Path})
	}
	if !r.has("targets") {
		for _, t := range DefaultTargets() {
			all = append(all, entry(t, nil, diag.Keys("targets")))
		}
	}
	return all
}

func (s *load) payloads(r section, spec *Spec) {
	list := r.get("payloads")
	if list == nil {
		return
	}
	item := r.shape.child("payloads").item
	ids := map[string]diag.Span{}
	for i, v := range list.Items {
		if v.Kind != plist.Dictionary {
			continue
		}
		p := s.payload(section{v: v, shape: item, at: place{start(v), diag.Keys("payloads").Item(i)}}, spec)
		if first, repeated := ids[p.ID.Value]; repeated && p.ID.IsSet {
			s.out.add(rule.RepeatedItem, place{p.ID.Span, p.ID.Path}, "payload id %s repeats", p.ID.quoted()).
				Related = []diag.Related{{Message: "first here", Span: first}}
		}
		ids[p.ID.Value] = p.ID.Span
		spec.Payloads = append(spec.Payloads, p)
	}
}

func (s *load) payload(v section, spec *Spec) Payload {
	p := Payload{
		ID: v.text("id"), Type: v.text("type"), DisplayName: v.text("displayName"), Description: v.text("description"),
		Identifier: v.text("identifier"), UUID: v.text("uuid"), Keys: v.get("keys"), Raw: v.flag("raw"), Span: v.at.span, Path: v.at.path,
	}
	if p.ID.IsSet {
		p.Span = p.ID.Span
	}
	if p.Keys == nil {
		p.Keys = plist.NewDictionary()
	}
	for _, e := range v.texts("targets") {
		f, err := parseFilter(e.Value)
		if err != nil {
			continue
		}
		f.Span = e.Span
		p.Targets = append(p.Targets, f)
	}
	isVerbatim := spec.Profile.Keys != nil
	if p.Raw.IsSet && !isVerbatim {
		s.out.warn(rule.KeyWithoutEffect, v.placeOf("raw"), "%q has no effect without %q", p.Raw.Path, "profile.keys")
	}
	s.checkReservedKeys(p, v, isVerbatim)
	s.checkPayloadTargets(p, v, spec.Targets)
	return p
}

// checkReservedKeys refuses keys written by the composer. In a verbatim profile these are only the ones set in the template.
func (s *load) checkReservedKeys(p Payload, v section, isVerbatim bool) {
	instead := map[string]string{
		"PayloadType": "type", "PayloadIdentifier": "identifier", "PayloadUUID": "uuid", "PayloadVersion": "",
		"PayloadDisplayName": "displayName", "PayloadDescription": "description",
	}
	for _, f := range p.Keys.Fields {
		key, own := instead[f.Key]
		if !own || isVerbatim && (key == "" || !v.has(key)) {
			continue
		}
		d := s.out.add(rule.ReservedKey, place{f.KeySpan, p.Path.Key("keys").Key(f.Key)}, "%q is reserved: syncguard writes it", f.Key)
		d.Help = "remove it"
		if key != "" {
			d.Help = fmt.Sprintf("set %s beside keys instead", key)
		}
	}
}

func (s *load) checkPayloadTargets(p Payload, v section, targets []Entry[target.Target]) {
	if len(p.Targets) == 0 {
		return
	}
	for _, t := range targets {
		if p.AppliesTo(t.Value) {
			return
		}
	}
	s.out.warn(rule.PayloadWithoutTarget, v.placeOf("targets"), "payload %s matches none of the template's targets", p.ID.quoted()).
		Help = "change its targets, or add one to the template"
}
