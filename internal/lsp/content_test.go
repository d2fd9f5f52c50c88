package lsp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
)

// withContents is an editor that shows contents.
func withContents() protocol.ClientCapabilities {
	c := capable()
	c.Workspace.TextDocumentContent = &protocol.TextDocumentContentClientCapabilities{DynamicRegistration: true}
	return c
}

// odd is a profile that can be signed, with findings.
func odd() string {
	return strings.Replace(wifi, "<string>wpa2</string>", "<string>WPA2</string>\n\t\t\t<key>Nonsense</key>\n\t\t\t<true/>", 1)
}

// signedFile makes a signed profile of a text.
func signedFile(t *testing.T, text string) []byte {
	t.Helper()
	folder := write(t, map[string]string{"a.mobileconfig": text})
	r, err := app.Sign(t.Context(), over(host(t), folder, nil), app.SignOptions{Paths: []string{"a.mobileconfig"}, Out: filepath.Join(folder, "out.mobileconfig")})
	if err != nil || !r.Written {
		t.Fatal(err, r)
	}
	data, err := os.ReadFile(filepath.Join(folder, "out.mobileconfig"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// binaryExample is a profile in binary form with findings.
func binaryExample(t *testing.T) []byte {
	for _, id := range app.RuleIDs() {
		page, err := app.Rule(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Bad {
			data, err := base64.StdEncoding.DecodeString(f.Base64)
			if err != nil || !strings.HasPrefix(string(data), "bplist") {
				continue
			}
			m, err := files.NewMemory(map[string][]byte{"/a.mobileconfig": data})
			if err != nil {
				t.Fatal(err)
			}
			if c, err := app.ReadContent(&app.Host{Files: m, Now: time.Now}, "/a.mobileconfig", nil); err == nil && len(c.Text) > 0 {
				return bytes.Replace(data, []byte("allowCamera"), []byte("allowNothin"), 1)
			}
		}
	}
	t.Fatal("no example is binary")
	return nil
}

// What a signed or binary profile holds can be read, with who signed it, and with the findings at their places in it.
func TestContent(t *testing.T) {
	signed := signedFile(t, odd())
	folder := write(t, map[string]string{"signed.mobileconfig": string(signed), "binary.mobileconfig": string(binaryExample(t)), "plain.mobileconfig": strings.ReplaceAll(wifi, "com.acme", "com.other"), "wrong.mobileconfig": string(signed[:100])})
	c := start(t, folder, withContents())
	ask := func(name string) (r contentResult, err error) {
		var raw json.RawMessage
		if err = c.conn.Call(t.Context(), "syncguard/content", contentParams{protocol.TextDocumentIdentifier{URI: c.uri(name)}}, &raw); err == nil {
			err = json.Unmarshal(raw, &r)
		}
		return r, err
	}
	r, err := ask("signed.mobileconfig")
	if err != nil || r.Text != odd() || !r.Signed || r.Format != "xml" || r.Signature == nil || !r.Signature.Integrity.OK || r.URI != contentURI(c.path("signed.mobileconfig")) {
		t.Errorf("the content is %+v, %v", r, err)
	}
	places := func(all []protocol.Diagnostic) (at []string) {
		for _, d := range all {
			at = append(at, line("", d.Code, d.Range))
			if strings.Contains(d.Message, "signed content") {
				t.Errorf("a place that shows is told: %s", d.Message)
			}
		}
		slices.Sort(at)
		return at
	}
	var want []string
	c.open("new.mobileconfig", odd())
	for _, d := range c.check("new.mobileconfig") {
		if !strings.HasPrefix(d.Code, "duplicate-") && !strings.HasPrefix(d.Code, "same-") {
			want = append(want, line("", d.Code, d.Range))
		}
	}
	c.notify("textDocument/didClose", protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri("new.mobileconfig")}})
	r, _ = ask("signed.mobileconfig")
	for _, w := range want {
		if !slices.Contains(places(r.Diagnostics), w) {
			t.Errorf("missing %s in %v", w, places(r.Diagnostics))
		}
	}
	if r, err := ask("binary.mobileconfig"); err != nil || r.Format != "binary" || r.Signed || !strings.HasPrefix(r.Text, "<?xml") || !slices.Contains(places(r.Diagnostics), line("", "unknown-key", atText(r.Text, "allowNothin"))) {
		t.Errorf("the content is %+v, %v", r, err)
	}
	if r, err := ask("plain.mobileconfig"); err != nil || r.Signed || r.Signature != nil || len(r.Diagnostics) == 0 || r.Diagnostics[0].Range == (protocol.Range{}) {
		t.Errorf("the content is %+v, %v", r, err)
	}
	if r, err := ask("wrong.mobileconfig"); err != nil || r.Problem == "" || r.Text != "" {
		t.Errorf("the content is %+v, %v", r, err)
	}
	if _, err := ask("none.mobileconfig"); !isCode(err, codeRequestFailed) {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, uri := range []string{"https://example.com/a", "", "syncguard-content:", c.uri("signed.mobileconfig")} {
		if err := c.conn.Call(t.Context(), "workspace/textDocumentContent", protocol.TextDocumentContentParams{URI: uri}, nil); !isCode(err, jsonrpc2.CodeInvalidParams) {
			t.Errorf("%q: %v", uri, err)
		}
	}
}

// atText is where a text holds another one.
func atText(text, part string) protocol.Range {
	i := strings.Index(text, part)
	return newText([]byte(text)).span(i, i+len(part), protocol.PositionEncodingKindUTF16)
}

func isCode(err error, code int64) bool {
	var answer *jsonrpc2.Error
	return errors.As(err, &answer) && answer.Code == code
}

// An editor shows the content as a text that cannot be changed: it has diagnostics, hover and outline, and no fixes.
func TestContentIsShown(t *testing.T) {
	folder := write(t, map[string]string{"signed.mobileconfig": string(signedFile(t, odd()))})
	c := start(t, folder, withContents())
	uri := "syncguard-content:" + strings.TrimPrefix(c.uri("signed.mobileconfig"), "file://") // as VS Code writes it
	var text protocol.TextDocumentContentResult
	c.call("workspace/textDocumentContent", protocol.TextDocumentContentParams{URI: uri}, &text)
	if text.Text != odd() {
		t.Fatalf("the content is %q", text.Text)
	}
	c.notify("textDocument/didOpen", protocol.DidOpenTextDocumentParams{TextDocument: protocol.TextDocumentItem{URI: uri, Version: 1, Text: text.Text}})
	where := protocol.TextDocumentIdentifier{URI: uri}
	check := func() protocol.PublishDiagnosticsParams {
		var actions []protocol.CodeAction
		c.call("textDocument/codeAction", protocol.CodeActionParams{TextDocument: where}, &actions)
		c.call("syncguard/content", contentParams{where}, nil)
		if len(actions) > 0 {
			t.Errorf("there are fixes: %v", actions)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.contents[uri]
	}
	found := check()
	isOdd := func(d protocol.Diagnostic) bool {
		return d.Code == "unknown-key" && d.Range == atText(odd(), "Nonsense")
	}
	if found.Version != 1 || !slices.ContainsFunc(found.Diagnostics, isOdd) {
		t.Errorf("found %+v", found)
	}
	at := atText(odd(), "SSID_STR").Start
	var hover protocol.Hover
	c.call("textDocument/hover", protocol.HoverParams{TextDocument: where, Position: at}, &hover)
	if !strings.Contains(hover.Contents.Value, "SSID") {
		t.Errorf("hover tells %q", hover.Contents.Value)
	}
	var symbols []protocol.DocumentSymbol
	c.call("textDocument/documentSymbol", protocol.DocumentSymbolParams{TextDocument: where}, &symbols)
	if len(symbols) == 0 {
		t.Error("no outline")
	}
	for method, p := range map[string]any{"textDocument/formatting": protocol.DocumentFormattingParams{TextDocument: where}, "textDocument/prepareRename": protocol.PrepareRenameParams{TextDocument: where, Position: at}} {
		var result json.RawMessage
		if c.call(method, p, &result); string(result) != "null" {
			t.Errorf("%s: %s", method, result)
		}
	}
	if err := c.conn.Call(t.Context(), "textDocument/rename", protocol.RenameParams{TextDocument: where, Position: at, NewName: "x"}, nil); !isCode(err, codeRequestFailed) {
		t.Errorf("renamed: %v", err)
	}
	// The file changes: the editor is told, reads it anew, and says so.
	better := strings.Replace(odd(), "Nonsense", "AutoJoin", 1)
	if err := os.WriteFile(c.path("signed.mobileconfig"), signedFile(t, better), 0o644); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", protocol.DidChangeWatchedFilesParams{Changes: []protocol.FileEvent{{URI: c.uri("signed.mobileconfig"), Type: protocol.FileChangeTypeChanged}}})
	check()
	if refreshed := <-c.refreshed; refreshed != uri {
		t.Errorf("refreshed %q", refreshed)
	}
	c.notify("textDocument/didChange", protocol.DidChangeTextDocumentParams{TextDocument: protocol.VersionedTextDocumentIdentifier{URI: uri, Version: 2}, ContentChanges: []protocol.TextDocumentContentChangeEvent{{Text: better}}})
	if found := check(); found.Version != 2 || slices.ContainsFunc(found.Diagnostics, func(d protocol.Diagnostic) bool { return d.Code == "unknown-key" }) {
		t.Errorf("found %+v", found)
	}
	c.notify("textDocument/didClose", protocol.DidCloseTextDocumentParams{TextDocument: where})
	c.call("syncguard/content", contentParams{where}, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	if got := c.contents[uri]; len(got.Diagnostics) > 0 {
		t.Errorf("a closed content has %v", got)
	}
}

// After a change of settings an editor asks again for what they decide.
func TestRefresh(t *testing.T) {
	capabilities := capable()
	capabilities.Workspace.CodeLens = &protocol.CodeLensWorkspaceClientCapabilities{RefreshSupport: true}
	capabilities.Workspace.InlayHint = &protocol.InlayHintWorkspaceClientCapabilities{RefreshSupport: true}
	c := start(t, write(t, map[string]string{"a.mobileconfig": wifi}), capabilities)
	both := func(why string) {
		t.Helper()
		got := []string{<-c.refreshed, <-c.refreshed}
		if slices.Sort(got); !slices.Equal(got, []string{"workspace/codeLens/refresh", "workspace/inlayHint/refresh"}) {
			t.Errorf("%s: %q", why, got)
		}
	}
	c.open("a.mobileconfig")
	c.edit("a.mobileconfig", &protocol.Range{}, " ")
	c.check("a.mobileconfig")
	c.notify("workspace/didChangeConfiguration", protocol.DidChangeConfigurationParams{Settings: json.RawMessage(`{"syncguard":{"targets":["iOS@18/manual"]}}`)})
	both("settings")
	c.open(".syncguard.yaml", "targets: [iOS@18/supervised]\n")
	both("the project file")
	c.edit("a.mobileconfig", &protocol.Range{}, " ")
	c.check("a.mobileconfig")
	if len(c.refreshed) > 0 {
		t.Errorf("a keystroke: %q", <-c.refreshed)
	}
}
