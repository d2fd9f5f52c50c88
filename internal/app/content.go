package app

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
)

// Content is what a profile holds behind its signature, or in binary form, as a text for a person to read.
type Content struct {
	Text      []byte        // of XML the signed bytes in UTF-8, of a binary property list its values as XML; nil if it is no text
	Format    string        // of the content: `xml`, `binary`, `json`
	Signed    bool          // whether there is a signature
	Encrypted bool          // whether its payloads are encrypted: the text has them as data
	Signature *VerifiedFile // who signed it, and whether that holds; nil if unsigned
	Problem   string        // why devices refuse the file as a whole; empty if they do not

	file *diag.File   // the text as findings see it
	root *plist.Value // with places in it
}

// ReadContent reads the content of a profile or a declaration. texts are those of files that are open.
func ReadContent(h *Host, path string, texts map[string][]byte) (*Content, error) {
	h = h.withFiles(&files.Overlay{System: h.Files, Texts: texts})
	data, err := h.readFile(path)
	if err != nil {
		return nil, err
	}
	doc, found := document.Open(diag.NewFile(path, data))
	secret.Scrub(found)
	c := &Content{Format: string(doc.Format), Signed: doc.Signed, Encrypted: doc.IsEncrypted(), file: doc.File, root: doc.Root}
	switch {
	case doc.Defect != nil:
		c.Problem = doc.Defect.Message
	case diag.HasErrors(found):
		c.Problem = found[0].Message
	}
	switch {
	case doc.Foreign:
		return c, nil
	case doc.Format == document.Binary && doc.Root != nil:
		if c.Text, err = plist.Write(doc.Root); err != nil {
			return nil, fmt.Errorf("writing the content of %s as XML: %w", path, err)
		}
		c.file = diag.NewFile(path, c.Text)
		if read, _ := plist.Read(c.file); read != nil {
			c.root = read.Root
		}
	case doc.Format == document.XML || doc.Format == document.JSON || doc.Format == "" && doc.File != nil && utf8.Valid(doc.File.Data):
		c.Text = bytes.Clone(doc.File.Data)
	}
	if !doc.Signed || doc.Defect != nil {
		return c, nil
	}
	v, err := newVerifier(h, VerifyOptions{Require: []string{string(cms.AboutIntegrity)}})
	if err != nil {
		return nil, err
	}
	c.Signature = v.verify(path, data)
	return c, nil
}

// Place returns where a finding about the file is in the text: of a binary file at the key. It is the zero Span for one about
// the file as a whole.
func (c *Content) Place(d *diag.Diagnostic) diag.Span {
	if d.Span.End > 0 {
		if len(d.Span.File.Data) != len(c.Text) || strings.HasPrefix(d.Span.File.Name, "builtin:") { // another file, or another state of it
			return diag.Span{}
		}
		return diag.Span{File: c.file, Start: d.Span.Start, End: d.Span.End}
	}
	at := diag.Span{}
	for v, i := c.root, 0; v != nil && i < len(d.Path); i++ {
		step := d.Path[i]
		if step.IsItem {
			if step.Index < 0 || step.Index >= len(v.Items) {
				return at
			}
			v = v.Items[step.Index]
			at = v.Span
			continue
		}
		f := v.Field(step.Key)
		if f == nil {
			return at
		}
		v, at = f.Value, f.KeySpan
	}
	return at
}
