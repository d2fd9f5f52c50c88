package lsp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/sourcegraph/jsonrpc2"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/lsp/protocol"
)

const wifi = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadIdentifier</key>
			<string>com.acme.wifi.a</string>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadUUID</key>
			<string>2B1C1F53-7A0C-4B0E-9C59-0C8E5A1D9F00</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>SSID_STR</key>	<!-- 😀 --> <string>acmé 😀</string> <key>EncryptionType</key> <string>wpa2</string>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>Wi-Fi</string>
	<key>PayloadIdentifier</key>
	<string>com.acme.wifi</string>
	<key>PayloadOrganization</key>
	<string>Acme</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

// A range covers the value, whatever the endings of lines, the encoding of the file and that of positions.
func TestRanges(t *testing.T) {
	utf16Of := func(text string, isBig bool) string {
		return string(encodeUTF16([]byte(strings.Replace(text, "UTF-8", "UTF-16", 1)), isBig))
	}
	for name, file := range map[string]string{
		"lf": wifi, "crlf": strings.ReplaceAll(wifi, "\n", "\r\n"), "cr": strings.ReplaceAll(wifi, "\n", "\r"), "mark": "\ufeff" + wifi,
		"utf-16 little": utf16Of(wifi, false), "utf-16 big": utf16Of(wifi, true),
	} {
		for _, encoding := range []protocol.PositionEncodingKind{protocol.PositionEncodingKindUTF8, protocol.PositionEncodingKindUTF16} {
			for _, isOpen := range []bool{false, true} {
				folder := write(t, map[string]string{"a.mobileconfig": file, "b.mobileconfig": ""})
				c := start(t, folder, capable(encoding))
				shown := wifi
				if name == "crlf" || name == "cr" {
					shown = file
				} else if strings.HasPrefix(name, "utf-16") {
					shown = strings.Replace(wifi, "UTF-8", "UTF-16", 1)
				}
				if isOpen {
					c.open("a.mobileconfig", shown)
				}
				c.open("b.mobileconfig")
				c.check("b.mobileconfig")
				c.mu.Lock()
				all := c.published[c.path("a.mobileconfig")].Diagnostics
				c.mu.Unlock()
				i := slices.IndexFunc(all, func(d protocol.Diagnostic) bool { return d.Code == "value-not-in-rangelist" })
				if i < 0 {
					t.Fatalf("%s %s: no finding about the value", name, encoding)
				}
				shownLine := strings.Split(wifi, "\n")[all[i].Range.Start.Line]
				from, to := int(all[i].Range.Start.Character), int(all[i].Range.End.Character)
				got := ""
				if encoding == protocol.PositionEncodingKindUTF8 {
					got = shownLine[from:to]
				} else {
					got = string(utf16.Decode(utf16.Encode([]rune(shownLine))[from:to]))
				}
				if got != "wpa2" {
					t.Errorf("%s %s: the range covers %q", name, encoding, got)
				}
				if isOpen {
					fix := c.actions("a.mobileconfig", all[i].Range, protocol.CodeActionKindQuickFix)
					if len(fix) != 1 || apply(t, shown, edits(fix[0]), encoding) != strings.Replace(shown, "wpa2", "WPA2", 1) {
						t.Errorf("%s %s: the fix is %v", name, encoding, fix)
					}
				}
				_ = c.conn.Close()
			}
		}
	}
}

func edits(a protocol.CodeAction) []protocol.TextEdit {
	if len(a.Edit.DocumentChanges) > 0 {
		return a.Edit.DocumentChanges[0].Edits
	}
	for _, edits := range a.Edit.Changes {
		return edits
	}
	return nil
}

