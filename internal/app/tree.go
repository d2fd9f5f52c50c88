package app

import (
	"encoding/base64"
	"strconv"
	"time"

	"syncguard/internal/plist"
)

// TreeValue is a value for programs that have to know its kind, which plain JSON does not tell.
type TreeValue struct {
	Kind   string      `json:"kind"`             // as Apple's schema files name it, or `null`
	Text   string      `json:"text,omitempty"`   // of a scalar: a date in RFC 3339, data in base64
	Items  []TreeValue `json:"items,omitempty"`  // of an array
	Fields []TreeField `json:"fields,omitempty"` // of a dictionary
}

// TreeField is a key of a dictionary with its value.
type TreeField struct {
	Key   string    `json:"key"`
	Value TreeValue `json:"value"`
}

// TreeValueOf returns a value for programs.
func TreeValueOf(v *plist.Value) TreeValue {
	t := TreeValue{Kind: v.Kind.String()}
	switch v.Kind {
	case plist.Dictionary:
		for _, f := range v.Fields {
			t.Fields = append(t.Fields, TreeField{f.Key, TreeValueOf(f.Value)})
		}
	case plist.Array:
		for _, item := range v.Items {
			t.Items = append(t.Items, TreeValueOf(item))
		}
	case plist.String:
		t.Text = v.Text
	case plist.Boolean:
		t.Text = strconv.FormatBool(v.Bool)
	case plist.Integer, plist.UID:
		t.Text = v.Int.String()
	case plist.Real:
		t.Text = strconv.FormatFloat(v.Real, 'g', -1, 64)
	case plist.Date:
		t.Text = v.Time.UTC().Format(time.RFC3339)
	case plist.Data:
		t.Text = base64.StdEncoding.EncodeToString(v.Data)
	}
	return t
}
