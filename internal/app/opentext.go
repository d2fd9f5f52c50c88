package app

import (
	"bytes"
	"fmt"
	"regexp"
	"sync"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/outline"
)

// OpenedText is a file as a text that can be edited.
type OpenedText struct {
	Text      string        `json:"text"`
	Format    string        `json:"format"`            // of the file's content: `xml`, `binary`, `json`, `yaml`
	Converted bool          `json:"converted"`         // the text is not in the file's own bytes: it was binary, or in another encoding than UTF-8
	Signed    bool          `json:"signed"`            // the text is what was signed; a changed one has no signature
	Encrypted bool          `json:"encrypted"`         // the payloads are encrypted: the text has them as data
	Signature *VerifiedFile `json:"signature"`         // who signed it, and whether that holds; null if unsigned
	Problem   string        `json:"problem,omitempty"` // why devices refuse the file as a whole
}

// OpenText reads a profile, a declaration or a template as a text: of a signed profile what is signed, of a binary one its values as XML.
func OpenText(h *Host, path string) (*OpenedText, error) {
	data, err := h.readFile(path)
	if err != nil {
		return nil, err
	}
	if outline.FormatOf(path) == outline.YAML {
		if !utf8.Valid(data) {
			return nil, diag.WithHint(fmt.Errorf("%s is no UTF-8 text", path), "save it as UTF-8")
		}
		return &OpenedText{Text: string(data), Format: "yaml"}, nil
	}
	c, err := ReadContent(h, path, nil)
	if err != nil {
		return nil, err
	}
	o := &OpenedText{Format: c.Format, Signed: c.Signed, Encrypted: c.Encrypted, Signature: c.Signature, Problem: c.Problem}
	if c.Text == nil {
		message := c.Problem
		if message == "" {
			message = "it has no text"
		}
		return nil, fmt.Errorf("%s cannot be edited: %s", path, message)
	}
	text := c.Text
	if o.Converted = c.Format == "binary" || !bytes.Contains(data, text); o.Converted && c.Format == "xml" {
		text = declaredEncoding().ReplaceAll(text, []byte("${1}UTF-8${2}"))
	}
	o.Text = string(text)
	return o, nil
}

var declaredEncoding = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\s*<\?xml[^>]*?encoding=["'])[^"']*(["'])`) })
