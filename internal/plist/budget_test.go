package plist

import (
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/work"
)

// multiplied is a small binary property list of many values: an array of arrays of references to one array, and so on.
func multiplied(levels int) []byte {
	data := []byte("bplist00")
	var offsets []byte
	object := func(b ...byte) {
		offsets = append(offsets, byte(len(data)))
		data = append(data, b...)
	}
	for i := range levels {
		next := byte(i + 1)
		object(0xA4, next, next, next, next)
	}
	object(0x09)
	table := len(data)
	data = append(data, offsets...)
	trailer := make([]byte, binaryTrailer)
	trailer[6], trailer[7], trailer[15], trailer[31] = 1, 1, byte(levels+1), byte(table)
	return append(data, trailer...)
}

// However many small documents expand to many values, together they are as large as one file may be.
func TestNestedDocumentsShareABudget(t *testing.T) {
	data := multiplied(6)
	doc, found := Read(diag.NewFile("f", data))
	if doc == nil || doc.Root == nil {
		t.Fatal(found)
	}
	values := 0
	for range Walk(doc.Root) {
		values++
	}
	count := func(documents int) (read, done int) {
		budget := NewBudget()
		done = work.Measure(func() {
			for range documents {
				if doc, _ := ReadNested(diag.NewFile("f", data), budget); doc != nil && doc.Root != nil {
					read++
				}
			}
		})
		return read, done
	}
	read, done := count(500)
	if want := MaxNodes / values; read != want {
		t.Errorf("read %d documents of %d values, want %d", read, values, want)
	}
	if read, again := count(1000); read != MaxNodes/values || again != done || done > 2*MaxNodes {
		t.Errorf("%d units for 500 documents, %d for 1000", done, again)
	}
}
