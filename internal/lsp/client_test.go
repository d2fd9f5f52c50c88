package lsp

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
	"syncguard/internal/view"
)

var now = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

// host is this machine, at another time, and with nobody's settings.
func host(t testing.TB) *app.Host {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	return &app.Host{Files: files.OS{}, Getenv: func(string) (string, bool) { return "", false }, Now: func() time.Time { return now }}
}

// client is an editor: it keeps what the server publishes.
type client struct {
	testing.TB
	conn     *jsonrpc2.Conn
	pipe     *stream
	folder   string
	ended    chan error
	settings json.RawMessage // answer to workspace/configuration; nil for none

	mu        sync.Mutex
	published map[string]protocol.PublishDiagnosticsParams // by path
	contents  map[string]protocol.PublishDiagnosticsParams // by URI
	refreshed chan string                                  // URIs of contents, and methods
	shown     []string
	logged    []string
	versions  map[string]int32
	hangUp    func()
}

// capable is an editor with every capability the server looks at.
func capable(encodings ...protocol.PositionEncodingKind) (c protocol.ClientCapabilities) {
	text := `{"workspace":{"workspaceEdit":{"documentChanges":true}},"textDocument":{"publishDiagnostics":{"relatedInformation":true,"tagSupport":{"valueSet":[1,2]},"versionSupport":true},` +
		`"completion":{"completionItem":{"snippetSupport":true}},"hover":{"contentFormat":["markdown"]},"documentSymbol":{"hierarchicalDocumentSymbolSupport":true}}}`
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		panic(err)
	}
	c.General = &protocol.GeneralClientCapabilities{PositionEncodings: encodings}
	return c
}

// start starts a server for a folder. Nothing is checked by the clock: see check.
func start(t testing.TB, folder string, capabilities protocol.ClientCapabilities) *client {
	return startAt(t, host(t), folder, capabilities, nil)
}

func startAt(t testing.TB, h *app.Host, folder string, capabilities protocol.ClientCapabilities, settings json.RawMessage) *client {
	t.Helper()
	return startPausing(t, time.Hour, nil, h, folder, capabilities, settings)
}

