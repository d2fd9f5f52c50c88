package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/lsp/protocol"
)

const overlayHead = "extends: base.yaml\npayloads:\n  - id: wifi\n    keys:\n"

// A name is found where it is defined and named, and renamed everywhere, in other files of the project too.
func TestNames(t *testing.T) {
	base := templateHead + "      SSID_STR: ${ssid}\n      PayloadCertificateUUID: {$uuid: root}\n"
	for name, test := range map[string]struct {
		file, text string
		texts      map[string]string
		defined    string // file:line
		named      []string
		rename     string
		want       map[string]string // a line of each file after renaming
	}{
		"a UUID": {"a.mobileconfig", profileHead + "\t\t\t<key>PayloadCertificateUUID</key><string>9e0b1b0b-‸3C0A-4C2E-8F3A-7D1B8C1B2A00</string>" + profileTail, nil, "a.mobileconfig:13",
			[]string{"a.mobileconfig:11"}, "00000000-0000-4000-8000-000000000000", map[string]string{"a.mobileconfig": "<string>00000000-0000-4000-8000-000000000000</string>"}},
		"an identifier": {"a.mobileconfig", "<plist><dict><key>PayloadIdentifier</key><string>com.‸acme</string><key>PayloadContent</key><array>\n<dict><key>PayloadIdentifier</key><string>com.acme.wifi</string></dict></array></dict></plist>", nil, "a.mobileconfig:0",
			[]string{"a.mobileconfig:1"}, "org.acme", map[string]string{"a.mobileconfig": "<string>org.acme.wifi</string>"}},
		"a variable": {"a.yaml", base + "      Password: a${ss‸id}$${ssid}\n", nil, "a.yaml:5", []string{"a.yaml:14", "a.yaml:16"}, "network", map[string]string{"a.yaml": "a${network}$${ssid}"}},
		"a variable of the base": {"overlay.yaml", overlayHead + "      SSID_STR: x${s‸sid}\n", map[string]string{"base.yaml": base, "other.yaml": overlayHead + "      SSID_STR: ${ssid}y\n", "stranger.yaml": "variables:\n  ssid: x\n"}, "base.yaml:5",
			[]string{"base.yaml:14", "other.yaml:4", "overlay.yaml:4"}, "net", map[string]string{"base.yaml": "      SSID_STR: ${net}", "other.yaml": "${net}y"}},
		"an id": {"a.yaml", base[:len(base)-2] + "‸}\n", nil, "a.yaml:7", []string{"a.yaml:15"}, "ca", map[string]string{"a.yaml": "{$uuid: ca}"}},
		"a declaration": {"a.json", "{\"Type\": \"com.apple.activation.simple\", \"Identifier\": \"act\", \"Payload\": {\"StandardConfigurations\": [\"pass‸code\"]}}",
			map[string]string{"b.json": "{\"Type\": \"com.apple.configuration.passcode.settings\", \"Identifier\": \"passcode\", \"ServerToken\": \"1\", \"Payload\": {}}"}, "b.json:0", []string{"a.json:0"}, "pin",
			map[string]string{"a.json": "[\"pin\"]", "b.json": "\"Identifier\": \"pin\""}},
	} {
		t.Run(name, func(t *testing.T) {
			texts := map[string]string{test.file: strings.Replace(test.text, cursor, "", 1)}
			for file, text := range test.texts {
				texts[file] = text
			}
			c := start(t, write(t, texts), capable())
			doc, at := c.at(test.file, test.text)
			line := func(l protocol.Location) string {
				path, _ := pathOf(l.URI)
				return fmt.Sprintf("%s:%d", strings.TrimPrefix(path, c.folder+"/"), l.Range.Start.Line)
			}
			var locations []protocol.Location
			c.call("textDocument/definition", protocol.DefinitionParams{TextDocument: doc, Position: at}, &locations)
			if len(locations) != 1 || line(locations[0]) != test.defined {
				t.Errorf("defined at %v, want %s", locations, test.defined)
			}
			c.call("textDocument/references", protocol.ReferenceParams{TextDocument: doc, Position: at}, &locations)
			var named []string
			for _, l := range locations {
				named = append(named, line(l))
			}
			if slices.Sort(named); !slices.Equal(named, test.named) {
				t.Errorf("named at %v, want %v", named, test.named)
			}
			var edit protocol.WorkspaceEdit
			c.call("textDocument/rename", protocol.RenameParams{TextDocument: doc, Position: at, NewName: test.rename}, &edit)
			for _, e := range edit.DocumentChanges {
				path, _ := pathOf(e.TextDocument.URI)
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				file := strings.TrimPrefix(path, c.folder+"/")
				if after := apply(t, string(data), e.Edits, protocol.PositionEncodingKindUTF16); !strings.Contains(after, test.want[file]) {
					t.Errorf("%s becomes\n%s", file, after)
				}
				delete(test.want, file)
			}
			if len(test.want) > 0 {
				t.Errorf("not renamed: %v", test.want)
			}
			if err := c.conn.Call(t.Context(), "textDocument/rename", protocol.RenameParams{TextDocument: doc, Position: at, NewName: "a b"}, nil); err == nil {
				t.Error("any name will do")
			}
		})
	}
}

