package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
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

// Whatever a server echoes, credentials and the secrets of profiles are not shown.
func TestSecretsAreHidden(t *testing.T) {
	doc, _ := document.Open(diag.NewFile("a", []byte(pushedXML)))
	secret.Mark(doc.Root)
	var h hiding
	h.add("key-canary")
	h.addAll(doc.Root)
	cause := errors.New("no: key-canary, <string>hunter2-canary</string>")
	if err := h.hideIn(cause); strings.Contains(err.Error(), "canary") || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if h.hideIn(nil) != nil {
		t.Error("no error became one")
	}
	for i, v := range []*plist.Value{doc.Root, withoutSecrets(doc.Root)} {
		data, err := plist.Write(v)
		if err != nil || bytes.Contains(data, []byte("canary")) != (i == 0) {
			t.Errorf("%v: %s", err, data)
		}
	}
}
