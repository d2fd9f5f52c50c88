package plist

import (
	"bytes"
	"strings"
	"unsafe"
)

// Oddity is a deviation of an XML property list from plain text: UTF-8, beginning with the XML declaration. Devices read it
// all the same; servers may not.
type Oddity string

// The oddities.
const (
	ByteOrderMark Oddity = "a byte order mark"
	NoDeclaration Oddity = "no XML declaration"
	OtherEncoding Oddity = "an encoding other than UTF-8"
	OtherVersion  Oddity = "an XML version other than 1.0"
	TrailingNUL   Oddity = "NUL bytes at the end"
)

// Oddities returns the deviations of an XML property list from its bytes, or nil.
func Oddities(data []byte) []Oddity {
	if _, bom, is := detectUTF16(data); is && bom > 0 {
		return []Oddity{ByteOrderMark, OtherEncoding}
	} else if is || unreadableEncoding(data) != "" {
		return []Oddity{OtherEncoding}
	}
	var all []Oddity
	if bytes.HasPrefix(data, []byte(utf8BOM)) {
		all = append(all, ByteOrderMark)
	}
	start := data[:min(len(data), maxHead)]
	head := unsafe.String(unsafe.SliceData(start), len(start)) // not kept
	switch d, ok := findDeclaration(head); {
	case !isDeclaration(head[skipBlank(head, bomLength(head)):]):
		all = append(all, NoDeclaration)
	case !ok: // reported by bad-xml-declaration
	case d.encoding != "" && !strings.EqualFold(d.encoding, "UTF-8"):
		all = append(all, OtherEncoding)
	case d.version != "1.0":
		all = append(all, OtherVersion)
	}
	if bytes.HasSuffix(bytes.TrimRight(data, " \t\r\n"), []byte{0}) {
		all = append(all, TrailingNUL)
	}
	return all
}

// EncodingOf names the encoding of an input: UTF-16, UTF-32 or EBCDIC by the pattern of its bytes, else the declared name, else
// UTF-8. The name is the file's own text.
func EncodingOf(data []byte) string {
	if _, _, is := detectUTF16(data); is && unreadableEncoding(data) == "" {
		return "UTF-16"
	}
	if name := unreadableEncoding(data); name != "" {
		return name
	}
	if d, _ := findDeclaration(string(data)); d.encoding != "" && !bytes.HasPrefix(data, []byte("bplist")) {
		return d.encoding
	}
	return "UTF-8"
}

// maxHead is the most bytes up to the end of an XML declaration.
const maxHead = 4096

// RemoveOddities removes the Oddities of an XML property list in UTF-8: the result begins with an XML declaration. All bytes
// after it stay the same, except for NUL bytes at the end.
func RemoveOddities(data []byte) []byte {
	odd := Oddities(data)
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte(utf8BOM)), " \t\r\n")
	for _, o := range odd {
		switch o {
		case NoDeclaration:
			data = append([]byte(xmlDeclaration+"\n"), data...)
		case OtherEncoding, OtherVersion:
			d, _ := findDeclaration(string(data[:min(len(data), maxHead)]))
			data = append([]byte(xmlDeclaration), data[d.end:]...)
		case TrailingNUL:
			data = bytes.TrimRight(data, "\x00 \t\r\n")
		}
	}
	return data
}

const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>`