// The outline has payloads by name, and no secret; folds, links, lenses and inlays are where they belong; formatting is fmt.
func TestAnnotations(t *testing.T) {
	text := profileHead + "\t\t\t<key>Password</key><string>hunter2</string>\n\t\t\t<key>SSID_STR</key>\n<string>a</string><!-- syncguard:ignore unknown-key, http-url: x --><key>B</key><data>QUJD</data>" + profileTail
	c := start(t, write(t, map[string]string{".syncguard.yaml": "targets: [iOS@18/manual, iOS@18/supervised, macOS@26/manual]\n"}), capable())
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"syncguard": map[string]any{"rulesUrl": "https://example.com/rules"}}})
	c.open("a.mobileconfig", text)
	doc := protocol.TextDocumentIdentifier{URI: c.uri("a.mobileconfig")}
	var symbols []protocol.DocumentSymbol
	c.call("textDocument/documentSymbol", protocol.DocumentSymbolParams{TextDocument: doc}, &symbols)
	if got := fmt.Sprint(symbols); !strings.Contains(got, "com.apple.wifi.managed") || !strings.Contains(got, "Password") || strings.Contains(got, "hunter2") {
		t.Errorf("the outline is %v", got)
	}
	var folds []protocol.FoldingRange
	c.call("textDocument/foldingRange", protocol.FoldingRangeParams{TextDocument: doc}, &folds)
	if len(folds) != 3 || folds[2].StartLine != 6 || folds[2].EndLine != 13 {
		t.Errorf("the folds are %v", folds)
	}
	var links []protocol.DocumentLink
	c.call("textDocument/documentLink", protocol.DocumentLinkParams{TextDocument: doc}, &links)
	if len(links) != 2 || links[1].Target != "https://example.com/rules/http-url.md" || links[1].Range.End.Character-links[1].Range.Start.Character != uint32(len("http-url")) {
		t.Errorf("the links are %v", links)
	}
	var lenses []protocol.CodeLens
	c.call("textDocument/codeLens", protocol.CodeLensParams{TextDocument: doc}, &lenses)
	if len(lenses) == 0 || !strings.Contains(lenses[0].Command.Title, " of 3 targets") {
		t.Errorf("the lenses are %v", lenses)
	}
	var inlays []protocol.InlayHint
	c.call("textDocument/inlayHint", protocol.InlayHintParams{TextDocument: doc, Range: protocol.Range{End: protocol.Position{Line: 99}}}, &inlays)
	if len(inlays) != 1 || inlays[0].Label != "3 bytes" {
		t.Errorf("the inlays are %v", inlays)
	}
	var edits []protocol.TextEdit
	c.call("textDocument/formatting", protocol.DocumentFormattingParams{TextDocument: doc}, &edits)
	if after := apply(t, text, edits, protocol.PositionEncodingKindUTF16); !strings.Contains(after, "\t\t\t<key>SSID_STR</key>\n\t\t\t<string>a</string>\n") {
		t.Errorf("the form is\n%s", after)
	}
}

