package plist

import (
	"bytes"
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// Limits of Read and Write, so no input can exhaust memory, time or stack.
const (
	MaxBytes = 16 << 20 // size of a file, and of an expanded binary one
	MaxDepth = 128      // nested arrays and dictionaries; iOS reads no deeper
	MaxNodes = 100_000  // values, without keys

	maxComments = MaxNodes // kept by Reformat
)

// Format is the file format of a property list.
type Format uint8

// The formats known to Read.
const (
	XML Format = iota
	Binary
)

// String returns "XML" or "binary".
func (f Format) String() string {
	if f == Binary {
		return "binary"
	}
	return "XML"
}

// Document is the result of Read.
//
// In XML every value has a Span: an array, a dictionary or an empty scalar spans its element, any other scalar the text
// between its tags (data without surrounding white space). KeySpan is the text of a key, or the element of an empty key. A
// binary property list has no spans, and its keys are sorted.
type Document struct {
	Root   *Value // nil if nothing is usable
	Format Format
	File   *diag.File // the UTF-8 text of the spans: the input itself, or its conversion from another encoding

	// Placeholders has a note for each placeholder outside a string, from ReadTemplate. Incomplete is true if one stands for
	// keys.
	Placeholders []diag.Diagnostic
	Incomplete   bool

	comments []diag.Span // of XML, with processing instructions; not all of more than maxComments
}

// Read reads an XML or binary property list from untrusted bytes. The content decides the format.
//
// It reports all violations at once. With an Error among them the tree may be incomplete, and an unreadable scalar has its
// kind and no content. The Document is nil if the input is no property list at all, and its Root is nil beyond a limit.
func Read(f *diag.File) (*Document, []diag.Diagnostic) { return readAs(f, false) }

// ReadTemplate is Read for a file completed by a later step: in XML a placeholder may stand for a value of any type, and for
// keys with their values. Such a value is Null with the placeholder as its Text.
func ReadTemplate(f *diag.File) (*Document, []diag.Diagnostic) { return readAs(f, true) }

func readAs(f *diag.File, template bool) (*Document, []diag.Diagnostic) {
	found := &findings{file: f}
	doc := read(f, found, template)
	return doc, diag.Sort(found.list)
}

func read(f *diag.File, found *findings, template bool) *Document {
	if len(f.Data) > MaxBytes {
		found.addToFile(rule.FileTooLarge, fmt.Sprintf("the file has %d bytes, want at most %d", len(f.Data), MaxBytes), "")
		return nil
	}
	if bytes.HasPrefix(f.Data, []byte("bplist")) {
		return &Document{Root: readBinary(f.Data, found), Format: Binary, File: f}
	}
	if kind, help := foreignBytes(f.Data); kind != "" {
		found.notAPropertyList(kind, help)
		return nil
	}
	text, ok := decodeText(f, found)
	if !ok {
		return nil
	}
	if kind, help := foreignText(text); kind != "" {
		found.notAPropertyList(kind, help)
		return nil
	}
	r := &xmlReader{findings: found, text: text, allowsPlaceholders: template, slab: newSlab(strings.Count(text, "<"))}
	root := readXML(r)
	return &Document{Root: root, Format: XML, File: found.file, Placeholders: r.placeholders, Incomplete: r.incomplete, comments: r.comments}
}
