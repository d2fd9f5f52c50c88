package plist

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// addSeeds gives a fuzz target all examples of the tables that are not large.
func addSeeds(f *testing.F) {
	for _, v := range slices.Concat(xmlViolations(), binaryViolations()) {
		if len(v.input) < 2000 {
			f.Add([]byte(v.input))
		}
	}
	data, err := Write(everything())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")))
	f.Add([]byte("\xff\xfe" + encodeUTF16("<plist><string>é😀</string></plist>", false)))
	f.Add([]byte("<?xml version='1.0' encoding='ISO-8859-1'?><plist><string>\xe9</string></plist>"))
}

func FuzzReadNeverPanicsAndSpansStayInFile(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		original := bytes.Clone(data)
		input := diag.NewFile("a", data)
		doc, ds := Read(input)
		if !bytes.Equal(original, data) {
			t.Fatal("the input was changed")
		}
		text := input
		if doc != nil {
			text = doc.File
		}
		inside := func(s diag.Span) bool {
			return s.IsZero() || 0 <= s.Start && s.Start <= s.End && s.End <= len(s.File.Data)
		}
		for _, d := range ds {
			if !inside(d.Span) || len(d.Related) > 0 && !inside(d.Related[0].Span) {
				t.Fatalf("%s lies outside the file", d.Rule)
			}
			if doc != nil && !d.Span.IsZero() && d.Span.File != text {
				t.Fatalf("%s lies in another file", d.Rule)
			}
		}
		if doc == nil || doc.Root == nil {
			if !diag.HasErrors(ds) {
				t.Fatal("nothing is returned and no reason given")
			}
			return
		}
		nodes := 0
		walk(doc.Root, func(v *Value) {
			nodes++
			if v.Span.IsZero() != (doc.Format == Binary) || !inside(v.Span) {
				t.Fatalf("a value spans %d to %d", v.Span.Start, v.Span.End)
			}
			for _, field := range v.Fields {
				if field.Value == nil || !inside(field.KeySpan) {
					t.Fatalf("key %q is not whole", field.Key)
				}
			}
		})
		if nodes > MaxNodes {
			t.Fatalf("%d values", nodes)
		}
	})
}

// FuzzRoundTrip builds a value from the bytes, or takes it from the file that they are.
func FuzzRoundTrip(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		rest := data
		values := []*Value{build(&rest, 0)}
		if doc, ds := Read(diag.NewFile("a", data)); !diag.HasErrors(ds) {
			values = append(values, doc.Root)
		}
		for _, v := range values {
			if _, err := Write(v); err == nil {
				checkRoundTrip(t, v)
			}
		}
	})
}

// build makes a value of the bytes at the start of data.
func build(data *[]byte, depth int) *Value {
	take := func(n int) []byte {
		n = min(n, len(*data))
		taken := (*data)[:n]
		*data = (*data)[n:]
		return taken
	}
	number := func(n int) (x uint64) { return bigEndian(take(n)) }
	kind := Kind(number(1) % 10)
	if depth > 6 && (kind == Array || kind == Dictionary) {
		kind = String
	}
	v := &Value{Kind: kind}
	switch kind {
	case Dictionary:
		for range number(1) % 8 {
			v.Fields = append(v.Fields, Field{Key: string(take(int(number(1) % 8))), Value: build(data, depth+1)})
		}
	case Array:
		for range number(1) % 8 {
			v.Items = append(v.Items, build(data, depth+1))
		}
	case String:
		v.Text = string(take(int(number(1))))
	case Data:
		v.Data = take(int(number(1)))
	case Date:
		v.Time = time.Unix(int64(number(8))>>24, 0).UTC()
	case Boolean:
		v.Bool = number(1)%2 == 0
	case Integer:
		v.Int = IntOf(int64(number(8)))
	case Real:
		v.Real = math.Float64frombits(number(8))
	}
	return v
}

// coreFoundationAlone reports whether a file has what CoreFoundation reads and stricter readers refuse.
func coreFoundationAlone(found []diag.Diagnostic) bool {
	return slices.ContainsFunc(found, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Warning && slices.Contains([]string{rule.BadXMLDeclaration, rule.NestedPlist, rule.ContentAfterPlist, rule.MissingPlistElement, rule.UnexpectedAttribute}, d.Rule)
	})
}

// FuzzVerdictAgreesWithEncodingXML: what is read without an error is well-formed for another XML reader too, and
// means the same to another property list reader.
func FuzzVerdictAgreesWithEncodingXML(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, ds := Read(diag.NewFile("a", data))
		if diag.HasErrors(ds) || doc.Format != XML || coreFoundationAlone(ds) {
			return
		}
		text := strings.TrimRight(string(doc.File.Data), "\x00 \t\r\n")
		if err := wellFormed(text); err != nil {
			t.Fatalf("encoding/xml refuses %q: %v", text, err)
		}
		if d, _ := findDeclaration(text); d.encoding == "" || strings.EqualFold(d.encoding, "utf-8") {
			compareWithLibrary(t, []byte(text), doc.Root)
		}
	})
}

// FuzzBinaryIsBounded keeps what a binary file expands to within the limits, and its values writable.
func FuzzBinaryIsBounded(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if !bytes.HasPrefix(data, []byte("bplist00")) {
			data = slices.Concat([]byte("bplist00"), data)
		}
		doc, ds := Read(diag.NewFile("a", data))
		if doc.Root == nil {
			return
		}
		nodes, size, uids := 0, 0, false
		walk(doc.Root, func(v *Value) {
			nodes++
			size += len(v.Text) + len(v.Data)
			uids = uids || v.Kind == UID
		})
		if nodes > MaxNodes || size > 2*MaxBytes { // UTF-16 can grow by half
			t.Fatalf("%d values of %d bytes", nodes, size)
		}
		for _, d := range ds {
			if d.Rule == rule.UnsupportedBinary {
				t.Fatalf("%s, but there is a value", d.Message)
			}
		}
		if _, err := Write(doc.Root); err != nil && !uids {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
