package fix

import (
	"bytes"
	"strconv"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// ReplaceKey returns the edits that write another key in the place of one, or nothing where the text does not hold it plainly.
func ReplaceKey(f *plist.Field, to string) []diag.Edit {
	if f.KeySpan.IsZero() {
		return nil
	}
	if isXML(f.KeySpan.File) {
		return xmlText(f.KeySpan, to)
	}
	return tokenText(f.KeySpan, f.Key, to)
}

// ReplaceValue returns the edits that write another scalar in the place of one, or nothing where the text does not hold it plainly,
// as where a variable or an alias stands for it.
func ReplaceValue(v, to *plist.Value) []diag.Edit {
	if v.Span.IsZero() || v.Secret || to.Secret {
		return nil
	}
	from := plain(v)
	if isXML(v.Span.File) {
		return xmlValue(v, to, from)
	}
	switch to.Kind {
	case plist.String:
		if v.Kind == plist.String {
			return tokenText(v.Span, from, to.Text)
		}
		return token(v.Span, from, strconv.Quote(to.Text))
	case plist.Boolean, plist.Integer:
		return token(v.Span, from, plain(to))
	}
	return nil
}

// plain is the text of a scalar as it is written most plainly, or "".
func plain(v *plist.Value) string {
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

// isXML tells the two kinds of syntax apart: no mapping of YAML and no object of JSON begins like a tag.
func isXML(f *diag.File) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(f.Data, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(text) > 1 && text[0] == '<' && (text[1] == '?' || text[1] == '!' || text[1] >= 'a' && text[1] <= 'z')
}
