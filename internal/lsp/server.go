// Package lsp is the language server: what an editor asks about profiles, declarations and templates while they are typed, over a
// stream of JSON-RPC. It asks the application and decides nothing: its diagnostics are the findings of app.Workspace.
//
// Start with Serve and the table of methods. queue.go has messages wait for their turn, documents.go keeps the open texts, check.go lints them and publishes diagnostics,
// actions.go offers corrections. text.go converts positions, stream.go reads messages. Package protocol has the types of the protocol.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/lsp/protocol"
)

// Options are what the server is started with.
type Options struct {
	Version string
	Lint    app.LintOptions // where neither project nor editor sets anything else
	Pause   time.Duration   // after a keystroke, before the text is checked

	// Page lays out a *app.CoverageResult, a *app.Inspection or a *app.Explained as a page of HTML; nil for no pages.
	Page func(any) (html string, ok bool)
}

// DefaultPause is short enough to seem instant, and longer than the time between two keystrokes.
const DefaultPause = 150 * time.Millisecond

// ErrNoShutdown is the error for an editor that ends without saying so first: the protocol wants exit code 1.
var ErrNoShutdown = errors.New("the editor ended the connection without shutdown")

// codeServerNotInitialized is the protocol's own error code for a request before initialize.
const codeServerNotInitialized = -32002

// Serve serves one editor until it says exit, its stream ends, or ctx does.
func Serve(ctx context.Context, h *app.Host, in io.Reader, out io.Writer, o Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &server{host: h, options: o, methods: methods(), ctx: ctx, exit: cancel, documents: map[string]*document{}, wake: make(chan struct{}, 1),
		queue: newQueue(), contents: map[string]*document{}, roots: map[string]*root{}, chosen: map[string]rootChoice{}, logged: map[string]bool{}, published: map[string]string{}}
	h.Notify = func(e app.Event) {
		if e.Text != "" {
			s.logOnce(protocol.MessageTypeLog, e.Text)
		}
	}
	var broken error
	pipe := newStream(in, out, func(err error) {
		broken = err
		s.queue.drain() // what was asked before is answered
	})
	context.AfterFunc(ctx, s.queue.end)
	handling := make(chan struct{})
	go func() { defer close(handling); s.queue.work(s.answer) }()
	s.conn = jsonrpc2.NewConn(ctx, pipe, s, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	close(pipe.begin)
	working := make(chan struct{})
	go func() { defer close(working); s.work() }()
	<-s.conn.DisconnectNotify()
	ended := context.Cause(ctx)
	cancel(nil)
	<-handling
	<-working
	s.stopTimer()
	switch {
	case errors.Is(ended, errExit) || ended == nil && errors.Is(broken, io.EOF):
		if !s.shutdown.Load() {
			return ErrNoShutdown
		}
		return nil
	case ended == nil && broken != nil:
		return fmt.Errorf("reading the editor's messages: %w", broken)
	}
	return ended
}

// errExit is the cause of the end after exit.
var errExit = errors.New("exit")

// server is the state of one connection. Messages are handled one at a time, in their order; checks run beside them.
type server struct {
	host    *app.Host
	options Options
	methods map[string]handler
	conn    *jsonrpc2.Conn
	ctx     context.Context
	exit    context.CancelCauseFunc
	queue   *queue

	initialized bool // of the handler, as are the next two
	editor      protocol.ClientCapabilities
	encoding    protocol.PositionEncodingKind
	shutdown    atomic.Bool

	mu        sync.Mutex // guards these
	documents map[string]*document
	contents  map[string]*document // of signed and binary files, by the path of the file
	folders   []string             // of the workspace, absolute
	settings  settings
	perFolder map[string]settings // answers of the editor
	changed   map[string]bool     // paths, since the last check
	chosen    map[string]rootChoice
	retold    bool            // settings may have changed: what stands above payloads and beside data is to be asked for again
	settled   bool            // only texts were typed since the last check: settings on the disk are as they were
	logged    map[string]bool // messages that the log has
	timer     *time.Timer
	wake      chan struct{}
	interrupt context.CancelFunc // of the check under way

	checking  sync.Mutex // held for a check; guards these
	roots     map[string]*root
	published map[string]string // what the editor was told last, by path
	said      map[string]bool   // errors shown to the person
	lastFile  *diag.File
	lastText  *text
}

// handler handles the parameters of a message. A notification has no result.
type handler func(*server, context.Context, json.RawMessage) (any, error)

// with returns a handler that reads its parameters.
func with[P any](handle func(*server, *P) (any, error)) handler {
	return within(func(s *server, _ context.Context, p *P) (any, error) { return handle(s, p) })
}

// within is with for what can take long: its context ends when the editor takes the request back.
func within[P any](handle func(*server, context.Context, *P) (any, error)) handler {
	return func(s *server, ctx context.Context, raw json.RawMessage) (any, error) {
		var p P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &p); err != nil {
				return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: err.Error()}
			}
		}
		return handle(s, ctx, &p)
	}
}

