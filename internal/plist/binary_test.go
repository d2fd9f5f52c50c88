package plist

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	howett "howett.net/plist"

	"syncguard/internal/diag"
)

// binaryOf lays out objects as a binary property list whose top object is the first, with references of refSize bytes.
func binaryOf(refSize int, objects ...string) string {
	var b bytes.Buffer
	b.WriteString("bplist00")
	var table []byte
	for _, o := range objects {
		table = binary.BigEndian.AppendUint32(table, uint32(b.Len()))
		b.WriteString(o)
	}
	offset := b.Len()
	b.Write(table)
	b.Write(trailer(4, refSize, len(objects), 0, offset))
	return b.String()
}

func trailer(offsetSize, refSize, count, top, table int) []byte {
	t := []byte{0, 0, 0, 0, 0, 0, byte(offsetSize), byte(refSize)}
	for _, n := range []int{count, top, table} {
		t = binary.BigEndian.AppendUint64(t, uint64(n))
	}
	return t
}

func float(f float64) string {
	return string(binary.BigEndian.AppendUint64(nil, math.Float64bits(f)))
}

// laughs is a chain of arrays, each with the next one 14 times.
func laughs(levels int) string {
	var objects []string
	for i := range levels {
		objects = append(objects, "\xAE"+strings.Repeat(string(rune(i+1)), 14))
	}
	return binaryOf(1, append(objects, "\x09")...)
}

// chain is arrays nested in each other.
func chain(levels int) string {
	var objects []string
	for i := range levels - 1 {
		objects = append(objects, "\xA1"+string([]byte{byte((i + 1) >> 8), byte(i + 1)}))
	}
	return binaryOf(2, append(objects, "\xA0")...)
}

// ring is arrays of which the last holds the first.
func ring(n int) string {
	var objects []string
	for i := range n {
		next := (i + 1) % n
		objects = append(objects, "\xA1"+string([]byte{byte(next >> 16), byte(next >> 8), byte(next)}))
	}
	return binaryOf(3, objects...)
}

