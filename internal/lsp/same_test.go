package lsp

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
)

// linted are the findings of lint in a folder as lines of file, rule and range, by the encoding of positions.
func linted(t *testing.T, h *app.Host, folder string, o app.LintOptions, encoding protocol.PositionEncodingKind) (lines []string) {
	t.Helper()
	o.ExpiresWithin = 30 * 24 * time.Hour
	run, err := app.Lint(t.Context(), over(h, folder, nil), o)
	if err != nil {
		t.Fatal(err)
	}
	for f, err := range run.Files {
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Findings {
			name, at := f.Name, protocol.Range{}
			if !d.Span.IsZero() && !isBuiltin(d.Span.File.Name) {
				name = d.Span.File.Name
			}
			if d.Span.End > 0 && !f.Signed && !isBuiltin(d.Span.File.Name) {
				at = slowRange(d.Span, encoding)
			}
			lines = append(lines, line((&files.Overlay{Folder: folder}).Abs(name), d.Rule, at))
		}
	}
	slices.Sort(lines)
	return lines
}

// over is a host in a folder, with texts over its files, or with those that it has.
func over(h *app.Host, folder string, texts map[string][]byte) *app.Host {
	if below, ok := h.Files.(*files.Overlay); ok && texts == nil {
		texts = below.Texts
	}
	return &app.Host{Files: &files.Overlay{System: files.OS{}, Folder: folder, Texts: texts}, Getenv: h.Getenv, Now: h.Now}
}

func line(path, rule string, at protocol.Range) string {
	return fmt.Sprintf("%s %d:%d-%d:%d %s", path, at.Start.Line, at.Start.Character, at.End.Line, at.End.Character, rule)
}

// slowRange is another way to the place of a span: by package diag's code points.
func slowRange(s diag.Span, encoding protocol.PositionEncodingKind) (r protocol.Range) {
	at := func(offset int) protocol.Position {
		p := s.File.Position(offset)
		before := s.File.Data[s.File.Offset(diag.Position{Line: p.Line, Column: 1}):offset]
		if encoding == protocol.PositionEncodingKindUTF8 {
			return protocol.Position{Line: uint32(p.Line - 1), Character: uint32(len(before))}
		}
		return protocol.Position{Line: uint32(p.Line - 1), Character: uint32(len(utf16.Encode([]rune(string(before)))))}
	}
	return protocol.Range{Start: at(s.Start), End: at(s.End)}
}

// all are the diagnostics published for all files, as lines.
func (c *client) all() (lines []string) {
	for path, p := range c.published {
		for _, d := range p.Diagnostics {
			lines = append(lines, line(path, d.Code, d.Range))
		}
	}
	slices.Sort(lines)
	return lines
}

func compare(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s: missing %s", what, w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%s: too much: %s", what, g)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d diagnostics, want %d", what, len(got), len(want))
	}
}

// examples are the examples of all rules, a folder each.
func examples(t *testing.T) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, id := range app.RuleIDs() {
		page, err := app.Rule(id)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range slices.Concat(page.Bad, page.Good) {
			text := f.Text
			if f.Base64 != "" {
				data, err := base64.StdEncoding.DecodeString(f.Base64)
				if err != nil {
					t.Fatal(err)
				}
				text = string(data)
			}
			folder := fmt.Sprintf("%s-%t", id, i < len(page.Bad))
			if all[folder] == nil {
				all[folder] = map[string]string{}
			}
			all[folder][f.File] = text
		}
	}
	return all
}

// The diagnostics of every example of every rule are the findings of lint: file, rule and range, whatever is open.
func TestSameFindingsAsLint(t *testing.T) {
	for name, texts := range examples(t) {
		encoding := protocol.PositionEncodingKindUTF16
		if len(name)%2 == 0 {
			encoding = protocol.PositionEncodingKindUTF8
		}
		texts["syncguard-open.mobileconfig"] = "<plist/>"
		folder := write(t, texts)
		c := start(t, folder, capable(encoding))
		for file, text := range texts {
			if len(file)%2 == 0 || file == "syncguard-open.mobileconfig" {
				c.open(file, strings.TrimPrefix(strings.ToValidUTF8(text, "?"), "\ufeff"))
				if formOf([]byte(text)) == plain && strings.ToValidUTF8(text, "?") != text {
					c.notify("textDocument/didClose", protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri(file)}})
				}
			}
		}
		c.check("syncguard-open.mobileconfig")
		compare(t, name, c.all(), linted(t, host(t), folder, app.LintOptions{}, encoding))
		_ = c.conn.Close()
		if t.Failed() {
			return
		}
	}
}

// So they are for real profiles.
func TestSameFindingsAsLintInTheCorpus(t *testing.T) {
	data := os.Getenv("SYNCGUARD_DATA")
	if data == "" {
		t.Skip("SYNCGUARD_DATA names no folder with real profiles")
	}
	folder := filepath.Join(data, "corpus")
	c := start(t, folder, capable())
	opened := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".mobileconfig") && opened < 20 {
			text, err := os.ReadFile(path)
			if err != nil || formOf(text) != plain || strings.ToValidUTF8(string(text), "") != string(text) {
				return err
			}
			c.open(path)
			opened++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.open("none.mobileconfig", "")
	c.check("none.mobileconfig")
	want := linted(t, host(t), folder, app.LintOptions{}, protocol.PositionEncodingKindUTF16)
	got := slices.DeleteFunc(c.all(), func(line string) bool { return strings.Contains(line, "/none.mobileconfig ") })
	compare(t, "corpus", got, want)
	t.Logf("%d diagnostics", len(got))
}
