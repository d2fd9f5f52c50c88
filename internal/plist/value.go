// Package plist reads and writes property lists, XML and binary. It keeps the place, order and duplicates of keys, and
// survives hostile input.
//
// Start with Value, a node of the tree, and Read, which returns a Document with its findings. Write makes the one canonical
// XML form; Document.Reformat keeps comments. Walk visits a tree. xml.go reads XML, binary.go and its siblings check binary
// files before a library decodes them. The package knows nothing of Apple's keys; package document opens signed files.
package plist

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/text"
	"syncguard/internal/work"
)

// Kind is the type of a Value.
type Kind uint8

// The kinds of a property list. Null is for templates only, and UID for binary property lists only (keyed archives); neither
// can be written.
const (
	Null Kind = iota
	Dictionary
	Array
	String
	Data
	Date
	Boolean
	Integer
	Real
	UID
)

// String returns the name in Apple's schema files: dictionary, array, string, data, date, boolean, integer, real.
func (k Kind) String() string {
	names := [...]string{"null", "dictionary", "array", "string", "data", "date", "boolean", "integer", "real", "uid"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Value is one node of a property list. Only the field of its Kind is set.
type Value struct {
	Kind   Kind
	Secret bool      // never print it
	Unread bool      // its text could not be read, so the rest says nothing
	Bool   bool      // Boolean
	Text   string    // String
	Data   []byte    // Data
	Time   time.Time // Date: UTC, whole seconds
	Int    Int       // Integer, UID
	Real   float64   // Real
	Fields []Field   // Dictionary, in the order of the text; readers keep and report duplicate keys
	Items  []*Value  // Array

	Span diag.Span // its place in the source; zero without one
}

// Field is one key of a dictionary with its value.
type Field struct {
	Key     string
	KeySpan diag.Span
	Value   *Value
}

// Int is an integer of a property list, from -2^63 to 2^64-1.
type Int struct {
	Negative bool
	Abs      uint64
}

// IntOf returns n as an Int.
func IntOf(n int64) Int {
	if n < 0 {
		return Int{true, -uint64(n)}
	}
	return Int{false, uint64(n)}
}

// Int64 returns the integer, and false if it does not fit.
func (i Int) Int64() (int64, bool) {
	if i.Negative {
		return -int64(i.Abs), i.Abs <= 1<<63
	}
	return int64(i.Abs), i.Abs <= math.MaxInt64
}

// Float returns the nearest float64.
func (i Int) Float() float64 {
	if i.Negative {
		return -float64(i.Abs)
	}
	return float64(i.Abs)
}

func (i Int) String() string {
	s := strconv.FormatUint(i.Abs, 10)
	if i.Negative {
		return "-" + s
	}
	return s
}

// NewString, NewInteger, NewBoolean, NewReal, NewData, NewDate, NewArray and NewDictionary build values without a place.

func NewString(s string) *Value       { return &Value{Kind: String, Text: s} }
func NewInteger(n int64) *Value       { return &Value{Kind: Integer, Int: IntOf(n)} }
func NewBoolean(b bool) *Value        { return &Value{Kind: Boolean, Bool: b} }
func NewReal(f float64) *Value        { return &Value{Kind: Real, Real: f} }
func NewData(b []byte) *Value         { return &Value{Kind: Data, Data: b} }
func NewDate(t time.Time) *Value      { return &Value{Kind: Date, Time: t.UTC().Truncate(time.Second)} }
func NewArray(items ...*Value) *Value { return &Value{Kind: Array, Items: items} }
func NewDictionary(f ...Field) *Value { return &Value{Kind: Dictionary, Fields: f} }
func NewStrings(texts ...string) *Value {
	a := NewArray()
	for _, t := range texts {
		a.Items = append(a.Items, NewString(t))
	}
	return a
}

// few keys are found faster one by one than with a map.
const few = 32

// Get returns the value of a key, or nil. Of duplicate keys the last one counts, as in Apple's reader. v may be nil.
func (v *Value) Get(key string) *Value {
	if f := v.Field(key); f != nil {
		return f.Value
	}
	return nil
}

// Field returns a key with its value, the last of duplicates, or nil. v may be nil.
func (v *Value) Field(key string) *Field {
	if v == nil {
		return nil
	}
	if len(v.Fields) > few { // so that a test sees loops that look up each of many keys
		work.Add(len(v.Fields))
	}
	for i := len(v.Fields) - 1; i >= 0; i-- {
		if v.Fields[i].Key == key {
			return &v.Fields[i]
		}
	}
	return nil
}

// String returns the text of a key with a string, or "".
func (v *Value) String(key string) string {
	if s := v.Get(key); s != nil && s.Kind == String {
		return s.Text
	}
	return ""
}

// List returns the items of a key with an array, or nil.
func (v *Value) List(key string) []*Value {
	if a := v.Get(key); a != nil && a.Kind == Array {
		return a.Items
	}
	return nil
}

// Set replaces or appends a key, and returns v.
func (v *Value) Set(key string, value *Value) *Value {
	if f := v.Field(key); f != nil {
		f.Value = value
		return v
	}
	v.Fields = append(v.Fields, Field{Key: key, Value: value})
	return v
}

// Lookup follows dictionary keys down from v, or returns nil.
func (v *Value) Lookup(keys ...string) *Value {
	for _, k := range keys {
		v = v.Get(k)
	}
	return v
}

// lookup is Get for many keys.
func (v *Value) lookup() func(key string) *Value {
	if len(v.Fields) <= few {
		return v.Get
	}
	index := make(map[string]*Value, len(v.Fields))
	for _, f := range v.Fields {
		index[f.Key] = f.Value
	}
	return func(key string) *Value { return index[key] }
}

// Describe returns a few words for a message: a scalar's value, a container's kind, and only "a secret string" for a secret.
func (v *Value) Describe() string {
	switch {
	case v == nil:
		return "nothing"
	case v.Secret:
		return "a secret " + v.Kind.String()
	}
	switch v.Kind {
	case String:
		return text.Quote(v.Text)
	case Date:
		return v.Time.Format(time.RFC3339)
	case Boolean:
		return strconv.FormatBool(v.Bool)
	case Integer, UID:
		return v.Int.String()
	case Real:
		return strconv.FormatFloat(v.Real, 'g', -1, 64)
	case Data:
		return fmt.Sprintf("%d bytes of data", len(v.Data))
	}
	return text.Article(v.Kind.String())
}

// Equal is true for values of the same content. The order of dictionary keys, places and secrecy do not count.
func Equal(a, b *Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case Dictionary:
		if len(a.Fields) != len(b.Fields) {
			return false
		}
		lookup := b.lookup()
		for _, f := range a.Fields {
			if w := lookup(f.Key); w == nil || !Equal(f.Value, w) {
				return false
			}
		}
		return true
	case Array:
		if len(a.Items) != len(b.Items) {
			return false
		}
		for i := range a.Items {
			if !Equal(a.Items[i], b.Items[i]) {
				return false
			}
		}
		return true
	case Real:
		return a.Real == b.Real || math.IsNaN(a.Real) && math.IsNaN(b.Real)
	}
	return a.Text == b.Text && string(a.Data) == string(b.Data) && a.Time.Equal(b.Time) && a.Bool == b.Bool && a.Int == b.Int
}
