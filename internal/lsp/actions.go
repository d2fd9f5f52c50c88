package lsp

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"

	"syncguard/internal/diag"
	"syncguard/internal/lsp/protocol"
)

// fixAll is the action that makes every safe correction, as lint --fix does.
const fixAll protocol.CodeActionKind = protocol.CodeActionKindSourceFixAll + ".syncguard"

// codeActions offers the corrections of the findings in a range: safe ones first, as preferred. Unsafe ones say so.
func (s *server) codeActions(ctx context.Context, p *protocol.CodeActionParams) (any, error) {
	actions := []protocol.CodeAction{}
	path, d := s.document(p.TextDocument.URI)
	if d == nil || d.content != nil {
		return actions, nil
	}
	wants := func(kind protocol.CodeActionKind) bool {
		return len(p.Context.Only) == 0 || slices.ContainsFunc(p.Context.Only, func(only protocol.CodeActionKind) bool {
			return only == "" || kind == only || strings.HasPrefix(string(kind), string(only)+".")
		})
	}
	defer s.checkNow(ctx)() // of this very text
	if d.file == nil || ctx.Err() != nil {
		return actions, nil
	}
	found, r := s.foundIn(path)
	safe := 0
	var unsafe []protocol.CodeAction
	for _, f := range found {
		for _, finding := range f.Findings {
			if finding.Fix == nil || f.Signed {
				continue
			}
			if !finding.Fix.Unsafe {
				safe++
			}
			edits, ok := s.edits(finding.Fix, d)
			at := s.place(finding, f)
			if !ok || !wants(protocol.CodeActionKindQuickFix) || !meets(at, p.Range) {
				continue
			}
			action := protocol.CodeAction{Title: finding.Fix.Title, Kind: protocol.CodeActionKindQuickFix, Edit: s.workspaceEdit(d, edits),
				Diagnostics: []protocol.Diagnostic{s.diagnostic(finding, f, r, s.take())}}
			if finding.Fix.Unsafe {
				action.Title += " (look first: it may change what the profile does)"
				unsafe = append(unsafe, action)
			} else {
				action.IsPreferred = true
				actions = append(actions, action)
			}
		}
	}
	actions = append(actions, unsafe...)
	if safe == 0 || !wants(fixAll) {
		return actions, nil
	}
	fixed, err := r.workspace.Fixed(ctx, s.take().files, path)
	if err != nil || fixed == nil {
		return actions, err
	}
	return append(actions, protocol.CodeAction{Title: "Fix all that has one right answer (syncguard)", Kind: fixAll,
		Edit: s.workspaceEdit(d, s.difference(d, fixed))}), nil
}

// meets reports whether two ranges share a place, if only an end.
func meets(a, b protocol.Range) bool { return !before(a.End, b.Start) && !before(b.End, a.Start) }

func before(a, b protocol.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// edits are those of a correction, if all are in the text of a document.
func (s *server) edits(fix *diag.Fix, d *document) (edits []protocol.TextEdit, ok bool) {
	for _, e := range fix.Edits {
		t, old := s.textOf(e.Span.File), d.text.data
		// It may be about another text, such as the template that this one extends. And where a secret is masked it would overwrite it.
		if len(t.data) != len(old) || !bytes.Equal(t.data[e.Span.Start:e.Span.End], old[e.Span.Start:e.Span.End]) {
			return nil, false
		}
		edits = append(edits, protocol.TextEdit{Range: t.span(e.Span.Start, e.Span.End, s.encoding), NewText: e.Text})
	}
	return edits, true
}

// difference returns the edits that turn a document into a text: of whole lines, each without what it leaves at its ends.
func (s *server) difference(d *document, after []byte) (edits []protocol.TextEdit) {
	before := string(d.text.data)
	for _, e := range udiff.Lines(before, string(after)) {
		first, last := shared(before[e.Start:e.End], e.New)
		edits = append(edits, protocol.TextEdit{Range: d.text.span(e.Start+first, e.End-last, s.encoding), NewText: e.New[first : len(e.New)-last]})
	}
	return edits
}

// shared is how many bytes two texts have in common at their ends. It cuts no code point and no line ending in two.
func shared(a, b string) (first, last int) {
	most := min(len(a), len(b))
	for first < most && a[first] == b[first] {
		first++
	}
	for first > 0 && (first < len(a) && !utf8.RuneStart(a[first]) || a[first-1] == '\r') {
		first--
	}
	for last < most-first && a[len(a)-1-last] == b[len(b)-1-last] {
		last++
	}
	for last > 0 && (!utf8.RuneStart(a[len(a)-last]) || a[len(a)-last] == '\n') {
		last--
	}
	return first, last
}

// workspaceEdit is edits of one document, with its version if the editor looks at that.
func (s *server) workspaceEdit(d *document, edits []protocol.TextEdit) *protocol.WorkspaceEdit {
	if w := s.editor.Workspace; w != nil && w.WorkspaceEdit != nil && w.WorkspaceEdit.DocumentChanges {
		of := protocol.OptionalVersionedTextDocumentIdentifier{URI: d.uri, Version: &d.version}
		return &protocol.WorkspaceEdit{DocumentChanges: []protocol.TextDocumentEdit{{TextDocument: of, Edits: edits}}}
	}
	return &protocol.WorkspaceEdit{Changes: map[string][]protocol.TextEdit{d.uri: edits}}
}
