package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// MaxKeys bounds the rows of a matrix: more keys than any real profile has, and few enough for every format.
const MaxKeys = 2000

// File is a profile or declaration with the name under which its keys are shown.
type File struct {
	Name string
	Root *plist.Value
}

// Keys returns what the keys of profiles and declarations come to: those that hold no other keys, each once a file with
// each boolean value. The error is one of reading the schema facts, or that there are more than MaxKeys.
func Keys(files []File, targets []target.Target, c *schema.Catalog) (*Matrix, error) {
	known, err := facts.Embedded()
	if err != nil {
		return nil, err
	}
	m := &Matrix{Targets: targets}
	seen := map[Subject]bool{}
	for _, f := range files {
		m.Files = append(m.Files, f.Name)
		w := &walker{file: f.Name, catalog: c, seen: seen, limit: MaxKeys - len(m.Rows)}
		settings, err := w.settings(f.Root)
		if err != nil {
			return nil, err
		}
		for _, s := range settings {
			row := Row{Subject: s.subject}
			for _, t := range targets {
				row.Cells = append(row.Cells, cellOf(f, &judge{s, t, known}))
			}
			m.Rows = append(m.Rows, row)
		}
	}
	return m, nil
}

// cellOf judges a setting where its profile can be installed at all.
func cellOf(f File, j *judge) Cell {
	only := profiles.DeviceTypeOf(f.Root).Platform()
	if only == "" || only == j.target.Platform.Schema() {
		return j.cell()
	}
	const source = "https://developer.apple.com/documentation/devicemanagement/toplevel"
	text := fmt.Sprintf("is in a profile for %s alone (TargetDeviceType)", only)
	return Cell{Target: j.target, Class: intent.None, Source: source, Notes: []intent.Note{{Text: text, Evidence: fact.Apple, Source: source}}}
}

// setting is one key of a file.
type setting struct {
	subject Subject
	path    []string     // of the key, below the type
	value   *plist.Value // its value
	holder  *plist.Value // the payload's own dictionary
	types   []holderType // what the schema knows under the type's name
	domain  *domain      // for a key of a preference domain that ManagedClient.preferences manages
	stray   bool         // it stands in that payload where nothing reads it

	isDeclaration bool
}

// holderType is a type, and the key in it; nil where the type does not have it.
type holderType struct {
	*schema.Type
	key *schema.Key
}

// domain says how a preference is managed.
type domain struct {
	carrier *schema.Type // com.apple.ManagedClient.preferences
	state   string       // Forced or Set-Once
	crowded bool         // its payload manages other domains, too
}

// walker lists the settings of one file.
type walker struct {
	file    string
	catalog *schema.Catalog
	seen    map[Subject]bool
	limit   int
	found   []setting
	err     error
}

func (w *walker) settings(root *plist.Value) ([]setting, error) {
	if root == nil || root.Kind != plist.Dictionary {
		return nil, nil
	}
	if name := root.String("Type"); name != "" {
		w.declaration(name, root.Get("Payload"))
		return w.found, w.err
	}
	common, err := w.catalog.Common()
	if err != nil {
		return nil, err
	}
	for _, payload := range root.List("PayloadContent") {
		if name := payload.String("PayloadType"); name != "" {
			w.payload(name, payload, common)
		}
	}
	return w.found, w.err
}

func (w *walker) declaration(name string, payload *plist.Value) {
	t, err := w.catalog.Declaration(name)
	if err != nil {
		w.err = err
		return
	}
	var types []*schema.Type
	if t != nil {
		types = []*schema.Type{t}
	}
	w.dictionary(&setting{subject: Subject{Type: name}, holder: payload, isDeclaration: true}, types, payload, nil)
}

func (w *walker) payload(name string, payload *plist.Value, common *schema.Type) {
	own := plist.NewDictionary()
	for _, f := range payload.Fields {
		if common.Key(f.Key) == nil {
			own.Fields = append(own.Fields, f)
		}
	}
	if name == profiles.ManagedPreferences {
		w.preferences(own)
		return
	}
	w.dictionary(&setting{subject: Subject{Type: name}, holder: payload}, w.typesOf(name), own, nil)
}

