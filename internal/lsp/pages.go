package lsp

import (
	"bytes"
	"context"
	"path/filepath"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/lsp/protocol"
)

// pageParams ask for a page about a text, or about the key at a position in it.
type pageParams struct {
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
	Position     protocol.Position               `json:"position"`
}

// page is what an editor shows beside a text.
type page struct {
	HTML string `json:"html"` // a whole page, which runs no script and loads nothing
}

// inBackground are the requests that may take long: other messages are answered meanwhile.
func inBackground(method string) bool {
	return method == "syncguard/coverage" || method == "syncguard/inspect"
}

// whole returns a text, open or not, and its path. Of a file that an editor cannot show only the path counts.
func (s *server) whole(uri string) *app.Text {
	path, d := s.document(uri)
	if path == "" {
		return nil
	}
	var data []byte
	if d != nil && d.file != nil {
		data = d.text.data
	}
	return app.NewText(s.host, path, data, s.openFiles())
}

func (s *server) coverage(ctx context.Context, p *pageParams) (any, error) {
	t := s.whole(p.TextDocument.URI)
	if t == nil {
		return nil, nil
	}
	r, err := t.Coverage(ctx, s.targetsOf(t.Path))
	if err != nil {
		return nil, err
	}
	return s.page(r), nil
}

func (s *server) inspect(ctx context.Context, p *pageParams) (any, error) {
	t := s.whole(p.TextDocument.URI)
	if t == nil {
		return nil, nil
	}
	found, err := s.findingsOf(ctx, t.Path)
	if err != nil {
		return nil, err
	}
	r, err := t.Inspect(ctx, s.targetsOf(t.Path), found)
	if err != nil {
		return nil, err
	}
	return s.page(r), nil
}

func (s *server) explain(p *pageParams) (any, error) {
	t, _, offset := s.textAt(p.TextDocument.URI, p.Position)
	if t == nil {
		return nil, nil
	}
	targets := s.targetsOf(t.Path)
	for _, at := range append([]int{offset}, wordsOfLine(t.Data, offset)...) {
		x, err := t.Explain(at, targets)
		if err != nil {
			return nil, err
		}
		if x != nil {
			return s.page(x), nil
		}
	}
	return nil, nil
}

// wordsOfLine returns where words begin in the line around an offset, as far as a key can be: a cursor is often beside it.
func wordsOfLine(data []byte, offset int) (starts []int) {
	begin := bytes.LastIndexByte(data[:offset], '\n') + 1
	isWord := func(i int) bool { return !bytes.ContainsRune([]byte(" \t<>\"'/:,-"), rune(data[i])) }
	for i := begin; i < len(data) && data[i] != '\n' && len(starts) < 3; i++ {
		if isWord(i) && (i == begin || !isWord(i-1)) {
			starts = append(starts, i)
		}
	}
	return starts
}

// page lays out a result, if the server was started with pages.
func (s *server) page(result any) any {
	if s.options.Page == nil {
		return nil
	}
	html, ok := s.options.Page(result)
	if !ok {
		return nil
	}
	return page{html}
}

// findingsOf returns the findings in a file as it is now. A file of no folder and no open text is checked alone.
func (s *server) findingsOf(ctx context.Context, path string) (all []diag.Diagnostic, err error) {
	defer s.checkNow(ctx)()
	found, of := s.foundIn(path)
	if of == nil {
		s.mu.Lock()
		own := s.settingsOf("")
		s.mu.Unlock()
		o, err := own.options(s.options.Lint)
		if err != nil {
			return nil, err
		}
		if found, _, err = app.NewWorkspace(s.host, filepath.Dir(path), true, o).Lint(ctx, s.openFiles(), []string{path}); err != nil {
			return nil, err
		}
	}
	for _, f := range found {
		all = append(all, f.Findings...)
	}
	return all, nil
}
