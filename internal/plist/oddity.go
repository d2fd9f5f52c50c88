package plist

import (
	"bytes"
	"strings"
)

// Oddity is how an XML property list differs from plain text: UTF-8 from the XML declaration on. Devices read it all the same;
// servers may not.
type Oddity string

// The oddities.
const (
	ByteOrderMark Oddity = "a byte order mark"
	NoDeclaration Oddity = "no XML declaration"
	OtherEncoding Oddity = "an encoding other than UTF-8"
	OtherVersion  Oddity = "an XML version other than 1.0"
	TrailingNUL   Oddity = "NUL bytes at the end"
)

// Oddities returns those of an XML property list, as its bytes stand in a file.
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
	head := string(data[:min(len(data), maxHead)])
	switch d, ok := findDeclaration(head); {
	case !isDeclaration(head[skipBlank(head, bomLength(head)):]):
		all = append(all, NoDeclaration)
	case !ok: // bad-xml-declaration says so
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

// maxHead is within how many bytes an XML declaration ends.
const maxHead = 4096

// Plain returns an XML property list in UTF-8 without its oddities: it begins with an XML declaration, and every byte behind
// that but NUL bytes at the end is as it was.
func Plain(data []byte) []byte {
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
