package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/migrate"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// File is a profile or declaration that devices have.
type File struct {
	Name   string
	Root   *plist.Value
	Moves  []int    // the moves whose devices have it; nil for all that take it
	Builds []string // of a composed one: the declaration types made by building the template for the later version
}

// Files makes the checklist of profiles and declarations that the devices of some moves have. It fails if the schema facts
// cannot be read, and with more than coverage.MaxKeys keys.
func Files(files []File, moves []Move, c *schema.Catalog) (*Checklist, error) {
	b := newBuilder(moves, c)
	common, err := c.Common()
	if err != nil {
		return nil, err
	}
	w := &walker{builder: b, common: common, present: map[string]map[string]bool{}}
	for _, f := range files {
		if f.Root == nil || f.Root.Kind != plist.Dictionary {
			continue
		}
		w.current, w.ways, w.on, w.touched = f, map[[2]string]Way{}, w.takes(f), nil
		if err := cmp.Or(w.file(f.Root), w.effects()); err != nil {
			return nil, err
		}
	}
	if err := w.newKeys(); err != nil {
		return nil, err
	}
	b.extra = append(b.extra, w.takeovers()...)
	return b.checklist(), nil
}

// walker adds the types and keys of files to a checklist.
type walker struct {
	*builder
	common  *schema.Type
	current File
	ways    map[[2]string]Way // how the current file's ends are converted, by type and key
	on      []int             // the moves whose devices take the current file
	touched []place           // the subjects in the current file

	types   []*schema.Type             // the types of the files, each once
	typeOf  map[string]bool            // their places
	present map[string]map[string]bool // paths of keys in the files, by the place of their type
	handed  []handed
}

// handed is a profile that a legacy declaration could take over.
type handed struct {
	name  string
	moves []int
}

func (w *walker) file(root *plist.Value) error {
	if name := root.String("Type"); name != "" {
		return w.declaration(root)
	}
	plan, err := migrate.NewPlan(root, w.catalog)
	if err != nil {
		return err
	}
	for _, c := range plan.Changes {
		if c.Declaration != "" {
			w.ways[[2]string{c.Type, c.Key}] = ByMigrate
		}
	}
	envelope, err := w.catalog.Envelope()
	if err != nil {
		return err
	}
	own := plist.NewDictionary()
	for _, field := range root.Fields {
		if field.Key != "PayloadContent" {
			own.Fields = append(own.Fields, field)
		}
	}
	if err := w.keys([]*schema.Type{envelope}, own, false); err != nil {
		return err
	}
	canBeHanded := true
	for _, payload := range root.List("PayloadContent") {
		if payload == nil || payload.Kind != plist.Dictionary {
			continue
		}
		name := payload.String("PayloadType")
		canBeHanded = canBeHanded && name != "com.apple.mdm" && name != "com.apple.declarations"
		if err := w.payload(name, payload); err != nil {
			return err
		}
	}
	if canBeHanded {
		w.handed = append(w.handed, handed{w.current.Name, w.on})
	}
	return nil
}

// takes lists the moves whose devices take a file.
func (w *walker) takes(f File) (all []int) {
	only := profiles.DeviceTypeOf(f.Root).Platform()
	for i, m := range w.moves {
		if f.Moves != nil && !slices.Contains(f.Moves, i) {
			continue
		}
		if only == "" || only == m.Platform.Schema() {
			all = append(all, i)
		}
	}
	return all
}

func (w *walker) declaration(root *plist.Value) error {
	t, err := w.catalog.Declaration(root.String("Type"))
	if err != nil {
		return err
	}
	if t == nil {
		w.unknown[place{root.String("Type"), ""}] = true
		return nil
	}
	return w.keys([]*schema.Type{t}, root.Get("Payload"), true)
}

func (w *walker) payload(name string, payload *plist.Value) error {
	switch name {
	case "":
		return nil
	case "com.apple.declarations":
		for _, d := range payload.List("Declarations") {
			if d != nil && d.Kind == plist.Dictionary {
				if err := w.declaration(d); err != nil {
					return err
				}
			}
		}
	}
	own := plist.NewDictionary()
	for _, f := range payload.Fields {
		if w.common.Key(f.Key) == nil {
			own.Fields = append(own.Fields, f)
		}
	}
	types, err := w.typesOf(name)
	if err != nil {
		return err
	}
	if len(types) == 0 {
		w.unknown[place{name, ""}] = true
		return nil
	}
	if name == profiles.ManagedPreferences {
		return w.preferences(types, own)
	}
	return w.keys(types, own, true)
}

