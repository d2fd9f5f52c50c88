package diff

import (
	"bytes"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// Unfold returns a tree with nested JSON or property lists in data parsed, such as declarations in com.apple.declarations, so
// that differences and secrets inside are found.
func Unfold(v *plist.Value) *plist.Value { return unfoldLevels(v, 2) }

func unfoldLevels(v *plist.Value, levels int) *plist.Value {
	return plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		if v.Kind == plist.Data && levels > 0 {
			if inner := decodeNested(v); inner != nil {
				return unfoldLevels(inner, levels-1), false
			}
		}
		return v, true
	})
}

// decodeNested parses a dictionary held by data, or returns nil.
func decodeNested(v *plist.Value) *plist.Value {
	start := bytes.TrimLeft(v.Data, " \t\r\n")
	if v.Secret || !bytes.HasPrefix(start, []byte("{")) && !bytes.HasPrefix(start, []byte("<?xml")) && !bytes.HasPrefix(start, []byte("bplist")) {
		return nil
	}
	doc, findings := document.Open(diag.NewFile("data", v.Data))
	if diag.HasErrors(findings) || doc.Root == nil || doc.Root.Kind != plist.Dictionary {
		return nil
	}
	return doc.Root
}