// A declared certificate is told by its name.
func TestCertificateInlay(t *testing.T) {
	for _, text := range examples(t)["certificate-not-yet-valid-false"] {
		c := start(t, t.TempDir(), capable())
		c.open("a.mobileconfig", text)
		var inlays []protocol.InlayHint
		c.call("textDocument/inlayHint", protocol.InlayHintParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri("a.mobileconfig")}, Range: protocol.Range{End: protocol.Position{Line: 99}}}, &inlays)
		if len(inlays) != 1 || inlays[0].Label != "Acme Root CA, until 2199-01-01" {
			t.Errorf("the inlays are %v", inlays)
		}
	}
}

// No answer repeats a secret of a text, apart from edits: what an editor shows is on screens and in logs.
func TestNoSecretIsTold(t *testing.T) {
	const secret = "hunter2canary"
	profile := profileHead + "\t\t\t<key>Password</key><string>" + secret + "</string><key>EncryptionType</key><string>wpa2</string><key>password</key><string>" + secret + "</string>" + profileTail
	base := strings.Replace(templateHead, "ssid: acme", "ssid: acme\n  pass: "+secret, 1) + "      Password: " + secret + "\n      EncryptionType: wpa2\n      SSID_STR: ${pass}\n"
	c := start(t, write(t, map[string]string{"a.mobileconfig": profile, "a.yaml": base}), capable())
	for name, text := range map[string]string{"a.mobileconfig": profile, "a.yaml": base} {
		c.open(name)
		lines := newText([]byte(text))
		for offset := range text {
			at := lines.position(offset, protocol.PositionEncodingKindUTF16)
			p := map[string]any{"textDocument": protocol.TextDocumentIdentifier{URI: c.uri(name)}, "position": at, "range": protocol.Range{Start: at, End: at}, "context": map[string]any{"only": []string{"quickfix"}}}
			methods := []string{"hover", "completion"}
			if offset%97 == 0 {
				methods = []string{"codeAction", "documentSymbol", "codeLens", "inlayHint", "documentLink", "references"}
			}
			for _, method := range methods {
				var answer json.RawMessage
				c.call("textDocument/"+method, p, &answer)
				if strings.Contains(string(answer), secret) {
					t.Fatalf("%s tells it at %v: %s", method, at, answer)
				}
			}
		}
	}
	if published := fmt.Sprint(c.published); strings.Contains(published, secret) || !strings.Contains(published, "value-not-in-rangelist") {
		t.Errorf("the diagnostics tell it: %s", published)
	}
}

// Formatting a text in an editor is fmt, also with other endings of lines.
func TestFormatting(t *testing.T) {
	n := 0
	c := start(t, t.TempDir(), capable())
	for name, texts := range examples(t) {
		for file, text := range texts {
			if strings.ToValidUTF8(text, "") != text || formOf([]byte(text)) != plain {
				continue
			}
			if len(name)%2 == 0 {
				text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
			}
			file = name + file
			c.open(file, text)
			var edits []protocol.TextEdit
			c.call("textDocument/formatting", protocol.DocumentFormattingParams{TextDocument: protocol.TextDocumentIdentifier{URI: c.uri(file)}}, &edits)
			run, err := app.Format(t.Context(), over(host(t), c.folder, map[string][]byte{c.path(file): []byte(text)}), app.FormatOptions{Paths: []string{file}, Mode: app.FormatShown})
			if err != nil {
				t.Fatal(err)
			}
			want := text
			for f, err := range run.Files {
				if err == nil && f.Changed {
					want = string(f.Data)
					n++
				}
			}
			if got := apply(t, text, edits, protocol.PositionEncodingKindUTF16); got != want {
				t.Errorf("%s becomes\n%q\nwant\n%q", file, got, want)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d texts have another form", n)
	}
}
