package plist

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/text"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// everything is a value of each kind, with what is hard about it.
func everything() *Value {
	long := bytes.Repeat([]byte{0, 1, 2, 250, 251, 252}, 20)
	deep := NewDictionary(Field{Key: "Data", Value: NewData(long)})
	for range 9 {
		deep = NewArray(deep)
	}
	return NewDictionary(
		Field{Key: "Strings", Value: NewStrings("", " a ", "a\nb\tc", "a\rb\r\nc", `<&>"'`, "]]>", "é😀", "\u202e\u0085\ufffd")},
		Field{Key: "Integers", Value: NewArray(NewInteger(0), NewInteger(math.MinInt64), &Value{Kind: Integer, Int: Int{Abs: math.MaxUint64}})},
		Field{Key: "Reals", Value: NewArray(NewReal(0), NewReal(1), NewReal(-0.1), NewReal(123456789), NewReal(1e16), NewReal(1e17), NewReal(1e-4), NewReal(1e-5),
			NewReal(math.MaxFloat64), NewReal(math.SmallestNonzeroFloat64), NewReal(math.NaN()), NewReal(math.Inf(1)), NewReal(math.Inf(-1)))},
		Field{Key: "Dates", Value: NewArray(NewDate(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)), NewDate(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)),
			NewDate(time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("", 7200))))},
		Field{Key: "Data", Value: NewArray(NewData(nil), NewData([]byte("a")), NewData(long))},
		Field{Key: "Deep", Value: deep},
		Field{Key: "Booleans", Value: NewArray(NewBoolean(true), NewBoolean(false))},
		Field{Key: "Empty", Value: NewArray(NewDictionary(), NewArray())},
		Field{Key: "", Value: NewBoolean(true)},
		Field{Key: "a<b&c", Value: NewBoolean(true)},
		Field{Key: "É", Value: NewBoolean(true)},
		Field{Key: "CF$UID", Value: NewDictionary(Field{Key: "CF$UID", Value: NewString("1")})},
	)
}

func TestWriteGolden(t *testing.T) {
	tests := map[string]*Value{"everything": everything(), "scalar": NewString("a"), "data": NewData([]byte("abc")), "empty": NewDictionary()}
	for name, v := range tests {
		got, err := Write(v)
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name+".plist")
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	full := NewArray()
	for range MaxNodes - 1 {
		full.Items = append(full.Items, NewBoolean(true))
	}
	for _, v := range []*Value{everything(), NewReal(math.Copysign(0, -1)), nested(MaxDepth), full} {
		checkRoundTrip(t, v)
	}
}

// checkRoundTrip writes a value, and reads it with this package and with the library.
func checkRoundTrip(t *testing.T, v *Value) {
	t.Helper()
	data, err := Write(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, ds := Read(diag.NewFile("a", data))
	if len(ds) > 0 {
		t.Fatalf("findings in what was written: %v\n%s", describe(ds), text.Shorten(string(data)))
	}
	if !Equal(v, doc.Root) {
		t.Fatalf("the value changed:\n%s", data)
	}
	again, err := Write(doc.Root)
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("writing it again gives other bytes: %v", err)
	}
	if err := wellFormed(string(data)); err != nil {
		t.Fatalf("encoding/xml: %v", err)
	}
	compareWithLibrary(t, data, doc.Root)
}

