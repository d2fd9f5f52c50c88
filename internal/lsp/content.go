package lsp

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"syncguard/internal/app"
	"syncguard/internal/lsp/protocol"
)

// contentScheme is that of the address of a profile's content: otherwise the address is that of the file.
const contentScheme = "syncguard-content"

// contentPath returns the path of the file whose content a URI is of. Editors write it with or without the slashes of no host.
func contentPath(uri string) (path string, ok bool) {
	rest, ok := strings.CutPrefix(uri, contentScheme+":")
	if !ok {
		return "", false
	}
	return pathOf("file:" + rest)
}

// contentURI is the address of the content of a file.
func contentURI(path string) string {
	return contentScheme + strings.TrimPrefix(uriOf(path), "file")
}

// whereOf returns the path of a file, by its own URI or by that of its content.
func whereOf(uri string) (path string, err error) {
	path, ok := pathOf(uri)
	if !ok {
		path, ok = contentPath(uri)
	}
	if !ok {
		return "", &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: "no file has the address " + uri}
	}
	return path, nil
}

// textContent is the content of a signed or binary profile as a text that cannot be changed.
func (s *server) textContent(p *protocol.TextDocumentContentParams) (any, error) {
	path, ok := contentPath(p.URI)
	if !ok {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: "want an address that begins with " + contentScheme + ":"}
	}
	c, err := app.ReadContent(s.host, path, s.openFiles())
	if err != nil {
		return nil, &jsonrpc2.Error{Code: codeRequestFailed, Message: err.Error()}
	}
	return protocol.TextDocumentContentResult{Text: shown(c)}, nil
}

// openContent keeps a content that the editor shows: it can be asked about, and its findings are published.
func (s *server) openContent(path string, p *protocol.TextDocumentItem) (any, error) {
	c, err := app.ReadContent(s.host, path, s.openFiles())
	if err != nil {
		return nil, err
	}
	text := newText([]byte(shown(c)))
	s.mu.Lock()
	s.contents[path] = &document{uri: p.URI, version: p.Version, text: text, file: text.data, content: c}
	s.mu.Unlock()
	s.schedule(0)
	return nil, nil
}

// publishContents tells the editor what was found in the contents that it shows, and which files have changed.
// s.checking is held.
func (s *server) publishContents(shot snapshot) {
	for _, path := range slices.Sorted(maps.Keys(shot.contents)) {
		d := shot.contents[path]
		if w := s.editor.Workspace; shot.changed[path] && w != nil && w.TextDocumentContent != nil {
			go func() { // the editor reads it anew, and tells that it has changed
				_ = s.call("workspace/textDocumentContent/refresh", protocol.TextDocumentContentRefreshParams{URI: d.uri}, nil)
			}()
		}
		d.told = s.tell(d.told, protocol.PublishDiagnosticsParams{URI: d.uri, Version: d.version, Diagnostics: s.foundInside(path, d.content, shot)})
	}
}

// shown is the text of a content. An editor shows no mark of an encoding.
func shown(c *app.Content) string {
	return strings.ToValidUTF8(string(bytes.TrimPrefix(c.Text, utf8Mark)), "\uFFFD")
}

// contentParams ask for the content of a file, by its own URI or by that of its content.
type contentParams struct {
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
}

// contentResult is the answer to syncguard/content.
type contentResult struct {
	URI         string                `json:"uri"` // where the text can be opened
	Text        string                `json:"text"`
	Format      string                `json:"format"` // xml, binary or json
	Signed      bool                  `json:"signed"`
	Encrypted   bool                  `json:"encrypted"`
	Signature   *app.VerifiedFile     `json:"signature"`         // as in the JSON of inspect; null without one
	Problem     string                `json:"problem,omitempty"` // why devices refuse the file as a whole
	Diagnostics []protocol.Diagnostic `json:"diagnostics"`       // the findings, at their places in the text
}

func (s *server) content(ctx context.Context, p *contentParams) (any, error) {
	path, err := whereOf(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	c, err := app.ReadContent(s.host, path, s.openFiles())
	if err != nil {
		return nil, &jsonrpc2.Error{Code: codeRequestFailed, Message: err.Error()}
	}
	defer s.checkNow(ctx)()
	return contentResult{contentURI(path), shown(c), c.Format, c.Signed, c.Encrypted, c.Signature, c.Problem, s.foundInside(path, c, s.take())}, ctx.Err()
}

// foundInside are the findings about a file at their places in its content. s.checking is held.
func (s *server) foundInside(path string, c *app.Content, shot snapshot) []protocol.Diagnostic {
	all := []protocol.Diagnostic{}
	t := newText(c.Text)
	found, r := s.foundIn(path)
	for _, f := range found {
		for _, d := range f.Findings {
			inside := *f
			inside.Signed = false // its place is shown, so it need not be told
			p := s.diagnostic(d, f, r, shot)
			if at := c.Place(&d); at.End > 0 {
				d.Span = at
				p = s.diagnostic(d, &inside, r, shot)
				p.Range = t.span(at.Start, at.End, s.encoding)
			}
			all = append(all, p)
		}
	}
	return all
}
