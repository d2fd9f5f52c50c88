package plist

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

func TestWriteJSON(t *testing.T) {
	v := NewDictionary().
		Set("text", NewString("<a> & \u2028 \"quoted\"")).
		Set("data", NewData([]byte{0, 255})).
		Set("date", NewDate(time.Date(2027, 1, 31, 18, 0, 0, 0, time.UTC))).
		Set("integer", NewInteger(-7)).
		Set("real", NewReal(2)).
		Set("empty", NewDictionary()).
		Set("list", NewArray(NewBoolean(true), NewArray()))
	want := `{
  "data": "AP8=",
  "date": "2027-01-31T18:00:00Z",
  "empty": {},
  "integer": -7,
  "list": [
    true,
    []
  ],
  "real": 2.0,
  "text": "<a> & \u2028 \"quoted\""
}
`
	got, err := WriteJSON(v)
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestWriteJSONRefuses(t *testing.T) {
	deep := NewArray()
	for range MaxDepth + 1 {
		deep = NewArray(deep)
	}
	for name, v := range map[string]*Value{
		"null": {}, "nothing": nil, "UID": {Kind: UID}, "not a number": NewReal(math.NaN()), "infinity": NewArray(NewReal(math.Inf(1))),
		"too deep":    deep,
		"a key twice": NewDictionary(Field{Key: "k", Value: NewString("a")}, Field{Key: "k", Value: NewString("b")}),
	} {
		if got, err := WriteJSON(v); err == nil {
			t.Errorf("%s is written as %s", name, got)
		}
	}
}

// Whatever text a key or value has, another reader reads that very text.
func FuzzWriteJSONIsRead(f *testing.F) {
	f.Add("key", "value", int64(1), 1.5)
	f.Add("", "\x00\u2028</script>", int64(math.MinInt64), 1e300)
	f.Fuzz(func(t *testing.T, key, text string, n int64, r float64) {
		if math.IsNaN(r) || math.IsInf(r, 0) {
			return
		}
		data, err := WriteJSON(NewDictionary().Set(key, NewArray(NewString(text), NewInteger(n), NewReal(r))))
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(strings.NewReader(string(data)))
		d.UseNumber()
		var read map[string][]any
		if err := d.Decode(&read); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		got := read[strings.ToValidUTF8(key, "\ufffd")]
		if strings.ToValidUTF8(key, "") == key && strings.ToValidUTF8(text, "") == text &&
			(len(got) != 3 || got[0] != text || got[1].(json.Number).String() != NewInteger(n).Int.String()) {
			t.Errorf("%q became %v", text, read)
		}
		if len(got) == 3 {
			if x, err := got[2].(json.Number).Float64(); err != nil || x != r {
				t.Errorf("%v became %v, %v", r, x, err)
			}
		}
	})
}