// apply edits a text as an editor does.
func apply(t *testing.T, content string, edits []protocol.TextEdit, encoding protocol.PositionEncodingKind) string {
	t.Helper()
	before := newText([]byte(content))
	slices.SortStableFunc(edits, func(a, b protocol.TextEdit) int {
		return before.offset(b.Range.Start, encoding) - before.offset(a.Range.Start, encoding)
	})
	for _, e := range edits {
		from, to := before.offset(e.Range.Start, encoding), before.offset(e.Range.End, encoding)
		content = content[:from] + e.NewText + content[to:]
	}
	return content
}

// Fixing all of a text is lint --fix, and unsafe fixes are never preferred.
func TestFixes(t *testing.T) {
	n := 0
	for name, texts := range examples(t) {
		for file, text := range texts {
			if formOf([]byte(text)) != plain || strings.ToValidUTF8(text, "") != text || !strings.HasSuffix(name, "true") {
				continue
			}
			folder := write(t, map[string]string{file: text})
			o := app.LintOptions{Paths: []string{file}, Fix: app.FixWritten}
			c := start(t, folder, capable())
			c.open(file)
			whole := protocol.Range{End: protocol.Position{Line: 1 << 20}}
			after := text
			for _, a := range c.actions(file, whole) {
				if isUnsafe := strings.Contains(a.Title, "look first"); a.Kind == protocol.CodeActionKindQuickFix && isUnsafe == a.IsPreferred {
					t.Errorf("%s: %q is preferred: %t", name, a.Title, a.IsPreferred)
				}
				if a.Kind == fixAll {
					after = apply(t, text, edits(a), protocol.PositionEncodingKindUTF16)
					n++
				}
			}
			_ = c.conn.Close()
			run, err := app.Lint(t.Context(), over(host(t), folder, nil), o)
			if err != nil {
				t.Fatal(err)
			}
			for range run.Files {
			}
			want, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil || after != string(want) {
				t.Errorf("%s: fix all makes\n%s\nwant\n%s", name, after, want)
			}
		}
	}
	if n < 5 {
		t.Errorf("%d files have fixes", n)
	}
}

// The project's settings count, and the editor's before them, for each folder. A change of either checks again.
func TestSettings(t *testing.T) {
	folder := write(t, map[string]string{"a.mobileconfig": wifi, ".syncguard.yaml": "ignore:\n  - rule: value-not-in-rangelist\n    reason: x\n"})
	has := func(c *client, rule string) bool {
		return slices.ContainsFunc(c.check("a.mobileconfig"), func(d protocol.Diagnostic) bool { return d.Code == rule })
	}
	const rule = "value-not-in-rangelist"
	c := start(t, folder, capable())
	c.open("a.mobileconfig")
	if has(c, rule) {
		t.Error("an ignored finding is shown")
	}
	c.open(".syncguard.yaml", "targets: [iOS@18/manual]\n")
	if !has(c, rule) {
		t.Error("the open project file does not count")
	}
	c.edit(".syncguard.yaml", nil, "targets: [iOS@18/manuel]\n")
	if c.check(".syncguard.yaml"); len(c.check(".syncguard.yaml")) == 0 {
		t.Error("no finding about the project file")
	}
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"syncguard": map[string]any{"ignore": []string{rule}, "rulesUrl": "https://example.com/rules/"}}})
	if c.edit(".syncguard.yaml", nil, "{}"); has(c, rule) {
		t.Error("the editor's settings do not count")
	}
	if using := slices.DeleteFunc(slices.Clone(c.logged), func(m string) bool { return !strings.HasPrefix(m, "using ") }); len(using) != 1 {
		t.Errorf("the log has %q", c.logged)
	}
	for _, d := range c.check("a.mobileconfig") {
		if d.CodeDescription == nil || d.CodeDescription.Href != "https://example.com/rules/"+d.Code+".md" {
			t.Errorf("the link is %v", d.CodeDescription)
		}
	}
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"select": []string{"no-such-rule"}}})
	c.check("a.mobileconfig")
	c.check("a.mobileconfig")
	if len(c.shown) != 1 || !strings.Contains(c.shown[0], `unknown rule or group "no-such-rule"`) {
		t.Errorf("the person is shown %q", c.shown)
	}

	asking := capable()
	asking.Workspace.Configuration = true
	c = startAt(t, host(t), folder, asking, json.RawMessage(`{"ignore": ["structure", "schema", "hygiene"]}`))
	c.open("a.mobileconfig")
	for has(c, "not-yet") || len(c.check("a.mobileconfig")) > 0 { // the answer comes in its time
	}
}

