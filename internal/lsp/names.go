package lsp

import (
	"bytes"
	"context"

	"github.com/sourcegraph/jsonrpc2"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
)

// codeRequestFailed is the protocol's own error code for a request that is right and cannot be done.
const codeRequestFailed = -32803

// others are the texts that may mention what a text mentions: those of its project, and those open.
func (s *server) others(ctx context.Context, t *app.Text) (all []*app.Text) {
	open := s.openFiles()
	defer s.checkNow(ctx)()
	_, r := s.foundIn(t.Path)
	if r == nil {
		return nil
	}
	over := &files.Overlay{System: s.host.Files, Folder: r.folder, Texts: open}
	for _, path := range r.workspace.Paths() {
		if ctx.Err() != nil {
			return nil
		}
		if data, err := files.Read(over, path); err == nil {
			all = append(all, app.NewText(s.host, path, data, open))
		}
	}
	return all
}

// places are the mentions of what is at a position.
func (s *server) places(ctx context.Context, uri string, at protocol.Position) []app.Place {
	t, _, offset := s.textAt(uri, at)
	if t == nil {
		return nil
	}
	m, ok := t.MentionAt(offset)
	if !ok {
		return nil
	}
	return t.Places(ctx, m, s.others(ctx, t))
}

// location is a place for the editor.
func (s *server) location(p app.Place) protocol.Location {
	uri, t := uriOf(p.Text.Path), newText(p.Text.Data)
	if _, d := s.document(uri); d != nil {
		uri = d.uri
	}
	return protocol.Location{URI: uri, Range: t.span(p.Start, p.End, s.encoding)}
}

func (s *server) definition(ctx context.Context, p *protocol.DefinitionParams) (any, error) {
	found := []protocol.Location{}
	for _, place := range s.places(ctx, p.TextDocument.URI, p.Position) {
		switch {
		case place.Kind == app.MentionTemplate:
			return []protocol.Location{{URI: uriOf(place.Name)}}, nil
		case place.Defines:
			found = append(found, s.location(place))
		}
	}
	return found, nil
}

func (s *server) references(ctx context.Context, p *protocol.ReferenceParams) (any, error) {
	found := []protocol.Location{}
	for _, place := range s.places(ctx, p.TextDocument.URI, p.Position) {
		if p.Context.IncludeDeclaration || !place.Defines {
			found = append(found, s.location(place))
		}
	}
	return found, nil
}

func (s *server) prepareRename(p *protocol.PrepareRenameParams) (any, error) {
	t, d, offset := s.textAt(p.TextDocument.URI, p.Position)
	if t == nil || d.content != nil {
		return nil, nil
	}
	m, ok := t.MentionAt(offset)
	if !ok || m.Kind == app.MentionTemplate {
		return nil, nil
	}
	return d.text.span(m.Start, m.End, s.encoding), nil
}

func (s *server) rename(ctx context.Context, p *protocol.RenameParams) (any, error) {
	if _, d := s.document(p.TextDocument.URI); d != nil && d.content != nil {
		return nil, &jsonrpc2.Error{Code: codeRequestFailed, Message: "what a signed or binary profile holds cannot be changed here"}
	}
	all := s.places(ctx, p.TextDocument.URI, p.Position)
	edit := protocol.WorkspaceEdit{}
	byURI := map[string][]protocol.TextEdit{}
	var uris []string
	for _, place := range all {
		name, err := place.Renamed(p.NewName)
		if err != nil {
			return nil, &jsonrpc2.Error{Code: codeRequestFailed, Message: err.Error()}
		}
		at := s.location(place)
		if byURI[at.URI] == nil {
			uris = append(uris, at.URI)
		}
		byURI[at.URI] = append(byURI[at.URI], protocol.TextEdit{Range: at.Range, NewText: name})
	}
	if len(all) == 0 {
		return nil, &jsonrpc2.Error{Code: codeRequestFailed, Message: "nothing here has a name to change"}
	}
	if w := s.editor.Workspace; w == nil || w.WorkspaceEdit == nil || !w.WorkspaceEdit.DocumentChanges {
		edit.Changes = byURI
		return edit, nil
	}
	for _, uri := range uris {
		of := protocol.OptionalVersionedTextDocumentIdentifier{URI: uri}
		if _, d := s.document(uri); d != nil {
			of.Version = &d.version
		}
		edit.DocumentChanges = append(edit.DocumentChanges, protocol.TextDocumentEdit{TextDocument: of, Edits: byURI[uri]})
	}
	return edit, nil
}

// links are the files that a template names, and the page of each rule that a comment ignores.
func (s *server) links(p *protocol.DocumentLinkParams) (any, error) {
	found := []protocol.DocumentLink{}
	t, d, _ := s.textAt(p.TextDocument.URI, protocol.Position{})
	if t == nil {
		return found, nil
	}
	for _, l := range t.Links() {
		link := protocol.DocumentLink{Range: d.text.span(l.Start, l.End, s.encoding)}
		s.mu.Lock()
		address := s.settingsOf(deepest(t.Path, s.folders)).RulesURL
		s.mu.Unlock()
		switch {
		case l.Path != "":
			link.Target = uriOf(l.Path)
		case address != "":
			link.Target = string(bytes.TrimSuffix([]byte(address), []byte("/"))) + "/" + l.Rule + ".md"
		default:
			continue
		}
		found = append(found, link)
	}
	return found, nil
}
