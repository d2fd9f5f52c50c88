package schema

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"syncguard/internal/plist"
)

func TestLayOut(t *testing.T) {
	long := strings.Repeat("x", 60)
	tests := []struct{ name, in, want string }{
		{"short stays on a line", `{"b":1,"a":[true,null,"<é>"]}`, `{"b": 1, "a": [true, null, "<é>"]}`},
		{"empty", `{"a":{},"b":[]}`, `{"a": {}, "b": []}`},
		{"marks in strings", `{"a":["{","},"," ]"]}`, `{"a": ["{", "},", " ]"]}`},
		{"long breaks", `{"a":"` + long + `","b":["` + long + `"]}`, "{\n \"a\": \"" + long + "\",\n \"b\": [\"" + long + "\"]\n}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := layOut([]byte(tt.in))
			if err != nil || string(got) != tt.want+"\n" {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}

func decodeDefault(raw []byte, kind plist.Kind) (*plist.Value, error) {
	var x any
	if err := decodeJSON(raw, &x); err != nil {
		return nil, err
	}
	return decodeValue(x, kind)
}

func TestValuesSurvive(t *testing.T) {
	data, date := plist.NewData([]byte{0, 255}), plist.NewDate(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	for _, v := range []*plist.Value{
		plist.NewString("<a & b>"), plist.NewString("true"), plist.NewBoolean(false), plist.NewInteger(-5), plist.NewInteger(0),
		{Kind: plist.Integer, Int: plist.Int{Abs: 1<<64 - 1}}, plist.NewReal(1), plist.NewReal(-0.25), plist.NewReal(1e30), data, date,
		plist.NewStrings("a", "b"), plist.NewDictionary(plist.Field{Key: "k", Value: plist.NewArray(plist.NewInteger(1))}),
	} {
		x, err := encodeValue(v)
		if err != nil {
			t.Errorf("%s: %v", v.Describe(), err)
			continue
		}
		raw, err := encodeJSON(x)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeDefault(raw, v.Kind)
		if err != nil || !plist.Equal(got, v) {
			t.Errorf("%s %s comes back as %s (%v)", v.Kind, v.Describe(), got.Describe(), err)
		}
	}
	for _, v := range []*plist.Value{{Kind: plist.Null}, {Kind: plist.UID}, plist.NewArray(data), plist.NewArray(date)} {
		if x, err := encodeValue(v); err == nil {
			t.Errorf("a %s is written as %v", v.Kind, x)
		}
	}
	for _, raw := range []string{"null", "-99999999999999999999", "99999999999999999999", "1e999", "[null]", "-18446744073709551615"} {
		if v, err := decodeDefault([]byte(raw), plist.Null); err == nil {
			t.Errorf("%s is read as %s", raw, v.Describe())
		}
	}
}

// FuzzDecodeTypeIsStable proves of any bytes: they are refused, or what they say stays the same when it is written and
// read again.
func FuzzDecodeTypeIsStable(f *testing.F) {
	f.Add([]byte(`{"id": "a", "family": "payload", "payloadkeys": [{"key": "k", "type": "array", "anchor": "x", "subkeys": [{"type": "array", "alias": "x"}]}]}`))
	f.Add([]byte(`{"supportedOS": {"iOS": {"introduced": "14.1", "sharedipad": {"allowed-scopes": []}}}, "payloadkeys": [{"type": "real", "default": 1.0}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := decodeType(data)
		if err != nil {
			return
		}
		first, err := encodeType(x)
		if err != nil {
			t.Skip() // such as a real that is written as an integer
		}
		if !json.Valid(first) {
			t.Fatalf("not JSON: %s", first)
		}
		if x, err = decodeType(first); err != nil {
			t.Fatalf("cannot be read again: %v\n%s", err, first)
		}
		if second, err := encodeType(x); err != nil || !bytes.Equal(first, second) {
			t.Errorf("changes when it is written again (%v):\n%s\n%s", err, first, second)
		}
	})
}
