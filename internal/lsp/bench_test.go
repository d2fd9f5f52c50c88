package lsp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/lsp/protocol"
)

// profileOf is a profile of about so many bytes.
func profileOf(size int) string {
	const payload = "\t\t<dict>\n\t\t\t<key>PayloadIdentifier</key>\n\t\t\t<string>com.acme.wifi.%d</string>\n\t\t\t<key>PayloadType</key>\n\t\t\t<string>com.apple.wifi.managed</string>\n" +
		"\t\t\t<key>PayloadUUID</key>\n\t\t\t<string>00000000-7A0C-4B0E-9C59-%012d</string>\n\t\t\t<key>PayloadVersion</key>\n\t\t\t<integer>1</integer>\n\t\t\t<key>SSID_STR</key>\n\t\t\t<string>acme %d</string>\n\t\t\t<key>EncryptionType</key>\n\t\t\t<string>WPA2</string>\n\t\t</dict>\n"
	head, tail, _ := strings.Cut(wifi, "\t\t<dict>")
	_, tail, _ = strings.Cut(tail, "</dict>\n")
	var b strings.Builder
	b.WriteString(head)
	for i := 0; b.Len() < size-len(tail); i++ {
		fmt.Fprintf(&b, payload, i, i, i)
	}
	return b.String() + tail
}

// undisturbed is the time of the fastest tenth: other programs of the machine do not count.
func undisturbed(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/10]
}

// From the message of a keystroke to the message with its diagnostics, without the pause before a check, beside a check of the same text
// in this process. An empty message is one that the server refuses: what is left is the way there and back.
func BenchmarkKeystroke(b *testing.B) {
	for _, size := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%dkB", size/1000), func(b *testing.B) {
			text := profileOf(size)
			folder := b.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "a.mobileconfig"), []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
			told := make(chan time.Time, 1)
			c := startPausing(b, 0, func(message []byte) {
				if bytes.Contains(message, []byte("textDocument/publishDiagnostics")) || bytes.Contains(message, []byte(`"error"`)) {
					told <- time.Now()
				}
			}, host(b), folder, capable(), nil)
			c.open("a.mobileconfig")
			<-told
			checker, err := app.NewChecker(over(host(b), folder, nil), app.LintOptions{})
			if err != nil {
				b.Fatal(err)
			}
			at := newText([]byte(text)).position(strings.Index(text, "acme 0")+4, protocol.PositionEncodingKindUTF16)
			next := at
			next.Character++
			var served, checked, empty []time.Duration
			send := func(message []byte) time.Duration {
				before := time.Now()
				if err := c.pipe.WriteObject(json.RawMessage(message)); err != nil {
					b.Fatal(err)
				}
				return (<-told).Sub(before)
			}
			check := func() { // the server sleeps meanwhile
				before := time.Now()
				if _, err := checker.Check("a.mobileconfig", []byte(text)); err != nil {
					b.Fatal(err)
				}
				checked = append(checked, time.Since(before))
			}
			for n := int32(1); b.Loop(); n++ {
				change := protocol.TextDocumentContentChangeEvent{Range: &protocol.Range{Start: at, End: at}, Text: "x"}
				if n%2 == 0 {
					change.Range.End, change.Text = next, ""
				}
				message, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": protocol.DidChangeTextDocumentParams{
					TextDocument:   protocol.VersionedTextDocumentIdentifier{URI: c.uri("a.mobileconfig"), Version: n},
					ContentChanges: []protocol.TextDocumentContentChangeEvent{change}}})
				if err != nil {
					b.Fatal(err)
				}
				served = append(served, send(message))
				check()
				empty = append(empty, send([]byte(`{"jsonrpc":"2.0","id":1000000,"method":"none"}`)))
				check()
			}
			b.ReportMetric(float64(undisturbed(served))/float64(undisturbed(checked)), "served/checked")
			b.ReportMetric(float64(undisturbed(served).Microseconds())/1000, "ms/keystroke")
			b.ReportMetric(float64(undisturbed(empty).Microseconds())/1000, "ms/empty-message")
		})
	}
}

// A folder of 2,000 files from start to the last diagnostics, beside lint of it; then a keystroke in one of them.
func BenchmarkWorkspace(b *testing.B) {
	folder := b.TempDir()
	for i := range 2000 {
		text := strings.ReplaceAll(strings.ReplaceAll(profileOf(5000), "com.acme.wifi", fmt.Sprintf("com.acme.%d", i)), "00000000-7A0C", fmt.Sprintf("%08d-7A0C", i))
		text = strings.Replace(text, "9E0B1B0B-3C0A-4C2E-8F3A-7D1B8C1B2A00", fmt.Sprintf("9E0B1B0B-3C0A-4C2E-8F3A-%012d", i), 1)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.mobileconfig", i)), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	var served, checked, typing time.Duration
	for b.Loop() {
		before := time.Now()
		run, err := app.Lint(b.Context(), over(host(b), folder, nil), app.LintOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for range run.Files {
		}
		checked += time.Since(before)
		before = time.Now()
		c := start(b, folder, capable())
		c.open("1000.mobileconfig")
		c.check("1000.mobileconfig")
		served += time.Since(before)
		before = time.Now()
		c.edit("1000.mobileconfig", &protocol.Range{}, " ")
		c.check("1000.mobileconfig")
		typing += time.Since(before)
		_ = c.conn.Close()
	}
	b.ReportMetric(float64(served)/float64(checked), "served/linted")
	b.ReportMetric(float64(typing.Milliseconds())/float64(b.N), "ms/keystroke")
}

// Memory after many edits, beside that after few.
func BenchmarkMemory(b *testing.B) {
	folder := b.TempDir()
	c := start(b, folder, capable())
	c.open("a.mobileconfig", profileOf(20_000))
	used := func(edits int) float64 {
		for i := range edits {
			text := "x"
			at := protocol.Range{Start: protocol.Position{Line: 9, Character: 30}, End: protocol.Position{Line: 9, Character: 30}}
			if i%2 == 1 {
				text, at.End.Character = "", 31
			}
			c.edit("a.mobileconfig", &at, text)
			c.check("a.mobileconfig")
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	for b.Loop() {
		few := used(200)
		b.ReportMetric(used(10_000)/few, "after10000/after200")
	}
}
