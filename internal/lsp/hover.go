package lsp

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/coverage"
	"syncguard/internal/lsp/protocol"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// textAt returns an open text and the offset of a position in it; nil for a text that is not open, or is no text.
func (s *server) textAt(uri string, at protocol.Position) (*app.Text, *document, int) {
	path, d := s.document(uri)
	if d == nil || d.file == nil {
		return nil, nil, 0
	}
	return app.NewText(s.host, path, d.text.data, s.openFiles()), d, d.text.offset(at, s.encoding)
}

// openFiles are the bytes of the open texts by path.
func (s *server) openFiles() map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string][]byte{}
	for path, d := range s.documents {
		if d.file != nil {
			all[path] = d.file
		}
	}
	return all
}

// targetsOf are the targets of the project of a file, or the editor's own.
func (s *server) targetsOf(path string) []string {
	s.mu.Lock()
	folders := slices.Clone(s.folders)
	own := s.settingsOf(deepest(path, folders))
	s.mu.Unlock()
	if len(own.Targets) > 0 {
		return own.Targets
	}
	folder, _ := s.rootOf(path, folders)
	targets, err := app.ProjectTargets(s.host, folder, s.openFiles())
	if err != nil {
		return nil // the check tells the reason
	}
	return targets
}

func (s *server) hover(p *protocol.HoverParams) (any, error) {
	t, d, offset := s.textAt(p.TextDocument.URI, p.Position)
	if t == nil {
		return nil, nil
	}
	x, err := t.Explain(offset, s.targetsOf(t.Path))
	if x == nil || err != nil {
		return nil, err
	}
	at := d.text.span(x.Start, x.End, s.encoding)
	words := protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: explanation(x)}
	if c := s.editor.TextDocument; c == nil || c.Hover == nil || !slices.Contains(c.Hover.ContentFormat, protocol.MarkupKindMarkdown) {
		words = protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: strings.NewReplacer("**", "", "`", "", `\`, "").Replace(words.Value)}
	}
	return protocol.Hover{Contents: words, Range: &at}, nil
}

// explanation is what an editor shows of a key: what it does, what it takes, where it works, and its effect on each target.
func explanation(x *app.Explained) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if x.Template != nil {
		return templateKey(x.Title, x.Template)
	}
	head := []string{"**" + markdown(x.Title) + "**"}
	if k := x.Key; k != nil {
		head = append(head, k.Type)
		if k.Unit != "" {
			head = append(head, k.Unit)
		}
		if k.Required {
			head = append(head, "required")
		}
		if k.Default != nil {
			head = append(head, "default `"+schema.Text(k.Default)+"`")
		}
	}
	add("%s", strings.Join(head, " · "))
	if x.Text != nil {
		add("%s", markdown(x.Text.Text))
	}
	if k := x.Key; k != nil {
		if limits := takes(k); limits != "" {
			add("%s", limits)
		}
	}
	if where := availability(x.Platforms); where != "" {
		add("%s", where)
	}
	if len(x.Cells) > 0 {
		add("%s", strings.Join(effects(x.Cells), "  \n"))
	}
	origin := []string{x.Type}
	if x.Type == x.Title {
		origin = nil
	}
	if d := x.Text; d != nil && d.Own {
		origin = append(origin, "syncguard's words, from "+d.Source)
	} else if d != nil {
		origin = append(origin, d.Source)
	}
	if len(origin) > 0 {
		add("%s", markdown(strings.Join(origin, " · ")))
	}
	return strings.Join(parts, "\n\n")
}

func templateKey(name string, k *template.KeyHelp) string {
	text := "**" + markdown(name) + "** · " + k.Kind
	if k.Required {
		text += " · required"
	}
	if k.Default != "" {
		text += " · default `" + k.Default + "`"
	}
	if k.Meaning != "" {
		text += "\n\n" + markdown(k.Meaning)
	}
	if len(k.Choices) > 0 {
		text += "\n\none of `" + strings.Join(k.Choices, "`, `") + "`"
	}
	if k.Example != "" {
		text += "\n\nexample: `" + k.Example + "`"
	}
	return text
}

// takes tells the values that a key takes.
func takes(k *schema.KeyFacts) string {
	var parts []string
	if len(k.RangeList) > 0 {
		var values []string
		for _, v := range k.RangeList {
			values = append(values, "`"+schema.Text(v)+"`")
		}
		parts = append(parts, "one of "+strings.Join(values, ", "))
	}
	switch {
	case k.Min != nil && k.Max != nil:
		parts = append(parts, fmt.Sprintf("from %v to %v", *k.Min, *k.Max))
	case k.Min != nil:
		parts = append(parts, fmt.Sprintf("at least %v", *k.Min))
	case k.Max != nil:
		parts = append(parts, fmt.Sprintf("at most %v", *k.Max))
	}
	if k.Format != "" {
		parts = append(parts, "form `"+k.Format+"`")
	}
	if k.Subtype != "" {
		parts = append(parts, "a "+k.Subtype)
	}
	return strings.Join(parts, "; ")
}

// availability tells since when each platform has a key, and what it needs there.
func availability(all []schema.OnPlatform) string {
	var parts []string
	for _, a := range all {
		if !a.Available {
			continue
		}
		text := string(a.Platform)
		if !a.Introduced.IsZero() {
			text += " " + a.Introduced.String()
		}
		var needs []string
		if a.Supervised != nil && *a.Supervised {
			needs = append(needs, "supervised")
		}
		if a.AllowManualInstall != nil && !*a.AllowManualInstall {
			needs = append(needs, "by MDM only")
		}
		if !a.Deprecated.IsZero() {
			needs = append(needs, "deprecated in "+a.Deprecated.String())
		}
		if !a.Removed.IsZero() {
			needs = append(needs, "removed in "+a.Removed.String())
		}
		if len(needs) > 0 {
			text += " (" + strings.Join(needs, ", ") + ")"
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return "since " + strings.Join(parts, ", ")
}

// effects are lines of targets with what a key really does there.
func effects(cells []coverage.Cell) (lines []string) {
	var said []string
	var of [][]target.Target
	for _, c := range cells {
		text := c.Class.Label()
		if c.Class.Label() == "–" {
			text = "no effect"
		}
		if why := c.Condition(); why != "" {
			text += ": " + why
		}
		i := slices.Index(said, text)
		if i < 0 {
			i = len(said)
			said, of = append(said, text), append(of, nil)
		}
		of[i] = append(of[i], c.Target)
	}
	for i, text := range said {
		var names []string
		for _, t := range of[i] {
			names = append(names, t.String())
		}
		lines = append(lines, "**"+strings.Join(names, ", ")+"** "+markdown(text))
	}
	return lines
}

// markdown escapes a text for Markdown.
func markdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "[", `\[`, "#", `\#`).Replace(text)
}
