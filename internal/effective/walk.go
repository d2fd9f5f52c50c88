package effective

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/merge"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// groupName names a setting: the values of all units with this name compete.
type groupName struct{ payloadType, key, scope string }

// group is the units of one setting.
type group struct {
	groupName
	name   string // of a payload as a whole
	way    merge.Way
	units  []unit
	places []*place // of payloads of which a device takes one
}

// unit is one place that sets a setting.
type unit struct {
	file    *source
	payload string
	kind    string // of a payload's setting in the group of a declaration: its own type, key and way
	key     string
	own     merge.Way
	value   *plist.Value // as it counts in the group; the content of a payload as a whole
	raw     *plist.Value // as the file has it
	class   intent.Class
	scope   string
	state   string // of managed preferences
	shared  bool   // its payload manages other domains, too
	outside bool   // of a payload, in the group of a declaration's key
	isWhole bool
}

// place is where a walk through a payload is.
type place struct {
	file     *source
	payload  string
	kind     string // the type in the result
	types    []*schema.Type
	holder   *plist.Value
	declared *schema.Type // of a declaration, else nil
	managed  *schema.Type // of managed preferences, else nil
	state    string
	shared   bool
	scope    string
	label    string // before each key: the name of an entry
}

func (r *run) typesOf(name string) []*schema.Type {
	types, known := r.types[name]
	if !known {
		var err error
		if types, err = coverage.TypesOf(r.catalog, name); err != nil {
			r.err = err
		}
		r.types[name] = types
	}
	return types
}

func (r *run) declaration(name string) *schema.Type {
	types, known := r.types["declaration "+name]
	if !known {
		t, err := r.catalog.Declaration(name)
		if err != nil {
			r.err = err
		}
		if t != nil {
			types = []*schema.Type{t}
		}
		r.types["declaration "+name] = types
	}
	if len(types) == 0 {
		return nil
	}
	return types[0]
}

// noteDeclared notes the configurations of a file that the target takes.
func (r *run) noteDeclared(f *source) {
	all := []*plist.Value{f.Root}
	if !f.Declaration {
		all = nil
		for _, p := range f.Root.List("PayloadContent") {
			if p.String("PayloadType") == declarations {
				all = append(all, p.List("Declarations")...)
			}
		}
	}
	for _, root := range all {
		if t := r.declaration(root.String("Type")); t != nil && t.Family == schema.Configuration && r.whyNot(t) == "" {
			r.declared[t.PayloadType] = t
		}
	}
}

// whyNot tells why a type as a whole has no effect on the target, "" if it has one.
func (r *run) whyNot(t *schema.Type) string {
	var all []string
	a := t.AvailabilityAt(r.on.Platform)
	for _, l := range a.MainLimits(r.on) {
		if l.Obstacle.Blocks() {
			all = append(all, a.Phrase(l, r.on))
		}
	}
	return strings.Join(all, "; ")
}

func (r *run) addFile(f *source) {
	if f.Declaration {
		r.addDeclaration(f, f.Root, "")
		return
	}
	for i, payload := range f.Root.List("PayloadContent") {
		if payload == nil || payload.Kind != plist.Dictionary || r.err != nil {
			continue
		}
		at := fmt.Sprintf("PayloadContent[%d]", i)
		switch name := payload.String("PayloadType"); name {
		case "":
		case declarations:
			for _, d := range payload.List("Declarations") {
				if d != nil && d.Kind == plist.Dictionary {
					r.addDeclaration(f, d, at)
				}
			}
		case profiles.ManagedPreferences:
			r.addPreferences(f, at, payload)
		default:
			r.addPayload(f, at, name, payload)
		}
	}
}

// declarations is the payload type for declarations inside a profile.
const declarations = "com.apple.declarations"

// addDeclaration adds a configuration. Other declarations set nothing on the device by themselves.
func (r *run) addDeclaration(f *source, root *plist.Value, payload string) {
	name := root.String("Type")
	content := root.Get("Payload")
	if content == nil || content.Kind != plist.Dictionary {
		content = plist.NewDictionary()
	}
	t := r.declaration(name)
	p := &place{file: f, payload: payload, kind: name, holder: content, declared: t}
	switch {
	case t == nil && strings.HasPrefix(name, "com.apple.configuration."):
		r.inert(p, "", nil, "is in no schema")
		return
	case t == nil || t.Family != schema.Configuration:
		return
	}
	p.types = []*schema.Type{t}
	if why := r.whyNot(t); why != "" {
		r.inert(p, "", nil, why)
		return
	}
	if w := merge.Declaration(t, nil); w.How.IsWhole() {
		r.addWhole(p, w, root.String("Identifier"))
		return
	}
	r.addKeys(p, content, nil)
}