func binaryViolations() []violation {
	doubled := make([]string, 24)
	for i := range doubled {
		doubled[i] = "\xA2" + strings.Repeat(string(rune(i+1)), 2)
	}
	return []violation{
		{"string of length -1 as a key", "bplist00\xd1\x01\x02\x5f\x13" + strings.Repeat("\xff", 8) + "\x09" + "\x08\x0b\x15" + string(trailer(1, 1, 3, 0, 22)),
			[]string{"malformed-binary"}},
		{"array of 2^40 references of no size", "bplist00\xaf\x13\x00\x00\x01\x00\x00\x00\x00\x00" + "\x00\x08" + string(trailer(2, 0, 1, 0, 18)),
			[]string{"malformed-binary"}},
		{"laughs of 7 levels", laughs(7), []string{"too-many-values [0][0][2]"}},
		{"laughs of 20 levels", laughs(20), []string{"too-many-values " + strings.Repeat("[0]", 15) + "[2]"}},
		{"doubled 24 times", binaryOf(1, append(doubled, "\x09")...), []string{"too-many-values " + strings.Repeat("[0]", 8) + "[1]"}},
		{"long string shared", binaryOf(1, append([]string{"\xDF\x10\x14" + keyRefs(20) + strings.Repeat("\x15", 20)}, manyStrings(20)...)...), []string{"file-too-large k15"}},

		{"cycle of 1", binaryOf(1, "\xA1\x00"), []string{"binary-cycle [0]"}},
		{"cycle of 2", binaryOf(1, "\xA1\x01", "\xD1\x02\x00", "\x51a"), []string{"binary-cycle [0].a"}},
		{"cycle of 50000", ring(50_000), []string{"nesting-too-deep " + strings.Repeat("[0]", MaxDepth)}},
		{"depth", chain(MaxDepth + 1), []string{"nesting-too-deep " + strings.Repeat("[0]", MaxDepth)}},
		{"depth through a shared object", binaryOf(1, append([]string{"\xA2\x02\x01", "\xA1\x02"}, chainObjects(2, MaxDepth-1)...)...),
			[]string{"nesting-too-deep [1]"}},

		{"header only", "bplist00", []string{"truncated-file"}},
		{"other version", strings.Replace(binaryOf(1, "\x09"), "bplist00", "bplist15", 1), []string{"unsupported-binary"}},
		{"offsets of no size", "bplist00\x09\x08" + string(trailer(0, 1, 1, 0, 9)), []string{"malformed-binary"}},
		{"offsets of 9 bytes", "bplist00\x09\x08" + string(trailer(9, 1, 1, 0, 9)), []string{"malformed-binary"}},
		{"references of 9 bytes", "bplist00\x09\x08" + string(trailer(1, 9, 1, 0, 9)), []string{"malformed-binary"}},
		{"references of 8 bytes", "bplist00\x09\x08" + string(trailer(1, 8, 1, 0, 9)), []string{"unsupported-binary"}},
		{"no objects", "bplist00\x09\x08" + string(trailer(1, 1, 0, 0, 9)), []string{"malformed-binary"}},
		{"top object missing", "bplist00\x09\x08" + string(trailer(1, 1, 1, 1, 9)), []string{"malformed-binary"}},
		{"2^62 objects", "bplist00\x09\x08" + string(trailer(1, 1, 1<<62, 0, 9)), []string{"too-many-values"}},
		{"bytes before the trailer", "bplist00\x09\x08x" + string(trailer(1, 1, 1, 0, 9)), []string{"malformed-binary"}},
		{"table in the header", "bplist00\x09\x08" + string(trailer(1, 1, 1, 0, 8)), []string{"malformed-binary"}},
		{"table behind the file", "bplist00\x09\x08" + string(trailer(1, 1, 1, 0, 1<<40)), []string{"malformed-binary"}},
		{"bytes behind the trailer", binaryOf(1, "\x09") + "\n", []string{"malformed-binary"}},
		{"object is the header", "bplist00\x09\x00" + string(trailer(1, 1, 1, 0, 9)), []string{"malformed-binary"}},
		{"object in the table", "bplist00\x09\x09" + string(trailer(1, 1, 1, 0, 9)), []string{"malformed-binary"}},
		{"reference to nothing", binaryOf(1, "\xA1\x07"), []string{"malformed-binary [0]"}},
		{"key refers to nothing", binaryOf(1, "\xD1\x07\x00"), []string{"malformed-binary"}},
		{"key is an integer", binaryOf(1, "\xD1\x01\x01", "\x10\x01"), []string{"malformed-binary"}},
		{"duplicate key", binaryOf(1, "\xA1\x01", "\xD2\x02\x03\x04\x04", "\x51a", "\x61\x00a", "\x09"), []string{"duplicate-key [0].a"}},

		{"integer into the table", binaryOf(1, "\x13\x01"), []string{"malformed-binary"}},
		{"integer of 32 bytes", binaryOf(1, "\x15"+strings.Repeat("\x00", 32)), []string{"malformed-binary"}},
		{"integer of 128 bits", binaryOf(1, "\xA1\x01", "\x14"+strings.Repeat("\x01", 16)), []string{"integer-out-of-range [0]"}},
		{"integer less than -2^63", binaryOf(1, "\x14"+strings.Repeat("\xff", 8)+strings.Repeat("\x00", 8)), []string{"integer-out-of-range"}},
		{"real of 1 byte", binaryOf(1, "\x20\x00"), []string{"malformed-binary"}},
		{"date not a number", binaryOf(1, "\x33"+float(math.NaN())), []string{"bad-date"}},
		{"date without end", binaryOf(1, "\x33"+float(math.Inf(-1))), []string{"bad-date"}},
		{"date in a far year", binaryOf(1, "\x33"+float(1e300)), []string{"bad-date"}},
		{"date in the year 10000", binaryOf(1, "\x33"+float(lastDate)), []string{"bad-date"}},
		{"data of 1 GiB", binaryOf(1, "\x4F\x12\x40\x00\x00\x00abc"), []string{"malformed-binary"}},
		{"length is no integer", binaryOf(1, "\x5F\x51a"), []string{"malformed-binary"}},
		{"length cut off", binaryOf(1, "\x5F\x13\x00"), []string{"malformed-binary"}},
		{"UTF-16 of 2^63 units", binaryOf(1, "\x6F\x13\x80\x00\x00\x00\x00\x00\x00\x00"), []string{"malformed-binary"}},
		{"dictionary of 2^63 keys", binaryOf(1, "\xDF\x13\x80\x00\x00\x00\x00\x00\x00\x00"), []string{"malformed-binary"}},
		{"high byte in ASCII", binaryOf(1, "\x52a\xff"), []string{"illegal-character"}},
		{"escape in ASCII", binaryOf(1, "\x54\x1b[0m"), []string{"illegal-character"}},
		{"NUL in a key", binaryOf(1, "\xD1\x01\x01", "\x51\x00"), []string{"illegal-character"}},
		{"half a surrogate pair", binaryOf(1, "\x61\xd8\x00"), []string{"invalid-utf16"}},
		{"noncharacter", binaryOf(1, "\x61\xff\xfe"), []string{"illegal-character"}},
		{"null", binaryOf(1, "\x00"), []string{"unsupported-binary"}},
		{"fill", binaryOf(1, "\x0F"), []string{"unsupported-binary"}},
		{"URL", binaryOf(1, "\x0D"), []string{"unsupported-binary"}},
		{"UUID", binaryOf(1, "\x0E"), []string{"unsupported-binary"}},
		{"set", binaryOf(1, "\xC1\x00"), []string{"unsupported-binary"}},
		{"ordered set", binaryOf(1, "\xB1\x00"), []string{"unsupported-binary"}},
		{"UTF-8 string", binaryOf(1, "\x71a"), []string{"unsupported-binary"}},
		{"marker of nothing", binaryOf(1, "\x90"), []string{"malformed-binary"}},
	}
}

