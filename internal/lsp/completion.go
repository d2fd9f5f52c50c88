package lsp

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/app"
	"syncguard/internal/lsp/protocol"
)

func (s *server) complete(p *protocol.CompletionParams) (any, error) {
	list := protocol.CompletionList{Items: []protocol.CompletionItem{}}
	t, d, offset := s.textAt(p.TextDocument.URI, p.Position)
	if t == nil {
		return list, nil
	}
	found, err := t.Complete(offset)
	if err != nil {
		return nil, err
	}
	asSnippet := s.takesSnippets()
	for i, c := range found {
		item := protocol.CompletionItem{Label: c.Label, Kind: completionKind(c.Kind), Detail: c.Detail, SortText: fmt.Sprintf("%04d", i), InsertTextMode: protocol.InsertTextModeAsIs}
		if c.Required {
			item.Detail += ", required"
		}
		if c.Deprecated {
			item.Tags = []protocol.CompletionItemTag{protocol.CompletionItemTagDeprecated}
		}
		words := c.Meaning
		if c.Text != nil {
			words = c.Text.String()
		}
		if words != "" {
			item.Documentation = &protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: words}
		}
		item.TextEdit = &protocol.TextEdit{Range: d.text.span(c.Start, c.End, s.encoding), NewText: c.Insert}
		// An editor compares what is typed with this.
		if item.FilterText = c.Label; c.Start < len(t.Data) && c.Start < offset && t.Data[c.Start] == '<' {
			item.FilterText = "<" + c.Label
			if strings.HasPrefix(string(t.Data[c.Start:offset]), "<key>") {
				item.FilterText = "<key>" + c.Label
			}
		}
		if item.InsertTextFormat = protocol.InsertTextFormatSnippet; !asSnippet {
			item.InsertTextFormat, item.TextEdit.NewText = protocol.InsertTextFormatPlainText, withoutPlaces(c.Insert)
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

func (s *server) takesSnippets() bool {
	c := s.editor.TextDocument
	return c != nil && c.Completion != nil && c.Completion.CompletionItem != nil && c.Completion.CompletionItem.SnippetSupport
}

func completionKind(k app.CompletionKind) protocol.CompletionItemKind {
	switch k {
	case app.CompleteKey:
		return protocol.CompletionItemKindProperty
	case app.CompleteType:
		return protocol.CompletionItemKindModule
	case app.CompleteTarget:
		return protocol.CompletionItemKindConstant
	case app.CompleteVariable:
		return protocol.CompletionItemKindVariable
	case app.CompleteReference:
		return protocol.CompletionItemKindReference
	}
	return protocol.CompletionItemKindEnumMember
}

var snippetPlaces = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\\(.)|\$\d+|\$\{\d+\|((?:[^|\\]|\\.)*?)(?:,(?:[^|\\]|\\.)*)?\|\}`)
})

// withoutPlaces is a snippet as plain text: its first choices, and nothing at its other places.
func withoutPlaces(snippet string) string {
	return snippetPlaces().ReplaceAllStringFunc(snippet, func(place string) string {
		m := snippetPlaces().FindStringSubmatch(place)
		if m[1] != "" {
			return m[1]
		}
		return strings.ReplaceAll(m[2], `\`, "")
	})
}