func (r *run) addPayload(f *source, at, name string, payload *plist.Value) {
	types := r.typesOf(name)
	p := &place{file: f, payload: at, kind: name, types: types, holder: payload, scope: r.scopeOf(f.Root)}
	switch {
	case len(types) == 0 && !r.isMac():
		r.inert(p, "", nil, "is in no schema")
		return
	case len(types) > 0 && types[0].Family == schema.Payload && !slices.ContainsFunc(types, func(t *schema.Type) bool { return r.whyNot(t) == "" }):
		r.inert(p, "", nil, r.whyNot(types[0]))
		return
	}
	own := plist.NewDictionary()
	for _, field := range payload.Fields {
		if !r.isCommon(field.Key) {
			own.Fields = append(own.Fields, field)
		}
	}
	w := merge.Payload(name, types, nil, r.on.Platform)
	if !w.How.IsWhole() {
		r.addKeys(p, own, nil)
		return
	}
	label := own.String(merge.NameKey(name))
	if label == "" {
		label = payload.String("PayloadDisplayName")
	}
	p.holder = own
	r.addWhole(p, w, label)
}

// isCommon reports whether a key is common to all payloads. PayloadEnabled and the like are of the profile, and servers write them
// into each payload.
func (r *run) isCommon(key string) bool {
	switch key {
	case "PayloadEnabled", "PayloadScope", "PayloadRemovalDisallowed":
		return true
	}
	return r.common.Key(key) != nil
}

// addPreferences adds the domains of a payload of managed preferences.
func (r *run) addPreferences(f *source, at string, payload *plist.Value) {
	managed := r.typesOf(profiles.ManagedPreferences)
	p := place{file: f, payload: at, kind: profiles.ManagedPreferences, types: managed, scope: r.scopeOf(f.Root)}
	if len(managed) == 0 || r.whyNot(managed[0]) != "" {
		why := "is in no schema"
		if len(managed) > 0 {
			why = r.whyNot(managed[0])
		}
		r.inert(&p, "", nil, why)
		return
	}
	p.managed = managed[0]
	for _, f := range payload.Fields {
		if f.Key != "PayloadContent" && !r.isCommon(f.Key) {
			r.misplaced(&p, f)
		}
	}
	content := payload.Get("PayloadContent")
	if content == nil || content.Kind != plist.Dictionary {
		return
	}
	p.shared = len(content.Fields) > 1
	for _, d := range content.Fields {
		if d.Value != nil && d.Value.Kind == plist.Dictionary {
			in := p
			in.kind, in.types = d.Key, r.typesOf(d.Key)
			r.addDomain(&in, d.Value)
		}
	}
}

// addDomain adds the settings of a preference domain, forced or set once.
func (r *run) addDomain(p *place, domain *plist.Value) {
	for _, state := range domain.Fields {
		if state.Key != profiles.Forced && state.Key != profiles.SetOnce || state.Value == nil || state.Value.Kind != plist.Array {
			r.misplaced(p, state)
			continue
		}
		for _, item := range state.Value.Items {
			settings := item.Get(profiles.PreferenceSettings)
			if settings == nil || settings.Kind != plist.Dictionary {
				continue
			}
			in := *p
			in.holder, in.state = settings, state.Key
			r.addKeys(&in, settings, nil)
		}
	}
}

// misplaced notes a key in managed preferences at a place that nothing reads.
func (r *run) misplaced(p *place, f plist.Field) {
	if f.Value == nil {
		return
	}
	c := coverage.Judge(&coverage.Key{Type: p.kind, Path: []string{f.Key}, Value: f.Value, Types: p.types, Managed: p.managed, Misplaced: true}, r.on)
	r.inert(p, f.Key, f.Value, c.Condition())
}

