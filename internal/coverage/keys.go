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
	"syncguard/internal/target"
	"syncguard/profiles"
)

// MaxKeys bounds the rows of a matrix: above the keys of any real profile, and few enough for every format.
const MaxKeys = 2000

// ErrTooManyKeys is the error of Keys for more than MaxKeys keys.
var ErrTooManyKeys = fmt.Errorf("holds more than %d different keys", MaxKeys)

// File is a profile or declaration, and the name to show with its keys.
type File struct {
	Name string
	Root *plist.Value
}

// Keys returns the effect of the keys of profiles and declarations on each target. It lists keys without subkeys, each
// once a file and boolean value. It fails with more than MaxKeys keys, or if the schema facts cannot be read.
func Keys(files []File, targets []target.Target, c *schema.Catalog) (*Matrix, error) {
	s, err := KeySource(files, c)
	if err != nil {
		return nil, err
	}
	m := &Matrix{Targets: targets}
	for _, f := range files {
		m.Files = append(m.Files, f.Name)
	}
	for i, subject := range s.Subjects() {
		row := Row{Subject: subject}
		for _, t := range targets {
			cell, err := s.Cell(i, t)
			if err != nil {
				return nil, err
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m, nil
}

// cellOf evaluates a setting, unless its profile is for other devices.
func cellOf(f File, e *evaluator) Cell {
	only := profiles.DeviceTypeOf(f.Root).Platform()
	if only == "" || only == e.target.Platform.Schema() {
		return e.cell()
	}
	const source = "https://developer.apple.com/documentation/devicemanagement/toplevel"
	text := fmt.Sprintf("is in a profile for %s only (TargetDeviceType)", only)
	return Cell{Target: e.target, Class: intent.None, Source: source, Notes: []intent.Note{{Text: text, Evidence: fact.Apple, Source: source}}}
}

// setting is one key of a file.
type setting struct {
	subject   Subject
	path      []string     // of the key below the type
	value     *plist.Value // its value
	holder    *plist.Value // the payload's own dictionary
	types     []candidate  // the schema's types of that name
	domain    *domain      // of a key in ManagedClient.preferences; else nil
	misplaced bool         // in ManagedClient.preferences at a place that nothing reads

	isDeclaration bool
}

// candidate is a type of the setting's name.
type candidate struct {
	*schema.Type
	key *schema.Key // nil if the type does not have the key
}

// domain tells how a preference is managed.
type domain struct {
	payload *schema.Type // com.apple.ManagedClient.preferences
	state   string       // Forced or Set-Once
	shared  bool         // the payload manages other domains, too
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

// typesOf returns Apple's types for a payload type or preference domain, then those of the community.
func (w *walker) typesOf(name string) []*schema.Type {
	types, err := w.catalog.Payloads(name)
	w.err = cmp.Or(w.err, err)
	preferences, err := w.catalog.Preferences(name)
	w.err = cmp.Or(w.err, err)
	return append(slices.Clip(types), preferences...)
}

// preferences lists the keys of every domain in PayloadContent.DOMAIN.STATE[].mcx_preference_settings, and keys
// misplaced around it.
func (w *walker) preferences(payload *plist.Value) {
	payloads, err := w.catalog.Payloads(profiles.ManagedPreferences)
	if w.err = cmp.Or(w.err, err); w.err != nil || len(payloads) == 0 {
		return
	}
	misplaced := func(name string, f plist.Field) {
		in := &setting{subject: Subject{Type: name}, misplaced: true, domain: &domain{payload: payloads[0]}}
		w.addSetting(in, nil, f.Value, []string{f.Key})
	}
	for _, f := range payload.Fields {
		if f.Key != "PayloadContent" {
			misplaced(profiles.ManagedPreferences, f)
		}
	}
	domains := fieldsOf(payload.Get("PayloadContent"))
	for _, d := range domains {
		types := w.typesOf(d.Key)
		for _, state := range fieldsOf(d.Value) {
			if payloads[0].Key("PayloadContent", d.Key, state.Key) == nil {
				misplaced(d.Key, state)
				continue
			}
			for _, item := range itemsOf(state.Value) {
				settings := item.Get(profiles.PreferenceSettings)
				in := &setting{subject: Subject{Type: d.Key}, holder: settings, domain: &domain{payloads[0], state.Key, len(domains) > 1}}
				w.dictionary(in, types, settings, nil)
				for _, f := range fieldsOf(item) {
					if settings == nil {
						misplaced(d.Key, f)
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

// dictionary lists the keys of v, found at a path below the types, and their subkeys as far as a schema knows them.
func (w *walker) dictionary(in *setting, types []*schema.Type, v *plist.Value, path []string) {
	for _, f := range fieldsOf(v) {
		if w.err != nil {
			return
		}
		at := append(slices.Clip(path), f.Key)
		if f.Value == nil || len(at) >= plist.MaxDepth || !w.hasSubkeys(types, at) || !w.subkeys(in, types, f.Value, at) {
			w.addSetting(in, types, f.Value, at)
		}
	}
}

// subkeys lists the keys of a dictionary, or of the dictionaries in an array, and reports whether there are any.
func (w *walker) subkeys(in *setting, types []*schema.Type, v *plist.Value, path []string) bool {
	if v.Kind == plist.Dictionary {
		w.dictionary(in, types, v, path)
		return len(v.Fields) > 0
	}
	some := false
	for _, item := range itemsOf(v) {
		some = w.subkeys(in, types, item, path) || some
	}
	return some
}

// hasSubkeys reports whether a schema names subkeys of a key.
func (w *walker) hasSubkeys(types []*schema.Type, path []string) bool {
	return slices.ContainsFunc(types, func(t *schema.Type) bool {
		return slices.ContainsFunc(t.Names(path...), func(name string) bool { return name != "" && name != schema.Any })
	})
}

func (w *walker) addSetting(in *setting, types []*schema.Type, v *plist.Value, path []string) {
	s := *in
	s.subject.File, s.subject.Key = w.file, strings.Join(path, ".")
	if v != nil && v.Kind == plist.Boolean {
		s.subject.Value = fmt.Sprint(v.Bool)
	}
	if w.seen[s.subject] {
		return
	}
	if len(w.found) == w.limit {
		if w.err = ErrTooManyKeys; w.file != "" {
			w.err = fmt.Errorf("%s: %w", w.file, ErrTooManyKeys)
		}
		return
	}
	w.seen[s.subject] = true
	s.path, s.value = path, v
	for _, t := range types {
		s.types = append(s.types, candidate{t, t.Key(path...)})
	}
	w.found = append(w.found, s)
}
