package plist

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

const utf8BOM = "\xef\xbb\xbf"

// decodeText returns the input as UTF-8 with only the characters allowed in XML. It reports each other byte and replaces it
// by a question mark, so offsets stay. From here on found.file is the text.
func decodeText(f *diag.File, found *findings) (text string, ok bool) {
	text, ok = decodeBytes(f, found)
	if !ok {
		return "", false
	}
	end := len(strings.TrimRight(text, "\x00 \t\r\n"))
	if nul := strings.IndexByte(text[end:], 0); nul >= 0 {
		n, follow := strings.Count(text[end:], "\x00"), "NUL bytes follow"
		if n == 1 {
			follow = "NUL byte follows"
		}
		found.add(diag.Diagnostic{
			Rule:     rule.TrailingNUL,
			Severity: diag.Warning,
			Message:  fmt.Sprintf("%d %s the property list, want none", n, follow),
			Help:     "delete them",
			Span:     found.span(end+nul, len(text)),
		})
		text = text[:end+nul]
	}
	return replaceIllegal(text, found), true
}

// decodeBytes turns the bytes into text by their byte order mark, by their pattern and by the declared encoding.
func decodeBytes(f *diag.File, found *findings) (text string, ok bool) {
	if name := unreadableEncoding(f.Data); name != "" {
		found.addToFile(rule.UnsupportedEncoding, "the text is in "+name+", want UTF-8 or UTF-16", "convert it to UTF-8")
		return "", false
	}
	if big, bom, is := detectUTF16(f.Data); is {
		return decodeUTF16(f, found, big, bom)
	}
	return decodeDeclared(f, found)
}

// unreadableEncoding names an encoding unused by profiles, though Apple's reader may know it.
func unreadableEncoding(data []byte) string {
	for _, e := range [...]struct{ start, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"},
		{"\x00\x00\xfe\xff", "UTF-32"},
		{"<\x00\x00\x00", "UTF-32"},
		{"\x00\x00\x00<", "UTF-32"},
		{"\x4c\x6f\xa7\x94", "EBCDIC"},
	} {
		if bytes.HasPrefix(data, []byte(e.start)) {
			return e.name
		}
	}
	return ""
}

// detectUTF16 reports whether the bytes are UTF-16, with the byte order and the length of the byte order mark.
func detectUTF16(data []byte) (bigEndian bool, bom int, is bool) {
	if len(data) < 2 {
		return false, 0, false
	}
	switch [2]byte(data) {
	case [2]byte{0xFE, 0xFF}:
		return true, 2, true
	case [2]byte{0xFF, 0xFE}:
		return false, 2, true
	case [2]byte{0, '<'}:
		return true, 0, true
	case [2]byte{'<', 0}:
		return false, 0, true
	}
	return false, 0, false
}

func decodeUTF16(f *diag.File, found *findings, bigEndian bool, bom int) (text string, ok bool) {
	data := f.Data[bom:]
	order := binary.ByteOrder(binary.LittleEndian)
	if bigEndian {
		order = binary.BigEndian
	}
	buffer := make([]byte, 0, len(data)/2+len(data)/16)
	bad := -1
	for i := 0; i+1 < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) {
			first := r
			if r = utf8.RuneError; i+3 < len(data) {
				r = utf16.DecodeRune(first, rune(order.Uint16(data[i+2:])))
			}
			if r != utf8.RuneError {
				i += 2
			} else if bad < 0 {
				bad = len(buffer)
			}
		}
		buffer = utf8.AppendRune(buffer, r)
	}
	found.file = diag.NewFile(f.Name, buffer)
	text = string(buffer)
	if len(data)%2 != 0 {
		found.textError(rule.InvalidUTF16, "the text has an odd number of bytes, want two for each UTF-16 unit", len(text), len(text))
	}
	if bad >= 0 {
		found.textError(rule.InvalidUTF16, "half of a surrogate pair is missing, want valid UTF-16", bad, bad+len("\uFFFD"))
	}
	found.checkDeclaredUTF16(text, bom > 0)
	return text, true
}

// checkDeclaredUTF16 compares the declared encoding with UTF-16 text. Apple's reader goes by the byte order mark
// first, and without one only by the declaration.
func (f *findings) checkDeclaredUTF16(text string, hasBOM bool) {
	d, _ := findDeclaration(text)
	switch name := strings.ToLower(d.encoding); {
	case strings.HasPrefix(name, "utf-16"), name == "" && hasBOM:
	case name == "":
		f.textError(rule.EncodingMismatch, "the text is UTF-16 without a byte order mark, want one or a declared encoding", 0, 0)
	default:
		f.encodingMismatch(d, `"UTF-16"`, hasBOM)
	}
}

