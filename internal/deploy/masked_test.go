package deploy

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
)

const pushedXML = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>Password</key><string>hunter2-canary</string></dict></plist>
`

// Whatever a server echoes, credentials and the secrets of profiles are not shown.
func TestSecretsAreHidden(t *testing.T) {
	doc, _ := document.Open(diag.NewFile("a", []byte(pushedXML)))
	secret.Mark(doc.Root)
	var h secret.Redactor
	h.Add("key-canary")
	h.AddAll(doc.Root)
	cause := errors.New("no: key-canary, <string>hunter2-canary</string>")
	if err := h.HideError(cause); strings.Contains(err.Error(), "canary") || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if h.HideError(nil) != nil {
		t.Error("no error became one")
	}
	for i, v := range []*plist.Value{doc.Root, withoutSecrets(doc.Root)} {
		data, err := plist.Write(v)
		if err != nil || bytes.Contains(data, []byte("canary")) != (i == 0) {
			t.Errorf("%v: %s", err, data)
		}
	}
}
