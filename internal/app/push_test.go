package app

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

const pushedXML = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>Password</key><string>hunter2-canary</string></dict></plist>
`

// What servers are given unsigned is XML in UTF-8 from the first byte on, and the very text where the file is that already.
func TestContentIsXML(t *testing.T) {
	doc, _ := document.Open(diag.NewFile("a", []byte(pushedXML)))
	written, err := plist.Write(doc.Root)
	if err != nil {
		t.Fatal(err)
	}
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(strings.Replace(pushedXML, "UTF-8", "UTF-16", 1))) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	binary, err := howett.Marshal(map[string]any{"PayloadType": "Configuration", "Password": "hunter2-canary"}, howett.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ file, want []byte }{
		"as it is":          {[]byte(pushedXML), []byte(pushedXML)},
		"blank lines first": {[]byte("\n\n" + pushedXML), []byte(pushedXML)},
		"byte order mark":   {[]byte("\ufeff" + pushedXML), []byte(pushedXML)},
		"UTF-16":            {wide, written},
		"binary":            {binary, written},
	} {
		t.Run(name, func(t *testing.T) {
			doc, _ := document.Open(diag.NewFile(name, bytes.Clone(test.file)))
			got, err := contentOf(doc, test.file)
			if err != nil || !bytes.Equal(got, test.want) {
				t.Errorf("%v: %s", err, got)
			}
		})
	}
}
