// Package assign changes one value of a profile, a declaration or a template in its text: it sets, inserts, removes, moves or renames it.
// Comments, order, indentation and line ends stay, and so does every other byte.
//
// Start with Edits. It reads the changed text back and returns nothing whose values are not those wanted. New values are in the
// canonical form, indented as their neighbours are. xml.go, json.go and yaml.go know where the text of a value begins and ends.
package assign

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// Format is the syntax of a text.
type Format string

// The formats.
const (
	XML  Format = "xml"
	JSON Format = "json"
	YAML Format = "yaml"
)

// Text is a text with its values.
type Text struct {
	Format Format
	File   *diag.File
	Root   *plist.Value // with places; nil if nothing is usable
	Whole  bool         // Root holds all of the text
	Found  []diag.Diagnostic
}

// Read reads a text. Templates are in YAML; for the others the content tells the format.
func Read(f *diag.File, isTemplate bool) *Text {
	t := &Text{Format: YAML, File: f}
	if isTemplate {
		t.Root, t.Found = template.ReadYAML(f)
		t.Whole = t.Root != nil
		return t
	}
	data := bytes.Clone(f.Data)
	doc, found := document.OpenTemplate(f)
	t.Root, t.Found, t.Whole, t.Format = doc.Root, found, doc.Whole, XML
	if doc.Format == document.JSON {
		t.Format = JSON
	}
	if doc.Signed || doc.Format == document.Binary || doc.File != nil && !bytes.Equal(doc.File.Data, data) { // the places are those of another text
		t.Root, t.Whole = nil, false
	}
	return t
}

// Kind is the kind of a Change.
type Kind string

// The kinds.
const (
	Set    Kind = "set"    // to a value; missing dictionaries and arrays above come with it
	Insert Kind = "insert" // before an element of an array
	Remove Kind = "remove"
	Move   Kind = "move"   // an element of an array to another index
	Rename Kind = "rename" // a key of a dictionary
)

// Change is the change of one value.
type Change struct {
	Kind  Kind
	Path  diag.Path
	Value *plist.Value // of Set and Insert
	To    int          // of Move
	Key   string       // of Rename
}

// syntax makes edits in one syntax. Each function returns ways to do it, the best first.
type syntax interface {
	replace(at place, value *plist.Value) ([]way, error)
	insert(container, above place, i int, key string, value *plist.Value) ([]way, error)
	remove(container place, i int) ([]way, error)
	move(container place, from, to int) ([]way, error)
	rename(container place, i int, key string) ([]way, error)
}

// way is a list of edits that do not overlap.
type way []diag.Edit

// place is a value with those around it.
type place struct {
	value *plist.Value
	above []*plist.Value // from the top
	at    []int          // the index in each of them
}

func (p place) container() place {
	n := len(p.above) - 1
	return place{p.above[n], p.above[:n], p.at[:n]}
}

// index is that of the value in its container.
func (p place) index() int { return p.at[len(p.at)-1] }

// Edits returns the edits that make a change, in the order of the text. It makes none for a value that is there already.
func Edits(t *Text, c Change) ([]diag.Edit, error) {
	if err := t.check(c); err != nil {
		return nil, err
	}
	var s syntax
	switch t.Format {
	case JSON:
		s = &jsonSyntax{t.File}
	case YAML:
		s = newYAML(t)
	default:
		s = &xmlSyntax{t.File, t.Root}
	}
	want := clone(t.Root)
	ways, err := c.make(t, s, want)
	if err != nil || ways == nil {
		return nil, err
	}
	for _, w := range ways {
		slices.SortStableFunc(w, func(a, b diag.Edit) int { return a.Span.Start - b.Span.Start })
		again := Read(diag.NewFile(t.File.Name, Apply(t.File.Data, w)), t.Format == YAML)
		if again.Whole && plist.Equal(again.Root, want) {
			return w, nil
		}
	}
	return nil, diag.WithHint(fmt.Errorf("%s cannot be changed without changing something else", c.Path), "change it in the text")
}

// Apply applies edits in the order of the text.
func Apply(data []byte, edits []diag.Edit) []byte {
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(data[at:max(e.Span.Start, at)])
		out.WriteString(e.Text)
		at = max(e.Span.End, at)
	}
	out.Write(data[at:])
	return out.Bytes()
}

// check refuses a text that cannot be read as a whole, and a change without a place.
func (t *Text) check(c Change) error {
	switch {
	case t.Root == nil || !t.Whole:
		reason := "it is not readable as a whole"
		if len(t.Found) > 0 {
			reason = t.Found[0].Message
		}
		return diag.WithHint(fmt.Errorf("the text cannot be changed by a form: %s", reason), "correct it in the text")
	case len(c.Path) == 0:
		return errors.New("the path of the change is empty")
	case (c.Kind == Set || c.Kind == Insert) && c.Value == nil:
		return errors.New("the change has no value")
	}
	return nil
}