// The texts of a folder are checked as a set, those of a nested project and of another folder of the workspace as sets of their own, and a
// file in no folder alone.
func TestSets(t *testing.T) {
	folder := write(t, map[string]string{"a/1.mobileconfig": wifi, "a/2.mobileconfig": wifi, "b/1.mobileconfig": wifi, "b/.syncguard.yaml": "", "b/other.yaml": "a: b"})
	c := start(t, folder, capable())
	twice := func(name string) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return slices.ContainsFunc(c.published[c.path(name)].Diagnostics, func(d protocol.Diagnostic) bool { return d.Code == "same-profile-twice" })
	}
	c.open("a/1.mobileconfig")
	c.check("a/1.mobileconfig")
	if !twice("a/2.mobileconfig") || !twice("b/1.mobileconfig") {
		t.Errorf("the folder is no set: %v", c.all())
	}
	c.mu.Lock()
	for _, d := range c.published[c.path("a/2.mobileconfig")].Diagnostics {
		if d.Code == "same-profile-twice" && (len(d.RelatedInformation) != 1 || d.RelatedInformation[0].Location.URI != c.uri("a/1.mobileconfig")) {
			t.Errorf("the other file is %v", d.RelatedInformation)
		}
	}
	c.mu.Unlock()
	c.open("b/1.mobileconfig")
	c.check("b/1.mobileconfig")
	if !twice("a/2.mobileconfig") || twice("b/1.mobileconfig") {
		t.Errorf("the nested project is no set of its own: %v", c.all())
	}
	if len(c.check("b/other.yaml")) > 0 {
		t.Error("a file of another kind has diagnostics")
	}
	alone := start(t, "", capable())
	for _, name := range []string{"a/1.mobileconfig", "a/2.mobileconfig"} {
		alone.open(filepath.Join(folder, name))
		alone.check(filepath.Join(folder, name))
	}
	for _, l := range alone.all() {
		if strings.HasSuffix(l, "same-profile-twice") {
			t.Error("files in no folder are a set")
		}
	}
}

// Files come into the set and leave it: on the disk, and by what is typed.
func TestFilesComeAndGo(t *testing.T) {
	folder := write(t, map[string]string{"a.mobileconfig": wifi, "b.json": "{}", "c.json": "{}"})
	c := start(t, folder, capable())
	c.open("a.mobileconfig")
	rules := func(name string) (rules []string) {
		c.check("a.mobileconfig")
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, d := range c.published[c.path(name)].Diagnostics {
			rules = append(rules, d.Code)
		}
		return rules
	}
	event := func(name string, kind protocol.FileChangeType) {
		c.notify("workspace/didChangeWatchedFiles", protocol.DidChangeWatchedFilesParams{Changes: []protocol.FileEvent{{URI: c.uri(name), Type: kind}}})
	}
	if err := os.WriteFile(c.path("z.mobileconfig"), []byte(wifi), 0o644); err != nil {
		t.Fatal(err)
	}
	if event("z.mobileconfig", protocol.FileChangeTypeCreated); !slices.Contains(rules("z.mobileconfig"), "same-profile-twice") {
		t.Errorf("a new file has %v", rules("z.mobileconfig"))
	}
	if err := os.Remove(c.path("z.mobileconfig")); err != nil {
		t.Fatal(err)
	}
	if event("z.mobileconfig", protocol.FileChangeTypeDeleted); len(rules("z.mobileconfig")) > 0 {
		t.Errorf("a file that is gone has %v", rules("z.mobileconfig"))
	}
	const declaration = `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "a", "ServerToken": "1", "Payload": {"NoSuchKey": 1}}`
	for range 2 {
		c.open("b.json")
		if got := rules("b.json"); len(got) > 0 {
			t.Errorf("another file has %v", got)
		}
		if c.edit("b.json", nil, declaration); !slices.Contains(rules("b.json"), "unknown-key") {
			t.Errorf("a declaration has %v", rules("b.json"))
		}
		if c.edit("b.json", nil, "{}"); len(rules("b.json")) > 0 {
			t.Errorf("no declaration any more has %v", rules("b.json"))
		}
		c.notify("textDocument/didClose", protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri("b.json")}})
	}
	c.open("new.mobileconfig", strings.Replace(wifi, "wpa2", "wpa3", 1))
	if got := rules("new.mobileconfig"); !slices.Contains(got, "value-not-in-rangelist") || slices.Contains(got, "duplicate-profile-identifier") {
		t.Errorf("a text without a file has %v", got)
	}
}

