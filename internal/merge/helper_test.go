package merge_test

import (
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

func fromJSON(t *testing.T, text string) *plist.Value {
	t.Helper()
	doc, findings := document.Open(diag.NewFile("a.json", []byte(`{"Type": "com.apple.configuration.x", "Payload": {"V": `+text+`}}`)))
	if diag.HasErrors(findings) || doc.Root == nil {
		t.Fatal(text, findings)
	}
	return doc.Root.Lookup("Payload", "V")
}