// startPausing starts a server with a pause before a check. sent sees the messages of the server as they leave it; it may be nil.
func startPausing(t testing.TB, pause time.Duration, sent func([]byte), h *app.Host, folder string, capabilities protocol.ClientCapabilities, settings json.RawMessage) *client {
	t.Helper()
	fromEditor, toServer := io.Pipe()
	fromServer, toEditor := io.Pipe()
	c := &client{TB: t, folder: folder, ended: make(chan error, 1), published: map[string]protocol.PublishDiagnosticsParams{}, contents: map[string]protocol.PublishDiagnosticsParams{}, refreshed: make(chan string, 100), versions: map[string]int32{}, settings: settings}
	go func() {
		err := Serve(t.Context(), h, fromEditor, watched{toEditor, sent}, Options{Version: "test", Lint: app.LintOptions{ExpiresWithin: 30 * 24 * time.Hour}, Pause: pause, Page: view.EditorPage})
		_ = toEditor.Close()
		c.ended <- err
	}()
	c.pipe = newStream(fromServer, toServer, func(error) { _ = toServer.Close() })
	c.conn = jsonrpc2.NewConn(t.Context(), c.pipe, c, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	close(c.pipe.begin)
	c.hangUp = func() { _ = toServer.Close() }
	t.Cleanup(func() { _ = c.conn.Close(); _ = toServer.Close() })
	p := protocol.InitializeParams{Capabilities: capabilities}
	if folder != "" {
		p.WorkspaceFolders = []protocol.WorkspaceFolder{{URI: uriOf(folder), Name: "w"}}
	}
	c.call("initialize", p, nil)
	c.notify("initialized", struct{}{})
	return c
}

// watched shows what is written to it.
type watched struct {
	io.Writer
	see func([]byte)
}

func (w watched) Write(p []byte) (int, error) {
	if w.see != nil {
		w.see(p)
	}
	return w.Writer.Write(p)
}

func (c *client) Handle(ctx context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch r.Method {
	case "textDocument/publishDiagnostics":
		var p protocol.PublishDiagnosticsParams
		if err := json.Unmarshal(*r.Params, &p); err != nil {
			c.Error(err)
		}
		if path, ok := pathOf(p.URI); ok {
			c.published[path] = p
		} else {
			c.contents[p.URI] = p
		}
	case "workspace/codeLens/refresh", "workspace/inlayHint/refresh":
		c.refreshed <- r.Method
		go func() { _ = conn.Reply(ctx, r.ID, nil) }()
	case "workspace/textDocumentContent/refresh":
		var p protocol.TextDocumentContentRefreshParams
		_ = json.Unmarshal(*r.Params, &p)
		c.refreshed <- p.URI
		go func() { _ = conn.Reply(ctx, r.ID, nil) }()
	case "window/showMessage":
		var p protocol.ShowMessageParams
		_ = json.Unmarshal(*r.Params, &p)
		c.shown = append(c.shown, p.Message)
	case "window/logMessage":
		var p protocol.LogMessageParams
		_ = json.Unmarshal(*r.Params, &p)
		c.logged = append(c.logged, p.Message)
	case "workspace/configuration":
		var p protocol.ConfigurationParams
		_ = json.Unmarshal(*r.Params, &p)
		answers := make([]json.RawMessage, len(p.Items))
		for i := range answers {
			answers[i] = c.settings
		}
		go func() { _ = conn.Reply(ctx, r.ID, answers) }()
	default:
		if !r.Notif {
			go func() { _ = conn.Reply(ctx, r.ID, nil) }()
		}
	}
}

func (c *client) call(method string, params, result any) {
	c.Helper()
	if err := c.conn.Call(c.Context(), method, params, result); err != nil {
		c.Fatalf("%s: %v", method, err)
	}
}

func (c *client) notify(method string, params any) {
	c.Helper()
	if err := c.conn.Notify(c.Context(), method, params); err != nil {
		c.Fatalf("%s: %v", method, err)
	}
}

func (c *client) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.folder, name)
}

func (c *client) uri(name string) string { return uriOf(c.path(name)) }

// open opens a file with a text, or with its own.
func (c *client) open(name string, text ...string) {
	c.Helper()
	if len(text) == 0 {
		data, err := os.ReadFile(c.path(name))
		if err != nil {
			c.Fatal(err)
		}
		text = []string{string(data)}
	}
	c.notify("textDocument/didOpen", protocol.DidOpenTextDocumentParams{TextDocument: protocol.TextDocumentItem{URI: c.uri(name), Text: text[0]}})
}

// edit changes a range of an open text, or the whole of it for nil.
func (c *client) edit(name string, at *protocol.Range, text string) {
	c.Helper()
	c.versions[name]++
	c.notify("textDocument/didChange", protocol.DidChangeTextDocumentParams{
		TextDocument:   protocol.VersionedTextDocumentIdentifier{URI: c.uri(name), Version: c.versions[name]},
		ContentChanges: []protocol.TextDocumentContentChangeEvent{{Range: at, Text: text}}})
}

// actions asks for the actions at a range. The answer comes behind the diagnostics of all texts as they are.
func (c *client) actions(name string, at protocol.Range, only ...protocol.CodeActionKind) (actions []protocol.CodeAction) {
	c.Helper()
	c.call("textDocument/codeAction", protocol.CodeActionParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri(name)}, Range: at,
		Context: protocol.CodeActionContext{Only: only}}, &actions)
	return actions
}

// check returns the diagnostics of an open text as it is.
func (c *client) check(name string) []protocol.Diagnostic {
	c.Helper()
	c.actions(name, protocol.Range{}, protocol.CodeActionKindQuickFix)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.published[c.path(name)].Diagnostics
}

// write writes files into a new folder.
func write(t *testing.T, texts map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range texts {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