// methods are the messages understood.
func methods() map[string]handler {
	return map[string]handler{
		"initialize":                          with((*server).initialize),
		"initialized":                         with((*server).ready),
		"shutdown":                            with((*server).shutDown),
		"workspace/didChangeConfiguration":    with((*server).configurationChanged),
		"workspace/didChangeWatchedFiles":     with((*server).filesChanged),
		"workspace/didChangeWorkspaceFolders": with((*server).foldersChanged),
		"textDocument/didOpen":                with((*server).open),
		"textDocument/didChange":              with((*server).change),
		"textDocument/didSave":                with((*server).save),
		"textDocument/didClose":               with((*server).close),
		"workspace/textDocumentContent":       with((*server).textContent),
		"syncguard/content":                   within((*server).content),
		"textDocument/codeAction":             within((*server).codeActions),
		"textDocument/hover":                  with((*server).hover),
		"textDocument/completion":             with((*server).complete),
		"textDocument/definition":             within((*server).definition),
		"textDocument/references":             within((*server).references),
		"textDocument/prepareRename":          with((*server).prepareRename),
		"textDocument/rename":                 within((*server).rename),
		"textDocument/documentLink":           with((*server).links),
		"textDocument/documentSymbol":         with((*server).symbols),
		"textDocument/foldingRange":           with((*server).folds),
		"textDocument/formatting":             with((*server).format),
		"textDocument/codeLens":               with((*server).lenses),
		"textDocument/inlayHint":              with((*server).inlays),
		"syncguard/coverage":                  within((*server).coverage),
		"syncguard/inspect":                   within((*server).inspect),
		"syncguard/explain":                   with((*server).explain),
	}
}

// Handle has a message wait for its turn.
func (s *server) Handle(ctx context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) {
	switch r.Method {
	case "$/cancelRequest":
		s.cancelled(ctx, conn, r)
		return
	case "exit":
		if s.shutdown.Load() { // what comes in one piece, from a pipe, is answered first
			s.queue.stop()
		}
	}
	s.queue.add(ctx, r)
}

// answer answers one message. It is called for one at a time, aside from those in the background.
func (s *server) answer(r *queued) {
	ctx, conn := r.ctx, s.conn
	if r.Method == "exit" {
		s.exit(errExit)
		return
	}
	result, err := s.handle(r)
	if !r.Notif && ctx.Err() != nil {
		err = errCancelled
	}
	if r.Notif {
		if err != nil {
			s.log(protocol.MessageTypeWarning, r.Method+": "+err.Error())
		}
		return
	}
	if err == nil {
		err = conn.Reply(ctx, r.ID, result)
	}
	if err == nil || errors.Is(err, jsonrpc2.ErrClosed) {
		return
	}
	var answer *jsonrpc2.Error
	if !errors.As(err, &answer) {
		answer = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: err.Error()}
	}
	_ = conn.ReplyWithError(ctx, r.ID, answer)
}

func (s *server) handle(r *queued) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a defect of syncguard: %v", p)
			s.log(protocol.MessageTypeError, fmt.Sprintf("%s: %v\n%s", r.Method, p, debug.Stack()))
		}
	}()
	handle, known := s.methods[r.Method]
	switch {
	case !known && r.Notif:
		return nil, nil
	case !s.initialized && r.Method != "initialize":
		if r.Notif {
			return nil, nil
		}
		return nil, &jsonrpc2.Error{Code: codeServerNotInitialized, Message: "initialize comes first"}
	case s.shutdown.Load(), s.initialized && r.Method == "initialize":
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: r.Method + " comes too late"}
	case !known:
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "unknown method " + r.Method}
	}
	var params json.RawMessage
	if r.Params != nil {
		params = *r.Params
	}
	return handle(s, r.ctx, params)
}