// keyRefs refers to the objects 1 to n.
func keyRefs(n int) string {
	var refs []byte
	for i := range n {
		refs = append(refs, byte(i+1))
	}
	return string(refs)
}

// manyStrings is n keys, and a string of 1 MiB.
func manyStrings(n int) []string {
	var objects []string
	for i := range n {
		key := fmt.Sprintf("k%d", i)
		objects = append(objects, string(rune(0x50+len(key)))+key)
	}
	return append(objects, "\x5F\x12\x00\x10\x00\x00"+strings.Repeat("a", 1<<20))
}

// chainObjects is n arrays, the first with the number from, nested in each other.
func chainObjects(from, n int) []string {
	var objects []string
	for i := range n - 1 {
		objects = append(objects, "\xA1"+string([]byte{byte(from + i + 1)}))
	}
	return append(objects, "\xA0")
}

func TestBinaryViolations(t *testing.T) {
	for _, v := range binaryViolations() {
		t.Run(v.name, func(t *testing.T) {
			doc, ds := Read(diag.NewFile("a.mobileconfig", []byte(v.input)))
			if diff := cmp.Diff(v.want, describe(ds)); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
			if doc == nil || doc.Format != Binary {
				t.Error("the input is not taken for a binary property list")
			}
		})
	}
}

