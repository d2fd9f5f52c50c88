package lsp

import (
	"runtime"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
)

// The server needs no disk and no process: a browser has neither.
func TestServeNeedsNoDisk(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an address in memory has no drive")
	}
	m, err := files.NewMemory(map[string][]byte{"/w/a.mobileconfig": []byte(wifi), "/w/b.mobileconfig": []byte(wifi), "/w/base.yaml": []byte(baseTemplate), "/w/t.yaml": []byte(overlayTemplate)})
	if err != nil {
		t.Fatal(err)
	}
	h := &app.Host{Files: m, Getenv: func(string) (string, bool) { return "", false }, Now: func() time.Time { return now }}
	c := startAt(t, h, "/w", capable(), nil)
	c.open("a.mobileconfig", wifi)
	c.open("t.yaml", overlayTemplate)
	c.check("a.mobileconfig")
	rules := func(name string) map[string]bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		all := map[string]bool{}
		for _, d := range c.published[name].Diagnostics {
			all[d.Code] = true
		}
		return all
	}
	if !rules("/w/b.mobileconfig")["same-profile-twice"] {
		t.Errorf("the set of the folder is not checked: %v", c.published)
	}
	var found []protocol.Location
	c.call("textDocument/definition", protocol.DefinitionParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri("t.yaml")}, Position: protocol.Position{Line: 0, Character: 12}}, &found)
	if len(found) != 1 || found[0].URI != "file:///w/base.yaml" {
		t.Errorf("the base is %v", found)
	}
	if err := m.RemoveAll("/w/a.mobileconfig"); err != nil {
		t.Fatal(err)
	}
	c.notify("textDocument/didClose", protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri("a.mobileconfig")}})
	c.check("t.yaml")
	if rules("/w/b.mobileconfig")["same-profile-twice"] {
		t.Error("a file that is gone still counts")
	}
}
