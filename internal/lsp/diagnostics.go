package lsp

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
	"syncguard/internal/rules/rule"
)

// diagnostic is a finding for the editor.
func (s *server) diagnostic(d diag.Diagnostic, f *app.LintedFile, r *root, shot snapshot) protocol.Diagnostic {
	p := protocol.Diagnostic{Source: "syncguard", Code: d.Rule, Message: message(d, f), Severity: severity(d.Severity), Tags: s.tags(d.Rule), Range: s.place(d, f)}
	if r.settings.RulesURL != "" {
		p.CodeDescription = &protocol.CodeDescription{Href: strings.TrimSuffix(r.settings.RulesURL, "/") + "/" + d.Rule + ".md"}
	}
	if c := s.editor.TextDocument; c != nil && c.PublishDiagnostics != nil && c.PublishDiagnostics.RelatedInformation {
		for _, related := range d.Related {
			if at, ok := s.related(related, r, shot); ok {
				p.RelatedInformation = append(p.RelatedInformation, protocol.DiagnosticRelatedInformation{Location: at, Message: related.Message})
			}
		}
	}
	return p
}

// message is one finding in words. An editor shows nothing else of it.
func message(d diag.Diagnostic, f *app.LintedFile) string {
	text := d.Message
	switch at := d.Span.At(); {
	case f.Signed && d.Span.End > 0:
		text += fmt.Sprintf(" (line %d of the signed content)", at.Start.Line)
	case d.Span.End > 0 && isBuiltin(at.File):
		text += fmt.Sprintf(" (line %d of %s)", at.Start.Line, at.File)
	case d.Span.End == 0 && len(d.Path) > 0:
		text += " (" + d.Path.String() + ")"
	}
	if d.Help != "" {
		text += "\nhelp: " + d.Help
	}
	return text
}

func isBuiltin(name string) bool { return strings.HasPrefix(name, "builtin:") }

func severity(s diag.Severity) protocol.DiagnosticSeverity {
	switch s {
	case diag.Error:
		return protocol.DiagnosticSeverityError
	case diag.Warning:
		return protocol.DiagnosticSeverityWarning
	}
	return protocol.DiagnosticSeverityInformation
}

// unnecessary are the rules about text that does nothing: editors fade it.
func unnecessary() []string {
	return []string{rule.IgnoredKey, rule.KeyWithoutEffect, rule.UnusedActionParameters, rule.UnusedIgnore, rule.UnusedServerURL, rule.UnusedVariable}
}

func (s *server) tags(id string) (tags []protocol.DiagnosticTag) {
	c := s.editor.TextDocument
	if c == nil || c.PublishDiagnostics == nil || c.PublishDiagnostics.TagSupport == nil {
		return nil
	}
	switch {
	case id == rule.Deprecated:
		tags = append(tags, protocol.DiagnosticTagDeprecated)
	case slices.Contains(unnecessary(), id):
		tags = append(tags, protocol.DiagnosticTagUnnecessary)
	}
	return slices.DeleteFunc(tags, func(t protocol.DiagnosticTag) bool {
		return !slices.Contains(c.PublishDiagnostics.TagSupport.ValueSet, t)
	})
}

// place is where a finding is. One about the whole file, or about content that the editor does not show, is at the beginning.
func (s *server) place(d diag.Diagnostic, f *app.LintedFile) protocol.Range {
	if d.Span.End == 0 || f.Signed || isBuiltin(d.Span.File.Name) {
		return protocol.Range{}
	}
	return s.textOf(d.Span.File).span(d.Span.Start, d.Span.End, s.encoding)
}

// textOf returns the lines of a file of findings. The last one is kept: findings of one file come together.
func (s *server) textOf(f *diag.File) *text {
	if s.lastFile != f {
		s.lastFile, s.lastText = f, newText(f.Data)
	}
	return s.lastText
}

// related is a place that explains a finding, unless it is in no file that the editor can show.
func (s *server) related(r diag.Related, of *root, shot snapshot) (at protocol.Location, ok bool) {
	place := r.At()
	if place.File == "" || isBuiltin(place.File) {
		return at, false
	}
	over := files.Overlay{System: s.host.Files, Folder: of.folder, Texts: shot.files}
	path := over.Abs(place.File)
	at.URI = uriOf(path)
	if d := shot.documents[path]; d != nil {
		at.URI = d.uri
	}
	switch {
	case place.Signed:
	case !r.Span.IsZero():
		at.Range = newText(r.Span.File.Data).span(r.Span.Start, r.Span.End, s.encoding)
	default:
		data, err := files.Read(&over, path)
		if err != nil {
			return at, false
		}
		file := diag.NewFile(path, data)
		at.Range = newText(data).span(file.Offset(place.Start), file.Offset(place.End), s.encoding)
	}
	return at, true
}