func TestReadBinary(t *testing.T) {
	epoch := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, input string
		want        *Value
	}{
		{"true", binaryOf(1, "\x09"), NewBoolean(true)},
		{"byte", binaryOf(1, "\x10\xff"), NewInteger(255)},
		{"negative", binaryOf(1, "\x13"+strings.Repeat("\xff", 8)), NewInteger(-1)},
		{"2^64-1", binaryOf(1, "\x14"+strings.Repeat("\x00", 8)+strings.Repeat("\xff", 8)), &Value{Kind: Integer, Int: Int{Abs: math.MaxUint64}}},
		{"-1 in 128 bits", binaryOf(1, "\x14"+strings.Repeat("\xff", 16)), NewInteger(-1)},
		{"float32", binaryOf(1, "\x22\x3f\xc0\x00\x00"), NewReal(1.5)},
		{"real that is whole", binaryOf(1, "\x23"+float(2)), NewReal(2)},
		{"date with a fraction", binaryOf(1, "\x33"+float(1.5)), NewDate(epoch.Add(time.Second))},
		{"date before", binaryOf(1, "\x33"+float(-86400)), NewDate(epoch.AddDate(0, 0, -1))},
		{"first date", binaryOf(1, "\x33"+float(firstDate)), NewDate(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))},
		{"data", binaryOf(1, "\x42\x00\xff"), NewData([]byte{0, 255})},
		{"UTF-16", binaryOf(1, "\x63\x00\xe9\xd8\x3d\xde\x00"), NewString("é😀")},
		{"UID", binaryOf(1, "\x81\x01\x02"), &Value{Kind: UID, Int: Int{Abs: 258}}},
		{"shared object", binaryOf(1, "\xA2\x01\x01", "\x51a"), NewStrings("a", "a")},
		{"sorted keys", binaryOf(1, "\xD2\x02\x01\x03\x01", "\x51a", "\x51b", "\x08"),
			NewDictionary(Field{Key: "a", Value: NewString("a")}, Field{Key: "b", Value: NewBoolean(false)})},
		{"CF$UID is a dictionary", binaryOf(1, "\xD1\x01\x02", "\x56CF$UID", "\x10\x01"), NewDictionary(Field{Key: "CF$UID", Value: NewInteger(1)})},
		{"references of 7 bytes", binaryOf(7, "\xA1\x00\x00\x00\x00\x00\x00\x01", "\x08"), NewArray(NewBoolean(false))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc, ds := Read(diag.NewFile("a", []byte(test.input)))
			if len(ds) > 0 {
				t.Fatalf("findings: %v", ds)
			}
			if diff := cmp.Diff(test.want, doc.Root); diff != "" {
				t.Errorf("value differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadBinaryAsDeepAsAllowed(t *testing.T) {
	doc, ds := Read(diag.NewFile("a", []byte(chain(MaxDepth))))
	if len(ds) > 0 || !Equal(doc.Root, nested(MaxDepth)) {
		t.Errorf("%d arrays in each other are not read: %v", MaxDepth, ds)
	}
}

func nested(levels int) *Value {
	v := NewArray()
	for range levels - 1 {
		v = NewArray(v)
	}
	return v
}

// TestReadBinaryOfLibrary reads what the library writes.
func TestReadBinaryOfLibrary(t *testing.T) {
	native := map[string]any{"a": []any{"x", uint64(7), int64(-7), 1.5, true, []byte{1}, map[string]any{}}, "é": "ü"}
	data, err := howett.Marshal(native, howett.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	doc, ds := Read(diag.NewFile("a", data))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	want, err := fromNative(native)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, doc.Root); diff != "" {
		t.Errorf("value differs (-want +got):\n%s", diff)
	}
}

// TestBombsAreCheap shows that no small file makes the reader allocate much.
func TestBombsAreCheap(t *testing.T) {
	bombs := binaryViolations()
	bombs = append(bombs,
		violation{name: "XML nested a million times", input: "<plist>" + strings.Repeat("<array>", 1_000_000)},
		violation{name: "XML plist nested a million times", input: strings.Repeat("<plist>", 1_000_000)},
		violation{name: "OpenStep nested five million times", input: strings.Repeat("(", 5_000_000)},
		violation{name: "keys without values", input: "<plist><dict>" + strings.Repeat("<key/>", 1_000_000)},
		violation{name: "attributes", input: "<plist " + strings.Repeat(`a="" `, 1_000_000)},
		violation{name: "end tags", input: "<plist>" + strings.Repeat("</a>", 1_000_000)},
		violation{name: "values", input: "<plist><array>" + strings.Repeat("<dict/>", 1_000_000)},
		violation{name: "control characters", input: "<plist>" + strings.Repeat("\x01a", 1_000_000)},
		violation{name: "references", input: "<plist><string>" + strings.Repeat("&a;", 1_000_000)},
	)
	for _, b := range bombs {
		data := []byte(b.input)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		Read(diag.NewFile("a", data))
		runtime.ReadMemStats(&after)
		if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(40<<20+4*len(data)); got > limit {
			t.Errorf("%s: allocated %d bytes for %d, want at most %d", b.name, got, len(data), limit)
		}
	}
}
