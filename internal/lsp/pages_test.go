package lsp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncguard/internal/lsp/protocol"
)

// want asks for a page, and looks for texts in it.
func (c *client) want(method string, p pageParams, present, absent []string) {
	c.Helper()
	var got *page
	c.call(method, p, &got)
	if got == nil {
		if len(present) > 0 {
			c.Errorf("%s: no page", method)
		}
		return
	}
	for _, text := range present {
		if !strings.Contains(got.HTML, text) {
			c.Errorf("%s: %q is missing:\n%s", method, text, body(got.HTML))
		}
	}
	for _, text := range append(absent, "<script", "<img") {
		if strings.Contains(got.HTML, text) {
			c.Errorf("%s: has %q:\n%s", method, text, body(got.HTML))
		}
	}
}

func body(html string) string {
	_, after, _ := strings.Cut(html, "<body>")
	return after
}

// Pages are about the open text, mask secrets and escape what is in a file.
func TestPages(t *testing.T) {
	c := start(t, t.TempDir(), capable())
	hostile := strings.Replace(profileHead, "<dict>", "<dict>\n<key>PayloadDisplayName</key><string>&lt;script&gt;alert(1)&lt;/script&gt;</string>\n<key>PayloadType</key><string>Configuration</string>", 1)
	id, at := c.at("wifi.mobileconfig", hostile+"<key>Auto"+cursor+"Join</key><false/><key>Password</key><string>hunter2hunter2</string>"+profileTail)
	p := pageParams{TextDocument: id, Position: at}
	c.want("syncguard/coverage", p, []string{"AutoJoin", "every target"}, []string{"hunter2"})
	c.want("syncguard/inspect", p, []string{"AutoJoin", "(secret)", "Configuration profile", "&lt;script&gt;", "finding"}, []string{"hunter2"})
	c.want("syncguard/explain", p, []string{"AutoJoin", "boolean", "Platforms", "Sources", "apple/device-management"}, nil)

	if err := os.WriteFile(filepath.Join(c.folder, "a.cer"), []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	id, at = c.at("beside.mobileconfig", profileHead+"\t<k"+cursor+"ey>AutoJoin</key><false/>"+profileTail)
	c.want("syncguard/explain", pageParams{TextDocument: id, Position: at}, []string{"AutoJoin", "boolean"}, nil)

	id, at = c.at("a.yaml", strings.Replace(templateHead, "ssid: acme", "ssid:", 1)+"      SSID_STR: ${ssid}\n      HIDDEN_"+cursor+"NETWORK: true\n")
	p = pageParams{TextDocument: id, Position: at}
	c.want("syncguard/coverage", p, []string{"HIDDEN_NETWORK"}, nil)
	c.want("syncguard/explain", p, []string{"On your devices", "iOS@18/supervised"}, nil)

	id, at = c.at("b.yaml", "organ"+cursor+"ization:\n  name: Acme\n")
	p = pageParams{TextDocument: id, Position: at}
	c.want("syncguard/explain", p, []string{"organization"}, nil)
	c.want("syncguard/coverage", p, []string{"Correct these first"}, nil)
}

// Pages of a damaged text say that parts may be missing; those of a sound one do not.
func TestPagesOfDamagedTexts(t *testing.T) {
	c := start(t, t.TempDir(), capable())
	const warning = "The file is damaged; parts of it may be missing here."
	for name, text := range map[string]string{
		"a.mobileconfig": profileHead + "<key>AutoJoin</key><false/>" + cursor + "<key>Priority</key><integer>1<</integer>" + profileTail,
	} {
		id, at := c.at(name, text)
		p := pageParams{TextDocument: id, Position: at}
		c.want("syncguard/coverage", p, []string{warning}, nil)
		c.want("syncguard/inspect", p, []string{warning}, nil)
	}
	id, at := c.at("sound.mobileconfig", profileHead+"<key>AutoJoin</key>"+cursor+"<false/>"+profileTail)
	c.want("syncguard/coverage", pageParams{TextDocument: id, Position: at}, []string{"AutoJoin"}, []string{warning})
}

// A file that no editor shows is read from the disk, whether or not it is open.
func TestPagesOfBinaryFiles(t *testing.T) {
	n := 0
	for name, texts := range examples(t) {
		for file, text := range texts {
			if formOf([]byte(text)) != binaryContent || filepath.Ext(file) != ".mobileconfig" {
				continue
			}
			folder := write(t, map[string]string{file: text})
			for _, workspace := range []string{folder, ""} {
				c := start(t, workspace, capable())
				p := pageParams{TextDocument: protocol.TextDocumentIdentifier{URI: uriOf(filepath.Join(folder, file))}}
				var got *page
				c.call("syncguard/inspect", p, &got)
				if got == nil || !strings.Contains(got.HTML, "Format</dt>") && !strings.Contains(got.HTML, "It cannot be read") {
					t.Errorf("%s: %v", name, got)
				} else if strings.Contains(got.HTML, "Integrity") {
					n++
				}
				p.TextDocument.URI = uriOf(filepath.Join(folder, "none.mobileconfig"))
				if err := c.conn.Call(t.Context(), "syncguard/inspect", p, &got); err == nil || !strings.Contains(err.Error(), "none.mobileconfig") {
					t.Errorf("a missing file: %v", err)
				}
				_ = c.conn.Close()
			}
		}
	}
	if n == 0 {
		t.Error("no signed profile")
	}
}