// addWhole adds a payload or declaration as a whole: one that stands beside others, or one of a kind.
func (r *run) addWhole(p *place, w merge.Way, name string) {
	key := groupName{payloadType: p.kind, scope: p.scope}
	if w.How == merge.Coexist {
		label := p.holder.String(merge.NameKey(p.kind))
		if p.declared != nil {
			label = name
		}
		if label == "" {
			label = fmt.Sprintf("\x00%x", plist.Hash(p.holder))
		}
		key.key = "\x00" + label // no key's name begins so
		if p.declared == nil && merge.NameKey(p.kind) != "" {
			w = merge.SameName()
		}
		r.judgeInside(p, p.holder, nil, name)
	}
	g := r.groupOf(key, w)
	g.name = name
	g.units = append(g.units, unit{file: p.file, payload: p.payload, value: p.holder, raw: p.holder, scope: p.scope, isWhole: true})
	if w.How != merge.Coexist && w.ID != merge.SameName().ID {
		g.places = append(g.places, p)
	}
}

// judgeInside notes the keys without effect in a payload that is listed as a whole.
func (r *run) judgeInside(p *place, v *plist.Value, path []string, name string) {
	if p.managed != nil {
		return
	}
	in := *p
	if name != "" {
		in.label = "[" + name + "]"
	}
	r.eachKey(&in, v, path, func(at []string, value *plist.Value) { r.judge(&in, at, value) })
}

// addKeys adds every key of a dictionary.
func (r *run) addKeys(p *place, v *plist.Value, path []string) {
	r.eachKey(p, v, path, func(at []string, value *plist.Value) { r.addKey(p, at, value) })
}

// eachKey calls visit for each key that is a setting: the schema or, without one, the file has no keys below it; or its values combine
// as one. Entries of a list are visited one by one, with their name in the path.
func (r *run) eachKey(p *place, v *plist.Value, path []string, visit func(path []string, value *plist.Value)) {
	last := make(map[string]int, len(v.Fields)) // of duplicate keys the last one counts
	for i, f := range v.Fields {
		last[f.Key] = i
	}
	for i, f := range v.Fields {
		if f.Value == nil || f.Value.Kind == plist.Null || last[f.Key] != i {
			continue
		}
		work.Add(1)
		at := append(slices.Clip(path), f.Key)
		switch {
		case f.Value.Kind == plist.Dictionary && len(f.Value.Fields) > 0 && len(at) < maxDepth && !r.isOne(p, at):
			r.eachKey(p, f.Value, at, visit)
		case f.Value.Kind == plist.Array && p.declared == nil && p.managed == nil && merge.EntriesAt(p.kind, at) != nil:
			r.eachEntry(p, f.Value, at, visit)
		default:
			visit(at, f.Value)
		}
	}
}

// maxDepth bounds the comparison key by key; deeper dictionaries are compared as a whole.
const maxDepth = 8

// isOne reports whether a dictionary combines as one value.
func (r *run) isOne(p *place, path []string) bool {
	if p.declared == nil {
		return false
	}
	k := p.declared.Key(path...)
	return k == nil || k.CombineType != ""
}

// eachEntry visits the keys of each dictionary in a list.
func (r *run) eachEntry(p *place, list *plist.Value, path []string, visit func(path []string, value *plist.Value)) {
	e := merge.EntriesAt(p.kind, path)
	for _, item := range list.Items {
		if item == nil || item.Kind != plist.Dictionary {
			continue
		}
		var label []string
		for _, by := range e.By {
			if s := item.String(by); s != "" {
				label = append(label, s)
			}
		}
		in := append(slices.Clip(path[:len(path)-1]), path[len(path)-1]+"["+strings.Join(label, " to ")+"]")
		for _, f := range item.Fields {
			if f.Value == nil || slices.Contains(e.By, f.Key) || isRemark(f.Key) {
				continue
			}
			visit(append(slices.Clip(in), f.Key), f.Value)
		}
	}
}

// isRemark reports whether a key of an entry is for people, or says what kind its name is.
func isRemark(key string) bool {
	return key == "Comment" || key == "IdentifierType" || key == "AEReceiverIdentifierType"
}

// addKey adds a setting to its group, unless it has no effect on the target.
func (r *run) addKey(p *place, path []string, v *plist.Value) {
	class, works := r.judge(p, path, v)
	if !works {
		return
	}
	u := unit{file: p.file, payload: p.payload, value: v, raw: v, class: class, scope: p.scope, state: p.state, shared: p.shared}
	name := groupName{payloadType: p.kind, key: strings.Join(path, "."), scope: p.scope}
	var w merge.Way
	switch {
	case p.declared != nil:
		w = merge.Declaration(p.declared, schemaPath(path))
	case p.managed != nil:
		w, name.scope = merge.Preference(), ""
	default:
		w = merge.Payload(p.kind, p.types, schemaPath(path), r.on.Platform)
		if w.ID == merge.Preference().ID {
			name.scope = ""
		}
		if r.addBeside(p, path, u) {
			return
		}
	}
	g := r.groupOf(name, w)
	g.units = append(g.units, u)
}