// typesOf returns the types of a payload or a preference domain, Apple's first.
func (w *walker) typesOf(name string) ([]*schema.Type, error) {
	types, err := w.catalog.Payloads(name)
	if err != nil {
		return nil, err
	}
	preferences, err := w.catalog.Preferences(name)
	return append(slices.Clip(types), preferences...), err
}

// preferences adds the domains in com.apple.ManagedClient.preferences.
func (w *walker) preferences(types []*schema.Type, own *plist.Value) error {
	if err := w.keys(types, plist.NewDictionary(), true); err != nil {
		return err
	}
	for _, domain := range fieldsOf(own.Get("PayloadContent")) {
		of, err := w.typesOf(domain.Key)
		if err != nil {
			return err
		}
		for _, state := range fieldsOf(domain.Value) {
			if state.Value == nil || state.Value.Kind != plist.Array {
				continue
			}
			for _, item := range state.Value.Items {
				settings := item.Get(profiles.PreferenceSettings)
				switch {
				case settings == nil:
				case len(of) == 0:
					w.unknown[place{domain.Key, ""}] = true
				default:
					if err := w.domain(of, settings); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// domain adds the keys of a preference domain.
func (w *walker) domain(types []*schema.Type, settings *plist.Value) error {
	from := len(w.order)
	if err := w.keys(types, settings, true); err != nil {
		return err
	}
	for _, at := range w.order[from:] {
		if f := w.subjects[at]; !strings.HasPrefix(at.id, string(schema.Preferences)) {
			f.isPreference = true
			for _, s := range f.on {
				s.evidence = fact.Unverified
			}
		}
	}
	return nil
}

func fieldsOf(v *plist.Value) []plist.Field {
	if v == nil || v.Kind != plist.Dictionary {
		return nil
	}
	return v.Fields
}

// keys adds the type with the most of a dictionary's keys, if whole, and the keys, each from the first type that has it.
func (w *walker) keys(types []*schema.Type, v *plist.Value, whole bool) error {
	best, most := types[0], -1
	for _, t := range types {
		n := 0
		for _, f := range fieldsOf(v) {
			if t.Key(f.Key) != nil {
				n++
			}
		}
		if n > most {
			best, most = t, n
		}
	}
	if whole {
		if _, err := w.addType(best, Redeliver); err != nil {
			return err
		}
		w.note(best, "", best.Replacement)
		if best.Family != schema.Envelope {
			w.seen(best)
		}
	}
	for _, f := range fieldsOf(v) {
		t := best
		if t.Key(f.Key) == nil {
			if i := slices.IndexFunc(types, func(t *schema.Type) bool { return t.Key(f.Key) != nil }); i >= 0 {
				t = types[i]
			}
		}
		if err := w.key(t, rootOf(t), f, w.availabilitiesOf(t), "", 0); err != nil {
			return err
		}
	}
	return nil
}

func rootOf(t *schema.Type) *schema.Key { return &schema.Key{Kind: plist.Dictionary, Keys: t.Keys} }

// key adds one key of a dictionary, and what its value holds.
func (w *walker) key(t *schema.Type, parent *schema.Key, f plist.Field, above availabilities, path string, depth int) error {
	work.Add(1)
	if path != "" {
		path += "."
	}
	path += f.Key
	k := parent.Key(f.Key)
	if k == nil {
		w.unknown[place{t.ID, path}] = true
		return nil
	}
	own := above.below(k)
	if _, err := w.addKey(t, k, path, own, above, Redeliver); err != nil {
		return err
	}
	w.note(t, path, k.Replacement)
	return w.value(t, k, f.Value, own, path, depth)
}

// value adds the keys inside a value.
func (w *walker) value(t *schema.Type, k *schema.Key, v *plist.Value, above availabilities, path string, depth int) error {
	if v == nil || len(k.Keys) == 0 || depth >= plist.MaxDepth {
		return nil
	}
	switch {
	case v.Kind == plist.Dictionary && k.Kind == plist.Dictionary:
		for _, f := range v.Fields {
			if err := w.key(t, k, f, above, path, depth+1); err != nil {
				return err
			}
		}
	case v.Kind == plist.Array && k.Kind == plist.Array:
		for _, item := range v.Items {
			element := elementFor(k, item)
			if element == nil {
				continue
			}
			own := above.below(element)
			if _, err := w.addKey(t, element, path+"[]", own, above, Redeliver); err != nil {
				return err
			}
			w.note(t, path+"[]", "")
			if err := w.value(t, element, item, own, path+"[]", depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// elementFor returns the element of an array that describes an item: of its kind, and with one of its keys.
func elementFor(k *schema.Key, item *plist.Value) *schema.Key {
	var first *schema.Key
	for _, e := range k.Keys {
		if item == nil || e.Kind != item.Kind {
			continue
		}
		if item.Kind != plist.Dictionary || slices.ContainsFunc(item.Fields, func(f plist.Field) bool { return e.Key(f.Key) != nil }) {
			return e
		}
		if first == nil {
			first = e
		}
	}
	return first
}

// seen keeps a type for the keys that are new in it.
func (w *walker) seen(t *schema.Type) {
	at := string(t.Family) + "/" + t.ID
	if w.present[at] == nil {
		w.present[at] = map[string]bool{}
		w.types = append(w.types, t)
	}
}

// note records a subject's file, and how its end is met.
func (w *walker) note(t *schema.Type, path, replacement string) {
	at := place{string(t.Family) + "/" + t.ID, path}
	f := w.subjects[at]
	if f == nil {
		return
	}
	w.touched = append(w.touched, at)
	if n := len(f.files); n == 0 || f.files[n-1] != w.current.Name {
		f.files = append(f.files, w.current.Name)
	}
	if f.moves == nil {
		f.moves = map[int]bool{}
	}
	for _, i := range w.on {
		f.moves[i] = true
	}
	for _, meaning := range meaningsOf(t.PayloadType, nil) {
		if n := meaning.need; path == "" && n.Key != "" && w.current.Root.String(n.Key) != n.Is {
			f.isUnmet = true
		}
	}
	if present := w.present[at.id]; present != nil && path != "" {
		present[path] = true
	}
	if f.replacement == nil {
		return
	}
	way := w.ways[[2]string{t.PayloadType, strings.ReplaceAll(path, "[]", "")}]
	if slices.Contains(w.current.Builds, f.replacement.Type) {
		way = ByBuild
	}
	if way != "" {
		f.replacement.Way = way
	}
}

// effects adds the strength of each key of the current file before and after.
func (w *walker) effects() error {
	var targets []target.Target
	for _, i := range w.on {
		targets = append(targets, w.moves[i].Before(), w.moves[i].After())
	}
	matrix, err := coverage.Keys([]coverage.File{{Name: w.current.Name, Root: w.current.Root}}, targets, w.catalog)
	if err != nil {
		return err
	}
	byName := map[[2]string][]*found{}
	for _, at := range w.touched {
		f := w.subjects[at]
		name := [2]string{f.of.PayloadType, strings.ReplaceAll(at.path, "[]", "")}
		byName[name] = append(byName[name], f)
	}
	for _, row := range matrix.Rows {
		work.Add(1)
		for _, key := range []string{row.Subject.Key, ""} {
			for _, f := range byName[[2]string{row.Subject.Type, key}] {
				f.strengthen(w.on, row.Cells)
			}
			if row.Subject.Key == "" {
				break
			}
		}
	}
	return nil
}

// strengthen raises the strength of a subject to that of a key: two cells, before and after, for each move.
func (f *found) strengthen(moves []int, cells []coverage.Cell) {
	if f.effects == nil {
		f.effects = map[int]Effect{}
	}
	for n, i := range moves {
		before, after := cells[2*n].Class, cells[2*n+1].Class
		e, known := f.effects[i]
		if !known {
			e = Effect{i, before, after}
		}
		if intent.Stronger(before, e.Before) {
			e.Before = before
		}
		if intent.Stronger(after, e.After) {
			e.After = after
		}
		f.effects[i] = e
	}
}

// newKeys adds the keys that arrive in the types of the files and that the files do not have.
func (w *walker) newKeys() error {
	for _, t := range w.types {
		if err := w.newNodes(t, t.Tree(), w.availabilitiesOf(t)); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) newNodes(t *schema.Type, nodes []*schema.Node, above availabilities) error {
	present := w.present[string(t.Family)+"/"+t.ID]
	for _, n := range nodes {
		own := above.below(n.Key)
		if !present[n.Path] && !n.IsElement {
			f, err := w.addKey(t, n.Key, n.Path, own, above, New)
			if err != nil {
				return err
			}
			f.isMissing, f.moves = true, w.subjects[place{string(t.Family) + "/" + t.ID, ""}].moves
			continue
		}
		if err := w.newNodes(t, n.Nodes, own); err != nil {
			return err
		}
	}
	return nil
}

// takeovers tells which profiles a legacy declaration can take over after the update.
func (w *walker) takeovers() []Task {
	const legacy = "com.apple.configuration.legacy"
	const source = "https://developer.apple.com/documentation/devicemanagement/legacyprofile"
	d, err := w.catalog.Declaration(legacy)
	if err != nil || d == nil {
		return nil
	}
	var tasks []Task
	for _, h := range joinHanded(w.handed) {
		var on []int
		for _, i := range h.moves {
			m := w.moves[i]
			a := d.AvailabilityAt(m.Platform)
			isThere := !a.NotAvailable && a.Introduced.Compare(m.To) <= 0
			if isThere && (m.Enrollment == "" || m.Enrollment.IsMDM() && !keptOff(a, m.After())) {
				on = append(on, i)
			}
		}
		if len(on) == 0 {
			continue
		}
		n := slices.IndexFunc(tasks, func(t Task) bool { return slices.Equal(t.Moves, on) })
		if n < 0 {
			n = len(tasks)
			tasks = append(tasks, Task{Verdict: TakenOver, Type: legacy, Family: d.Family, Moves: on, Notes: []intent.Note{
				{Text: "only a profile that MDM installed; the declaration's file needs the same PayloadIdentifier and PayloadUUID, and as many payloads, in the same order, with the same PayloadType, PayloadIdentifier and PayloadUUID each",
					Evidence: fact.Apple, Source: source},
				{Text: "nothing is installed again: keys that wait for a new delivery, and settings that differ, stay without effect until the configuration changes next", Evidence: fact.Apple, Source: source},
				{Text: "while the declaration is active, MDM can neither install nor remove the profile", Evidence: fact.Apple, Source: source},
			}})
		}
		tasks[n].Files = append(tasks[n].Files, h.name)
	}
	return tasks
}

// joinHanded joins the moves of profiles of one name.
func joinHanded(all []handed) (joined []handed) {
	at := map[string]int{}
	for _, h := range all {
		i, known := at[h.name]
		if !known {
			at[h.name] = len(joined)
			joined = append(joined, handed{h.name, slices.Clone(h.moves)})
			continue
		}
		for _, m := range h.moves {
			if !slices.Contains(joined[i].moves, m) {
				joined[i].moves = append(joined[i].moves, m)
			}
		}
	}
	return joined
}

// annotate adds what else there is to know of a task.
func (b *builder) annotate(t *Task, f *found) {
	switch {
	case t.Verdict == Redeliver && f.isDeclaration:
		t.Notes = append(t.Notes, unread())
	case t.Verdict == Redeliver:
		t.Notes = append(t.Notes, redelivered())
	}
	if f.isPreference && t.Verdict != New {
		t.Notes = append(t.Notes, intent.Note{Text: "Apple states it of the payload; here the key is a managed preference, and what becomes of that is not known", Evidence: fact.Unverified})
	}
	if f.replacement != nil && t.Replacement == nil && slices.Contains([]Verdict{Stops, Deprecated}, t.Verdict) {
		t.Notes = append(t.Notes, intent.Note{Text: f.whyNoReplacement(b.moves[t.Moves[0]]), Evidence: fact.Apple})
	}
}

// whyNoReplacement tells why the devices of a move do not take the declaration in its place.
func (f *found) whyNoReplacement(m Move) string {
	a := f.on[m.Platform.Schema()].replacement
	for _, l := range a.Limits(m.After()) {
		if l.Obstacle.Blocks() {
			return f.replacement.Type + " would replace it, but " + a.Phrase(l, m.After())
		}
	}
	return f.replacement.Type + " would replace it, but these devices do not take it"
}
