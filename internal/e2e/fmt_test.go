//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"
)

const plain = `<?xml version="1.0" encoding="UTF-8"?>
<!-- head --><plist version="1.0"><dict><!-- first -->
<key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array/>
<key>z</key><string>a &amp; "b" &#x41;<![CDATA[<c>]]></string> <!-- z -->
<key>d</key><data>aGVs bG8=</data><key>n</key><integer>-7</integer><key>r</key><real>1.50</real>
<key>t</key><date>2027-01-31T12:00:00Z</date><key>a</key><array><true/><!-- in --><false/><dict/><array><string/></array></array></dict></plist><!-- tail -->
`

// samePlists compares two property lists as Python's plistlib reads them, types included.
const samePlists = `
import plistlib, sys
def typed(v):
    if isinstance(v, dict): return {k: typed(w) for k, w in v.items()}
    if isinstance(v, list): return [typed(w) for w in v]
    return (type(v).__name__, v)
a, b = (typed(plistlib.load(open(p, "rb"))) for p in sys.argv[1:3])
assert a == b, (a, b)
`

// What fmt writes is sound XML and a property list for independent readers, and says the same as before.
func TestFmtAgreesWithOtherReaders(t *testing.T) {
	s := newSyncguard(t)
	utf16LE := append([]byte{0xff, 0xfe}, func() (b []byte) {
		for _, u := range utf16.Encode([]rune(plain)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return bytes.Replace(b, []byte("U\x00T\x00F\x00-\x008\x00"), []byte("U\x00T\x00F\x00-\x001\x006\x00"), 1)
	}()...)
	for name, data := range map[string][]byte{
		"plain": []byte(plain), "crlf": bytes.ReplaceAll([]byte(plain), []byte("\n"), []byte("\r\n")),
		"bom": append([]byte("\xef\xbb\xbf"), plain...), "utf16": utf16LE,
	} {
		for _, order := range [][]string{nil, {"--keep-order"}} {
			before, after := filepath.Join(s.dir, name), filepath.Join(s.dir, name+".mobileconfig")
			if err := os.WriteFile(before, data, 0o644); err != nil {
				t.Fatal(err)
			}
			out, errs, code := s.run(append([]string{"fmt", before}, order...)...)
			if code != 0 {
				t.Errorf("%s: exit code %d: %s", name, code, errs)
				continue
			}
			if err := os.WriteFile(after, []byte(out), 0o644); err != nil {
				t.Fatal(err)
			}
			Tool(t, nil, "python3", "-c", samePlists, before, after)
			Tool(t, nil, "xmllint", "--noout", "--nonet", after)
			Tool(t, nil, "plistutil", "-i", after, "-o", filepath.Join(s.dir, "binary"), "-f", "bin")
			if n := bytes.Count([]byte(out), []byte("<!--")); n != 5 {
				t.Errorf("%s: %d comments, want 5", name, n)
			}
		}
	}
}