func (f *findings) encodingMismatch(d declaration, actual string, hasBOM bool) {
	severity := diag.Error
	if hasBOM {
		severity = diag.Warning
	}
	f.add(diag.Diagnostic{
		Rule:     rule.EncodingMismatch,
		Severity: severity,
		Message:  "the declared encoding is " + quote(d.encoding) + ", want " + actual + ", the encoding of the bytes",
		Help:     "save the file as UTF-8 and declare that",
		Span:     f.span(d.encodingStart, d.encodingStart+len(d.encoding)),
	})
}

// decodeDeclared decodes text in 8-bit units by its declared encoding.
func decodeDeclared(f *diag.File, found *findings) (text string, ok bool) {
	text = string(f.Data)
	d, _ := findDeclaration(text)
	hasBOM := strings.HasPrefix(text, utf8BOM)
	switch name := strings.ToLower(d.encoding); {
	case name == "", name == "utf-8", name == "utf8":
	case hasBOM, strings.HasPrefix(name, "utf-16"):
		found.encodingMismatch(d, `"UTF-8"`, hasBOM)
	case name == "us-ascii", name == "ascii":
		if strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
			found.encodingMismatch(d, `"UTF-8"`, false)
		}
	case name == "iso-8859-1", name == "latin1":
		text = decodeLatin1(f, found, text)
	default:
		found.textError(rule.UnsupportedEncoding, "the declared encoding is "+quote(d.encoding)+
			`, want one of "UTF-8", "UTF-16", "US-ASCII", "ISO-8859-1"`, d.encodingStart, d.encodingStart+len(d.encoding))
		return "", false
	}
	return text, true
}

func decodeLatin1(f *diag.File, found *findings, text string) string {
	buffer := make([]byte, 0, len(text)+len(text)/8)
	for i := range len(text) {
		buffer = utf8.AppendRune(buffer, rune(text[i]))
	}
	if len(buffer) == len(text) {
		return text
	}
	found.file = diag.NewFile(f.Name, buffer)
	return string(buffer)
}

// replaceIllegal reports bytes forbidden in XML and replaces them by question marks.
func replaceIllegal(text string, found *findings) string {
	var clean []byte
	for i := 0; !found.full; {
		start, end, broken := nextIllegal(text, i)
		if start == len(text) {
			break
		}
		if clean == nil {
			clean = []byte(text)
		}
		for j := start; j < end; j++ {
			clean[j] = '?'
		}
		message := fmt.Sprintf("byte 0x%02X is not valid UTF-8", text[start])
		if broken == rule.IllegalCharacter {
			r, _ := utf8.DecodeRuneInString(text[start:])
			message = fmt.Sprintf("character %U is forbidden in XML, even as a reference", r)
		}
		found.textError(broken, message, start, end)
		i = end
	}
	if clean == nil {
		return text
	}
	return string(clean)
}

// nextIllegal finds the next run of bytes from i on in breach of one rule. Without one, start is the length of the text.
func nextIllegal(text string, i int) (start, end int, broken string) {
	start = len(text)
	for i < len(text) {
		if next := plainEnd(text, i); next > i {
			if broken != "" {
				break
			}
			i = next
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		here := ""
		switch {
		case r == utf8.RuneError && size == 1:
			here = rule.InvalidUTF8
		case !isXMLChar(r):
			here = rule.IllegalCharacter
		}
		if broken != "" && here != broken {
			break
		}
		if broken == "" && here != "" {
			start, broken = i, here
		}
		i += size
	}
	return start, i, broken
}

// plainEnd returns the offset of the first byte from i on other than an ASCII character of XML, or the length of the text. It
// takes eight bytes at a time and computes with the high bit of each.
func plainEnd(text string, i int) int {
	const high, low = 0x8080808080808080, 0x7f7f7f7f7f7f7f7f
	for ; i+8 <= len(text); i += 8 {
		s := text[i : i+8]
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		isPrintable := w + 0x6060606060606060
		isNotTabOrCR := (w&0xfbfbfbfbfbfbfbfb ^ 0x0909090909090909) + low
		isNotLF := (w ^ 0x0a0a0a0a0a0a0a0a) + low
		if (w|^isPrintable&isNotTabOrCR&isNotLF)&high != 0 {
			break
		}
	}
	for i < len(text) && text[i] < utf8.RuneSelf && (text[i] >= ' ' || isBlank(text[i])) {
		i++
	}
	return i
}

// isXMLChar is the production Char of XML 1.0.
func isXMLChar(r rune) bool {
	return r >= ' ' && r <= 0xD7FF || r == '\n' || r == '\t' || r == '\r' || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// textError adds an error about a range of the text.
func (f *findings) textError(rule, message string, start, end int) {
	f.add(diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Span: f.span(start, end)})
}