func (s *server) initialize(p *protocol.InitializeParams) (any, error) {
	s.initialized, s.editor, s.encoding = true, p.Capabilities, protocol.PositionEncodingKindUTF16
	if g := p.Capabilities.General; g != nil && slices.Contains(g.PositionEncodings, protocol.PositionEncodingKindUTF8) {
		s.encoding = protocol.PositionEncodingKindUTF8
	}
	for _, f := range p.WorkspaceFolders {
		s.addFolder(f.URI)
	}
	if len(p.WorkspaceFolders) == 0 && p.RootUri != nil {
		s.addFolder(*p.RootUri)
	}
	s.settings = readSettings(p.InitializationOptions)
	result := protocol.InitializeResult{Capabilities: s.capabilities()}
	result.ServerInfo = &protocol.ServerInfo{Name: "syncguard", Version: s.options.Version}
	return result, nil
}

func (s *server) capabilities() (c protocol.ServerCapabilities) {
	c.PositionEncoding = s.encoding
	c.TextDocumentSync = &protocol.TextDocumentSyncOptions{OpenClose: true, Change: protocol.TextDocumentSyncKindIncremental, Save: &protocol.SaveOptions{}}
	c.CodeActionProvider = &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, fixAll}}
	c.HoverProvider, c.DefinitionProvider, c.ReferencesProvider = true, true, true
	c.DocumentSymbolProvider, c.FoldingRangeProvider, c.DocumentFormattingProvider, c.InlayHintProvider = true, true, true, true
	c.RenameProvider, c.DocumentLinkProvider, c.CodeLensProvider = &protocol.RenameOptions{PrepareProvider: true}, &protocol.DocumentLinkOptions{}, &protocol.CodeLensOptions{}
	c.CompletionProvider = &protocol.CompletionOptions{TriggerCharacters: []string{"<", ">", "\"", ":", " ", "{", "-"}}
	c.Workspace = &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{Supported: true, ChangeNotifications: true},
		TextDocumentContent: &protocol.TextDocumentContentOptions{Schemes: []string{contentScheme}}}
	return c
}

// ready is the editor's word that it takes requests, and that diagnostics may come.
func (s *server) ready(*struct{}) (any, error) {
	if w := s.editor.Workspace; w != nil && w.DidChangeWatchedFiles != nil && w.DidChangeWatchedFiles.DynamicRegistration {
		options, err := json.Marshal(protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: []protocol.FileSystemWatcher{
			{GlobPattern: "**/*.{mobileconfig,plist,json,yaml,yml}"}, {GlobPattern: "**/*.{cer,crt,pem,p12,pfx,txt}"}}})
		if err != nil {
			return nil, err
		}
		go s.call("client/registerCapability", protocol.RegistrationParams{Registrations: []protocol.Registration{
			{Id: "files", Method: "workspace/didChangeWatchedFiles", RegisterOptions: options}}}, nil)
	}
	s.pullSettings()
	s.schedule(0)
	return nil, nil
}

func (s *server) shutDown(*struct{}) (any, error) {
	s.shutdown.Store(true)
	s.stopCheck()
	return nil, nil
}

// call asks the editor. It waits for the answer, so never call it from a handler.
func (s *server) call(method string, params, result any) error {
	err := s.conn.Call(s.ctx, method, params, result)
	if err != nil && s.ctx.Err() == nil {
		s.log(protocol.MessageTypeWarning, method+": "+err.Error())
	}
	return err
}

func (s *server) notify(method string, params any) { _ = s.conn.Notify(s.ctx, method, params) }

// logOnce is log for what each check finds again.
func (s *server) logOnce(kind protocol.MessageType, message string) {
	s.mu.Lock()
	again := s.logged[message]
	if len(s.logged) < maxLogged {
		s.logged[message] = true
	}
	s.mu.Unlock()
	if !again {
		s.log(kind, message)
	}
}

// maxLogged bounds the messages remembered.
const maxLogged = 10_000

// log writes into the editor's log.
func (s *server) log(kind protocol.MessageType, message string) {
	s.notify("window/logMessage", protocol.LogMessageParams{Type: kind, Message: message})
}
