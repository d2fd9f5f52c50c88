package plist

import (
	"bytes"
	"encoding/base64"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// fixOf returns the correction of a violation if its place alone makes that clear, or nil. It is safe for markup refused or
// ignored by Apple's reader, because that can have had no other meaning.
func (f *findings) fixOf(d *diag.Diagnostic) *diag.Fix {
	if d.Span.IsZero() {
		return nil
	}
	at := d.Span
	replace := func(title, text string) *diag.Fix {
		return &diag.Fix{Title: title, Edits: []diag.Edit{{Span: at, Text: text}}}
	}
	switch written := at.File.Data[at.Start:at.End]; d.Rule {
	case rule.TrailingNUL:
		if len(bytes.Trim(written, "\x00 \t\r\n")) == 0 {
			return replace("delete the NUL bytes", "")
		}
	case rule.LeadingBlank:
		return replace("delete the white space", "")
	case rule.ContentAfterPlist:
		fix := replace("delete everything after </plist>", "")
		fix.Unsafe = true
		return fix
	case rule.UnexpectedAttribute:
		if at.Start > 0 && isBlank(at.File.Data[at.Start-1]) {
			at.Start--
			return replace("delete the attribute", "")
		}
	case rule.UnknownEntity:
		if string(written) == "&" {
			return replace("write &amp;", "&amp;")
		}
	case rule.MalformedMarkup:
		if string(written) == cdataEnd {
			return replace("write ]]&gt;", "]]&gt;")
		}
	case rule.BadData:
		if opensElement(written) {
			return replace("write <data></data>", "<data></data>")
		}
		return withoutPEM(at)
	}
	return nil
}

// withoutPEM deletes the BEGIN and END lines around one PEM certificate. at is its beginning.
func withoutPEM(at diag.Span) *diag.Fix {
	const label = "CERTIFICATE-----"
	text := at.File.Data[at.Start:]
	if end := bytes.IndexByte(text, '<'); end >= 0 {
		text = text[:end]
	}
	text = bytes.TrimRight(text, " \t\r\n")
	if !bytes.HasPrefix(text, []byte(pemBegin+label)) || !bytes.HasSuffix(text, []byte(pemEnd+label)) || bytes.Count(text, []byte("-----")) != 4 {
		return nil
	}
	first, last := len(pemBegin+label), len(text)-len(pemEnd+label)
	if _, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text[first:last])), "")); err != nil {
		return nil
	}
	span := func(from, to int) diag.Edit {
		return diag.Edit{Span: diag.Span{File: at.File, Start: at.Start + from, End: at.Start + to}}
	}
	return &diag.Fix{Title: "delete the BEGIN and END lines", Edits: []diag.Edit{
		span(0, last-len(bytes.TrimLeft(text[first:last], " \t\r\n"))),
		span(len(bytes.TrimRight(text[:last], " \t\r\n")), len(text)),
	}}
}
