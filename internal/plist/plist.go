package plist

import (
	"bytes"
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// Limits on what Read accepts and Write makes, so that no input can exhaust memory, time or stack.
const (
	MaxBytes = 16 << 20 // size of a file, and of what a binary one expands to
	MaxDepth = 128      // nested arrays and dictionaries; iOS reads no deeper
	MaxNodes = 100_000  // values, without keys
)

// Format is how a property list is written down.
type Format uint8

// The formats that Read knows.
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

// Document is a property list that was read.
//
// In XML every value has a Span: an array, a dictionary or an empty scalar spans its element, any other scalar
// the text between its tags (without surrounding white space where it is data). KeySpan is the text of a key, or
// its element where that is empty. In a binary property list there are no spans, and keys are sorted.
type Document struct {
	Root   *Value // nil when nothing can be used
	Format Format
	File   *diag.File // the UTF-8 text that spans point into: the input itself unless it was in another encoding

	// What ReadTemplate found: a note for each placeholder that does not stand in a string, and whether one stands for keys
	// that may come yet.
	Placeholders []diag.Diagnostic
	Incomplete   bool

	comments []diag.Span // of XML, processing instructions among them
}

// Read reads an XML or binary property list from untrusted bytes; the format is told by the content.
//
// It reports all violations that it finds. With an Error among them the tree may be incomplete, and a scalar that
// cannot be read has its kind and no content. The Document is nil when the input is no property list at all, and
// its Root is nil when a limit was met.
func Read(f *diag.File) (*Document, []diag.Diagnostic) { return readAs(f, false) }

// ReadTemplate is Read for a file that a later step completes: in XML a placeholder may stand for a value of any type, and
// for keys with their values. Such a value is Null with the placeholder as its Text.
func ReadTemplate(f *diag.File) (*Document, []diag.Diagnostic) { return readAs(f, true) }

func readAs(f *diag.File, template bool) (*Document, []diag.Diagnostic) {
	found := &findings{file: f}
	doc := read(f, found, template)
	return doc, diag.Sort(found.list)
}

func read(f *diag.File, found *findings, template bool) *Document {
	if len(f.Data) > MaxBytes {
		found.start(rule.FileTooLarge, fmt.Sprintf("the file has %d bytes, want at most %d", len(f.Data), MaxBytes), "")
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
	r := &xmlReader{findings: found, text: text, allowsPlaceholders: template}
	root := readXML(r)
	return &Document{Root: root, Format: XML, File: found.file, Placeholders: r.placeholders, Incomplete: r.incomplete, comments: r.comments}
}
