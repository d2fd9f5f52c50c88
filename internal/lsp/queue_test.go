package lsp

import (
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
)

// gate is a disk on which a file cannot be opened while the gate is shut.
type gate struct {
	files.OS
	mu      sync.Mutex
	reached chan struct{} // gets a value for each try meanwhile
	opened  chan struct{} // nil for open
}

func (g *gate) wait(name string) {
	g.mu.Lock()
	opened := g.opened
	g.mu.Unlock()
	if opened != nil && filepath.Base(name) == "slow.mobileconfig" {
		g.reached <- struct{}{}
		<-opened
	}
}

func (g *gate) Open(path string) (fs.File, error) {
	g.wait(path)
	return g.OS.Open(path)
}

func (g *gate) OpenFolder(path string) (files.Folder, error) {
	f, err := g.OS.OpenFolder(path)
	return gateFolder{f, g}, err
}

type gateFolder struct {
	files.Folder
	gate *gate
}

func (f gateFolder) Open(name string) (fs.File, error) {
	f.gate.wait(name)
	return f.Folder.Open(name)
}

func (g *gate) shut() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	opened := make(chan struct{})
	g.opened = opened
	return func() {
		g.mu.Lock()
		g.opened = nil
		g.mu.Unlock()
		close(opened)
	}
}

// What an editor takes back is answered as the protocol has it: at once if it waits for its turn, and soon if it is under way. Nothing
// else is lost.
func TestCancel(t *testing.T) {
	g := &gate{reached: make(chan struct{}, 100)}
	h := host(t)
	h.Files = g
	folder := write(t, map[string]string{"a.mobileconfig": wifi, "slow.mobileconfig": strings.ReplaceAll(wifi, "com.acme", "com.other")})
	c := startAt(t, h, folder, capable(), nil)
	c.open("a.mobileconfig")
	c.check("a.mobileconfig")
	where := protocol.TextDocumentIdentifier{URI: c.uri("a.mobileconfig")}
	at := newText([]byte(wifi)).position(strings.Index(wifi, "com.acme.wifi")+3, protocol.PositionEncodingKindUTF16)
	ask := func(id jsonrpc2.ID, method string, params any) jsonrpc2.Waiter {
		t.Helper()
		w, err := c.conn.DispatchCall(t.Context(), method, params, jsonrpc2.PickID(id))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	cancel := func(id jsonrpc2.ID) { c.notify("$/cancelRequest", map[string]any{"id": id}) }
	number, text := jsonrpc2.ID{Num: 900}, jsonrpc2.ID{Str: "x", IsString: true}
	for _, method := range []string{"references", "codeAction", "rename"} {
		open := g.shut()
		c.notify("workspace/didChangeWatchedFiles", protocol.DidChangeWatchedFilesParams{Changes: []protocol.FileEvent{{URI: c.uri("slow.mobileconfig")}}})
		slow := ask(number, "textDocument/"+method, map[string]any{"textDocument": where, "position": at, "newName": "com.acme.x", "context": struct{}{}})
		<-g.reached // it is under way
		dropped, waits := ask(text, "textDocument/hover", protocol.HoverParams{TextDocument: where, Position: at}), ask(jsonrpc2.ID{Num: 901}, "textDocument/hover", protocol.HoverParams{TextDocument: where, Position: at})
		cancel(jsonrpc2.ID{Num: 12345})
		c.notify("$/cancelRequest", "nonsense")
		cancel(text)
		if err := dropped.Wait(t.Context(), nil); !isCode(err, codeRequestCancelled) {
			t.Errorf("a request that waits: %v", err)
		}
		cancel(number)
		time.Sleep(10 * time.Millisecond) // it comes while the request is under way
		open()
		if err := slow.Wait(t.Context(), nil); !isCode(err, codeRequestCancelled) {
			t.Errorf("%s under way: %v", method, err)
		}
		if err := waits.Wait(t.Context(), nil); err != nil {
			t.Errorf("a request nobody took back: %v", err)
		}
		if got := c.check("a.mobileconfig"); len(got) != 1 {
			t.Errorf("%d diagnostics", len(got))
		}
	}
	cancel(number) // answered long ago
	c.call("shutdown", nil, nil)
	c.notify("exit", nil)
	if err := <-c.ended; err != nil {
		t.Error(err)
	}
}

// A session that comes in one piece, from a pipe, is answered whole before its exit.
func TestExitWaitsForShutdown(t *testing.T) {
	g := &gate{reached: make(chan struct{}, 100)}
	h := host(t)
	h.Files = g
	c := startAt(t, h, write(t, map[string]string{"a.mobileconfig": wifi, "slow.mobileconfig": wifi}), capable(), nil)
	c.open("a.mobileconfig")
	c.check("a.mobileconfig")
	open := g.shut()
	c.notify("workspace/didChangeWatchedFiles", protocol.DidChangeWatchedFilesParams{Changes: []protocol.FileEvent{{URI: c.uri("slow.mobileconfig")}}})
	where := protocol.TextDocumentIdentifier{URI: c.uri("a.mobileconfig")}
	slow, err := c.conn.DispatchCall(t.Context(), "textDocument/codeAction", protocol.CodeActionParams{TextDocument: where})
	if err != nil {
		t.Fatal(err)
	}
	<-g.reached
	last, err := c.conn.DispatchCall(t.Context(), "shutdown", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.notify("exit", nil)
	time.Sleep(10 * time.Millisecond)
	open()
	if err := slow.Wait(t.Context(), nil); err != nil {
		t.Errorf("under way: %v", err)
	}
	if err := last.Wait(t.Context(), nil); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if err := <-c.ended; err != nil {
		t.Error(err)
	}
}
