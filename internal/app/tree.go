package app

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// TreeValue is a value for a form, in JSON without loss.
type TreeValue struct {
	Kind   string      `json:"kind"`             // as in Apple's schemas: `dictionary`, `array`, `string`, `data`, `date`, `boolean`, `integer`, `real`; `null` for a key without a value
	Text   string      `json:"text,omitempty"`   // of a scalar: a decimal number, `true`, RFC 3339, base64
	Items  []TreeValue `json:"items,omitempty"`  // of an array
	Fields []TreeField `json:"fields,omitempty"` // of a dictionary, in the order of the text
}

// TreeField is one key of a dictionary.
type TreeField struct {
	Key   string    `json:"key"`
	Value TreeValue `json:"value"`
}

// TreeValueOf returns a value for a form.
func TreeValueOf(v *plist.Value) TreeValue {
	t := TreeValue{Kind: v.Kind.String(), Text: treeText(v)}
	for _, f := range v.Fields {
		t.Fields = append(t.Fields, TreeField{f.Key, TreeValueOf(f.Value)})
	}
	for _, item := range v.Items {
		t.Items = append(t.Items, TreeValueOf(item))
	}
	return t
}

func treeText(v *plist.Value) string {
	switch v.Kind {
	case plist.String, plist.Null:
		return v.Text
	case plist.Data:
		return base64.StdEncoding.EncodeToString(v.Data)
	case plist.Date:
		return v.Time.UTC().Format(time.RFC3339)
	case plist.Boolean:
		return strconv.FormatBool(v.Bool)
	case plist.Integer, plist.UID:
		return v.Int.String()
	case plist.Real:
		return strconv.FormatFloat(v.Real, 'g', -1, 64)
	}
	return ""
}

// Value returns the value of a form, or what is wrong with it.
func (t TreeValue) Value() (*plist.Value, error) { return t.value(0) }

func (t TreeValue) value(depth int) (*plist.Value, error) {
	if depth > plist.MaxDepth {
		return nil, fmt.Errorf("dictionaries and arrays are nested deeper than %d levels", plist.MaxDepth)
	}
	switch t.Kind {
	case plist.Dictionary.String():
		v := plist.NewDictionary()
		for _, f := range t.Fields {
			value, err := f.Value.value(depth + 1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Key, err)
			}
			v.Fields = append(v.Fields, plist.Field{Key: f.Key, Value: value})
		}
		return v, nil
	case plist.Array.String():
		v := plist.NewArray()
		for i, item := range t.Items {
			value, err := item.value(depth + 1)
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i+1, err)
			}
			v.Items = append(v.Items, value)
		}
		return v, nil
	}
	return t.scalar()
}

func (t TreeValue) scalar() (*plist.Value, error) {
	fail := func(want string) error {
		return fmt.Errorf("%s is not %s", plist.NewString(t.Text).Describe(), want)
	}
	switch t.Kind {
	case plist.String.String():
		return plist.NewString(t.Text), nil
	case plist.Boolean.String():
		if t.Text != "true" && t.Text != "false" {
			return nil, fail("true or false")
		}
		return plist.NewBoolean(t.Text == "true"), nil
	case plist.Integer.String():
		digits, negative := strings.CutPrefix(t.Text, "-")
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil || negative && n > 1<<63 {
			return nil, fail("an integer from -2^63 to 2^64-1")
		}
		return &plist.Value{Kind: plist.Integer, Int: plist.Int{Negative: negative && n > 0, Abs: n}}, nil
	case plist.Real.String():
		f, err := strconv.ParseFloat(t.Text, 64)
		if err != nil {
			return nil, fail("a number")
		}
		return plist.NewReal(f), nil
	case plist.Date.String():
		at, err := time.Parse(time.RFC3339, t.Text)
		if err != nil {
			return nil, fail("a time such as 2027-01-31T12:00:00Z")
		}
		return plist.NewDate(at), nil
	case plist.Data.String():
		data, err := base64.StdEncoding.DecodeString(t.Text)
		if err != nil {
			return nil, fail("base64")
		}
		return plist.NewData(data), nil
	}
	return nil, fmt.Errorf("a value cannot be of the kind %q", t.Kind)
}

// TreeNode is a value of a text with its place, in UTF-16 units as editors count them.
type TreeNode struct {
	Kind   string          `json:"kind"`           // as in a TreeValue
	Text   string          `json:"text,omitempty"` // the same
	Start  int             `json:"start"`          // of the value
	End    int             `json:"end"`
	Items  []TreeNode      `json:"items,omitempty"`
	Fields []TreeNodeField `json:"fields,omitempty"`
}

// TreeNodeField is one key of a dictionary with its place.
type TreeNodeField struct {
	Key      string   `json:"key"`
	KeyStart int      `json:"keyStart"`
	KeyEnd   int      `json:"keyEnd"`
	Value    TreeNode `json:"value"`
}

func treeNode(v *plist.Value, units *units) TreeNode {
	n := TreeNode{Kind: v.Kind.String(), Text: treeText(v), Start: units.at(v.Span.Start), End: units.at(v.Span.End)}
	for _, f := range v.Fields {
		n.Fields = append(n.Fields, TreeNodeField{f.Key, units.at(f.KeySpan.Start), units.at(f.KeySpan.End), treeNode(f.Value, units)})
	}
	for _, item := range v.Items {
		n.Items = append(n.Items, treeNode(item, units))
	}
	return n
}

// units counts the UTF-16 units before a byte of a text.
type units struct {
	data   []byte
	counts []int32 // before each block; nil for ASCII
}

const unitBlock = 256

func newUnits(data []byte) *units {
	u := &units{data: data}
	n, isASCII := int32(0), true
	for i, b := range data {
		if i%unitBlock == 0 {
			u.counts = append(u.counts, n)
		}
		n += unitsOf(b)
		isASCII = isASCII && b < 0x80
	}
	if isASCII {
		u.counts = nil
	}
	return u
}

// unitsOf is how many units begin with a byte of UTF-8. Four bytes are two units.
func unitsOf(b byte) int32 {
	switch {
	case b&0xC0 == 0x80:
		return 0
	case b >= 0xF0:
		return 2
	}
	return 1
}

func (u *units) at(offset int) int {
	offset = min(max(offset, 0), len(u.data))
	if len(u.counts) == 0 {
		return offset
	}
	block := min(offset/unitBlock, len(u.counts)-1)
	n := u.counts[block]
	for _, b := range u.data[block*unitBlock : offset] {
		n += unitsOf(b)
	}
	return int(n)
}

// stepsOf reads the steps of a path: a text is a key, and a number the index of an element.
func stepsOf(steps []any) (path diag.Path, err error) {
	for _, step := range steps {
		switch s := step.(type) {
		case string:
			path = path.Key(s)
		case float64:
			path = path.Item(int(s))
		default:
			return nil, fmt.Errorf("%v is no step of a path", step)
		}
	}
	return path, nil
}
