package lsp

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
)

// pieces are what the random edits write.
var pieces = []string{"", "", "", "a", "\n", "\r\n", "\r", "\t", "😀", "é", "</", "<", "&", "&amp;", "<key>", "</key>", "<string>", "</string>", "<true/>", "<dict>", "</dict>",
	"<key>PayloadType</key>", "<!-- syncguard:ignore unknown-key: x -->", "# syncguard:ignore unused-variable: x\n", "-->", "{", "}", "\"", ":", "- ", "  ", "{$uuid: x}", "%Serial%", "\x00", "é\u0301", "\u2028",
	"com.apple.wifi.managed", "Password", "-----BEGIN PRIVATE KEY-----"}

// editor is a text as an editor holds it: in units of UTF-16.
type editor []uint16

func (e editor) position(offset int) (at protocol.Position) {
	for i := 0; i < offset; i++ {
		if c := e[i]; c == '\n' || c == '\r' && (i+1 == len(e) || e[i+1] != '\n') {
			at = protocol.Position{Line: at.Line + 1}
		} else if c != '\r' {
			at.Character++
		}
	}
	return at
}

func (e editor) isSplit(offset int) bool {
	return offset > 0 && offset < len(e) && (utf16.IsSurrogate(rune(e[offset])) && e[offset] >= 0xDC00 || e[offset-1] == '\r' && e[offset] == '\n')
}

// random edits a text at random, mostly a little.
func (e editor) random(r *rand.Rand) (next editor, at protocol.Range, text string) {
	from := r.IntN(len(e) + 1)
	to := min(from+[]int{0, 0, 0, 1, 1, 2, 7, 40}[r.IntN(8)], len(e))
	for e.isSplit(from) {
		from--
	}
	for e.isSplit(to) {
		to++
	}
	if text = pieces[r.IntN(len(pieces))]; from > 0 && e[from-1] == '\r' && strings.HasPrefix(text, "\n") {
		text = ""
	}
	next = slices.Concat(e[:from], utf16.Encode([]rune(text)), e[to:])
	return next, protocol.Range{Start: e.position(from), End: e.position(to)}, text
}

// After each of many random edits of texts that are open together, the diagnostics equal those of lint, and every question has an answer. SYNCGUARD_EDITS is how many;
// 300 without.
func TestRandomEdits(t *testing.T) {
	edits := 300
	if n, err := strconv.Atoi(os.Getenv("SYNCGUARD_EDITS")); err == nil {
		edits = n
	}
	h := host(t)
	all := examples(t)
	names := slices.Sorted(maps.Keys(all))
	const each = 20
	scene := func(t *testing.T, n int) {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		name := names[r.IntN(len(names))]
		texts := maps.Clone(all[name])
		maps.DeleteFunc(texts, func(_, text string) bool {
			return formOf([]byte(text)) != plain || strings.ToValidUTF8(text, "") != text
		})
		if len(texts) == 0 {
			return
		}
		texts["other.mobileconfig"] = texts[slices.Sorted(maps.Keys(texts))[0]]
		texts["base.yaml"], texts["overlay.yaml"] = baseTemplate, overlayTemplate
		texts[".syncguard.yaml"] = "targets: [iOS@18/supervised]\nignore:\n  - rule: unknown-key\n    reason: x\n"
		folder := write(t, texts)
		c := startAt(t, &app.Host{Files: files.OS{}, Getenv: h.Getenv, Now: h.Now}, folder, capable(), nil)
		open := map[string][]byte{}
		held := map[string]editor{}
		for _, file := range slices.Sorted(maps.Keys(texts)) {
			if r.IntN(3) > 0 {
				c.open(file)
				open[filepath.Join(folder, file)], held[file] = []byte(texts[file]), utf16.Encode([]rune(texts[file]))
			}
		}
		if len(held) == 0 {
			return
		}
		for i := range each {
			file := slices.Sorted(maps.Keys(held))[r.IntN(len(held))]
			before := string(utf16.Decode(held[file]))
			next, at, text := held[file].random(r)
			held[file] = next
			c.edit(file, &at, text)
			open[filepath.Join(folder, file)] = []byte(string(utf16.Decode(next)))
			c.check(file)
			where := protocol.TextDocumentIdentifier{URI: c.uri(file)}
			for _, method := range []string{"hover", "completion", "definition", "references", "prepareRename", "documentSymbol", "foldingRange", "formatting", "codeLens", "inlayHint", "documentLink"} {
				place := next.position(r.IntN(len(next) + 1))
				c.call("textDocument/"+method, map[string]any{"textDocument": where, "position": place, "range": protocol.Range{End: place}, "context": struct{}{}}, nil)
			}
			want := linted(t, over(h, folder, open), folder, app.LintOptions{}, protocol.PositionEncodingKindUTF16)
			if compare(t, fmt.Sprintf("%s, %d.%d", name, n, i), c.all(), want); t.Failed() {
				t.Fatalf("after %q at %v of %s:\n%q", text, at, file, before)
			}
		}
		_ = c.conn.Close()
	}
	for n := range (edits + each - 1) / each {
		// A test of its own, so that its server is let go at its end. Several run at a time.
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			scene(t, n)
		})
	}
}

const baseTemplate = `organization:
  name: Acme
  identifier: com.acme
variables:
  ssid:
    default: acme
targets: [iOS@18/supervised]
payloads:
  - type: com.apple.wifi.managed
    id: wifi
    keys:
      SSID_STR: ${ssid}
      EncryptionType: wpa2
`

const overlayTemplate = `extends: base.yaml
payloads:
  - id: wifi
    keys:
      AutoJoin: false
`
