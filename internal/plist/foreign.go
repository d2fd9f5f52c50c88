package plist

import (
	"bytes"
	"encoding/json"
	"strings"
)

// emptyInput is the kind of a file that holds nothing but white space.
const emptyInput = "empty"

// foreignBytes names the kind of input that is neither text nor a binary property list, or returns "".
func foreignBytes(data []byte) (kind, help string) {
	if len(bytes.Trim(data, " \t\r\n\x00")) == 0 {
		return emptyInput, ""
	}
	// A DER or BER SEQUENCE: a length of 128 bytes or more, or an indefinite one, has the high bit set.
	if len(data) > 1 && data[0] == 0x30 && data[1] >= 0x80 {
		return "a signed or encrypted message (CMS)", "unwrap the profile first"
	}
	for _, k := range [...]struct{ magic, kind string }{
		{"PK\x03\x04", "a ZIP archive"},
		{"\x1f\x8b", "gzip data"},
		{"xar!", "an installer package"},
		{"%PDF-", "a PDF document"},
		{"-----BEGIN ", "PEM text"},
	} {
		if bytes.HasPrefix(data, []byte(k.magic)) {
			return k.kind, ""
		}
	}
	return "", ""
}

// foreignText names the kind of text that is no XML property list, or returns "".
func foreignText(text string) (kind, help string) {
	text = strings.TrimLeft(strings.TrimPrefix(text, utf8BOM), " \t\r\n")
	switch {
	case hasPrefixFold(text, "<!doctype html"), hasPrefixFold(text, "<html"):
		return "an HTML page", "check that the download was not a login or error page"
	case strings.HasPrefix(text, "<"), strings.Contains(text, "<plist"):
		return "", ""
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		if isJSON(text) {
			return "JSON", ""
		}
		return "an OpenStep property list", "convert it with plutil -convert xml1"
	case strings.HasPrefix(text, "("):
		return "an OpenStep property list", "convert it with plutil -convert xml1"
	}
	return "of an unknown kind", ""
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isJSON also takes damaged JSON for what it is: the first separator in an OpenStep dictionary is never a colon.
func isJSON(text string) bool {
	if text[0] == '[' || json.Valid([]byte(text)) {
		return true
	}
	i := strings.IndexAny(text, ":=;")
	return i >= 0 && text[i] == ':'
}
