package diff

import (
	"bytes"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// Unfold returns a tree with nested JSON or property lists in data parsed, such as declarations in com.apple.declarations, so
// that differences and secrets inside are found. Documents beyond the budget of one file stay data.
func Unfold(v *plist.Value) *plist.Value { return unfoldLevels(v, 2, plist.NewBudget()) }

func unfoldLevels(v *plist.Value, levels int, budget *plist.Budget) *plist.Value {
	return plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		if v.Kind == plist.Data && levels > 0 {
			if inner := decodeNested(v, budget); inner != nil {
				return unfoldLevels(inner, levels-1, budget), false
			}
		}
		return v, true
	})
}

// decodeNested parses a dictionary held by data, or returns nil.
func decodeNested(v *plist.Value, budget *plist.Budget) *plist.Value {
	start := bytes.TrimLeft(v.Data, " \t\r\n")
	if v.Secret || !bytes.HasPrefix(start, []byte("{")) && !bytes.HasPrefix(start, []byte("<?xml")) && !bytes.HasPrefix(start, []byte("bplist")) {
		return nil
	}
	doc, findings := document.OpenNested(diag.NewFile("data", v.Data), budget)
	if diag.HasErrors(findings) || doc.Root == nil || doc.Root.Kind != plist.Dictionary {
		return nil
	}
	return doc.Root
}
