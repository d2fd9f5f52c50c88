package secret

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// judgeData judges data, given as text: a key in DER, a document, or text.
func (f *finder) judgeData(text string) (Reason, bool) {
	data := asBytes(text)
	switch {
	case isPKCS12(data):
		return Reason{What: identity, Quiet: true}, true
	case isPrivateKey(data):
		return Reason{What: "a private key"}, true
	case f.isSecretDocument(data):
		return Reason{What: "a secret", Nested: true}, true
	}
	what := ""
	if s, ok := decodeText(data); ok {
		if what = f.recognize(s); what == "" {
			what = f.findInBase64(s)
		}
	} else if hasPrivateKey(s) {
		what = "a private key"
	}
	return Reason{What: what}, what != ""
}

// identity is the content of a PKCS#12 file. Its file is encrypted; the passphrase beside it is the secret in clear
// text.
const identity = "an identity"

// decodeText decodes text in UTF-8 or UTF-16.
func decodeText(data []byte) (string, bool) {
	order := func(a, b byte) uint16 { return uint16(a)<<8 | uint16(b) }
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order = func(a, b byte) uint16 { return uint16(b)<<8 | uint16(a) }
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
	default:
		return asText(data), utf8.Valid(data)
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order(data[i], data[i+1]))
	}
	return string(utf16.Decode(units)), true
}

// isSecretDocument reports whether bytes are a property list or JSON with a secret inside. Beyond the bound on values
// read inside of values, it assumes a secret.
func (f *finder) isSecretDocument(data []byte) bool {
	if f.depth == maxInside || !isDocument(data) {
		return false
	}
	doc, _ := document.OpenNested(diag.NewFile("data", bytes.Clone(data)), f.inside)
	if f.inside.IsSpent() {
		return true
	}
	if doc.Root == nil {
		return false
	}
	inner := &finder{known: f.known, starts: f.starts, found: map[*plist.Value]Reason{}, texts: f.texts, inside: f.inside, depth: f.depth + 1}
	inner.visit(doc.Root, context{})
	return len(inner.found) > 0
}

func isDocument(data []byte) bool {
	start := bytes.TrimPrefix(data, []byte("\ufeff"))
	for len(start) > 0 && (start[0] == ' ' || start[0] == '\t' || start[0] == '\r' || start[0] == '\n') {
		start = start[1:]
	}
	if len(start) == 0 || strings.IndexByte("{<b\x30", start[0]) < 0 {
		return false
	}
	for _, begins := range []string{"{", "<?xml", "<!DOCTYPE plist", "<plist", "bplist"} {
		if bytes.HasPrefix(start, []byte(begins)) {
			return true
		}
	}
	return cms.IsSigned(data)
}

// findInBase64 names the secret in a text's base64: all of the text, or one long word in it. It returns "" for none.
func (f *finder) findInBase64(s string) string {
	if f.depth == maxInside {
		return ""
	}
	for start, i := 0, 0; i <= len(s) && len(s) >= shortestKey; i++ {
		if i < len(s) && isBase64(s[i]) {
			continue
		}
		// A SEQUENCE of 128 bytes or more begins with M in base64, and so does the line -----BEGIN with L.
		if word := s[start:i]; len(word) >= shortestKey && (word[0] == 'M' || strings.HasPrefix(word, armorBase64)) {
			if what := f.judgeBase64(word); what != "" {
				return what
			}
		}
		start = i + 1
	}
	return f.judgeBase64Text(s)
}

const (
	armorBase64 = "LS0tLS1CRUdJTi" // -----BEGIN
	shortestKey = 40
)

// judgeBase64Text judges a text of base64 from its first to its last character.
func (f *finder) judgeBase64Text(s string) string {
	const shortest = 16
	size := 0
	for _, c := range []byte(s) {
		switch {
		case isBase64(c):
			size++
		case !isBlankOrPadding(c):
			return ""
		}
	}
	switch {
	case size < shortest:
		return ""
	case size < len(s):
		s = strings.Map(func(c rune) rune {
			if isBlankOrPadding(byte(c)) {
				return -1
			}
			return c
		}, s)
	}
	return f.judgeBase64(s)
}

func isBlankOrPadding(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '='
}

func (f *finder) judgeBase64(body string) string {
	if len(body)%4 == 1 {
		body = body[:len(body)-1]
	}
	data, err := base64.RawStdEncoding.DecodeString(body)
	if err != nil {
		return ""
	}
	f.depth++
	defer func() { f.depth-- }()
	reason, _ := f.judgeData(asText(data))
	return reason.What
}

// isPrivateKey reports whether DER begins as a private key: PKCS#8, also encrypted (RFC 5958), PKCS#1 (RFC 8017) or SEC
// 1 (RFC 5915). The key may be truncated.
func isPrivateKey(der []byte) bool {
	body := contentsOf(der, 0x30)
	switch {
	case body == nil:
		return false
	case bytes.HasPrefix(body, []byte{2, 1, 0}) || bytes.HasPrefix(body, []byte{2, 1, 1}):
		next := body[3:]
		algorithm := contentsOf(next, 0x30)
		isVersion0 := body[2] == 0
		return len(algorithm) > 2 && algorithm[0] == 6 || isVersion0 && len(contentsOf(next, 2)) > 30 || !isVersion0 && len(contentsOf(next, 4)) > 15
	}
	encryption := contentsOf(body, 0x30)
	return bytes.HasPrefix(encryption, append([]byte{6, 9}, oidPKCS5...)) || bytes.HasPrefix(encryption, append([]byte{6, 10}, oidPKCS12PBE...))
}

// isPKCS12 reports whether DER or BER begins as a PKCS#12 file (RFC 7292): version 3, and data.
func isPKCS12(data []byte) bool {
	body := contentsOf(data, 0x30)
	if !bytes.HasPrefix(body, []byte{2, 1, 3}) {
		return false
	}
	safe := contentsOf(body[3:], 0x30)
	return bytes.HasPrefix(safe, append([]byte{6, 9}, oidPKCS7...))
}

var (
	oidPKCS5     = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5}     // 1.2.840.113549.1.5
	oidPKCS7     = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7}     // 1.2.840.113549.1.7
	oidPKCS12PBE = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1} // 1.2.840.113549.1.12.1
)

// contentsOf returns the contents of a value in DER or BER, even if truncated. For another tag it returns nil.
func contentsOf(b []byte, tag byte) []byte {
	if len(b) < 2 || b[0] != tag {
		return nil
	}
	size, rest := int(b[1]), b[2:]
	switch n := size - 0x80; {
	case size < 0x80:
	case n == 0:
		return rest // of indefinite length
	case n > 4 || n >= len(rest):
		return nil
	default:
		size = 0
		for _, c := range rest[:n] {
			size = size<<8 | int(c)
		}
		rest = rest[n:]
	}
	return rest[:min(max(size, 0), len(rest))]
}
