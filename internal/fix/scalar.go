package fix

import (
	"bytes"
	"strconv"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// ReplaceKey returns the edits replacing a key, or nil if the text does not hold it literally.
func ReplaceKey(f *plist.Field, to string) []diag.Edit {
	if f.KeySpan.IsZero() {
		return nil
	}
	if isXML(f.KeySpan.File) {
		return xmlText(f.KeySpan, to)
	}
	return replaceText(f.KeySpan, f.Key, to)
}

// ReplaceValue returns the edits replacing a scalar, or nil if the text does not hold it literally (a variable or an alias
// instead), or if either value is a secret.
func ReplaceValue(v, to *plist.Value) []diag.Edit {
	if v.Span.IsZero() || v.Secret || to.Secret {
		return nil
	}
	from := plainText(v)
	if isXML(v.Span.File) {
		return xmlValue(v, to, from)
	}
	switch to.Kind {
	case plist.String:
		if v.Kind == plist.String {
			return replaceText(v.Span, from, to.Text)
		}
		return replaceSource(v.Span, from, strconv.Quote(to.Text))
	case plist.Boolean, plist.Integer:
		return replaceSource(v.Span, from, plainText(to))
	}
	return nil
}

// plainText is the text of a scalar in its plainest form, "" for other kinds.
func plainText(v *plist.Value) string {
	switch v.Kind {
	case plist.String:
		return v.Text
	case plist.Boolean:
		return strconv.FormatBool(v.Bool)
	case plist.Integer:
		return v.Int.String()
	}
	return ""
}

// isXML reports whether a file is XML. No YAML mapping and no JSON object begins like a tag.
func isXML(f *diag.File) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(f.Data, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(text) > 1 && text[0] == '<' && (text[1] == '?' || text[1] == '!' || text[1] >= 'a' && text[1] <= 'z')
}
