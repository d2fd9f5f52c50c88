package lsp

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
)

// document is a text open in the editor.
type document struct {
	uri     string // as the editor writes it
	version int32
	text    *text
	form    form
	file    []byte // the bytes that a file with this text has; nil if only the file itself counts

	content *app.Content // of a signed or binary file, that the text is of: nobody changes it; nil for a file itself
	told    string       // what the editor was told of a content last; a check holds it
}

// form is how a file is written around its text.
type form int

const (
	plain         form = iota
	withUTF8Mark       // UTF-8 with a byte order mark
	utf16Little        // with its byte order mark
	utf16Big           // with its byte order mark
	binaryContent      // signed, binary or in another encoding: an editor does not show its bytes
)

var utf8Mark = []byte("\xef\xbb\xbf")

// formOf finds how a file is written.
func formOf(file []byte) form {
	switch {
	case bytes.HasPrefix(file, utf8Mark):
		return withUTF8Mark
	case bytes.HasPrefix(file, []byte("\xff\xfe")):
		return utf16Little
	case bytes.HasPrefix(file, []byte("\xfe\xff")):
		return utf16Big
	case bytes.HasPrefix(file, []byte("bplist")) || !utf8.Valid(file):
		return binaryContent
	}
	return plain
}

// set gives a document its text.
func (d *document) set(t *text) {
	d.text, d.file = t, t.data
	switch d.form {
	case utf16Little, utf16Big:
		d.file = encodeUTF16(t.data, d.form == utf16Big)
	case binaryContent:
		d.file = nil
	}
}

// whole returns a whole text of the editor as that of a document.
func (d *document) whole(content string) *text {
	if d.form == withUTF8Mark {
		content = string(utf8Mark) + content
	}
	return newText([]byte(content))
}

func encodeUTF16(text []byte, isBig bool) []byte {
	words := append([]uint16{0xFEFF}, utf16.Encode([]rune(string(text)))...)
	out := make([]byte, 0, 2*len(words))
	for _, w := range words {
		if isBig {
			out = append(out, byte(w>>8), byte(w))
		} else {
			out = append(out, byte(w), byte(w>>8))
		}
	}
	return out
}

func (s *server) open(p *protocol.DidOpenTextDocumentParams) (any, error) {
	if path, ok := contentPath(p.TextDocument.URI); ok {
		return s.openContent(path, &p.TextDocument)
	}
	path, ok := pathOf(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	d := &document{uri: p.TextDocument.URI, version: p.TextDocument.Version}
	if file, err := files.Read(s.host.Files, path); err == nil {
		d.form = formOf(file)
	}
	d.set(d.whole(p.TextDocument.Text))
	s.mu.Lock()
	s.documents[path] = d
	s.mu.Unlock()
	s.touch(path, 0)
	return nil, nil
}

func (s *server) change(p *protocol.DidChangeTextDocumentParams) (any, error) {
	path, d := s.document(p.TextDocument.URI)
	if d == nil {
		return nil, fmt.Errorf("%s is not open", p.TextDocument.URI)
	}
	if d.content != nil { // read anew after its file has changed
		return s.openContent(path, &protocol.TextDocumentItem{URI: d.uri, Version: p.TextDocument.Version})
	}
	next := *d
	t := d.text
	for _, change := range p.ContentChanges {
		if change.Range == nil {
			t = d.whole(change.Text)
		} else {
			t = t.edit(change, s.encoding)
		}
	}
	next.version = p.TextDocument.Version
	next.set(t)
	s.mu.Lock()
	s.documents[path] = &next
	s.mu.Unlock()
	s.typed(path)
	return nil, nil
}

func (s *server) save(p *protocol.DidSaveTextDocumentParams) (any, error) {
	if path, d := s.document(p.TextDocument.URI); d != nil && d.content == nil {
		if d.form == binaryContent {
			if file, err := files.Read(s.host.Files, path); err == nil && formOf(file) != binaryContent {
				next := *d
				next.form = formOf(file)
				next.set(next.whole(string(file)))
				s.mu.Lock()
				s.documents[path] = &next
				s.mu.Unlock()
			}
		}
		s.touch(path, 0)
	}
	return nil, nil
}

func (s *server) close(p *protocol.DidCloseTextDocumentParams) (any, error) {
	path, d := s.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	s.mu.Lock()
	if d.content != nil {
		delete(s.contents, path)
		s.mu.Unlock()
		s.stopCheck()
		s.checking.Lock() // nothing is published behind this
		defer s.checking.Unlock()
		defer s.schedule(0)
		s.notify("textDocument/publishDiagnostics", protocol.PublishDiagnosticsParams{URI: d.uri, Diagnostics: []protocol.Diagnostic{}})
		return nil, nil
	}
	delete(s.documents, path)
	s.mu.Unlock()
	s.touch(path, 0)
	return nil, nil
}

// document returns the open document of a URI with its path, or nil. Only handlers change documents, and each change is a new one.
func (s *server) document(uri string) (path string, d *document) {
	if path, ok := contentPath(uri); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		return path, s.contents[path]
	}
	path, ok := pathOf(uri)
	if !ok {
		return "", nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return path, s.documents[path]
}

func (s *server) filesChanged(p *protocol.DidChangeWatchedFilesParams) (any, error) {
	for _, e := range p.Changes {
		if path, ok := pathOf(e.URI); ok {
			s.touch(path, s.pause())
		}
	}
	return nil, nil
}

func (s *server) foldersChanged(p *protocol.DidChangeWorkspaceFoldersParams) (any, error) {
	for _, f := range p.Event.Removed {
		if path, ok := pathOf(f.URI); ok {
			s.mu.Lock()
			s.folders = slices.DeleteFunc(s.folders, func(other string) bool { return other == path })
			s.mu.Unlock()
		}
	}
	for _, f := range p.Event.Added {
		s.addFolder(f.URI)
	}
	s.pullSettings()
	s.renew()
	return nil, nil
}

func (s *server) addFolder(uri string) {
	if path, ok := pathOf(uri); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !slices.Contains(s.folders, path) {
			s.folders = append(s.folders, path)
		}
	}
}