// wellFormed says whether encoding/xml reads the text to its end.
func wellFormed(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // the text is UTF-8 already
	for {
		if _, err := d.RawToken(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	d = xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// compareWithLibrary reads the same XML with the library. It turns CF$UID dictionaries into UIDs, and refuses
// integers with white space or a plus sign; those are left out.
func compareWithLibrary(t *testing.T, text []byte, got *Value) {
	t.Helper()
	var native any
	if _, err := howett.Unmarshal(text, &native); err != nil {
		if strings.Contains(err.Error(), "strconv.Parse") {
			return
		}
		t.Fatalf("the library refuses %q: %v", text, err)
	}
	want, err := fromNative(native)
	if err != nil {
		t.Fatal(err)
	}
	if !Equal(want, withoutUIDs(got)) {
		t.Fatalf("the library reads %q as %s", text, want.Describe())
	}
}

// withoutUIDs returns the value as the library sees it: with UIDs for dictionaries that look like one.
func withoutUIDs(v *Value) *Value {
	c := *v
	c.Items, c.Fields = nil, nil
	for _, item := range v.Items {
		c.Items = append(c.Items, withoutUIDs(item))
	}
	for _, f := range v.Fields {
		if n := f.Value; len(v.Fields) == 1 && f.Key == "CF$UID" && n.Kind == Integer {
			return &Value{Kind: UID, Int: Int{Abs: uint64(int64OrZero(n.Int))}}
		}
		c.Fields = append(c.Fields, Field{Key: f.Key, Value: withoutUIDs(f.Value)})
	}
	return &c
}

func int64OrZero(i Int) uint64 {
	if i.Negative {
		return -i.Abs
	}
	return i.Abs
}

func TestWriteRefuses(t *testing.T) {
	in := func(v *Value) *Value {
		return NewDictionary(Field{Key: "A", Value: NewArray(NewBoolean(true), NewDictionary(Field{Key: "B", Value: v}))})
	}
	loop := NewArray()
	loop.Items = []*Value{loop, loop}
	many := NewArray()
	for range MaxNodes {
		many.Items = append(many.Items, NewBoolean(true))
	}
	huge := NewArray()
	for range 20 {
		huge.Items = append(huge.Items, NewData(make([]byte, 1<<20)))
	}
	tests := []struct {
		name string
		v    *Value
		want string
	}{
		{"nothing", nil, "writing property list: no value"},
		{"null", in(&Value{}), "writing A[1].B: a null cannot be written"},
		{"UID", in(&Value{Kind: UID}), "writing A[1].B: a uid cannot be written"},
		{"missing value", in(nil), "writing A[1].B: no value"},
		{"control character", in(NewString("a\x1b")), "writing A[1].B: text contains U+001B, forbidden in XML"},
		{"noncharacter", in(NewString("\uffff")), "writing A[1].B: text contains U+FFFF, forbidden in XML"},
		{"invalid UTF-8", in(NewString("\xff")), "writing A[1].B: text is not UTF-8"},
		{"key with NUL", NewDictionary(Field{Key: "a\x00", Value: NewBoolean(true)}), `writing ["a\x00"]: text contains U+0000, forbidden in XML`},
		{"key twice", NewDictionary(Field{Key: "a", Value: NewInteger(1)}, Field{Key: "b", Value: NewInteger(1)}, Field{Key: "a", Value: NewInteger(1)}),
			"writing a: key repeats in one dictionary"},
		{"year 10000", in(NewDate(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))), "writing A[1].B: date lies in the year 10000, want 1 to 9999"},
		{"year 0", NewDate(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), "writing property list: date lies in the year 0, want 1 to 9999"},
		{"integer", &Value{Kind: Integer, Int: Int{true, math.MaxUint64}}, "writing property list: integer -18446744073709551615 is less than -9223372036854775808"},
		{"too deep", nested(MaxDepth + 1), "writing " + strings.Repeat("[0]", MaxDepth) + ": nested deeper than 128 levels"},
		{"loop", loop, "writing " + strings.Repeat("[0]", MaxDepth) + ": nested deeper than 128 levels"},
		{"too many", many, "writing [99999]: more than 100000 values"},
		{"too large", huge, "writing [12]: more than 16777216 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, err := Write(test.v)
			if err == nil || err.Error() != test.want {
				t.Errorf("error is %v, want %s", err, test.want)
			}
			if data != nil {
				t.Error("bytes come with an error")
			}
		})
	}
}