// What a signed or binary profile holds is checked. Its text is none that an editor shows, so the diagnostics are at its beginning.
func TestSignedProfiles(t *testing.T) {
	n := 0
	for name, texts := range examples(t) {
		for file, text := range texts {
			if formOf([]byte(text)) != binaryContent || filepath.Ext(file) != ".mobileconfig" {
				continue
			}
			folder := write(t, map[string]string{file: text})
			c := start(t, folder, capable())
			c.open(file, strings.ToValidUTF8(text, "\ufffd"))
			found := c.check(file)
			for _, d := range found {
				if n++; d.Range != (protocol.Range{}) && !strings.HasPrefix(text, "<?xml") {
					t.Errorf("%s at %v: %s", d.Code, d.Range, d.Message)
				}
			}
			if want := linted(t, host(t), folder, app.LintOptions{}, protocol.PositionEncodingKindUTF16); len(found) != len(want) {
				t.Errorf("%s: %d diagnostics of %s, want %d", name, len(found), file, len(want))
			}
			if got := c.actions(file, protocol.Range{}); len(got) > 0 {
				t.Errorf("%s: a signed profile has actions: %v", name, got)
			}
			_ = c.conn.Close()
		}
	}
	if n == 0 {
		t.Error("no diagnostics")
	}
}

// The end is the protocol's: exit after shutdown, and nothing else, is a good one.
func TestTheEnd(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(*client)
		want error
	}{
		"shutdown, exit":         {func(c *client) { c.call("shutdown", nil, nil); c.notify("exit", nil) }, nil},
		"exit":                   {func(c *client) { c.notify("exit", nil) }, ErrNoShutdown},
		"shutdown, end of input": {func(c *client) { c.call("shutdown", nil, nil); _ = c.conn.Close(); c.hangUp() }, nil},
		"end of input":           {func(c *client) { c.hangUp() }, ErrNoShutdown},
	} {
		c := start(t, t.TempDir(), capable())
		test.end(c)
		if err := <-c.ended; !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	c := start(t, t.TempDir(), capable())
	c.call("shutdown", nil, nil)
	var answer *jsonrpc2.Error
	if err := c.conn.Call(t.Context(), "textDocument/codeAction", nil, nil); !errors.As(err, &answer) || answer.Code != jsonrpc2.CodeInvalidRequest {
		t.Errorf("after shutdown: %v", err)
	}
}