// typesOf returns what Apple's schemas know under a payload type or preference domain, and after it what others do.
func (w *walker) typesOf(name string) []*schema.Type {
	types, err := w.catalog.Payloads(name)
	w.err = cmp.Or(w.err, err)
	preferences, err := w.catalog.Preferences(name)
	w.err = cmp.Or(w.err, err)
	return append(slices.Clip(types), preferences...)
}

// preferences lists the keys of every domain in PayloadContent.DOMAIN.STATE[].mcx_preference_settings, and what stands
// beside that way.
func (w *walker) preferences(payload *plist.Value) {
	carriers, err := w.catalog.Payloads(profiles.ManagedPreferences)
	if w.err = cmp.Or(w.err, err); w.err != nil || len(carriers) == 0 {
		return
	}
	stray := func(name string, f plist.Field) {
		in := &setting{subject: Subject{Type: name}, stray: true, domain: &domain{carrier: carriers[0]}}
		w.add(in, nil, f.Value, []string{f.Key})
	}
	for _, f := range payload.Fields {
		if f.Key != "PayloadContent" {
			stray(profiles.ManagedPreferences, f)
		}
	}
	domains := fieldsOf(payload.Get("PayloadContent"))
	for _, d := range domains {
		types := w.typesOf(d.Key)
		for _, state := range fieldsOf(d.Value) {
			if carriers[0].Key("PayloadContent", d.Key, state.Key) == nil {
				stray(d.Key, state)
				continue
			}
			for _, item := range itemsOf(state.Value) {
				settings := item.Get(profiles.PreferenceSettings)
				in := &setting{subject: Subject{Type: d.Key}, holder: settings, domain: &domain{carriers[0], state.Key, len(domains) > 1}}
				w.dictionary(in, types, settings, nil)
				for _, f := range fieldsOf(item) {
					if settings == nil {
						stray(d.Key, f)
					}
				}
			}
		}
	}
}

func fieldsOf(v *plist.Value) []plist.Field {
	if v == nil || v.Kind != plist.Dictionary {
		return nil
	}
	return v.Fields
}

func itemsOf(v *plist.Value) []*plist.Value {
	if v == nil || v.Kind != plist.Array {
		return nil
	}
	return v.Items
}

// dictionary lists the keys of v, which stands at a path below the types. It goes down as far as a schema knows the keys.
func (w *walker) dictionary(in *setting, types []*schema.Type, v *plist.Value, path []string) {
	for _, f := range fieldsOf(v) {
		if w.err != nil {
			return
		}
		at := append(slices.Clip(path), f.Key)
		if f.Value == nil || len(at) >= plist.MaxDepth || !w.goesDown(types, at) || !w.below(in, types, f.Value, at) {
			w.add(in, types, f.Value, at)
		}
	}
}

// below lists the keys of a dictionary, or of the dictionaries in an array, and reports whether there are any.
func (w *walker) below(in *setting, types []*schema.Type, v *plist.Value, path []string) bool {
	if v.Kind == plist.Dictionary {
		w.dictionary(in, types, v, path)
		return len(v.Fields) > 0
	}
	some := false
	for _, item := range itemsOf(v) {
		some = w.below(in, types, item, path) || some
	}
	return some
}

// goesDown says whether a key holds keys that a schema names.
func (w *walker) goesDown(types []*schema.Type, path []string) bool {
	return slices.ContainsFunc(types, func(t *schema.Type) bool {
		return slices.ContainsFunc(t.Names(path...), func(name string) bool { return name != "" && name != schema.Any })
	})
}

func (w *walker) add(in *setting, types []*schema.Type, v *plist.Value, path []string) {
	s := *in
	s.subject.File, s.subject.Key = w.file, strings.Join(path, ".")
	if v != nil && v.Kind == plist.Boolean {
		s.subject.Value = fmt.Sprint(v.Bool)
	}
	if w.seen[s.subject] {
		return
	}
	if len(w.found) == w.limit {
		w.err = fmt.Errorf("%s: holds more than %d different keys", w.file, MaxKeys)
		return
	}
	w.seen[s.subject] = true
	s.path, s.value = path, v
	for _, t := range types {
		s.types = append(s.types, holderType{t, t.Key(path...)})
	}
	w.found = append(w.found, s)
}
