package diff

import (
	"bytes"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// Unfold returns a tree in which data that is itself JSON or a property list, as com.apple.declarations carries
// declarations, is what it says, so that what differs in it is found and what is secret in it can be marked.
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

// inside reads the dictionary that data holds, or returns nil.
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