// A stream of anything ends in words: no panic, no hang, and no message past its bounds.
func FuzzStream(f *testing.F) {
	message := func(text string) string {
		return "Content-Length: " + string(json.RawMessage(mustMarshal(len(text)))) + "\r\n\r\n" + text
	}
	f.Add(message(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`) + message(`{"method":"initialized","params":{}}`) +
		message(`{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///nowhere/a.mobileconfig","text":"<plist/>","version":1}}}`) +
		message(`{"method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///nowhere/a.mobileconfig","version":2},"contentChanges":[{"range":{"start":{"line":9,"character":9},"end":{"line":0,"character":0}},"text":"x"}]}}`) +
		message(`{"id":2,"method":"textDocument/codeAction","params":{"textDocument":{"uri":"file:///nowhere/a.mobileconfig"},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"context":{}}}`) +
		message(`{"method":"exit"}`))
	for _, text := range []string{"", "\n", "Content-Length: 4\r\n\r\nnull", "Content-Length: 99999999999\r\n\r\n", "Content-Length: 70000000\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Length: 2\n\n{}", "Content-Length: 7\r\n\r\n{",
		strings.Repeat("a", 5000), message("[]"), message(`{"id":-1,"method":"shutdown"}`), message(`{"id":{},"method":"initialize"}`), message(`{"id":1,"method":"initialize","params":7}`), message(`{"id":1,"result":1}`)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		err := Serve(t.Context(), host(t), strings.NewReader(text), &out, Options{})
		if err == nil && !strings.Contains(text, "shutdown") {
			t.Error("ended well without shutdown")
		}
		if err != nil && (strings.Contains(err.Error(), "panic") || diag.Plain(err) == "") {
			t.Error(err)
		}
	})
}

func mustMarshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// An editor may write the path of a file in several ways.
func TestURIs(t *testing.T) {
	for uri, want := range map[string]string{"file:///a/b%20c/%C3%A9.mobileconfig": "/a/b c/é.mobileconfig", "file:///a/../b": "/b", "untitled:Untitled-1": "", "file:": "", "%": "", "file://": ""} {
		if got, ok := pathOf(uri); ok != (want != "") || got != want {
			t.Errorf("%s is %q", uri, got)
		}
	}
	for uri, want := range map[string]string{"/c:/a/b": `C:\a\b`, "/C:/a": `C:\a`} {
		if got := windowsPath("", uri); got != want {
			t.Errorf("%s is %q, want %q", uri, got, want)
		}
	}
	if got := windowsPath("host", "/share/a"); got != `\\host\share\a` {
		t.Error(got)
	}
	for _, path := range []string{"/a b/é#?%.mobileconfig", "/"} {
		if got, ok := pathOf(uriOf(path)); !ok || got != path {
			t.Errorf("%s becomes %s", path, got)
		}
	}
}

// Of what is no message an error shows the beginning.
func TestNoMessage(t *testing.T) {
	var got error
	s := newStream(strings.NewReader(strings.Repeat("x", maxHeader-2)+"\n"), io.Discard, func(err error) { got = err })
	close(s.begin)
	if err := s.ReadObject(new(any)); err == nil || got == nil || len(got.Error()) > 300 {
		t.Errorf("got %v", got)
	}
}

// After an edit the lines are those of the whole text.
func TestLinesAfterEdits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"", "", "a", "\n", "\r", "\r\n", "\n\r", "b\nc\rd\r\ne", "\n\n\n", "\r\r"}
	for range 300 {
		at := newText([]byte("1\n2\r3\r\n4\n\n5\r\r6\n7\r\n8\n9"))
		for range 40 {
			start := r.IntN(len(at.data) + 1)
			end := min(start+r.IntN(4), len(at.data))
			before := at
			at = at.edit(protocol.TextDocumentContentChangeEvent{Range: new(before.span(start, end, protocol.PositionEncodingKindUTF8)), Text: pieces[r.IntN(len(pieces))]}, protocol.PositionEncodingKindUTF8)
			if want := newText(at.data); !slices.Equal(at.lines, want.lines) {
				t.Fatalf("%q at %d to %d became %q with lines %v, want %v", before.data, start, end, at.data, at.lines, want.lines)
			}
		}
	}
}
