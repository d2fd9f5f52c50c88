package schema

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"syncguard/internal/plist"
)

func TestReaderRefuses(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "offset 0"},
		{"[1", `want ']'`},
		{`[1 2]`, `want ']'`},
		{`{"a" 1}`, "no value"},
		{`{1: 2}`, "want a string"},
		{`"a`, "does not end"},
		{`"\`, "does not end"},
		{`"\q"`, "invalid character"},
		{"\"\n\"", "control character"},
		{"null", `"null" is not a value`},
		{"truth", `"truth" is not a boolean`},
		{"0x1p2", "is not a value"},
		{"1 2", "goes on"},
		{strings.Repeat("[", maxDepth+1), "too deeply"},
	}
	for _, tt := range tests {
		r := reader{text: tt.in}
		r.value()
		if err := r.finish(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.20q: error is %v, want %s", tt.in, err, tt.want)
		}
	}
}

func decodeDefault(raw []byte, kind plist.Kind) (*plist.Value, error) {
	d := decoder{reader: reader{text: string(raw)}}
	v := d.value()
	d.settle(v, kind)
	return v, d.finish()
}

// FuzzReaderAgreesWithJSON proves that the reader gives what encoding/json gives, for whatever both read.
func FuzzReaderAgreesWithJSON(f *testing.F) {
	for _, seed := range []string{`{"a": [1, -2.5, true, "b\u00e9\""], "c": {}}`, `"\ud83d"`, `[1e5, 0]`, `[`, `{"a" 1}`, `[1 2]`, `1 2`, "\"\x01\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := reader{text: string(data)}
		v := r.value()
		if r.finish() != nil || !utf8.Valid(data) {
			return
		}
		var want any
		if err := json.Unmarshal(data, &want); err != nil {
			t.Skip() // such as a number with a leading zero
		}
		if got := plain(v); !reflect.DeepEqual(got, want) {
			t.Errorf("read %#v, want %#v", got, want)
		}
	})
}

// plain returns a value as encoding/json has it: every number is a float64.
func plain(v *plist.Value) any {
	switch v.Kind {
	case plist.Array:
		list := []any{}
		for _, item := range v.Items {
			list = append(list, plain(item))
		}
		return list
	case plist.Dictionary:
		m := map[string]any{}
		for _, f := range v.Fields {
			m[f.Key] = plain(f.Value)
		}
		return m
	case plist.Boolean:
		return v.Bool
	case plist.String:
		return v.Text
	case plist.Integer:
		return v.Int.Float()
	}
	return v.Real
}
