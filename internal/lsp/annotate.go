package lsp

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/lsp/protocol"
	"syncguard/internal/outline"
	words "syncguard/internal/text"
)

const maxSymbolDepth = 6

// symbols are the outline of a text: payloads by their names, and the keys in them.
func (s *server) symbols(p *protocol.DocumentSymbolParams) (any, error) {
	t, d, _ := s.textAt(p.TextDocument.URI, protocol.Position{})
	if t == nil {
		return []protocol.DocumentSymbol{}, nil
	}
	return s.symbolsIn(t.Root, d, 0), nil
}

func (s *server) symbolsIn(n *outline.Node, d *document, depth int) []protocol.DocumentSymbol {
	all := []protocol.DocumentSymbol{}
	if depth > maxSymbolDepth {
		return all
	}
	for i, child := range n.Nodes {
		x := protocol.DocumentSymbol{Name: child.Key, Kind: protocol.SymbolKindField}
		start, end := child.Start, max(child.End, child.KeyEnd)
		from, to := child.Start, child.End
		if child.KeyEnd > 0 {
			start, from, to = min(start, child.KeyStart), child.KeyStart, child.KeyEnd
		}
		switch child.Kind {
		case outline.Dictionary:
			x.Kind = protocol.SymbolKindStruct
			if child.Key == "" {
				x.Name = cmp.Or(child.String("PayloadDisplayName"), child.String("displayName"), child.String("PayloadType"), child.String("type"), child.String("id"))
				x.Detail = cmp.Or(child.String("PayloadIdentifier"), child.String("id"))
				to = min(to, from+len("<dict>"))
			}
		case outline.Array:
			x.Kind = protocol.SymbolKindArray
		case outline.Scalar:
			if child.Key == "" {
				continue
			}
			if isShown(child) {
				x.Detail = child.Text
			}
		}
		if x.Name == "" { // the protocol wants one
			x.Name = fmt.Sprintf("[%d]", i)
		}
		x.Range, x.SelectionRange = d.text.span(start, end, s.encoding), d.text.span(from, max(from, min(to, end)), s.encoding)
		x.Children = s.symbolsIn(child, d, depth+1)
		all = append(all, x)
	}
	return all
}

// isShown is true for a value that an outline repeats: no text that can be a secret.
func isShown(n *outline.Node) bool {
	return n.Tag == "true" || n.Tag == "false" || n.Tag == "integer" ||
		slices.Contains([]string{"PayloadType", "PayloadIdentifier", "PayloadDisplayName", "Type", "Identifier", "type", "id", "extends"}, n.Key)
}

func (s *server) folds(p *protocol.FoldingRangeParams) (any, error) {
	all := []protocol.FoldingRange{}
	t, d, _ := s.textAt(p.TextDocument.URI, protocol.Position{})
	if t == nil {
		return all, nil
	}
	t.Root.Walk(func(n *outline.Node) {
		begin := n.Start
		if n.KeyEnd > 0 && t.Format != outline.XML {
			begin = n.KeyStart
		}
		start, end := d.text.position(begin, s.encoding).Line, d.text.position(n.End, s.encoding).Line
		if t.Format != outline.YAML && n.Kind != outline.Scalar && end > start {
			end-- // the line of the end tag stays
		}
		if end > start {
			all = append(all, protocol.FoldingRange{StartLine: start, EndLine: end})
		}
	})
	return all, nil
}

// format brings a text into the form of fmt. What cannot be read stays as it is.
func (s *server) format(p *protocol.DocumentFormattingParams) (any, error) {
	t, d, _ := s.textAt(p.TextDocument.URI, protocol.Position{})
	if t == nil || d.content != nil || d.form == utf16Little || d.form == utf16Big {
		return nil, nil
	}
	after, err := t.Formatted(s.ctx)
	if after == nil || err != nil {
		return nil, err
	}
	return s.difference(d, after), nil
}

// lenses tell above each payload where it works.
func (s *server) lenses(p *protocol.CodeLensParams) (any, error) {
	all := []protocol.CodeLens{}
	t, d, _ := s.textAt(p.TextDocument.URI, protocol.Position{})
	if t == nil {
		return all, nil
	}
	found, err := t.Lenses(s.targetsOf(t.Path))
	if err != nil {
		return nil, err
	}
	for _, l := range found {
		all = append(all, protocol.CodeLens{Range: d.text.span(l.Start, l.End, s.encoding), Command: &protocol.Command{Title: lensText(l)}})
	}
	return all, nil
}

// lensText counts the targets by what a payload does there.
func lensText(l app.Lens) string {
	var parts []string
	of := " of " + words.Count(l.Enforced+l.InEffect+l.InPart+l.None, "target")
	for _, x := range []struct {
		n    int
		text string
	}{{l.Enforced, "enforced on"}, {l.InEffect, "set on"}, {l.InPart, "works in part on"}, {l.None, "no effect on"}} {
		if x.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d%s", x.text, x.n, of))
			of = ""
		}
	}
	return strings.Join(parts, ", ")
}

// inlays tell what data is, and what numbers count.
func (s *server) inlays(p *protocol.InlayHintParams) (any, error) {
	all := []protocol.InlayHint{}
	t, d, _ := s.textAt(p.TextDocument.URI, protocol.Position{})
	if t == nil {
		return all, nil
	}
	hints, err := t.Hints()
	if err != nil {
		return nil, err
	}
	for _, h := range hints {
		at := d.text.position(h.At, s.encoding)
		if before(at, p.Range.Start) || before(p.Range.End, at) {
			continue
		}
		all = append(all, protocol.InlayHint{Position: at, Label: h.Text, PaddingLeft: true})
	}
	return all, nil
}