// make returns the ways to make a change, and makes it in want, a copy of the values. No ways are for no change.
func (c Change) make(t *Text, s syntax, want *plist.Value) ([]way, error) {
	at, rest := find(t.Root, c.Path)
	copied, _ := find(want, c.Path)
	if c.Kind == Set && len(rest) > 0 {
		value := nest(rest[1:], c.Value)
		if at.value.Kind == plist.Null && t.Format == YAML { // a key without a value
			value = nest(rest, c.Value)
			*copied.value = *value
			return s.replace(at, value)
		}
		return add(s, at, copied.value, c.Path, rest[0], value)
	}
	if last := c.Path[len(c.Path)-1]; c.Kind == Insert && len(rest) == 1 && last.IsItem {
		return add(s, at, copied.value, c.Path, last, c.Value)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("the text has no %s", c.Path)
	}
	if c.Kind == Set {
		if same(at.value, c.Value) {
			return nil, nil
		}
		*copied.value = *c.Value
		return s.replace(at, c.Value)
	}
	return c.within(s, at, copied)
}

// within makes a change in the container of a value.
func (c Change) within(s syntax, at, copied place) ([]way, error) {
	in, container := copied.container().value, at.container()
	isArray, i := in.Kind == plist.Array, at.index()
	switch {
	case c.Kind == Remove && isArray:
		in.Items = slices.Delete(in.Items, i, i+1)
		return s.remove(container, i)
	case c.Kind == Remove:
		in.Fields = slices.Delete(in.Fields, i, i+1)
		return s.remove(container, i)
	case c.Kind == Insert && isArray:
		in.Items = slices.Insert(in.Items, i, c.Value)
		return s.insert(container, container, i, "", c.Value)
	case c.Kind == Move && isArray && c.To >= 0 && c.To < len(in.Items):
		if c.To == i {
			return nil, nil
		}
		item := in.Items[i]
		in.Items = slices.Insert(slices.Delete(in.Items, i, i+1), c.To, item)
		return s.move(container, i, c.To)
	case c.Kind == Rename && !isArray:
		if in.Fields[i].Key == c.Key {
			return nil, nil
		}
		if in.Field(c.Key) != nil {
			return nil, diag.WithHint(fmt.Errorf("the key %s is there already", text.Quote(c.Key)), "choose another name")
		}
		in.Fields[i].Key = c.Key
		return s.rename(container, i, c.Key)
	}
	return nil, fmt.Errorf("cannot %s %s", c.Kind, c.Path)
}

// add adds a key or an element to a container.
func add(s syntax, at place, copied *plist.Value, path diag.Path, step diag.Step, value *plist.Value) ([]way, error) {
	switch v := at.value; {
	case step.IsItem && v.Kind == plist.Array:
		if step.Index != len(v.Items) {
			return nil, fmt.Errorf("%s is beyond the end: the array has %s", path, text.Count(len(v.Items), "element"))
		}
		copied.Items = append(copied.Items, value)
		return s.insert(at, at, len(v.Items), "", value)
	case !step.IsItem && v.Kind == plist.Dictionary:
		copied.Fields = append(copied.Fields, plist.Field{Key: step.Key, Value: value})
		return s.insert(at, at, len(v.Fields), step.Key, value)
	case step.IsItem:
		return nil, fmt.Errorf("%s is in %s, want an array", path, v.Describe())
	}
	return nil, fmt.Errorf("%s is in %s, want a dictionary", path, at.value.Describe())
}

// find goes down a path as far as there are values. rest are the steps without one.
func find(root *plist.Value, path diag.Path) (at place, rest diag.Path) {
	at.value = root
	for i, step := range path {
		next, index := (*plist.Value)(nil), 0
		switch v := at.value; {
		case step.IsItem && v.Kind == plist.Array && step.Index >= 0 && step.Index < len(v.Items):
			next, index = v.Items[step.Index], step.Index
		case !step.IsItem && v.Kind == plist.Dictionary:
			if index = lastKey(v.Fields, step.Key); index >= 0 {
				next = v.Fields[index].Value
			}
		}
		if next == nil {
			return at, path[i:]
		}
		at = place{next, append(at.above, at.value), append(at.at, index)}
	}
	return at, nil
}

func lastKey(fields []plist.Field, key string) int {
	for i := len(fields) - 1; i >= 0; i-- {
		if fields[i].Key == key {
			return i
		}
	}
	return -1
}

// nest puts a value into the dictionaries and arrays of a path.
func nest(path diag.Path, v *plist.Value) *plist.Value {
	for _, step := range slices.Backward(path) {
		if step.IsItem {
			v = plist.NewArray(v)
		} else {
			v = plist.NewDictionary(plist.Field{Key: step.Key, Value: v})
		}
	}
	return v
}

// same is plist.Equal, but keys have to be in the same order, too.
func same(a, b *plist.Value) bool {
	if !plist.Equal(a, b) || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Fields {
		if a.Fields[i].Key != b.Fields[i].Key || !same(a.Fields[i].Value, b.Fields[i].Value) {
			return false
		}
	}
	for i := range a.Items {
		if !same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	return true
}

func clone(v *plist.Value) *plist.Value {
	c := *v
	c.Fields = slices.Clone(v.Fields)
	for i := range c.Fields {
		c.Fields[i].Value = clone(c.Fields[i].Value)
	}
	c.Items = slices.Clone(v.Items)
	for i := range c.Items {
		c.Items[i] = clone(c.Items[i])
	}
	return &c
}

// sortedPlace is the index for a new key: its place among sorted keys, and the end otherwise.
func sortedPlace(fields []plist.Field, key string) int {
	byKey := func(a, b plist.Field) int { return strings.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(fields, byKey) {
		return len(fields)
	}
	i, _ := slices.BinarySearchFunc(fields, plist.Field{Key: key}, byKey)
	return i
}

func one(edits ...diag.Edit) ([]way, error) { return []way{edits}, nil }