// addBeside adds a payload's setting to the group of a declaration that replaces it, or notes that the declaration counts.
func (r *run) addBeside(p *place, path []string, u unit) bool {
	to := r.replacement(p, path)
	t := r.declared[to]
	if t == nil {
		return false
	}
	var key string
	var value *plist.Value
	var declared merge.Way
	if t.Apply == "combined" {
		key, value = r.counterpart(p.kind, path, t, u.value)
	}
	switch {
	case key != "":
		declared = merge.Declaration(t, strings.Split(key, "."))
	case merge.BothHold(to):
		return false
	}
	w := merge.Beside(to, declared, key != "")
	if w.DeclaredWins() {
		r.inert(p, strings.Join(path, "."), u.raw, fmt.Sprintf("gives way to the declaration %s (%s)", to, w.Evidence))
		return true
	}
	name := groupName{payloadType: p.kind, key: strings.Join(path, "."), scope: p.scope}
	if key == "" {
		g := r.groupOf(name, w)
		g.units = append(g.units, u)
		return true
	}
	u.kind, u.key, u.value, u.outside = p.kind, name.key, value, true
	u.own = merge.Payload(p.kind, p.types, schemaPath(path), r.on.Platform)
	g := r.groupOf(groupName{payloadType: to, key: key}, declared)
	g.units = append(g.units, u)
	return true
}

// replacement returns the declaration type that replaces a payload's key, or "".
func (r *run) replacement(p *place, path []string) string {
	for _, t := range p.types {
		if t.Family != schema.Payload {
			continue
		}
		if k := t.Key(path[0]); k != nil && k.Replacement != "" {
			return k.Replacement
		}
		if t.Replacement != "" {
			return t.Replacement
		}
	}
	return r.facts.Counterpart(p.kind)
}

// counterpart returns the key of a declaration for a payload's key, and the value it has there; "" without one.
func (r *run) counterpart(payloadType string, path []string, t *schema.Type, v *plist.Value) (string, *plist.Value) {
	if x := r.facts.RenameOf(payloadType, path, t.PayloadType); x != nil {
		if x.Inverted && v.Kind == plist.Boolean {
			return x.As, &plist.Value{Kind: plist.Boolean, Bool: !v.Bool, Secret: v.Secret}
		}
		return x.As, v
	}
	if k := t.Key(path...); k != nil && k.Kind == v.Kind && k.Name == path[len(path)-1] {
		return strings.Join(path, "."), v
	}
	return "", nil
}

// judge returns the class of a setting on the target, or notes that it has no effect there.
func (r *run) judge(p *place, path []string, v *plist.Value) (intent.Class, bool) {
	c := coverage.Judge(&coverage.Key{Type: p.kind, Path: schemaPath(path), Value: v, Holder: p.holder, Types: p.types,
		IsDeclaration: p.declared != nil, Managed: p.managed, State: p.state}, r.on)
	if c.Class != intent.None {
		return c.Class, true
	}
	why := c.Condition()
	if !slices.ContainsFunc(c.Notes, func(n intent.Note) bool { return n.Evidence == fact.Apple }) && len(c.Notes) > 0 {
		why += fmt.Sprintf(" (%s)", c.Notes[0].Evidence)
	}
	r.inert(p, strings.Join(path, "."), v, why)
	return "", false
}

// schemaPath returns a path without the names of entries.
func schemaPath(path []string) []string {
	if !slices.ContainsFunc(path, func(s string) bool { return strings.HasSuffix(s, "]") }) {
		return path
	}
	clean := make([]string, len(path))
	for i, s := range path {
		clean[i] = s
		if strings.HasSuffix(s, "]") {
			clean[i], _, _ = strings.Cut(s, "[")
		}
	}
	return clean
}

func (r *run) inert(p *place, key string, v *plist.Value, why string) {
	if p.label != "" && key != "" {
		key = p.label + "." + key
	}
	r.Inert = append(r.Inert, Inert{Type: p.kind, Key: key, Why: why, Source: sourceOf(p.file, p.payload, v)})
}

func (r *run) groupOf(name groupName, w merge.Way) *group {
	g := r.groups[name]
	if g == nil {
		g = &group{groupName: name, way: w}
		r.groups[name] = g
		r.order = append(r.order, g)
	}
	return g
}
